/* pflag's way to read options, with its error texts. */
#include "mocks/commands/docker/flags.h"

#include <string.h>

#define TABLES_MAX 4

struct flags {
    const struct flag_row *tables[TABLES_MAX + 1];
    GHashTable *values; /* name to GPtrArray of char*, NULL-terminated at the end of the reading */
    GPtrArray *arguments; /* const char*, lent */
    const char *const *words;
    bool is_help;
};

static const struct flag_row *find_name(const struct flags *flags, const char *name, gsize length)
{
    for (gsize i = 0; flags->tables[i] != NULL; i++)
        for (const struct flag_row *row = flags->tables[i]; row->name != NULL; row++)
            if (strlen(row->name) == length && strncmp(row->name, name, length) == 0)
                return row;
    return NULL;
}

static const struct flag_row *find_letter(const struct flags *flags, char letter)
{
    for (gsize i = 0; flags->tables[i] != NULL; i++)
        for (const struct flag_row *row = flags->tables[i]; row->name != NULL; row++)
            if (row->letter == letter)
                return row;
    return NULL;
}

static bool usage_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool usage_error(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_USAGE, text);
    return false;
}

/* ---- values ---- */

/* What Go's strconv.ParseBool takes. */
static const char *const truths[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
static const char *const falsehoods[] = {"0", "f", "F", "false", "FALSE", "False", NULL};

static bool is_integer(const char *text)
{
    return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, NULL, NULL);
}

static bool refuse_because(const struct flag_row *row, const char *value, const char *reason,
                           GError **error)
{
    g_autofree char *both = row->letter != 0 ? g_strdup_printf("-%c, --%s", row->letter, row->name)
                                             : g_strdup_printf("--%s", row->name);
    return usage_error(error, "invalid argument \"%s\" for \"%s\" flag: %s", value, both, reason);
}

static bool refuse(const struct flag_row *row, const char *value, const char *function,
                   GError **error)
{
    g_autofree char *reason =
        g_strdup_printf("strconv.%s: parsing \"%s\": invalid syntax", function, value);
    return refuse_because(row, value, reason, error);
}

static bool check(const struct flag_row *row, const char *value, GError **error)
{
    if (row->kind == FLAG_BOOLEAN && !g_strv_contains(truths, value) &&
        !g_strv_contains(falsehoods, value))
        return refuse(row, value, "ParseBool", error);
    if (row->kind == FLAG_INTEGER && !is_integer(value))
        return refuse(row, value, "ParseInt", error);
    if (row->kind == FLAG_FILTER && *value != '\0' && strchr(value, '=') == NULL)
        return refuse_because(row, value, "bad format of filter (expected name=value)", error);
    return true;
}

static bool set(struct flags *flags, const struct flag_row *row, const char *value, GError **error)
{
    if (!check(row, value, error))
        return false;
    GPtrArray *values = g_hash_table_lookup(flags->values, row->name);
    if (values == NULL) {
        values = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(flags->values, (char *)row->name, values);
    }
    g_ptr_array_add(values, g_strdup(value));
    return true;
}

static bool needs_no_value(const struct flag_row *row)
{
    return row->kind == FLAG_BOOLEAN || row->kind == FLAG_OPTIONAL;
}

static const char *value_when_left_out(const struct flag_row *row)
{
    return row->kind == FLAG_BOOLEAN ? "true" : row->otherwise != NULL ? row->otherwise : "";
}

/* ---- reading ---- */

/* "--name", "--name=value"; *next is the word after it. */
static bool read_long(struct flags *flags, const char *word, gsize *next, GError **error)
{
    const char *name = word + 2;
    gsize length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const struct flag_row *row = find_name(flags, name, length);

    if (length == 0 || name[0] == '-')
        return usage_error(error, "bad flag syntax: %s", word);
    if (row == NULL && length == 4 && strncmp(name, "help", 4) == 0) {
        flags->is_help = true;
        return true;
    }
    if (row == NULL)
        return usage_error(error, "unknown flag: --%.*s", (int)length, name);
    if (value == NULL && needs_no_value(row))
        value = value_when_left_out(row);
    else if (value == NULL && flags->words[*next] != NULL)
        value = flags->words[(*next)++];
    if (value == NULL)
        return usage_error(error, "flag needs an argument: --%s", row->name);
    return set(flags, row, value, error);
}

/* "-abc", "-n=value", "-nvalue", "-n value" */
static bool read_short(struct flags *flags, const char *word, gsize *next, GError **error)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct flag_row *row = find_letter(flags, *letter);
        if (row == NULL && *letter == 'h') {
            flags->is_help = true;
            return true;
        }
        if (row == NULL)
            return usage_error(error, "unknown shorthand flag: '%c' in %s", *letter, word);
        if (letter[1] == '=' && letter[2] != '\0')
            return set(flags, row, letter + 2, error);
        if (needs_no_value(row)) {
            if (!set(flags, row, value_when_left_out(row), error))
                return false;
            continue;
        }
        if (letter[1] != '\0')
            return set(flags, row, letter + 1, error);
        if (flags->words[*next] != NULL)
            return set(flags, row, flags->words[(*next)++], error);
        return usage_error(error, "flag needs an argument: '%c' in %s", *letter, word);
    }
    return true;
}

static void take_rest(struct flags *flags, gsize next)
{
    for (; flags->words[next] != NULL; next++)
        g_ptr_array_add(flags->arguments, (char *)flags->words[next]);
}

static bool read_words(struct flags *flags, bool is_interspersed, GError **error)
{
    for (gsize next = 0; flags->words[next] != NULL && !flags->is_help;) {
        const char *word = flags->words[next++];
        if (word[0] != '-' || word[1] == '\0') {
            g_ptr_array_add(flags->arguments, (char *)word);
            if (!is_interspersed) {
                take_rest(flags, next);
                break;
            }
        } else if (g_str_equal(word, "--")) {
            take_rest(flags, next);
            break;
        } else if (word[1] == '-' ? !read_long(flags, word, &next, error)
                                  : !read_short(flags, word, &next, error)) {
            return false;
        }
    }
    return true;
}

static void end_lists(struct flags *flags)
{
    GHashTableIter iterator;
    gpointer values;

    g_hash_table_iter_init(&iterator, flags->values);
    while (g_hash_table_iter_next(&iterator, NULL, &values))
        g_ptr_array_add(values, NULL);
    g_ptr_array_add(flags->arguments, NULL);
}

static void values_free(gpointer values)
{
    g_ptr_array_unref(values);
}

struct flags *flags_parse(const struct flag_row *const *tables, const char *const *words,
                          bool is_interspersed, GError **error)
{
    AUTO(flags) flags = g_new0(struct flags, 1);

    for (gsize i = 0; tables[i] != NULL; i++) {
        g_assert(i < TABLES_MAX);
        flags->tables[i] = tables[i];
    }
    flags->words = words;
    flags->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, values_free);
    flags->arguments = g_ptr_array_new();
    if (!read_words(flags, is_interspersed, error))
        return NULL;
    end_lists(flags);
    return g_steal_pointer(&flags);
}

void flags_free(struct flags *flags)
{
    if (flags == NULL)
        return;
    g_hash_table_unref(flags->values);
    g_ptr_array_unref(flags->arguments);
    g_free(flags);
}

/* ---- asking ---- */

const char *const *flags_arguments(const struct flags *flags)
{
    return (const char *const *)flags->arguments->pdata;
}

gsize flags_argument_count(const struct flags *flags)
{
    return flags->arguments->len - 1;
}

bool flags_wants_help(const struct flags *flags)
{
    return flags->is_help;
}

bool flags_has(const struct flags *flags, const char *name)
{
    return g_hash_table_contains(flags->values, name);
}

const char *flags_text(const struct flags *flags, const char *name)
{
    const struct flag_row *row = find_name(flags, name, strlen(name));
    const GPtrArray *values = g_hash_table_lookup(flags->values, name);

    g_assert(row != NULL);
    if (values != NULL)
        return g_ptr_array_index(values, values->len - 2);
    return row->kind == FLAG_OPTIONAL || row->otherwise == NULL ? "" : row->otherwise;
}

bool flags_boolean(const struct flags *flags, const char *name)
{
    return g_strv_contains(truths, flags_text(flags, name));
}

int64_t flags_integer(const struct flags *flags, const char *name)
{
    return g_ascii_strtoll(flags_text(flags, name), NULL, 10);
}

const char *const *flags_list(const struct flags *flags, const char *name)
{
    static const char *const none[] = {NULL};
    const GPtrArray *values = g_hash_table_lookup(flags->values, name);

    g_assert(find_name(flags, name, strlen(name)) != NULL);
    return values == NULL ? none : (const char *const *)values->pdata;
}
