/* Ranges of versions, reduced to bounds. */
#include "actions/semver.h"

#include <string.h>

/* At least or below major.minor.patch. */
struct semver_bound {
    uint64_t parts[3];
    bool is_below;
};

/* A version with missing parts: "1", "1.22", "1.x". */
struct partial {
    uint64_t parts[3];
    unsigned count; /* of parts that are given */
};

void semver_range_clear(struct semver_range *range)
{
    for (guint i = 0; range->sets != NULL && i < range->sets->len; i++)
        g_array_unref(g_array_index(range->sets, GArray *, i));
    g_clear_pointer(&range->sets, g_array_unref);
}

static void add(GArray *set, const uint64_t parts[3], bool is_below)
{
    struct semver_bound bound = {.is_below = is_below};
    memcpy(bound.parts, parts, sizeof(bound.parts));
    g_array_append_val(set, bound);
}

static bool is_wild(const char *text)
{
    return strcmp(text, "x") == 0 || strcmp(text, "X") == 0 || strcmp(text, "*") == 0;
}

static bool read_partial(const char *text, struct partial *partial)
{
    *partial = (struct partial){0};
    g_auto(GStrv) parts = g_strsplit(*text == 'v' ? text + 1 : text, ".", -1);
    for (gsize i = 0; parts[i] != NULL; i++) {
        if (i >= G_N_ELEMENTS(partial->parts))
            return false;
        if (is_wild(parts[i]))
            return true;
        bool is_number = *parts[i] != '\0' && strlen(parts[i]) < 16 &&
                         strspn(parts[i], "0123456789") == strlen(parts[i]);
        if (!is_number)
            return false;
        partial->parts[i] = g_ascii_strtoull(parts[i], NULL, 10);
        partial->count++;
    }
    return true;
}

/* The first version after all that begin with the first `count` parts. */
static void raise_at(struct partial *partial, unsigned count)
{
    partial->parts[count - 1]++;
    for (unsigned i = count; i < G_N_ELEMENTS(partial->parts); i++)
        partial->parts[i] = 0;
}

static void add_between(GArray *set, const struct partial *from, unsigned raised)
{
    struct partial end = *from;
    add(set, from->parts, /* is_below= */ false);
    if (raised == 0)
        return;
    raise_at(&end, raised);
    add(set, end.parts, /* is_below= */ true);
}

/* ^1.2.3 allows what does not change the first part that is not 0. */
static unsigned caret_part(const struct partial *partial)
{
    for (unsigned i = 0; i < partial->count; i++)
        if (partial->parts[i] != 0)
            return i + 1;
    return partial->count;
}

static void add_comparison(GArray *set, const char *sign, struct partial partial)
{
    bool is_strict = sign[1] != '=';
    if (*sign == '<' && !is_strict && partial.count > 0)
        raise_at(&partial, partial.count);
    if (*sign == '>' && is_strict && partial.count > 0)
        raise_at(&partial, partial.count);
    add(set, partial.parts, /* is_below= */ *sign == '<');
}

static bool add_word(GArray *set, const char *word)
{
    gsize length = strspn(word, "<>=^~");
    g_autofree char *sign = g_strndup(word, length);
    struct partial partial;
    if (!read_partial(word + length, &partial))
        return false;
    if (*sign == '<' || (*sign == '>'))
        add_comparison(set, sign, partial);
    else if (*sign == '^')
        add_between(set, &partial, caret_part(&partial));
    else if (*sign == '~')
        add_between(set, &partial, MIN(partial.count, 2));
    else
        add_between(set, &partial, partial.count);
    return true;
}

static bool add_hyphen(GArray *set, const char *from, const char *to)
{
    struct partial first, last;
    if (!read_partial(from, &first) || !read_partial(to, &last))
        return false;
    add(set, first.parts, /* is_below= */ false);
    if (last.count > 0) {
        raise_at(&last, last.count);
        add(set, last.parts, /* is_below= */ true);
    }
    return true;
}

static bool add_set(struct semver_range *range, const char *text)
{
    GArray *set = g_array_new(FALSE, TRUE, sizeof(struct semver_bound));
    g_array_append_val(range->sets, set);
    /* A sign may stand apart from its version. */
    g_autoptr(GRegex) apart = g_regex_new("([<>=^~])\\s+", G_REGEX_RAW, 0, NULL);
    g_autofree char *joined = g_regex_replace(apart, text, -1, 0, "\\1", 0, NULL);
    g_auto(GStrv) words = g_strsplit_set(g_strstrip(joined), " \t\n", -1);
    if (g_strv_length(words) == 3 && strcmp(words[1], "-") == 0)
        return add_hyphen(set, words[0], words[2]);
    for (char **word = words; *word != NULL; word++)
        if (**word != '\0' && !add_word(set, *word))
            return false;
    return true;
}

bool semver_range_parse(const char *text, struct semver_range *range)
{
    range->sets = g_array_new(FALSE, TRUE, sizeof(GArray *));
    g_auto(GStrv) sets = g_strsplit(text, "||", -1);
    bool is_range = *sets != NULL || add_set(range, "");
    for (char **set = sets; is_range && *set != NULL; set++)
        is_range = add_set(range, *set);
    if (!is_range)
        semver_range_clear(range);
    return is_range;
}

static bool holds(const struct semver_bound *bound, const struct semver *version)
{
    const uint64_t parts[] = {version->major, version->minor, version->patch};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i] != bound->parts[i])
            return (parts[i] < bound->parts[i]) == bound->is_below;
    return !bound->is_below;
}

bool semver_range_has(const struct semver_range *range, const struct semver *version)
{
    for (guint i = 0; version->prerelease == NULL && i < range->sets->len; i++) {
        const GArray *set = g_array_index(range->sets, GArray *, i);
        bool do_all_hold = true;
        for (guint j = 0; j < set->len; j++)
            do_all_hold =
                do_all_hold && holds(&g_array_index(set, struct semver_bound, j), version);
        if (do_all_hold)
            return true;
    }
    return false;
}
