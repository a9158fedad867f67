/* The table of commands: finding one, its help, and whether its arguments are as many as it wants.
 */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* Families in the order in which help lists them within a group. */
static const struct command_row *const families[] = {
    run_commands,      exec_commands,       list_commands,   container_commands, build_commands,
    transfer_commands, image_list_commands, image_commands,  archive_commands,   login_commands,
    system_commands,   info_commands,       usage_commands,  prune_commands,     inspect_commands,
    change_commands,   copy_commands,       volume_commands, network_commands,   manifest_commands,
    context_commands,  port_commands,
};

static const struct {
    const char *name;
    const char *summary;
} groups[] = {
    {"builder", "Manage builds"},
    {"container", "Manage containers"},
    {"context", "Manage contexts"},
    {"image", "Manage images"},
    {"manifest", "Manage Docker image manifests and manifest lists"},
    {"network", "Manage networks"},
    {"system", "Manage Docker"},
    {"volume", "Manage volumes"},
};

bool command_is_group(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++)
        if (g_str_equal(groups[i].name, name))
            return true;
    return false;
}

/* ---- finding ---- */

/* How many words of the line the name takes; 0: it is another. */
static gsize match_name(const char *name, gsize name_length, const char *const *words)
{
    gsize offset = 0;

    for (gsize i = 0; words[i] != NULL; i++) {
        gsize length = strlen(words[i]);
        if (offset + length > name_length || strncmp(name + offset, words[i], length) != 0)
            return 0;
        offset += length;
        if (offset == name_length)
            return i + 1;
        if (name[offset] != ' ')
            return 0;
        offset++;
    }
    return 0;
}

/* The name as help writes it: behind '=' if it is an alias. Interned, because rows hold lists. */
static const char *shown_name(const char *name, gsize length)
{
    const char *equals = memchr(name, '=', length);
    const char *start = equals != NULL ? equals + 1 : name;
    g_autofree char *text = g_strndup(start, length - (gsize)(start - name));
    return g_intern_string(text);
}

static gsize match_row(const struct command_row *row, const char *const *words, const char **path)
{
    for (const char *name = row->names; *name != '\0';) {
        gsize length = strcspn(name, "|");
        gsize word_count = match_name(name, MIN(strcspn(name, "="), length), words);
        if (word_count > 0) {
            *path = shown_name(name, length);
            return word_count;
        }
        name += length + (name[length] == '|');
    }
    return 0;
}

const struct command_row *command_find(const char *const *words, gsize *length, const char **path)
{
    const struct command_row *found = NULL;

    *length = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        for (const struct command_row *row = families[i]; row->names != NULL; row++) {
            const char *name = NULL;
            gsize word_count = match_row(row, words, &name);
            if (word_count <= *length)
                continue;
            found = row;
            *length = word_count;
            *path = name;
        }
    return found;
}

/* ---- help ---- */

char *command_help(const struct command_row *row, const char *path)
{
    GString *help = g_string_new(NULL);

    g_string_append_printf(help, "Usage:  docker %s%s%s\n\n%s\n", path, *row->usage ? " " : "",
                           row->usage, row->summary);
    for (gsize i = 0; row->flags[i] != NULL; i++)
        for (const struct flag_row *flag = row->flags[i]; flag->name != NULL; flag++) {
            if (i == 0 && flag == row->flags[0])
                g_string_append(help, "\nOptions:\n");
            if (flag->letter != 0)
                g_string_append_printf(help, "  -%c, --%s\n", flag->letter, flag->name);
            else
                g_string_append_printf(help, "      --%s\n", flag->name);
        }
    return g_string_free(help, FALSE);
}

/* "  name        summary" of every command "GROUP NAME", or of every one-word command. */
static void append_commands(GString *help, const char *group)
{
    gsize group_length = group != NULL ? strlen(group) : 0;

    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        for (const struct command_row *row = families[i]; row->names != NULL; row++) {
            g_auto(GStrv) names = g_strsplit(row->names, "|", -1);
            for (gsize j = 0; names[j] != NULL; j++) {
                const char *blank = strchr(names[j], ' ');
                bool is_member = group == NULL ? blank == NULL
                                               : blank != NULL &&
                                                     strncmp(names[j], group, group_length) == 0 &&
                                                     names[j][group_length] == ' ';
                if (is_member && strchr(names[j], '=') == NULL)
                    g_string_append_printf(help, "  %-11s %s\n",
                                           group == NULL ? names[j] : blank + 1, row->summary);
            }
        }
}

char *command_group_help(const char *name)
{
    GString *help = g_string_new(NULL);

    g_string_append_printf(help, "Usage:  docker %s COMMAND\n\n", name);
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++)
        if (g_str_equal(groups[i].name, name))
            g_string_append_printf(help, "%s\n\nCommands:\n", groups[i].summary);
    append_commands(help, name);
    g_string_append_printf(
        help, "\nRun 'docker %s COMMAND --help' for more information on a command.\n", name);
    return g_string_free(help, FALSE);
}

char *command_root_help(void)
{
    GString *help =
        g_string_new("Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for "
                     "containers\n\nManagement Commands:\n");

    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++)
        g_string_append_printf(help, "  %-11s %s\n", groups[i].name, groups[i].summary);
    g_string_append(help, "\nCommands:\n");
    append_commands(help, NULL);
    g_string_append(help, "\nRun 'docker COMMAND --help' for more information on a command.\n\nFor "
                          "more help on how to use Docker, head to "
                          "https://docs.docker.com/go/guides/\n");
    return g_string_free(help, FALSE);
}

/* ---- complaints ---- */

int command_usage_error(struct invocation *invocation, int code, const char *text,
                        const char *last_line)
{
    const char *usage = invocation->row->usage;
    g_autofree char *hint =
        last_line != NULL
            ? g_strdup(last_line)
            : g_strdup_printf("Run 'docker %s --help' for more information", invocation->path);

    command_complain(invocation->call, "%s\n\nUsage:  docker %s%s%s\n\n%s\n", text,
                     invocation->path, *usage != '\0' ? " " : "", usage, hint);
    return code;
}

/* cli cli/required.go, its typing errors included. */
bool command_check_arguments(struct invocation *invocation)
{
    gsize wanted = invocation->row->argument_count;
    gsize count = invocation->argument_count;
    const char *plural = wanted == 1 ? "" : "s";
    const char *words = "";
    const char *hint = "Run";

    switch (invocation->row->rule) {
    case ARGUMENTS_EXACT:
        if (count == wanted)
            return true;
        break;
    case ARGUMENTS_AT_LEAST:
        if (count >= wanted)
            return true;
        words = "at least ";
        hint = "See";
        break;
    case ARGUMENTS_OR_ONE_MORE:
        if (count == wanted || count == wanted + 1)
            return true;
        break;
    case ARGUMENTS_AT_MOST:
        if (count <= wanted)
            return true;
        words = "at most ";
        hint = "SRun";
        break;
    }
    g_autofree char *text =
        invocation->row->rule == ARGUMENTS_OR_ONE_MORE
            ? g_strdup_printf("docker: 'docker %s' requires at least %" G_GSIZE_FORMAT
                              " and at most %" G_GSIZE_FORMAT " arguments",
                              invocation->path, wanted, wanted + 1)
        : wanted == 0
            ? g_strdup_printf("docker: 'docker %s' accepts no arguments", invocation->path)
            : g_strdup_printf("docker: 'docker %s' requires %s%" G_GSIZE_FORMAT " argument%s",
                              invocation->path, words, wanted, plural);
    g_autofree char *last =
        g_strdup_printf("%s 'docker %s --help' for more information", hint, invocation->path);
    command_usage_error(invocation, 1, text, last);
    return false;
}
