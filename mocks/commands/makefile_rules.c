/* Which rules of a Makefile say how a target is made (GNU make manual, 4.12 Static Pattern Rules
   and 10.5 Pattern Rules). */
#include "mocks/commands/makefile.h"

#include <string.h>

/* ---- a Makefile ---- */

static void rule_free(gpointer memory)
{
    struct makefile_rule *rule = memory;
    g_free(rule->targets);
    g_free(rule->pattern);
    g_free(rule->needs);
    g_string_free(rule->recipe, TRUE);
    g_free(rule);
}

static void part_free(gpointer memory)
{
    struct makefile_part *part = memory;
    g_free(part->stem);
    g_free(part);
}

static void add_part(GPtrArray *parts, const struct makefile_rule *rule, const char *stem)
{
    struct makefile_part *part = g_new0(struct makefile_part, 1);
    part->rule = rule;
    part->stem = g_strdup(stem);
    g_ptr_array_add(parts, part);
}

void makefile_init(struct makefile *makefile, const struct command_call *call, const char *folder)
{
    *makefile = (struct makefile){
        .call = call,
        .folder = folder,
        .rules = g_ptr_array_new_with_free_func(rule_free),
        .variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .files = g_ptr_array_new_with_free_func(g_free),
        .targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify)g_ptr_array_unref),
        .patterns = g_ptr_array_new_with_free_func(part_free),
    };
    g_hash_table_insert(makefile->variables, g_strdup("CURDIR"), g_strdup("."));
}

void makefile_finish(struct makefile *makefile)
{
    g_ptr_array_unref(makefile->rules);
    g_hash_table_unref(makefile->variables);
    g_ptr_array_unref(makefile->files);
    g_hash_table_unref(makefile->targets);
    g_ptr_array_unref(makefile->patterns);
    g_free(makefile->first);
}

/* ---- words and patterns ---- */

/* A word ends at a blank outside of $(…) and ${…}. */
static GPtrArray *words_of(const char *text)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    while (*(text += strspn(text, " \t\n")) != '\0') {
        const char *end = text;
        int depth = 0;
        for (; *end != '\0' && (depth > 0 || strchr(" \t\n", *end) == NULL); end++)
            depth += strchr("({", *end) != NULL ? 1 : strchr(")}", *end) != NULL ? -1 : 0;
        g_ptr_array_add(words, g_strndup(text, (gsize)(end - text)));
        text = end;
    }
    return words;
}

/* The stem, g_free; NULL: the word does not fit. */
static char *stem_of(const char *pattern, const char *word)
{
    gsize before = strcspn(pattern, "%");
    const char *after = pattern[before] == '%' ? pattern + before + 1 : "";
    gsize length = strlen(word);
    if (length <= before + strlen(after) || strncmp(word, pattern, before) != 0 ||
        !g_str_has_suffix(word, after))
        return NULL;
    return g_strndup(word + before, length - before - strlen(after));
}

/* A name that a function or an unknown variable is in, or the % of an unknown stem. */
static bool is_open(const char *word)
{
    return strpbrk(word, "$%") != NULL;
}

/* Whether such a name may be one that the pattern makes: $(patsubst %,build-%,…) of build-%. */
static bool may_be_of(const char *pattern, const char *word)
{
    g_autofree char *before = g_strndup(pattern, strcspn(pattern, "%"));
    return *before != '\0' && strstr(word, before) != NULL;
}

/* ---- targets ---- */

static void add_target(struct makefile *makefile, const char *name,
                       const struct makefile_rule *rule, const char *stem)
{
    GPtrArray *parts = g_hash_table_lookup(makefile->targets, name);
    if (parts == NULL) {
        parts = g_ptr_array_new_with_free_func(part_free);
        g_hash_table_insert(makefile->targets, g_strdup(name), parts);
    }
    add_part(parts, rule, stem);
    if (makefile->first == NULL && *name != '.' && (strchr(name, '%') == NULL || *name == '$'))
        makefile->first = g_strdup(name);
}

/* Targets that nobody can tell are all that fit the rule's pattern; without one, any. */
static void settle_target(struct makefile *makefile, const struct makefile_rule *rule,
                          const char *name)
{
    g_autofree char *pattern =
        rule->pattern != NULL ? makefile_expand(makefile, rule->pattern) : NULL;
    g_autofree char *stem = pattern != NULL ? stem_of(pattern, name) : NULL;
    if (strchr(name, '$') != NULL) {
        add_target(makefile, name, rule, NULL);
        add_part(makefile->patterns, rule, pattern != NULL ? pattern : "%");
    } else if (strchr(name, '%') != NULL)
        add_part(makefile->patterns, rule, name);
    else if (pattern == NULL || stem != NULL)
        add_target(makefile, name, rule, stem);
}

void makefile_settle(struct makefile *makefile)
{
    gsize bytes = 0;
    for (guint i = 0; i < makefile->rules->len && bytes < DOC_BYTES_MAX; i++) {
        const struct makefile_rule *rule = g_ptr_array_index(makefile->rules, i);
        g_autofree char *targets = makefile_expand(makefile, rule->targets);
        g_autoptr(GPtrArray) words = words_of(targets);
        bytes += strlen(targets);
        for (guint k = 0; k < words->len; k++)
            settle_target(makefile, rule, g_ptr_array_index(words, k));
    }
}

/* Of several patterns the one with the shortest stem counts (10.5.4); those of the branches of a
   condition are the same. */
static void add_by_pattern(const struct makefile *makefile, const char *target, bool has_rule,
                           GPtrArray *parts)
{
    bool fits_any = !has_rule && !makefile_has_file(makefile, target);
    gsize shortest = G_MAXSIZE;
    for (guint i = 0; i < makefile->patterns->len; i++) {
        const struct makefile_part *each = g_ptr_array_index(makefile->patterns, i);
        bool is_any = strcmp(each->stem, "%") == 0;
        g_autofree char *stem = is_any && !fits_any ? NULL : stem_of(each->stem, target);
        if (stem == NULL || strlen(stem) > shortest)
            continue;
        if (strlen(stem) < shortest && shortest != G_MAXSIZE)
            g_ptr_array_remove_range(parts, 0, parts->len);
        shortest = strlen(stem);
        add_part(parts, each->rule, stem);
    }
}

/* Those that fit img-%, a need whose stem nobody knows. */
static void add_fitting(const struct makefile *makefile, const char *pattern, GPtrArray *parts)
{
    GHashTableIter iter;
    gpointer name, own;
    g_hash_table_iter_init(&iter, makefile->targets);
    while (g_hash_table_iter_next(&iter, &name, &own)) {
        g_autofree char *stem = stem_of(pattern, name);
        for (guint i = 0; stem != NULL && i < ((GPtrArray *)own)->len; i++) {
            const struct makefile_part *part = g_ptr_array_index((GPtrArray *)own, i);
            add_part(parts, part->rule, part->stem);
        }
    }
}

static void add_by_likeness(const struct makefile *makefile, const char *target, GPtrArray *parts)
{
    if (strchr(target, '$') == NULL)
        add_fitting(makefile, target, parts);
    for (guint i = 0; i < makefile->patterns->len; i++) {
        const struct makefile_part *each = g_ptr_array_index(makefile->patterns, i);
        if (may_be_of(each->stem, target))
            add_part(parts, each->rule, NULL);
    }
}

GPtrArray *makefile_parts_of(const struct makefile *makefile, const char *target)
{
    const GPtrArray *own = g_hash_table_lookup(makefile->targets, target);
    GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);
    g_autoptr(GPtrArray) by_pattern = g_ptr_array_new_with_free_func(part_free);
    bool has_recipe = false;
    for (guint i = 0; own != NULL && i < own->len; i++) {
        const struct makefile_part *part = g_ptr_array_index(own, i);
        has_recipe = has_recipe || part->rule->recipe->len > 0;
        add_part(parts, part->rule, part->stem);
    }
    if (has_recipe)
        return parts;
    if (is_open(target))
        add_by_likeness(makefile, target, parts);
    else
        add_by_pattern(makefile, target, own != NULL, by_pattern);
    for (guint i = 0; i < by_pattern->len; i++) {
        const struct makefile_part *part = g_ptr_array_index(by_pattern, i);
        add_part(parts, part->rule, part->stem);
    }
    return parts;
}

GPtrArray *makefile_needs_of(const struct makefile *makefile, const struct makefile_part *part)
{
    g_autofree char *needs = makefile_expand(makefile, part->rule->needs);
    GPtrArray *words = words_of(needs);
    for (guint i = 0; part->stem != NULL && i < words->len; i++) {
        char *word = g_ptr_array_index(words, i);
        g_auto(GStrv) around = g_strsplit(word, "%", 2);
        if (around[0] == NULL || around[1] == NULL || strchr(word, '$') != NULL)
            continue;
        words->pdata[i] = g_strconcat(around[0], part->stem, around[1], NULL);
        g_free(word);
    }
    return words;
}
