/* Matching paths against the rules of a .dockerignore file. */
#include "docker/ignore.h"

#include <string.h>

struct rule {
    char **parts; /* of the pattern, split at '/' */
    bool is_exception;
};

struct context_ignore {
    GPtrArray *rules; /* struct rule */
};

static void rule_free(void *memory)
{
    struct rule *rule = memory;
    g_strfreev(rule->parts);
    g_free(rule);
}

/* Leading and trailing slashes and "./" mean nothing in a rule. */
static char **split_pattern(const char *pattern)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
    for (char **part = parts; *part != NULL; part++)
        if (**part != '\0' && strcmp(*part, ".") != 0)
            g_strv_builder_add(builder, *part);
    return g_strv_builder_end(builder);
}

struct context_ignore *context_ignore_parse(const char *text)
{
    struct context_ignore *ignore = g_new0(struct context_ignore, 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    ignore->rules = g_ptr_array_new_with_free_func(rule_free);
    for (char **each = lines; *each != NULL; each++) {
        char *line = g_strstrip(*each);
        if (*line == '\0' || *line == '#')
            continue;
        struct rule *rule = g_new0(struct rule, 1);
        rule->is_exception = *line == '!';
        rule->parts = split_pattern(rule->is_exception ? g_strstrip(line + 1) : line);
        g_ptr_array_add(ignore->rules, rule);
    }
    return ignore;
}

void context_ignore_free(struct context_ignore *ignore)
{
    if (ignore == NULL)
        return;
    g_ptr_array_unref(ignore->rules);
    g_free(ignore);
}

bool context_ignore_has_exceptions(const struct context_ignore *ignore)
{
    for (guint i = 0; i < ignore->rules->len; i++)
        if (((const struct rule *)g_ptr_array_index(ignore->rules, i))->is_exception)
            return true;
    return false;
}

/* One character class, "[a-z]" or "[^a-z]"; *pattern stands after '[' and is left after ']'. */
static bool class_matches(const char **pattern, char character)
{
    const char *next = *pattern;
    bool is_negated = *next == '^';
    bool is_in = false;

    next += is_negated;
    while (*next != '\0' && *next != ']') {
        char low = *next++;
        char high = low;
        if (next[0] == '-' && next[1] != ']' && next[1] != '\0') {
            high = next[1];
            next += 2;
        }
        is_in |= low <= character && character <= high;
    }
    *pattern = *next == ']' ? next + 1 : next;
    return is_in != is_negated;
}

/* Go's filepath.Match within one part of a path. Iterative with one point to come back to, so that
   a pattern full of stars costs no exponential time. */
static bool part_matches(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *star_text = NULL;

    while (*text != '\0' || *pattern != '\0') {
        const char *next = pattern;
        bool fits = false;
        if (*pattern == '*') {
            star = ++pattern;
            star_text = text;
            continue;
        }
        if (*pattern != '\0' && *text != '\0') {
            next++;
            if (*pattern == '[')
                fits = class_matches(&next, *text);
            else if (*pattern == '\\' && pattern[1] != '\0')
                fits = *next++ == *text;
            else
                fits = *pattern == '?' || *pattern == *text;
        }
        if (fits) {
            pattern = next;
            text++;
        } else if (star != NULL && *star_text != '\0') {
            pattern = star;
            text = ++star_text;
        } else {
            return false;
        }
    }
    return true;
}

/* The pattern may match the path itself or one of its parents: a folder excluded is all excluded.
   Only the last `**` needs to be tried again, as in glob_match(). */
static bool parts_match(char *const *pattern, char *const *path)
{
    char *const *after_stars = NULL;
    char *const *stars_end = NULL; /* how far in the path the last `**` reaches */

    while (*pattern != NULL) {
        if (strcmp(*pattern, "**") == 0) {
            after_stars = ++pattern;
            stars_end = path;
            if (*pattern == NULL)
                return *path != NULL;
        } else if (*path != NULL && part_matches(*pattern, *path)) {
            pattern++;
            path++;
        } else if (after_stars != NULL && *stars_end != NULL) {
            pattern = after_stars;
            path = ++stars_end;
        } else {
            return false;
        }
    }
    return true;
}

bool context_ignore_excludes(const struct context_ignore *ignore, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    bool is_excluded = false;

    for (guint i = 0; i < ignore->rules->len; i++) {
        const struct rule *rule = g_ptr_array_index(ignore->rules, i);
        if (rule->is_exception == is_excluded && parts_match(rule->parts, parts))
            is_excluded = !rule->is_exception;
    }
    return is_excluded;
}
