/* Texts with ${{ }}, and the conditions of `if` (actions-semantics.md 1.7, 3.7). */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <string.h>

struct segment {
    bool is_expression;
    char *text;
};

static void segment_clear(void *argument)
{
    struct segment *segment = argument;
    g_free(segment->text);
}

struct reading {
    const struct dialect *dialect;
    const char *text;
    struct position position;
    bool is_insert;
    GArray *segments;
};

void github_template_clear(struct github_template *template)
{
    g_free(template->text);
    *template = (struct github_template){0};
}

/* Where offset of the text is: the scalar's lines are counted from its position. */
static struct position position_of(const struct reading *reading, gsize offset)
{
    const struct expr at = {.text = (char *)(uintptr_t)reading->text,
                            .position = reading->position};
    return expr_position_at(&at, offset);
}

static bool fail(const struct reading *reading, gsize offset, GError **error, const char *message)
{
    if (reading->position.source != NULL)
        error_set_at(error, BASE_ERROR_INVALID, position_of(reading, offset), "%s", message);
    else
        github_set_error(GITHUB_ERROR_PARSING, text_utf16_length(reading->text, offset) + 1,
                         message, error);
    return false;
}

static bool check(const struct reading *reading, gsize offset, const char *text, GError **error)
{
    AUTO(expr) expr = expr_parse(reading->dialect, text, position_of(reading, offset), error);
    return expr != NULL;
}

/* Behind the closing }}, or NULL. Quotes come in pairs, so that '' needs no care. */
static const char *find_end(const char *start)
{
    bool is_quoted = false;
    for (const char *at = start; *at != '\0'; at++) {
        is_quoted ^= *at == '\'';
        if (!is_quoted && *at == '}' && at > start && at[-1] == '}')
            return at + 1;
    }
    return NULL;
}

/* The expression between the braces without white space round it; *offset moves to it. g_free. */
static char *trimmed(const struct reading *reading, gsize *offset, gsize end)
{
    const char *at = reading->text + *offset;
    const char *stop = reading->text + end;
    const char *last = NULL;
    while (at < stop) {
        const char *here = at;
        bool is_white = character_is_white(text_next(&at));
        if (!is_white && last == NULL)
            *offset = (gsize)(here - reading->text);
        if (!is_white)
            last = at;
    }
    return last != NULL
               ? g_strndup(reading->text + *offset, (gsize)(last - (reading->text + *offset)))
               : g_strdup("");
}

static bool is_insert(const char *text)
{
    const char *rest = text + strlen("insert");
    return g_str_has_prefix(text, "insert") &&
           (*rest == '\0' || character_is_white(text_next(&rest)));
}

/* The one directive there is; it must be all of the text. */
static bool read_insert(struct reading *reading, gsize offset, const char *text, bool is_alone,
                        GError **error)
{
    if (strcmp(text, "insert") != 0) {
        g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", -1);
        guint count = 0;
        for (char **word = words + 1; *word != NULL; word++)
            count += **word != '\0';
        g_autofree char *message = g_strdup_printf(
            "Exactly 0 parameter(s) were expected following the directive 'insert'. Actual "
            "parameter count: %u",
            count);
        return fail(reading, offset, error, message);
    }
    reading->is_insert = true;
    return is_alone ||
           fail(reading, offset, error,
                "The directive 'insert' is not allowed in this context. Directives are not "
                "supported for expressions that are embedded within a string. Directives are only "
                "supported when the entire value is an expression.");
}

/* The segment from start, where ${{ stands; moves *at behind its }}. */
static bool read_expression(struct reading *reading, const char **at, GError **error)
{
    enum {
        BRACES = 2
    };
    const char *start = *at + strlen("${{");
    const char *end = find_end(start);
    gsize offset = (gsize)(start - reading->text);
    bool is_first = *at == reading->text;

    if (end == NULL)
        return fail(reading, (gsize)(*at - reading->text), error,
                    "The expression is not closed. An unescaped ${{ sequence was found, but the "
                    "closing }} sequence was not found.");
    struct segment segment = {.is_expression = true};
    segment.text = trimmed(reading, &offset, (gsize)(end - reading->text) - BRACES);
    g_array_append_val(reading->segments, segment);
    *at = end;
    if (segment.text[0] == '\0')
        return fail(reading, offset, error, "An expression was expected");
    if (is_insert(segment.text))
        return read_insert(reading, offset, segment.text, is_first && *end == '\0', error);
    return check(reading, offset, segment.text, error);
}

static bool read_segments(struct reading *reading, GError **error)
{
    const char *at = reading->text;
    while (*at != '\0') {
        const char *next = strstr(at, "${{");
        if (next == at) {
            if (!read_expression(reading, &at, error))
                return false;
            continue;
        }
        const struct segment segment = {.text = next != NULL ? g_strndup(at, (gsize)(next - at))
                                                             : g_strdup(at)};
        g_array_append_val(reading->segments, segment);
        at += strlen(segment.text);
    }
    return true;
}

/* Quotes and braces doubled. */
static void append_escaped(GString *format, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("'{}", *text) != NULL)
            g_string_append_c(format, *text);
        g_string_append_c(format, *text);
    }
}

/* format('…{0}…', a); g_free. */
static char *joined(const GArray *segments)
{
    g_autoptr(GString) format = g_string_new("format('");
    g_autoptr(GString) arguments = g_string_new(NULL);
    int argument_count = 0;
    for (guint i = 0; i < segments->len; i++) {
        const struct segment *segment = &g_array_index(segments, struct segment, i);
        if (segment->is_expression) {
            g_string_append_printf(format, "{%d}", argument_count++);
            g_string_append_printf(arguments, ", %s", segment->text);
        } else {
            append_escaped(format, segment->text);
        }
    }
    return g_strdup_printf("%s'%s)", format->str, arguments->str);
}

/* The content of an expression that is one text literal, or NULL; g_free. */
static char *literal_of(const char *text)
{
    const struct token string = {.end = strlen(text)};
    const char *at = text + 1;
    if (*text != '\'')
        return NULL;
    while (*at != '\0' && (*at != '\'' || at[1] == '\''))
        at += *at == '\'' ? 2 : 1;
    return *at == '\'' && at[1] == '\0' ? token_string(text, &string) : NULL;
}

static bool settle(const struct reading *reading, struct github_template *template, GError **error)
{
    const struct segment *first = &g_array_index(reading->segments, struct segment, 0);
    template->is_insert = reading->is_insert;
    template->is_expression = reading->segments->len > 1 || first->is_expression;
    if (reading->segments->len > 1) {
        template->text = joined(reading->segments);
        return check(reading, 0, template->text, error);
    }
    char *literal = first->is_expression ? literal_of(first->text) : NULL;
    template->is_expression = first->is_expression &&literal == NULL && !reading->is_insert;
    template->text = literal != NULL ? literal : g_strdup(first->text);
    return true;
}

bool github_template_read(const struct dialect *dialect, const char *text, struct position position,
                          struct github_template *template, GError **error)
{
    struct reading reading = {.dialect = dialect, .text = text, .position = position};
    *template = (struct github_template){0};
    if (text[0] == '\0') {
        template->text = g_strdup("");
        return true;
    }
    reading.segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
    g_array_set_clear_func(reading.segments, segment_clear);
    bool is_fine = read_segments(&reading, error) && settle(&reading, template, error);
    g_array_unref(reading.segments);
    if (!is_fine)
        github_template_clear(template);
    return is_fine;
}

bool github_template_evaluate(const struct dialect *dialect, const char *text,
                              struct position position, const struct expr_scope *scope,
                              struct value *out, GError **error)
{
    struct github_template template;
    *out = (struct value){0};
    if (!github_template_read(dialect, text, position, &template, error))
        return false;
    bool is_fine = true;
    if (template.is_expression) {
        AUTO(expr) expr = expr_parse(dialect, template.text, position, error);
        is_fine = expr != NULL && expr_evaluate(expr, scope, out, error);
    } else {
        *out = value_of_string(template.text);
    }
    github_template_clear(&template);
    return is_fine;
}

static bool calls_status(const struct expr_node *node)
{
    static const char *const names[] = {"always", "cancelled", "failure", "success"};
    for (gsize i = 0; node->kind == EXPR_CALL && i < G_N_ELEMENTS(names); i++)
        if (strcmp(node->function->name, names[i]) == 0)
            return true;
    for (guint i = 0; i < node->children->len; i++)
        if (calls_status(g_ptr_array_index(node->children, i)))
            return true;
    return false;
}

static bool is_blank(const char *text)
{
    while (*text != '\0')
        if (!character_is_white(text_next(&text)))
            return false;
    return true;
}

char *github_condition(const struct dialect *dialect, const char *text, struct position position,
                       GError **error)
{
    struct github_template template;
    if (text == NULL || !github_template_read(dialect, text, position, &template, error))
        return text == NULL ? g_strdup("success()") : NULL;
    g_autofree char *condition = template.text;
    if (is_blank(condition))
        return g_strdup("success()");
    AUTO(expr) expr = expr_parse(dialect, condition, position, error);
    if (expr == NULL)
        return NULL;
    return calls_status(expr->root) ? g_steal_pointer(&condition)
                                    : g_strdup_printf("success() && (%s)", condition);
}
