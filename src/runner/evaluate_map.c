/* Mappings of texts: env, with, outputs of a job. A key may be an expression, and `${{ insert }}`
   puts the pairs of another mapping in its place (the runner's TemplateEvaluator.cs). */
#include "expr/fold.h"
#include "expr/github.h"
#include "runner/use.h"
#include "workflow/fault.h"
#include "workflow/literal.h"

static bool has_key(const json_t *map, const char *key)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)map, name, value)
        if (text_equal_folded(name, key))
            return true;
    return false;
}

/* Keys that expressions make may be empty, or those of another pair. */
static bool check_key(const json_t *map, const char *key, struct position place, GError **error)
{
    g_autofree char *message = key[0] == '\0'      ? g_strdup("Unexpected value ''")
                               : has_key(map, key) ? g_strdup_printf("'%s' is already defined", key)
                                                   : NULL;
    if (message != NULL)
        evaluate_place_error_at(place, message, error);
    return message == NULL;
}

/* All pairs of an object, whose values must be texts. */
static bool add_object(json_t *map, const struct value *object, const struct node *node,
                       GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    object->type->list(object->self, names);
    for (guint i = 0; i < names->len; i++) {
        VALUE(member);
        g_autofree char *text = NULL;
        g_autoptr(GError) wrong = NULL;
        object->type->get(object->self, names->pdata[i], &member);
        if (!github_value_expect_string(&member, &text, &wrong)) {
            evaluate_place_error(node, wrong->message, error);
            return false;
        }
        if (!check_key(map, names->pdata[i], fault_place(node), error))
            return false;
        json_object_set_new(map, names->pdata[i], json_text_or_null(text));
    }
    return true;
}

/* A mapping that is one expression, such as ${{ fromJSON(…) }}. What comes to nothing is none: the
   runner takes no null for a mapping. */
static bool add_whole(const struct step_run *step, const struct node *node, json_t *map,
                      GError **error)
{
    VALUE(value);
    if (!step_evaluate(step, node, &value, error))
        return false;
    if (value.kind == VALUE_OBJECT)
        return add_object(map, &value, node, error);
    evaluate_unexpected(node, &value, error);
    return false;
}

static bool add_pairs(const struct step_run *step, const struct node *node, json_t *map,
                      GError **error);

static bool is_insert(const struct step_run *step, const char *key)
{
    static const struct position nowhere = {0};
    struct github_template template = {0};
    bool is_read =
        github_template_read(allowed_dialect_of(step->leg->dialect), key, nowhere, &template, NULL);
    bool answer = is_read && template.is_insert;
    github_template_clear(&template);
    return answer;
}

static bool make_key(const struct step_run *step, const struct node_entry *entry, const json_t *map,
                     char **key, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    if (step_evaluate_raw(step, entry->key, key, &wrong))
        return check_key(map, *key, entry->key_position, error);
    evaluate_place_error_at(entry->key_position, wrong->message, error);
    return false;
}

static bool add_entry(const struct step_run *step, const struct node_entry *entry, json_t *map,
                      GError **error)
{
    g_autofree char *key = NULL;
    g_autofree char *text = NULL;
    if (literal_has_expression(entry->key) && is_insert(step, entry->key))
        return add_pairs(step, entry->value, map, error);
    if (!make_key(step, entry, map, &key, error) ||
        !step_evaluate_text(step, entry->value, &text, error))
        return false;
    json_object_set_new(map, key, json_text_or_null(text));
    return true;
}

static bool add_pairs(const struct step_run *step, const struct node *node, json_t *map,
                      GError **error)
{
    if (node->kind != NODE_MAPPING)
        return add_whole(step, node, map, error);
    for (gsize i = 0; i < node_length(node); i++)
        if (!add_entry(step, node_entry(node, i), map, error))
            return false;
    return true;
}

json_t *step_evaluate_map(const struct step_run *step, const struct node *node, GError **error)
{
    g_autoptr(json_t) map = json_object();
    bool is_absent = node == NULL || node->kind == NODE_NULL;
    return is_absent || add_pairs(step, node, map, error) ? g_steal_pointer(&map) : NULL;
}
