/* .dockerignore: patterns to regular expressions, as moby/patternmatcher does it. */
#include "mocks/dockerfile/files.h"

#include <string.h>

struct pattern {
    char *text;
    GRegex *regex; /* NULL: plain text, compared as such */
    int depth;     /* how many parts a path has that it fits; 0: any */
    bool is_exception;
};

struct ignore {
    GPtrArray *patterns; /* struct pattern, in order */
};

static void pattern_free(void *pointer)
{
    struct pattern *pattern = pointer;
    g_clear_pointer(&pattern->regex, g_regex_unref);
    g_free(pattern->text);
    g_free(pattern);
}

static bool is_special(char each)
{
    return strchr(".+()|{}^$", each) != NULL;
}

/* What stands for "**" at next; *length is how much it takes. */
static const char *double_star(const char *next, gsize *length)
{
    *length = 2;
    if (next[2] == '/') {
        *length = 3;
        return "(.*/)?";
    }
    return ".*";
}

static char *to_regex(const char *pattern)
{
    GString *regex = g_string_new("^");
    for (const char *next = pattern; *next != '\0';) {
        gsize length = 1;
        if (next[0] == '*' && next[1] == '*')
            g_string_append(regex, double_star(next, &length));
        else if (*next == '*')
            g_string_append(regex, "[^/]*");
        else if (*next == '?')
            g_string_append(regex, "[^/]");
        else if (*next == '\\' && next[1] != '\0')
            g_string_append_printf(regex, "\\%c", next[length++]);
        else
            g_string_append_printf(regex, "%s%c", is_special(*next) ? "\\" : "", *next);
        next += length;
    }
    return g_string_free(g_string_append_c(regex, '$'), FALSE);
}

static int count_parts(const char *text)
{
    int count = 1;
    for (; *text != '\0'; text++)
        count += *text == '/';
    return count;
}

/* Neither `**` nor a class, which might fit a slash. */
static bool has_own_depth(const char *pattern)
{
    return strstr(pattern, "**") == NULL && strpbrk(pattern, "[\\") == NULL;
}

static bool is_plain(const char *pattern)
{
    return strpbrk(pattern, "*?[\\") == NULL;
}

static void add_line(struct ignore *ignore, const char *line)
{
    g_autofree char *text = g_strstrip(g_strdup(line));
    bool is_exception = text[0] == '!';
    g_autofree char *clean = build_path_clean(text + (is_exception ? 1 : 0));
    if (*text == '\0' || *text == '#' || clean == NULL || *clean == '\0')
        return;
    g_autofree char *expression = to_regex(clean);
    g_autoptr(GRegex) regex =
        g_regex_new(expression, G_REGEX_OPTIMIZE | G_REGEX_DOLLAR_ENDONLY | G_REGEX_RAW, 0, NULL);
    if (regex == NULL)
        return;
    struct pattern *pattern = g_new0(struct pattern, 1);
    pattern->regex = is_plain(clean) ? NULL : g_steal_pointer(&regex);
    pattern->depth = has_own_depth(clean) ? count_parts(clean) : 0;
    pattern->text = g_steal_pointer(&clean);
    pattern->is_exception = is_exception;
    g_ptr_array_add(ignore->patterns, pattern);
}

struct ignore *ignore_parse(const char *text, gsize length_bytes)
{
    struct ignore *ignore = g_new0(struct ignore, 1);
    g_autofree char *copy = g_strndup(text, length_bytes);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    ignore->patterns = g_ptr_array_new_with_free_func(pattern_free);
    for (gsize i = 0; lines[i] != NULL; i++)
        add_line(ignore, lines[i]);
    return ignore;
}

void ignore_free(struct ignore *ignore)
{
    if (ignore == NULL)
        return;
    g_ptr_array_unref(ignore->patterns);
    g_free(ignore);
}

static bool fits_plainly(const struct pattern *pattern, const char *path)
{
    gsize length = strlen(pattern->text);
    return strncmp(path, pattern->text, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

/* The path itself or one of the folders above it: every file of a context is asked for, so that
   only those are tried that can fit. */
static bool matches(const struct pattern *pattern, const char *path)
{
    if (pattern->regex == NULL)
        return fits_plainly(pattern, path);
    const char *end = path;
    for (int depth = 1; *end != '\0'; depth++) {
        end = strchrnul(*end == '/' ? end + 1 : end, '/');
        bool can_fit = pattern->depth == 0 || pattern->depth == depth;
        if (can_fit && g_regex_match_full(pattern->regex, path, end - path, 0, 0, NULL, NULL))
            return true;
    }
    return false;
}

bool ignore_excludes(const struct ignore *ignore, const char *path)
{
    bool is_excluded = false;
    for (guint i = 0; i < ignore->patterns->len; i++) {
        const struct pattern *pattern = g_ptr_array_index(ignore->patterns, i);
        if (pattern->is_exception == is_excluded && matches(pattern, path))
            is_excluded = !is_excluded;
    }
    return is_excluded;
}

struct build_files *build_files_filter(const struct build_files *files, const struct ignore *ignore)
{
    struct build_files *kept = build_files_new();
    for (guint i = 0; i < build_files_count(files); i++) {
        const struct build_file *file = build_files_at(files, i);
        if (!ignore_excludes(ignore, file->path))
            build_files_put(kept, file->path, file->bytes, file->mode, file->declared_bytes);
    }
    for (guint i = 0; i < build_files_folder_count(files); i++)
        if (!ignore_excludes(ignore, build_files_folder_at(files, i)))
            build_files_put_folder(kept, build_files_folder_at(files, i));
    for (guint i = 0; i < build_files_open_count(files); i++)
        if (!ignore_excludes(ignore, build_files_open_at(files, i)))
            build_files_open(kept, build_files_open_at(files, i));
    return kept;
}
