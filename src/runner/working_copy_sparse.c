/* The part of a working copy that a sparse checkout leaves (git-sparse-checkout(1)). */
#include "runner/working_copy_private.h"

#include <fnmatch.h>
#include <glib/gstdio.h>
#include <string.h>

/* ---- cones ---- */

/* Every file at the top, all below a folder that is named, and what lies directly in those above
   it. */
static bool is_in_cone(const char *path, char *const *folders)
{
    const char *slash = strrchr(path, '/');
    gsize above = slash != NULL ? (gsize)(slash - path) : 0;
    if (slash == NULL)
        return true;
    for (; *folders != NULL; folders++) {
        gsize length = strlen(*folders);
        bool is_below = strncmp(path, *folders, length) == 0 && path[length] == '/';
        bool is_above = strncmp(path, *folders, above) == 0 && (*folders)[above] == '/';
        if (is_below || is_above)
            return true;
    }
    return false;
}

static void put_folder(GString *rules, const char *folder)
{
    for (const char *at = folder; (at = strchr(at, '/')) != NULL; at++) {
        g_autofree char *above = g_strdup_printf("/%.*s/\n", (int)(at - folder), folder);
        if (strstr(rules->str, above) == NULL)
            g_string_append_printf(rules, "%s!/%.*s/*/\n", above, (int)(at - folder), folder);
    }
    g_string_append_printf(rules, "/%s/\n", folder);
}

static char *rules_of_cone(char *const *folders)
{
    GString *rules = g_string_new("/*\n!/*/\n");
    for (; *folders != NULL; folders++)
        put_folder(rules, *folders);
    return g_string_free(rules, FALSE);
}

/* ---- patterns ---- */

static bool matches(const char *pattern, const char *path, bool is_folder)
{
    g_autofree char *rule = g_strdup(pattern);
    gsize length = strlen(rule);
    if (length > 0 && rule[length - 1] == '/') {
        rule[length - 1] = '\0';
        if (!is_folder)
            return false;
    }
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    bool is_anchored = strchr(rule, '/') != NULL;
    const char *subject = is_anchored ? path : name;
    return fnmatch(rule[0] == '/' ? rule + 1 : rule, subject,
                   strstr(rule, "**") != NULL ? 0 : FNM_PATHNAME) == 0;
}

/* What the last pattern that matches says; otherwise what was said of the folder it is in. */
static bool decide(const char *path, bool is_folder, char *const *patterns, bool is_in)
{
    for (; *patterns != NULL; patterns++) {
        bool is_out = **patterns == '!';
        if (matches(*patterns + is_out, path, is_folder))
            is_in = !is_out;
    }
    return is_in;
}

static bool is_matched(const char *path, char *const *patterns)
{
    bool is_in = false;
    for (const char *at = path; (at = strchr(at, '/')) != NULL; at++) {
        g_autofree char *folder = g_strndup(path, (gsize)(at - path));
        is_in = decide(folder, /* is_folder= */ true, patterns, is_in);
    }
    return decide(path, /* is_folder= */ false, patterns, is_in);
}

/* ---- the files ---- */

/* With the folders that are empty without it. */
static void remove_file(const struct working_copy *copy, const char *path)
{
    g_autofree char *name = g_strdup(path);
    for (bool is_gone = true; is_gone && strcmp(name, ".") != 0;) {
        g_autofree char *file = g_build_filename(copy->options.target, name, NULL);
        is_gone = g_remove(file) == 0;
        char *above = g_path_get_dirname(name);
        g_free(name);
        name = above;
    }
}

static bool leave_out(const struct working_copy *copy, git_index *index, gsize at)
{
    git_index_entry entry = *git_index_get_byindex(index, at);
    g_autofree char *path = g_strdup(entry.path);
    entry.path = path;
    entry.flags_extended |= GIT_INDEX_ENTRY_SKIP_WORKTREE;
    remove_file(copy, path);
    return git_index_add(index, &entry) == 0;
}

static bool thin(const struct working_copy *copy, char *const *lines)
{
    git_index *index = NULL;
    bool is_fine = git_repository_index(&index, copy->made) == 0;
    for (gsize i = 0; is_fine && i < git_index_entrycount(index); i++) {
        const char *path = git_index_get_byindex(index, i)->path;
        bool is_in = copy->options.is_cone ? is_in_cone(path, lines) : is_matched(path, lines);
        is_fine = is_in || leave_out(copy, index, i);
    }
    is_fine = is_fine && git_index_write(index) == 0;
    git_index_free(index);
    return is_fine;
}

static bool configure(const struct working_copy *copy)
{
    git_config *config = NULL;
    bool is_done =
        git_repository_config(&config, copy->made) == 0 &&
        git_config_set_bool(config, "core.sparseCheckout", 1) == 0 &&
        git_config_set_bool(config, "core.sparseCheckoutCone", copy->options.is_cone) == 0;
    git_config_free(config);
    return is_done;
}

static char **lines_of(const struct working_copy *copy)
{
    g_auto(GStrv) lines = g_strsplit(copy->options.sparse, "\n", -1);
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
    for (char **line = lines; *line != NULL; line++) {
        char *text = g_strstrip(*line);
        if (copy->options.is_cone) {
            while (*text == '/')
                text++;
            while (g_str_has_suffix(text, "/"))
                text[strlen(text) - 1] = '\0';
        }
        if (*text != '\0' && *text != '#' && strcmp(text, ".") != 0)
            g_strv_builder_add(kept, text);
    }
    return g_strv_builder_end(kept);
}

bool working_copy_thin(const struct working_copy *copy)
{
    g_auto(GStrv) lines = lines_of(copy);
    g_autofree char *rules = copy->options.is_cone ? rules_of_cone(lines) : g_strjoinv("\n", lines);
    g_autofree char *path =
        g_build_filename(git_repository_path(copy->made), "info", "sparse-checkout", NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_mkdir_with_parents(folder, 0755);
    return thin(copy, lines) && configure(copy) && g_file_set_contents(path, rules, -1, NULL);
}
