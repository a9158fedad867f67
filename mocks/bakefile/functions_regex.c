/* Functions over regular expressions (go-cty's stdlib/regexp.go). GLib's are a larger language than
   Go's: what only GLib knows is refused as Go refuses it, or not modelled. */
#include "mocks/bakefile/bakefile_private.h"

#include "base/limits.h"

#include <string.h>

/* A pattern and the names of its groups in order; "" for a group without one. */
struct pattern {
    GRegex *regex;
    GPtrArray *names; /* char * */
    guint named_count;
};

static void pattern_finish(struct pattern *pattern)
{
    g_clear_pointer(&pattern->regex, g_regex_unref);
    g_clear_pointer(&pattern->names, g_ptr_array_unref);
}

static const char *text_at(const struct call *call, gsize index)
{
    return call->args[index]->text;
}

/* ---- patterns ---- */

/* Behind a class such as [^]a-z]. */
static const char *class_end(const char *at)
{
    at += at[1] == '^' ? 2 : 1;
    at += *at == ']' ? 1 : 0;
    for (; *at != '\0' && *at != ']'; at++)
        at += *at == '\\' && at[1] != '\0' ? 1 : 0;
    return at;
}

/* A group: its name, or how Go refuses it. */
static bool read_group(struct pattern *pattern, struct call *call, int argument, const char *at)
{
    const char *name = g_str_has_prefix(at, "(?P<")  ? at + strlen("(?P<")
                       : g_str_has_prefix(at, "(?<") ? at + strlen("(?<")
                                                     : NULL;
    if (at[1] != '?') {
        g_ptr_array_add(pattern->names, g_strdup(""));
    } else if (name != NULL && (*name == '_' || g_ascii_isalnum(*name))) {
        g_ptr_array_add(pattern->names, g_strndup(name, strcspn(name, ">")));
        pattern->named_count++;
    } else if (strchr(":imsU-", at[2]) == NULL) {
        bool is_plain = strchr("=!>", at[2]) != NULL;
        if (!is_plain)
            return bake_unknown_term(call->bake, call->term, "the group %.4s", at) != NULL;
        return call_argument_fails(call, argument,
                                   "invalid regexp pattern: invalid or unsupported Perl syntax in "
                                   "%.3s",
                                   at) != NULL;
    }
    return true;
}

/* Fills names; Go knows neither lookarounds nor references to groups. */
static bool read_groups(struct pattern *pattern, struct call *call, int argument)
{
    for (const char *at = text_at(call, (gsize)argument); *at != '\0'; at++) {
        if (*at == '\\' && at[1] >= '1' && at[1] <= '9')
            return call_argument_fails(call, argument,
                                       "invalid regexp pattern: invalid escape sequence in %.2s",
                                       at) != NULL;
        if (*at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '[')
            at = class_end(at);
        else if (*at == '(' && !read_group(pattern, call, argument, at))
            return false;
        if (*at == '\0')
            return true;
    }
    return true;
}

static bool pattern_init(struct pattern *pattern, struct call *call, int argument)
{
    g_autoptr(GError) error = NULL;
    pattern->names = g_ptr_array_new_with_free_func(g_free);
    if (!read_groups(pattern, call, argument))
        return false;
    pattern->regex = g_regex_new(text_at(call, (gsize)argument), 0, 0, &error);
    if (pattern->regex == NULL)
        return call_argument_fails(call, argument, "invalid regexp pattern: %s", error->message) !=
               NULL;
    return true;
}

/* The next match by Go's rule: an empty one right behind the match before does not count. */
static bool match_counts(const GMatchInfo *match, int last_end)
{
    int start = 0, end = 0;
    g_match_info_fetch_pos(match, 0, &start, &end);
    return start != end || start != last_end;
}

/* ---- regex, regexall ---- */

static const struct value *group_value(struct call *call, GMatchInfo *match, int group)
{
    g_autofree char *text = g_match_info_fetch(match, group);
    int start = -1;
    g_match_info_fetch_pos(match, group, &start, NULL);
    return text == NULL || start < 0 ? value_null(call->bake) : value_string(call->bake, text);
}

/* No group gives the match, groups a tuple, named groups an object. */
static const struct value *match_value(struct call *call, const struct pattern *pattern,
                                       GMatchInfo *match)
{
    struct pairs pairs;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (pattern->names->len == 0)
        return group_value(call, match, 0);
    for (guint i = 0; i < pattern->names->len; i++)
        g_ptr_array_add(items, (struct value *)group_value(call, match, (int)i + 1));
    if (pattern->named_count == 0)
        return value_sequence(call->bake, VALUE_TUPLE, (const struct value *const *)items->pdata,
                              items->len);
    pairs_init(&pairs);
    for (guint i = 0; i < pattern->names->len; i++)
        pairs_add(&pairs, pattern->names->pdata[i], items->pdata[i]);
    return pairs_end(call->bake, &pairs, VALUE_OBJECT);
}

static const struct value *all_matches(struct call *call, const struct pattern *pattern)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    int last_end = -1;
    g_regex_match(pattern->regex, text_at(call, 1), 0, &match);
    for (; g_match_info_matches(match) && bake_step(call->bake); g_match_info_next(match, NULL)) {
        if (match_counts(match, last_end))
            g_ptr_array_add(items, (struct value *)match_value(call, pattern, match));
        g_match_info_fetch_pos(match, 0, NULL, &last_end);
    }
    return value_sequence(call->bake, VALUE_LIST, (const struct value *const *)items->pdata,
                          items->len);
}

static const struct value *run_regexall(struct call *call)
{
    struct pattern pattern = {0};
    const struct value *all = NULL;
    bool is_read = pattern_init(&pattern, call, 0);
    if (is_read && pattern.named_count > 0 && pattern.named_count < pattern.names->len)
        call_argument_fails(call, 0,
                            "invalid regexp pattern: cannot mix both named and unnamed capture "
                            "groups");
    else if (is_read)
        all = all_matches(call, &pattern);
    pattern_finish(&pattern);
    return all;
}

static const struct value *run_regex(struct call *call)
{
    const struct value *all = run_regexall(call);
    if (all == NULL)
        return NULL;
    return all->count > 0 ? all->items[0]
                          : call_fails(call, "pattern did not match any part of the given string");
}

/* ---- regex_replace ---- */

/* The group that a name or number stands for; -1: none. */
static int group_of(const struct pattern *pattern, const char *name)
{
    guint64 number = 0;
    if (g_ascii_string_to_unsigned(name, 10, 0, pattern->names->len, &number, NULL))
        return (int)number;
    for (guint i = 0; *name != '\0' && i < pattern->names->len; i++)
        if (strcmp(pattern->names->pdata[i], name) == 0)
            return (int)i + 1;
    return -1;
}

/* regexp.extract(): $name and ${name}; the name is as long as it can be. NULL: no reference. */
static char *reference_at(const char **at)
{
    bool has_braces = (*at)[1] == '{';
    const char *start = *at + (has_braces ? 2 : 1), *end = start;
    while (*end == '_' || g_ascii_isalnum(*end))
        end++;
    if (end == start || (has_braces && *end != '}'))
        return NULL;
    *at = end + (has_braces ? 1 : 0);
    return g_strndup(start, (gsize)(end - start));
}

/* regexp.Expand() */
static bool expand(struct call *call, const struct pattern *pattern, GMatchInfo *match,
                   GString *out)
{
    for (const char *at = text_at(call, 2); *at != '\0';) {
        g_autofree char *name = *at == '$' && at[1] != '$' ? reference_at(&at) : NULL;
        if (name == NULL) {
            g_string_append_c(out, *at);
            at += *at == '$' && at[1] == '$' ? 2 : 1;
            continue;
        }
        int group = group_of(pattern, name);
        g_autofree char *text = group < 0 ? NULL : g_match_info_fetch(match, group);
        if (text != NULL && !bake_text_append(call->bake, out, text))
            return false;
    }
    return bake_text_append(call->bake, out, "");
}

static const struct value *replaced(struct call *call, const struct pattern *pattern)
{
    const char *text = text_at(call, 0);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GMatchInfo) match = NULL;
    int last_end = -1, copied = 0;
    g_regex_match(pattern->regex, text, 0, &match);
    for (; g_match_info_matches(match) && bake_step(call->bake); g_match_info_next(match, NULL)) {
        int start = 0, end = 0;
        bool counts = match_counts(match, last_end);
        g_match_info_fetch_pos(match, 0, &start, &end);
        g_string_append_len(out, text + copied, start - copied);
        copied = end;
        last_end = end;
        if (counts && !expand(call, pattern, match, out))
            return NULL;
    }
    if (call->bake->error != NULL || !bake_text_append(call->bake, out, text + copied))
        return NULL;
    return value_string(call->bake, out->str);
}

static const struct value *run_regex_replace(struct call *call)
{
    struct pattern pattern = {0};
    const struct value *text = pattern_init(&pattern, call, 1) ? replaced(call, &pattern) : NULL;
    pattern_finish(&pattern);
    return text;
}

const struct function_row functions_regexes[] = {
    {"regex", "spattern sstring", run_regex},
    {"regexall", "spattern sstring", run_regexall},
    {"regex_replace", "sstr spattern sreplace", run_regex_replace},
    {NULL, NULL, NULL},
};
