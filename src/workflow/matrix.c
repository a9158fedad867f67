/* From a matrix to its legs. */
#include "base/limits.h"
#include "workflow/identifier.h"
#include "workflow/literal.h"
#include "workflow/matrix_private.h"

#include <string.h>

enum {
    LEG_NAME_CHARACTERS_MAX = 100
};

struct expansion {
    const json_t *matrix;
    json_t *filters; /* of each include item the part that names vectors */
    json_t *extras;  /* and the rest */
    const json_t *exclude;
    struct identifiers *identifiers;
    struct identifiers *whole_identifiers;
    GPtrArray *legs;
    bool *was_used;    /* which include items fitted a combination */
    gsize value_count; /* of all legs together */
    const char *wrong_key;
};

void leg_free(struct leg *leg)
{
    if (leg == NULL)
        return;
    g_free(leg->id);
    g_free(leg->whole_id);
    g_free(leg->title);
    json_decref(leg->values);
    g_free(leg);
}

char *leg_name(const struct leg *leg, const char *job_name)
{
    g_autofree char *name = leg->title[0] != '\0' ? g_strdup_printf("%s (%s)", job_name, leg->title)
                                                  : g_strdup(job_name);
    if (g_utf8_strlen(name, -1) <= LEG_NAME_CHARACTERS_MAX)
        return g_steal_pointer(&name);
    g_autofree char *start = g_utf8_substring(name, 0, LEG_NAME_CHARACTERS_MAX - 3);
    return g_strconcat(start, "...", NULL);
}

static bool is_vector(const char *key)
{
    return strcmp(key, "include") != 0 && strcmp(key, "exclude") != 0;
}

static bool has_vector(const json_t *matrix, const char *key)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)matrix, name, value) {
        if (is_vector(name) && g_ascii_strcasecmp(name, key) == 0)
            return true;
    }
    return false;
}

/* The part of an include item that names vectors, or the part that does not. */
static json_t *part_of(const json_t *matrix, const json_t *item, bool is_filter)
{
    json_t *part = json_object();
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)item, key, value) {
        if (has_vector(matrix, key) == is_filter)
            json_object_set(part, key, value);
    }
    return part;
}

static bool is_excluded(const struct expansion *expansion, const json_t *values)
{
    for (gsize i = 0; i < json_array_size(expansion->exclude); i++)
        if (matrix_filter_fits(json_array_get(expansion->exclude, i), values))
            return true;
    return false;
}

static void add_leg(struct expansion *expansion, const json_t *original, json_t *values)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    matrix_add_texts(original, texts);
    g_ptr_array_add(texts, NULL);
    struct leg *leg = g_new0(struct leg, 1);
    leg->id = identifiers_make(expansion->identifiers, (const char *const *)texts->pdata);
    leg->whole_id =
        identifiers_make_whole(expansion->whole_identifiers, (const char *const *)texts->pdata);
    leg->title = g_strjoinv(", ", (char **)texts->pdata);
    leg->values = values;
    g_ptr_array_add(expansion->legs, leg);
}

/* Later items overwrite what earlier ones added, never the combination itself. */
static void add_extras(struct expansion *expansion, const json_t *original, json_t *values)
{
    g_autoptr(json_t) extras = json_object();
    for (gsize i = 0; i < json_array_size(expansion->filters); i++) {
        if (!matrix_filter_fits(json_array_get(expansion->filters, i), original))
            continue;
        json_object_update(extras, json_array_get(expansion->extras, i));
        expansion->was_used[i] = true;
    }
    json_object_update(values, extras);
}

static json_t *combination(const json_t *matrix, gsize index, gsize total)
{
    json_t *values = json_object();
    gsize block = total;
    const char *key;
    json_t *vector;
    json_object_foreach ((json_t *)matrix, key, vector) {
        if (!is_vector(key))
            continue;
        block /= json_array_size(vector);
        json_object_set(values, key,
                        json_array_get(vector, (index / block) % json_array_size(vector)));
    }
    return values;
}

/* After each leg, so that a hostile matrix is never built whole. */
static bool check_ceilings(struct expansion *expansion, GError **error)
{
    const struct leg *last = expansion->legs->pdata[expansion->legs->len - 1];
    expansion->value_count += json_object_size(last->values);
    if (expansion->legs->len <= MATRIX_LEGS_MAX && expansion->value_count <= MATRIX_VALUES_MAX)
        return true;
    if (expansion->legs->len > MATRIX_LEGS_MAX)
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "the matrix makes more than %d jobs (MATRIX_LEGS_MAX)", MATRIX_LEGS_MAX);
    else
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "the jobs of the matrix have more than %d values (MATRIX_VALUES_MAX)",
                    MATRIX_VALUES_MAX);
    return false;
}

static bool add_combinations(struct expansion *expansion, gsize total, GError **error)
{
    for (gsize i = 0; i < total; i++) {
        g_autoptr(json_t) original = combination(expansion->matrix, i, total);
        if (is_excluded(expansion, original))
            continue;
        json_t *values = json_copy(original);
        add_extras(expansion, original, values);
        add_leg(expansion, original, values);
        if (!check_ceilings(expansion, error))
            return false;
    }
    return true;
}

static bool add_unused_includes(struct expansion *expansion, GError **error)
{
    for (gsize i = 0; i < json_array_size(expansion->filters); i++) {
        if (expansion->was_used[i])
            continue;
        json_t *values = json_copy(json_array_get(expansion->filters, i));
        json_object_update(values, json_array_get(expansion->extras, i));
        add_leg(expansion, values, values);
        if (!check_ceilings(expansion, error))
            return false;
    }
    return true;
}

static bool refuse(struct expansion *expansion, const char *key, GError **error, const char *format,
                   ...) G_GNUC_PRINTF(4, 5);

/* key: whose value is wrong; NULL: the matrix as a whole. */
static bool refuse(struct expansion *expansion, const char *key, GError **error, const char *format,
                   ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    expansion->wrong_key = key;
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

/* GitHub's words for what came in the place of a mapping or a sequence. */
static bool refuse_value(struct expansion *expansion, const char *key, const json_t *value,
                         GError **error)
{
    if (json_is_object(value))
        return refuse(expansion, key, error, "A mapping was not expected");
    if (json_is_array(value))
        return refuse(expansion, key, error, "A sequence was not expected");
    g_autofree char *text = matrix_scalar_text(value);
    return refuse(expansion, key, error, "Unexpected value '%s'", text);
}

static bool check_items(struct expansion *expansion, const char *key, GError **error)
{
    const json_t *items = json_object_get(expansion->matrix, key);
    if (items != NULL && !json_is_array(items))
        return refuse_value(expansion, key, items, error);
    for (gsize i = 0; i < json_array_size(items); i++)
        if (!json_is_object(json_array_get(items, i)))
            return refuse_value(expansion, key, json_array_get(items, i), error);
    return true;
}

static bool check_include(struct expansion *expansion, GError **error)
{
    const json_t *include = json_object_get(expansion->matrix, "include");
    if (!check_items(expansion, "include", error))
        return false;
    for (gsize i = 0; i < json_array_size(include); i++)
        if (json_object_size(json_array_get(include, i)) == 0)
            return refuse(expansion, "include", error,
                          "Matrix include mapping does not contain any values");
    return true;
}

static bool check_exclude(struct expansion *expansion, GError **error)
{
    const char *name;
    json_t *value;
    if (!check_items(expansion, "exclude", error))
        return false;
    for (gsize i = 0; i < json_array_size(expansion->exclude); i++) {
        json_t *item = json_array_get(expansion->exclude, i);
        if (json_object_size(item) == 0)
            return refuse(expansion, "exclude", error, "Matrix exclude filter must not be empty");
        json_object_foreach (item, name, value)
            if (!has_vector(expansion->matrix, name))
                return refuse(expansion, "exclude", error,
                              "Matrix exclude key '%s' does not match any key within the matrix",
                              name);
    }
    return true;
}

/* How many combinations the vectors make; 0 without vectors. */
static bool count_combinations(struct expansion *expansion, gsize *total, GError **error)
{
    const char *key;
    json_t *vector;
    bool has_any = false;
    *total = 1;
    json_object_foreach ((json_t *)(uintptr_t)expansion->matrix, key, vector) {
        if (!is_vector(key))
            continue;
        if (!json_is_array(vector))
            return refuse_value(expansion, key, vector, error);
        if (json_array_size(vector) == 0)
            return refuse(expansion, key, error, "Matrix vector '%s' does not contain any values",
                          key);
        *total *= json_array_size(vector);
        has_any = true;
        if (*total > MATRIX_COMBINATIONS_MAX)
            return refuse(expansion, key, error,
                          "the matrix makes too many combinations at '%s' "
                          "(MATRIX_COMBINATIONS_MAX)",
                          key);
    }
    if (!has_any && json_array_size(json_object_get(expansion->matrix, "include")) == 0)
        return refuse(expansion, NULL, error, "Matrix must define at least one vector");
    if (!has_any)
        *total = 0;
    return true;
}

static GPtrArray *single_leg(void)
{
    GPtrArray *legs = g_ptr_array_new_with_free_func((GDestroyNotify)leg_free);
    struct leg *leg = g_new0(struct leg, 1);
    leg->id = g_strdup("");
    leg->whole_id = g_strdup("");
    leg->title = g_strdup("");
    g_ptr_array_add(legs, leg);
    return legs;
}

static void split_include(struct expansion *expansion, const json_t *include)
{
    for (gsize i = 0; i < json_array_size(include); i++) {
        const json_t *item = json_array_get(include, i);
        json_array_append_new(expansion->filters, part_of(expansion->matrix, item, true));
        json_array_append_new(expansion->extras, part_of(expansion->matrix, item, false));
    }
}

static bool expand(struct expansion *expansion, GError **error)
{
    const json_t *include = json_object_get(expansion->matrix, "include");
    g_autofree bool *was_used = g_new0(bool, json_array_size(include) + 1);
    gsize total = 0;
    if (!check_items(expansion, "include", error) ||
        !count_combinations(expansion, &total, error) || !check_include(expansion, error) ||
        !check_exclude(expansion, error))
        return false;
    split_include(expansion, include);
    expansion->was_used = was_used;
    return add_combinations(expansion, total, error) && add_unused_includes(expansion, error);
}

GPtrArray *matrix_expand(const json_t *matrix, const char **wrong_key, GError **error)
{
    if (matrix == NULL)
        return single_leg();
    AUTO(identifiers) identifiers = identifiers_new();
    AUTO(identifiers) whole_identifiers = identifiers_new();
    g_autoptr(GPtrArray) legs = g_ptr_array_new_with_free_func((GDestroyNotify)leg_free);
    g_autoptr(json_t) filters = json_array();
    g_autoptr(json_t) extras = json_array();
    struct expansion expansion = {.matrix = matrix,
                                  .filters = filters,
                                  .extras = extras,
                                  .exclude = json_object_get(matrix, "exclude"),
                                  .identifiers = identifiers,
                                  .whole_identifiers = whole_identifiers,
                                  .legs = legs};
    bool is_fine = json_is_object(matrix) ? expand(&expansion, error)
                                          : refuse_value(&expansion, NULL, matrix, error);
    if (wrong_key != NULL)
        *wrong_key = expansion.wrong_key;
    if (!is_fine)
        return NULL;
    return legs->len > 0 ? g_steal_pointer(&legs) : single_leg();
}
