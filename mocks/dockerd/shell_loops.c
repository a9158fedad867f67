/* Loops and choices, and when a loop is passed over because nobody knows how it goes on. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

/* Nobody knows what it would have done: it counts as a command that is not known. */
static int pass_over(struct shell *shell, const struct shell_node *node)
{
    shell_forget(shell, node);
    return shell_tell_unknown(shell, "a loop");
}

/* ---- rounds ---- */

/* Whether another round comes: what a break or a continue is for this loop ends with it. */
static bool goes_on(struct shell *shell)
{
    if (shell->leave != SHELL_BREAK && shell->leave != SHELL_CONTINUE)
        return shell->leave == SHELL_STAY;
    if (--shell->levels > 0)
        return false;
    bool is_next = shell->leave == SHELL_CONTINUE;
    shell->leave = SHELL_STAY;
    return is_next;
}

static const struct shell_node *child(const struct shell_node *node, guint index)
{
    return g_ptr_array_index(node->children, index);
}

/* What a next round may do otherwise by: if it has not changed, and something unknown was asked,
   the same is asked for ever. */
static char *state_of(const struct shell *shell)
{
    g_autofree char *variables = g_strjoinv("\n", shell->scope.environment);
    guint count = shell->scope.parameters != NULL ? g_strv_length(shell->scope.parameters) : 0;
    return g_strdup_printf("%zu %u %s", process_task(shell->process)->input_offset, count,
                           variables);
}

int shell_run_loop(struct shell *shell, const struct shell_node *node)
{
    for (int code = 0;;) {
        g_autofree char *before = state_of(shell);
        guint unknown_count = shell->unknown_count;
        int condition = shell_run_list(shell, child(node, 0), /* is_condition= */ true);
        if (shell->leave != SHELL_STAY) {
            if (!goes_on(shell))
                return shell->leave == SHELL_STAY ? 0 : condition;
            continue;
        }
        if ((condition == 0) != (node->kind == SHELL_WHILE))
            return code;
        if (shell->unknown_count != unknown_count)
            return pass_over(shell, node);
        code = shell_run_list(shell, child(node, 1), /* is_condition= */ false);
        if (!goes_on(shell))
            return code;
        g_autofree char *after = state_of(shell);
        if (shell->unknown_count != unknown_count && g_str_equal(before, after))
            return pass_over(shell, node);
    }
}

/* ---- for ---- */

/* NULL: not known. */
static GPtrArray *items_of(struct shell *shell, const struct shell_node *node)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_free);
    if (node->words->len == 1)
        return shell_expand_fields(shell, "\"$@\"", items) ? g_steal_pointer(&items) : NULL;
    for (guint i = 2; i < node->words->len; i++)
        if (!shell_expand_fields(shell, g_ptr_array_index(node->words, i), items))
            return NULL;
    return g_steal_pointer(&items);
}

int shell_run_for(struct shell *shell, const struct shell_node *node)
{
    const char *name = g_ptr_array_index(node->words, 0);
    g_autoptr(GPtrArray) items = items_of(shell, node);
    int code = 0;

    if (items == NULL)
        return pass_over(shell, node);
    for (guint i = 0; i < items->len; i++) {
        shell_set(shell, name, g_ptr_array_index(items, i));
        code = shell_run_list(shell, child(node, 0), /* is_condition= */ false);
        if (!goes_on(shell))
            return code;
    }
    return code;
}

static bool calculate(struct shell *shell, const struct shell_node *node, guint index,
                      gint64 *value)
{
    g_autofree char *text = shell_expand_here(shell, g_ptr_array_index(node->words, index));
    return text != NULL && shell_calculate(shell, text, value);
}

/* for ((a; b; c)), where an empty condition always holds */
int shell_run_count(struct shell *shell, const struct shell_node *node)
{
    const char *condition = g_ptr_array_index(node->words, 1);
    bool is_endless = condition[strspn(condition, " \t")] == '\0';
    gint64 value = 0;

    if (!calculate(shell, node, 0, &value))
        return pass_over(shell, node);
    for (int code = 0;;) {
        if (!is_endless && !calculate(shell, node, 1, &value))
            return pass_over(shell, node);
        if (!is_endless && value == 0)
            return code;
        code = shell_run_list(shell, child(node, 0), /* is_condition= */ false);
        if (!goes_on(shell))
            return code;
        if (!calculate(shell, node, 2, &value))
            return pass_over(shell, node);
    }
}

/* ---- case ---- */

/* "*", "?" and backslashes; -1: there is a class in it, or its words are not known. */
static int fits(struct shell *shell, const char *word, const char *value)
{
    g_autofree char *pattern = shell_expand_pattern(shell, word);
    g_autoptr(GString) regex = g_string_new("\\A");
    if (pattern == NULL)
        return -1;
    for (const char *each = pattern; *each != '\0'; each++) {
        if (*each == '[')
            return -1;
        if (*each == '*' || *each == '?') {
            g_string_append(regex, *each == '*' ? ".*" : ".");
            continue;
        }
        each += *each == '\\' && each[1] != '\0' ? 1 : 0;
        g_autofree char *plain = g_regex_escape_string(each, 1);
        g_string_append(regex, plain);
    }
    g_string_append(regex, "\\z");
    g_autoptr(GRegex) compiled = g_regex_new(regex->str, G_REGEX_RAW | G_REGEX_DOTALL, 0, NULL);
    return compiled != NULL ? g_regex_match(compiled, value, 0, NULL) : -1;
}

static int fits_any(struct shell *shell, const struct shell_node *item, const char *value)
{
    for (guint i = 0; i < item->words->len; i++) {
        int answer = fits(shell, g_ptr_array_index(item->words, i), value);
        if (answer != 0)
            return answer;
    }
    return 0;
}

int shell_run_case(struct shell *shell, const struct shell_node *node)
{
    g_autofree char *value = shell_expand_text(shell, g_ptr_array_index(node->words, 0));
    for (guint i = 0; value != NULL && i < node->children->len; i++) {
        const struct shell_node *item = child(node, i);
        int answer = fits_any(shell, item, value);
        if (answer < 0)
            return pass_over(shell, node);
        if (answer > 0)
            return item->children->len == 0
                       ? 0
                       : shell_run_list(shell, child(item, 0), /* is_condition= */ false);
    }
    return value != NULL ? 0 : pass_over(shell, node);
}
