/* Finding `${{ }}` in texts and judging what is in them. */
#include "workflow/embedded.h"
#include "base/limits.h"
#include "workflow/expression_scan.h"

#include <string.h>

/* The `}}` that ends the expression whose content begins at text, outside 'single quotes'; NULL
   when there is none. */
static const char *closing(const char *text)
{
    bool is_quoted = false;
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            is_quoted = !is_quoted;
        else if (!is_quoted && text[0] == '}' && text[1] == '}')
            return text;
    }
    return NULL;
}

/* Moves on to the next expression: *content and *end are around what is between the braces. */
static bool next_expression(const char **at, const char **content, const char **end)
{
    const char *open = strstr(*at, "${{");
    if (open == NULL)
        return false;
    *content = open + strlen("${{");
    *end = closing(*content);
    *at = *end != NULL ? *end + strlen("}}") : *content + strlen(*content);
    return true;
}

static bool check_one(const char *content, const char *end, unsigned contexts,
                      struct position position, struct fault_list *faults)
{
    if (end == NULL) {
        fault_add(faults, position,
                  "The expression is not closed. An unescaped ${{ sequence was found, but the "
                  "closing }} sequence was not found.");
        return false;
    }
    g_autofree char *expression = g_strstrip(g_strndup(content, (gsize)(end - content)));
    if (expression[0] == '\0') {
        fault_add(faults, position, "An expression was expected");
        return false;
    }
    if (strcmp(expression, "insert") == 0)
        return true;
    g_autofree char *problem = expression_scan(expression, contexts);
    if (problem != NULL)
        fault_add(faults, position, "%s", problem);
    return problem == NULL;
}

bool embedded_check(const char *text, unsigned contexts, struct position position,
                    struct fault_list *faults)
{
    const char *at = text;
    const char *content = NULL;
    const char *end = NULL;
    if (strlen(text) > EXPR_BYTES_MAX) {
        fault_add(faults, position, "Exceeded max expression length %d", EXPR_BYTES_MAX);
        return false;
    }
    while (next_expression(&at, &content, &end))
        if (!check_one(content, end, contexts, position, faults))
            return false;
    return true;
}

bool embedded_check_condition(const char *text, unsigned contexts, struct position position,
                              struct fault_list *faults)
{
    g_autofree char *problem = expression_scan(text, contexts);
    if (problem != NULL)
        fault_add(faults, position, "%s", problem);
    return problem == NULL;
}

char **embedded_expressions(const char *text)
{
    g_autoptr(GStrvBuilder) expressions = g_strv_builder_new();
    const char *content = NULL;
    const char *end = NULL;
    while (next_expression(&text, &content, &end)) {
        if (end == NULL)
            break;
        g_autofree char *expression = g_strstrip(g_strndup(content, (gsize)(end - content)));
        g_strv_builder_add(expressions, expression);
    }
    return g_strv_builder_end(expressions);
}

bool embedded_is_whole(const char *text)
{
    const char *at = text;
    const char *content = NULL;
    const char *end = NULL;
    return g_str_has_prefix(text, "${{") && next_expression(&at, &content, &end) && end != NULL &&
           *at == '\0';
}
