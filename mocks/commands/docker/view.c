/* Lists and values through --format: tables, JSON, templates (cli command/formatter). */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/go_template.h"
#include "mocks/commands/docker/table.h"

#include <string.h>

#define TABLE        "table"
#define WIDTH_MIN    10
#define PADDING      3
#define ERROR_PREFIX "template parsing error: "

/* "\t" and "\n" may be written as two characters. */
static char *final_format(const char *format)
{
    bool is_table = g_str_has_prefix(format, TABLE);
    if (g_str_equal(format, "json"))
        return g_strdup("{{json .}}");
    g_autofree char *trimmed = g_strstrip(g_strdup(is_table ? format + strlen(TABLE) : format));
    g_autoptr(GString) text = g_string_new(trimmed);
    g_string_replace(text, "\\t", "\t", 0);
    g_string_replace(text, "\\n", "\n", 0);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static json_t *header_row(const struct view *view)
{
    json_t *row = json_object();
    for (const struct view_column *column = view->columns; column->field != NULL; column++)
        json_object_set_new(row, column->field, json_string(column->header));
    return row;
}

static struct go_template *parse(const char *name, const char *text, GError **error)
{
    struct go_template *template = go_template_parse(name, text, error);
    if (template == NULL)
        g_prefix_error_literal(error, ERROR_PREFIX);
    return template;
}

static bool execute_rows(const struct go_template *template, const struct view *view,
                         const GPtrArray *rows, GString *output, GError **error)
{
    const struct go_template_options options = {.type_name = view->type_name};

    for (guint i = 0; i < rows->len; i++) {
        if (!go_template_execute(template, g_ptr_array_index(rows, i), &options, output, error)) {
            g_prefix_error_literal(error, ERROR_PREFIX);
            return false;
        }
        g_string_append_c(output, '\n');
    }
    return true;
}

/* The head, the rows, in columns. A template that fails on the head gives what it came to. */
static char *as_table(const struct go_template *template, const struct view *view,
                      const GString *rows)
{
    const struct go_template_options options = {.is_missing_fine = true, .is_header = true};
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(json_t) header = header_row(view);

    if (!go_template_execute(template, header, &options, text, NULL))
        g_string_append(text, "");
    g_string_append_c(text, '\n');
    g_string_append_len(text, rows->str, (gssize)rows->len);
    return table_layout(text->str, WIDTH_MIN, PADDING);
}

bool view_print(struct invocation *invocation, const struct view *view, const char *format,
                const GPtrArray *rows, GError **error)
{
    g_autofree char *text = final_format(format);
    AUTO(go_template) template = parse("", text, error);
    g_autoptr(GString) output = g_string_new(NULL);

    if (template == NULL || !execute_rows(template, view, rows, output, error))
        return false;
    if (!g_str_has_prefix(format, TABLE)) {
        command_write(invocation->call, 1, output->str, -1);
        return true;
    }
    g_autofree char *table = as_table(template, view, output);
    command_write(invocation->call, 1, table, -1);
    return true;
}

bool view_execute(const char *name, const char *type_name, const char *format, json_t *value,
                  GString *output, GError **error)
{
    const struct go_template_options options = {.type_name = type_name, .is_typed = true};
    static const struct go_template_options untyped = {0};
    AUTO(go_template)
    template = parse(name, g_str_equal(format, "json") ? "{{json .}}" : format, error);

    if (template == NULL)
        return false;
    gsize length = output->len;
    if (go_template_execute(template, value, &options, output, type_name != NULL ? error : NULL))
        return true;
    if (type_name == NULL) { /* cli command/inspect: once more without the types */
        g_string_truncate(output, length);
        if (go_template_execute(template, value, &untyped, output, error))
            return true;
    }
    g_prefix_error_literal(error, ERROR_PREFIX);
    return false;
}

char *view_indented(const json_t *value)
{
    g_autofree char *text = json_dumps(value, JSON_INDENT(4) | JSON_ENCODE_ANY);
    return g_strdup(text);
}
