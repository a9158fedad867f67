/* TOML to flat entries with places. */
#include "mocks/buildkit/toml.h"

#include "base/limits.h"

#include <string.h>

enum {
    TOML_DEPTH_MAX = 50
};

struct parser {
    const char *next; /* the text ends with NUL */
    const char *line_start;
    int line;
    GPtrArray *table; /* char*: path of the table in force */
    GPtrArray *entries;
    int depth;
};

const char *toml_go_type(enum toml_kind kind)
{
    static const char *const names[] = {
        [TOML_STRING] = "string", [TOML_INTEGER] = "int64",        [TOML_FLOAT] = "float64",
        [TOML_BOOLEAN] = "bool",  [TOML_ARRAY] = "[]interface {}", [TOML_TABLE] = "*toml.Tree",
    };
    return names[kind];
}

static void entry_free(void *pointer)
{
    struct toml_entry *entry = pointer;
    g_ptr_array_unref(entry->path);
    g_ptr_array_unref(entry->items);
    g_free(entry->text);
    g_free(entry);
}

static int column_of(const struct parser *parser)
{
    return (int)(parser->next - parser->line_start) + 1;
}

static bool fail(const struct parser *parser, GError **error, const char *what)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "(%d, %d): %s", parser->line,
                column_of(parser), what);
    return false;
}

/* ---- bytes ---- */

static void skip_blanks(struct parser *parser)
{
    parser->next += strspn(parser->next, " \t");
}

static void take_newline(struct parser *parser)
{
    parser->next++;
    parser->line++;
    parser->line_start = parser->next;
}

/* Blanks, comments and line ends. */
static void skip_lines(struct parser *parser)
{
    for (;;) {
        parser->next += strspn(parser->next, " \t\r");
        if (*parser->next == '#')
            parser->next += strcspn(parser->next, "\n");
        if (*parser->next != '\n')
            return;
        take_newline(parser);
    }
}

static bool expect(struct parser *parser, char wanted, GError **error)
{
    skip_blanks(parser);
    if (*parser->next == wanted) {
        parser->next++;
        return true;
    }
    g_autofree char *what = g_strdup_printf("parsing error: expected '%c'", wanted);
    return fail(parser, error, what);
}

static bool expect_line_end(struct parser *parser, GError **error)
{
    skip_blanks(parser);
    if (*parser->next == '\0' || strchr("#\r\n", *parser->next) != NULL)
        return true;
    return fail(parser, error, "parsing error: unexpected token after the value");
}

/* ---- strings ---- */

static bool take_escape(struct parser *parser, GString *text, GError **error)
{
    static const char from[] = "btnfr\"\\";
    static const char to[] = "\b\t\n\f\r\"\\";
    char each = parser->next[1];
    const char *found = each != '\0' ? strchr(from, each) : NULL;
    if (each == 'u' || each == 'U') {
        gsize digit_count = each == 'u' ? 4 : 8;
        g_autofree char *digits = g_strndup(parser->next + 2, digit_count);
        gunichar letter = (gunichar)g_ascii_strtoull(digits, NULL, 16);
        if (strspn(digits, "0123456789abcdefABCDEF") != digit_count || !g_unichar_validate(letter))
            return fail(parser, error, "invalid unicode escape");
        g_string_append_unichar(text, letter);
        parser->next += 2 + digit_count;
        return true;
    }
    if (found == NULL)
        return fail(parser, error, "invalid escape sequence");
    g_string_append_c(text, to[found - from]);
    parser->next += 2;
    return true;
}

/* A string up to its closing delimiter ("\"", "'", or three of them). */
static char *take_string(struct parser *parser, GError **error)
{
    char quote = *parser->next;
    bool is_long = parser->next[1] == quote && parser->next[2] == quote;
    g_autofree char *delimiter = g_strnfill(is_long ? 3 : 1, quote);
    g_autoptr(GString) text = g_string_new(NULL);

    parser->next += strlen(delimiter);
    if (is_long && *parser->next == '\n')
        take_newline(parser);
    while (!g_str_has_prefix(parser->next, delimiter)) {
        if (*parser->next == '\0' || (*parser->next == '\n' && !is_long)) {
            fail(parser, error, "unclosed string");
            return NULL;
        }
        if (*parser->next == '\\' && quote == '"') {
            if (!take_escape(parser, text, error))
                return NULL;
            continue;
        }
        g_string_append_c(text, *parser->next);
        if (*parser->next == '\n')
            take_newline(parser);
        else
            parser->next++;
    }
    parser->next += strlen(delimiter);
    return g_strdup(text->str);
}

/* ---- keys ---- */

static char *take_bare_key(struct parser *parser, GError **error)
{
    gsize length =
        strspn(parser->next, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    char *key = g_strndup(parser->next, length);
    parser->next += length;
    if (length > 0)
        return key;
    fail(parser, error, "parsing error: expected a key");
    g_free(key);
    return NULL;
}

/* a."b.c".d appended to path. */
static bool take_key(struct parser *parser, GPtrArray *path, GError **error)
{
    for (;;) {
        skip_blanks(parser);
        char *key = *parser->next == '"' || *parser->next == '\'' ? take_string(parser, error)
                                                                  : take_bare_key(parser, error);
        if (key == NULL)
            return false;
        g_ptr_array_add(path, key);
        skip_blanks(parser);
        if (*parser->next != '.')
            return true;
        parser->next++;
        if (path->len > TOML_DEPTH_MAX)
            return fail(parser, error, "key is nested too deep");
    }
}

static GPtrArray *copy_path(const GPtrArray *path)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < path->len; i++)
        g_ptr_array_add(copy, g_strdup(g_ptr_array_index(path, i)));
    return copy;
}

/* ---- values ---- */

static struct toml_entry *add_entry(struct parser *parser, const GPtrArray *path, int line,
                                    int column)
{
    struct toml_entry *entry = g_new0(struct toml_entry, 1);
    entry->path = copy_path(path);
    entry->items = g_ptr_array_new_with_free_func(g_free);
    entry->line = line;
    entry->column = column;
    g_ptr_array_add(parser->entries, entry);
    return entry;
}

static bool take_value(struct parser *parser, struct toml_entry *entry, GError **error);

static bool take_array(struct parser *parser, struct toml_entry *entry, GError **error)
{
    entry->kind = TOML_ARRAY;
    entry->text = g_strdup("[]");
    parser->next++;
    for (skip_lines(parser); *parser->next != ']'; skip_lines(parser)) {
        struct toml_entry item = {.path = entry->path, .line = entry->line};
        item.items = g_ptr_array_new_with_free_func(g_free);
        bool is_fine = take_value(parser, &item, error);
        g_ptr_array_unref(item.items);
        if (item.text != NULL)
            g_ptr_array_add(entry->items, item.text);
        if (!is_fine)
            return false;
        skip_lines(parser);
        if (*parser->next == ',')
            parser->next++;
        else if (*parser->next != ']')
            return fail(parser, error, "parsing error: missing comma in an array");
    }
    parser->next++;
    return true;
}

static bool take_pair(struct parser *parser, const GPtrArray *table, GError **error);

static bool take_inline_table(struct parser *parser, struct toml_entry *entry, GError **error)
{
    entry->kind = TOML_TABLE;
    entry->text = g_strdup("map[]");
    parser->next++;
    for (skip_blanks(parser); *parser->next != '}'; skip_blanks(parser)) {
        if (!take_pair(parser, entry->path, error))
            return false;
        skip_blanks(parser);
        if (*parser->next == ',')
            parser->next++;
        else if (*parser->next != '}')
            return fail(parser, error, "parsing error: missing comma in an inline table");
    }
    parser->next++;
    return true;
}

static bool take_plain(struct parser *parser, struct toml_entry *entry, GError **error)
{
    gsize length = strcspn(parser->next, " \t\r\n,]}#");
    entry->text = g_strndup(parser->next, length);
    if (strcmp(entry->text, "true") == 0 || strcmp(entry->text, "false") == 0)
        entry->kind = TOML_BOOLEAN;
    else if (g_regex_match_simple("^[+-]?(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)$",
                                  entry->text, 0, 0))
        entry->kind = TOML_INTEGER;
    else if (g_regex_match_simple("^[+-]?([0-9][0-9_]*(\\.[0-9_]+)?([eE][+-]?[0-9]+)?|inf|nan)$",
                                  entry->text, 0, 0))
        entry->kind = TOML_FLOAT;
    else if (!g_regex_match_simple("^[0-9]{4}-[0-9]{2}-[0-9]{2}", entry->text, 0, 0))
        return fail(parser, error, "no value type found");
    parser->next += length;
    return true;
}

static bool take_value(struct parser *parser, struct toml_entry *entry, GError **error)
{
    bool is_fine = false;
    skip_blanks(parser);
    if (++parser->depth > TOML_DEPTH_MAX)
        return fail(parser, error, "value is nested too deep");
    switch (*parser->next) {
    case '"':
    case '\'':
        entry->kind = TOML_STRING;
        entry->text = take_string(parser, error);
        is_fine = entry->text != NULL;
        break;
    case '[':
        is_fine = take_array(parser, entry, error);
        break;
    case '{':
        is_fine = take_inline_table(parser, entry, error);
        break;
    default:
        is_fine = take_plain(parser, entry, error);
    }
    parser->depth--;
    return is_fine;
}

static bool take_pair(struct parser *parser, const GPtrArray *table, GError **error)
{
    g_autoptr(GPtrArray) path = copy_path(table);
    skip_blanks(parser);
    int column = column_of(parser);
    if (!take_key(parser, path, error) || !expect(parser, '=', error))
        return false;
    return take_value(parser, add_entry(parser, path, parser->line, column), error);
}

/* ---- tables ---- */

/* How many tables of this path there were: elements of an array of tables are told apart by it. */
static guint count_tables(const struct parser *parser, const GPtrArray *path)
{
    guint count = 0;
    for (guint i = 0; i < parser->entries->len; i++) {
        const struct toml_entry *entry = g_ptr_array_index(parser->entries, i);
        bool is_same = entry->kind == TOML_TABLE && entry->path->len == path->len + 1;
        for (guint j = 0; j < path->len && is_same; j++)
            is_same = strcmp(entry->path->pdata[j], path->pdata[j]) == 0;
        count += is_same ? 1 : 0;
    }
    return count;
}

static bool take_table(struct parser *parser, GError **error)
{
    g_autoptr(GPtrArray) path = g_ptr_array_new_with_free_func(g_free);
    bool is_array = parser->next[1] == '[';
    int column = column_of(parser) + (is_array ? 2 : 1);

    parser->next += is_array ? 2 : 1;
    if (!take_key(parser, path, error) || !expect(parser, ']', error) ||
        (is_array && !expect(parser, ']', error)))
        return false;
    if (is_array)
        g_ptr_array_add(path, g_strdup_printf("%u", count_tables(parser, path)));
    struct toml_entry *entry = add_entry(parser, path, parser->line, column);
    entry->kind = TOML_TABLE;
    entry->text = g_strdup("map[]");
    g_ptr_array_unref(parser->table);
    parser->table = g_steal_pointer(&path);
    return expect_line_end(parser, error);
}

static bool parse_all(struct parser *parser, GError **error)
{
    for (skip_lines(parser); *parser->next != '\0'; skip_lines(parser)) {
        bool is_fine = *parser->next == '[' ? take_table(parser, error)
                                            : take_pair(parser, parser->table, error) &&
                                                  expect_line_end(parser, error);
        if (!is_fine)
            return false;
    }
    return true;
}

GPtrArray *toml_parse(const void *bytes, gsize length_bytes, GError **error)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    if (length_bytes > BUILDKITD_CONFIG_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "buildkitd.toml is over the limit of %d bytes", BUILDKITD_CONFIG_BYTES_MAX);
        return NULL;
    }
    g_autofree char *text = g_strndup(bytes, length_bytes);
    struct parser parser = {
        .next = text,
        .line_start = text,
        .line = 1,
        .table = g_ptr_array_new_with_free_func(g_free),
        .entries = entries,
    };
    bool is_fine = parse_all(&parser, error);
    g_ptr_array_unref(parser.table);
    return is_fine ? g_steal_pointer(&entries) : NULL;
}
