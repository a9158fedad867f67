/* Whether targets of a Makefile build, move or run images, told from its text. */
#include "mocks/commands/makefile.h"

#include <string.h>

/* ---- what it does ---- */

/* A program that the environment names: `$(CONTAINER_TOOL) push`. */
static bool calls_tool_for_images(const char *text)
{
    g_autoptr(GRegex) regex =
        g_regex_new("(?:^|[;&|@-])[ \\t]*\\$[({](\\w+)[)}]", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        if (word_names_images(name))
            return true;
    }
    return false;
}

static bool does_text_touch(const struct makefile *makefile, const char *text)
{
    g_autofree char *expanded = makefile_expand(makefile, text);
    return text_calls_image_programs(expanded) || calls_tool_for_images(expanded);
}

/* `$(call NAME,…)`: what the function does, its arguments left out. */
static bool calls_function_for_images(const struct makefile *makefile, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new("\\$[({]call\\s+([\\w.-]+)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        const char *body = g_hash_table_lookup(makefile->variables, name);
        if (body != NULL && does_text_touch(makefile, body))
            return true;
    }
    return false;
}

/* The words behind `$(MAKE)` in a recipe may be targets. */
static void await_submake(GQueue *due, const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n;&|", -1);
    bool is_make = false;
    for (char **word = words; *word != NULL; word++) {
        if (is_make && **word != '\0')
            g_queue_push_tail(due, g_strdup(*word));
        is_make = is_make || strstr(*word, "$(MAKE)") != NULL || strstr(*word, "${MAKE}") != NULL ||
                  g_str_equal(*word, "make");
    }
}

/* By itself; what it calls and needs is due. */
static bool does_part_touch(const struct makefile *makefile, const struct makefile_part *part,
                            GQueue *due)
{
    g_autofree char *text = makefile_expand(makefile, part->rule->recipe->str);
    if (text_calls_image_programs(text) || calls_tool_for_images(text) ||
        calls_function_for_images(makefile, text))
        return true;
    await_submake(due, text);
    g_autoptr(GPtrArray) needs = makefile_needs_of(makefile, part);
    for (guint i = 0; i < needs->len; i++)
        g_queue_push_tail(due, g_strdup(g_ptr_array_index(needs, i)));
    return false;
}

/* One that no rule names counts by its own name. */
static bool does_target_touch(const struct makefile *makefile, const char *target, GQueue *due)
{
    g_autoptr(GPtrArray) parts = makefile_parts_of(makefile, target);
    for (guint i = 0; i < parts->len; i++)
        if (does_part_touch(makefile, g_ptr_array_index(parts, i), due))
            return true;
    return !g_hash_table_contains(makefile->targets, target) && word_names_images(target) &&
           !makefile_has_file(makefile, target);
}

static bool do_goals_touch(const struct makefile *makefile, const GPtrArray *goals)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GQueue due = G_QUEUE_INIT;
    bool touches = false;
    for (guint i = 0; i < goals->len; i++)
        g_queue_push_tail(&due, g_strdup(g_ptr_array_index(goals, i)));
    while (!touches && !g_queue_is_empty(&due)) {
        char *target = g_queue_pop_head(&due);
        if (g_hash_table_add(seen, target)) /* which takes it over */
            touches = does_target_touch(makefile, target, &due);
    }
    g_queue_clear_full(&due, g_free);
    return touches;
}

/* ---- a command line ---- */

/* The value of -C or -f in any of its forms; *index goes on to it. */
static const char *option_value(const char *const *words, gsize *index, const char *letter,
                                const char *name)
{
    const char *word = words[*index];
    gsize length = strlen(name);
    if (g_str_equal(word, letter))
        return words[*index + 1] != NULL ? words[++*index] : NULL;
    if (g_str_has_prefix(word, letter))
        return word + strlen(letter);
    return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

/* A variable of the command line stands above those of the files (GNU make manual, 9.5). */
static void set_variables(struct makefile *makefile, const struct command_call *call)
{
    for (gsize i = 1; call->arguments[i] != NULL; i++) {
        const char *word = call->arguments[i];
        const char *sign = strchr(word, '=');
        gsize length = sign != NULL ? strcspn(word, ":?+=") : 0;
        if (*word != '-' && length > 0)
            g_hash_table_replace(makefile->variables, g_strndup(word, length), g_strdup(sign + 1));
    }
}

bool makefile_touches_images(const struct command_call *call)
{
    struct makefile makefile;
    g_autoptr(GPtrArray) targets = g_ptr_array_new();
    const char *folder = NULL;
    const char *file = NULL;

    for (gsize i = 1; call->arguments[i] != NULL; i++) {
        const char *said_folder = option_value(call->arguments, &i, "-C", "--directory");
        const char *said_file =
            said_folder == NULL ? option_value(call->arguments, &i, "-f", "--file") : NULL;
        folder = said_folder != NULL ? said_folder : folder;
        file = said_file != NULL ? said_file : file;
        const char *word = call->arguments[i];
        if (said_folder == NULL && said_file == NULL && *word != '-' && strchr(word, '=') == NULL)
            g_ptr_array_add(targets, (char *)word);
    }
    makefile_init(&makefile, call, folder);
    makefile_load(&makefile, file);
    set_variables(&makefile, call);
    makefile_settle(&makefile);
    char *goal = g_hash_table_lookup(makefile.variables, ".DEFAULT_GOAL");
    if (targets->len == 0 && (goal != NULL || makefile.first != NULL))
        g_ptr_array_add(targets, goal != NULL ? goal : makefile.first);
    bool touches = do_goals_touch(&makefile, targets);
    makefile_finish(&makefile);
    return touches;
}
