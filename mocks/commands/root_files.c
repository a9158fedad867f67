/* What root writes where a step's processes cannot: /etc, /usr/local/bin, /opt. It is assumed, for
   nothing on the machine reads it. */
#include "mocks/commands/commands_private.h"

#include <string.h>

/* Which operands of a program it writes to. */
enum target_rule {
    EVERY_OPERAND,
    LAST_OPERAND,
    IN_PLACE, /* sed -i */
};

static const struct {
    const char *name;
    enum target_rule rule;
} writers[] = {
    {"chgrp", EVERY_OPERAND}, {"chmod", EVERY_OPERAND},  {"chown", EVERY_OPERAND},
    {"cp", LAST_OPERAND},     {"install", LAST_OPERAND}, {"ln", LAST_OPERAND},
    {"mkdir", EVERY_OPERAND}, {"mv", LAST_OPERAND},      {"sed", IN_PLACE},
    {"tee", EVERY_OPERAND},   {"touch", EVERY_OPERAND},  {"truncate", EVERY_OPERAND},
};

/* What a script may write itself, or what is there: the home, /tmp, devices, the Docker socket. */
static bool is_out_of_reach(const struct command_call *call, const char *word)
{
    static const char *const shown[] = {"/dev/", "/proc/", "/run/docker.sock",
                                        "/var/run/docker.sock"};
    if (*word != '/')
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
        if (g_str_has_prefix(word, shown[i]))
            return false;
    g_autofree char *host_path = command_host_path(call, word);
    return host_path == NULL;
}

static bool is_in_place(const char *const *words)
{
    for (gsize i = 1; words[i] != NULL; i++)
        if (g_str_has_prefix(words[i], "-i") || g_str_has_prefix(words[i], "--in-place"))
            return true;
    return false;
}

/* The first place out of reach that the program writes to; lent, NULL: none. */
static const char *find_target(const struct command_call *call, const char *const *words,
                               enum target_rule rule)
{
    gsize count = g_strv_length((char **)words);
    if (rule == IN_PLACE && !is_in_place(words))
        return NULL;
    for (gsize i = rule == EVERY_OPERAND ? 1 : MAX(count, 2) - 1; i < count; i++)
        if (is_out_of_reach(call, words[i]))
            return words[i];
    return NULL;
}

/* What tee reads it also prints. */
static int pass_on(const struct command_call *call)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) input = command_read_all(call, DOC_BYTES_MAX, &error);
    gsize length_bytes = 0;
    const char *bytes = input != NULL ? g_bytes_get_data(input, &length_bytes) : NULL;
    if (input == NULL)
        return 1;
    return command_write(call, 1, bytes != NULL ? bytes : "", (gssize)length_bytes) ? 0 : 1;
}

/* Who may speak to the Docker daemon: here everybody may already. Where scripts see the machine's
   own files, its socket must stay as it is. */
static bool is_about_socket(const char *name, const char *const *words)
{
    static const char *const programs[] = {"chgrp", "chmod", "chown", "setfacl", NULL};
    gsize count = g_strv_length((char **)words);
    const char *last = words[count - 1];
    return g_strv_contains(programs, name) &&
           (g_str_equal(last, "/var/run/docker.sock") || g_str_equal(last, "/run/docker.sock"));
}

bool root_files_assume(struct command_set *set, const struct command_call *call,
                       const char *const *words, int *exit_code)
{
    g_autofree char *name = g_path_get_basename(words[0]);
    *exit_code = 0;
    if (is_about_socket(name, words) || machine_folders_remove(set, call, words, exit_code))
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(writers); i++) {
        const char *target =
            g_str_equal(writers[i].name, name) ? find_target(call, words, writers[i].rule) : NULL;
        if (target == NULL)
            continue;
        const char *const line[] = {name, target, NULL};
        /* how the daemon behaves decides what becomes of images */
        assumed_note(set, line,
                     g_str_has_prefix(target, "/etc/docker") ||
                         g_str_has_prefix(target, "/etc/containers"));
        if (g_str_equal(name, "tee"))
            *exit_code = pass_on(call);
        return true;
    }
    return false;
}
