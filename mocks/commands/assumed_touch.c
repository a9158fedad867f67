/*
 * Whether a command that nothing models may have touched images: some programs do nothing else,
 * and those that run tasks do what they are told to, by words, or by a Makefile.
 */
#include "mocks/commands/commands_private.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <string.h>

/* As in runner/touch.c, and what variables of Makefiles call them. */
static const char *const words_of_images[] = {"bake",
                                              "bootbuildimage",
                                              "buildah",
                                              "buildctl",
                                              "buildx",
                                              "container",
                                              "containers",
                                              "crane",
                                              "depot",
                                              "docker",
                                              "devcontainers",
                                              "earthly",
                                              "goreleaser",
                                              "image",
                                              "images",
                                              "jib",
                                              "kaniko",
                                              "ko",
                                              "nerdctl",
                                              "oci",
                                              "oras",
                                              "podman",
                                              "publishcontainer",
                                              "regctl",
                                              "skopeo",
                                              NULL};

static const char *const runners_of_tasks[] = {
    "ant", "bazel", "bun", "dotnet", "gmake", "gradle", "java", "just", "mage",  "make", "mvn",
    "npm", "npx",   "nx",  "pnpm",   "rake",  "sbt",    "task", "tox",  "turbo", "yarn", NULL};

/* Clouds that build or copy images themselves: how the command line begins. */
static const char *const cloud_builds[] = {"az acr build", "az acr import", "az acr run",
                                           "gcloud builds submit"};

static bool tells_of_images(const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_auto(GStrv) words = g_strsplit_set(lower, " \t\r\n;&|()<>{}'\"`$=/\\:,@.-_", -1);
    for (char **word = words; *word != NULL; word++)
        if (g_strv_contains(words_of_images, *word))
            return true;
    return false;
}

/* ---- Makefiles ---- */

struct makefile {
    const struct command_call *call;
    const char *directory;
    GHashTable *rules; /* target to GString: what it needs and its recipe */
    char *first;       /* the target without a goal, or NULL */
    int file_count;    /* that were read, at most REPOSITORY_FACTS_FILES_MAX */
    bool is_too_long;  /* a file is above REPOSITORY_FACTS_FILE_BYTES_MAX: it may do anything */
};

static bool read_file(struct makefile *makefile, const char *name);

static void makefile_clear(struct makefile *makefile)
{
    g_hash_table_unref(makefile->rules);
    g_free(makefile->first);
}

static void open_rules(struct makefile *makefile, const char *targets, const char *needs,
                       GPtrArray *open)
{
    g_auto(GStrv) names = g_strsplit_set(targets, " \t", -1);
    g_ptr_array_set_size(open, 0);
    for (char **name = names; *name != NULL; name++) {
        if (**name == '\0')
            continue;
        if (makefile->first == NULL && **name != '.')
            makefile->first = g_strdup(*name);
        GString *rule = g_hash_table_lookup(makefile->rules, *name);
        if (rule == NULL) {
            rule = g_string_new(NULL);
            g_hash_table_insert(makefile->rules, g_strdup(*name), rule);
        }
        g_string_append_printf(rule, " %s\n", needs);
        g_ptr_array_add(open, rule);
    }
}

/* Names with variables and wildcards in them lead nowhere. */
static void read_included(struct makefile *makefile, const char *names)
{
    g_auto(GStrv) words = g_strsplit_set(names, " \t", -1);
    for (char **word = words; *word != NULL; word++)
        if (**word != '\0' && strpbrk(*word, "$*?[") == NULL)
            (void)read_file(makefile, *word);
}

static void read_line(struct makefile *makefile, const char *line, GPtrArray *open)
{
    const char *colon = strchr(line, ':');
    const char *equals = strchr(line, '=');
    if (*line == '\t') {
        for (guint i = 0; i < open->len; i++)
            g_string_append_printf(open->pdata[i], "%s\n", line + 1);
        return;
    }
    if (g_str_has_prefix(line, "include ") || g_str_has_prefix(line, "-include "))
        read_included(makefile, strchr(line, ' '));
    if (*line == '#' || colon == NULL || (equals != NULL && equals < colon) || colon[1] == '=')
        return;
    g_autofree char *targets = g_strndup(line, (gsize)(colon - line));
    open_rules(makefile, targets, colon + 1 + (colon[1] == ':'), open);
}

static void string_free(void *string)
{
    g_string_free(string, TRUE);
}

static void read_text(struct makefile *makefile, char *text)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    for (char *at = strstr(text, "\\\n"); at != NULL; at = strstr(at, "\\\n"))
        memcpy(at, "  ", 2);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        read_line(makefile, *line, open);
}

/* False: there is no such file. */
static bool read_file(struct makefile *makefile, const char *name)
{
    gsize length = 0;
    g_autofree char *text = NULL;
    g_autofree char *path = g_build_filename(makefile->directory, name, NULL);
    g_autofree char *here = command_host_path(makefile->call, path);
    if (here == NULL || ++makefile->file_count > REPOSITORY_FACTS_FILES_MAX ||
        !regular_file_read(here, &text, &length, NULL))
        return false;
    if (length > REPOSITORY_FACTS_FILE_BYTES_MAX)
        makefile->is_too_long = true;
    else
        read_text(makefile, text);
    return true;
}

/* Whether a target, or one that it names anywhere, does; each is looked at once. */
static bool does_target_touch(const struct makefile *makefile, const char *goal)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GQueue) due = g_queue_new();
    g_queue_push_tail(due, (char *)goal);
    while (!g_queue_is_empty(due)) {
        const char *target = g_queue_pop_head(due);
        const GString *rule = g_hash_table_lookup(makefile->rules, target);
        void *name;
        if (rule == NULL || !g_hash_table_add(seen, g_strdup(target)))
            continue;
        if (tells_of_images(rule->str))
            return true;
        g_auto(GStrv) words = g_strsplit_set(rule->str, " \t\n;&|()", -1);
        for (char **word = words; *word != NULL; word++)
            if (g_hash_table_lookup_extended(makefile->rules, *word, &name, NULL))
                g_queue_push_tail(due, name);
    }
    return false;
}

/* ---- make's command line ---- */

struct goals {
    const char *directory;
    const char *file; /* or NULL */
    GPtrArray *names; /* char *, lent */
};

static void read_goals(struct goals *goals, const char *const *words)
{
    for (; *words != NULL; words++) {
        bool takes_value = strcmp(*words, "-C") == 0 || strcmp(*words, "-f") == 0;
        if (takes_value && words[1] != NULL) {
            *((*words)[1] == 'C' ? &goals->directory : &goals->file) = words[1];
            words++;
        } else if (**words != '-' && strchr(*words, '=') == NULL) {
            g_ptr_array_add(goals->names, (char *)*words);
        }
    }
}

static void load_makefile(struct makefile *makefile, const char *given)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    if (given != NULL) {
        (void)read_file(makefile, given);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (read_file(makefile, names[i]))
            return;
}

static bool does_make_touch(const struct command_call *call)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    struct goals goals = {.directory = ".", .names = names};
    read_goals(&goals, call->arguments + 1);
    __attribute__((cleanup(makefile_clear))) struct makefile makefile = {
        .call = call,
        .directory = goals.directory,
        .rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free)};
    load_makefile(&makefile, goals.file);
    if (names->len == 0 && makefile.first != NULL)
        g_ptr_array_add(names, makefile.first);
    bool touches = makefile.is_too_long;
    for (guint i = 0; !touches && i < names->len; i++)
        touches = does_target_touch(&makefile, names->pdata[i]);
    return touches;
}

static bool is_cloud_build(const char *line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cloud_builds); i++)
        if (g_str_has_prefix(line, cloud_builds[i]))
            return true;
    return false;
}

bool assumed_touches_images(const struct command_call *call)
{
    const char *name = command_name(call);
    g_autofree char *words = g_strjoinv(" ", (char **)call->arguments + 1);
    g_autofree char *line = g_strdup_printf("%s %s", name, words);
    if (!g_strv_contains(runners_of_tasks, name))
        return is_cloud_build(line);
    return tells_of_images(words) ||
           ((strcmp(name, "make") == 0 || strcmp(name, "gmake") == 0) && does_make_touch(call));
}
