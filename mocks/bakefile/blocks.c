/* Blocks of groups and targets: matrix and names first, then their attributes, each when it is
   needed (hclparser.go resolveBlock). */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

/* One target of a block: several with a matrix. */
struct instance {
    const struct block *block;
    const struct scope *scope;
    const char *name;
    json_t *attributes;
    GHashTable *state; /* attribute -> 1 begun, 2 done */
};

bool bake_is_block_type(const char *name)
{
    return strcmp(name, "target") == 0 || strcmp(name, "group") == 0;
}

void bake_instance_free(void *item)
{
    struct instance *instance = item;
    json_decref(instance->attributes);
    g_hash_table_unref(instance->state);
    g_free(instance);
}

/* Only what a reference asks for is marked as begun: a cycle is seen where it closes. */
static bool resolve_attribute(struct bake *bake, struct instance *instance,
                              const struct attribute_row *row, bool is_reference)
{
    const struct attribute *attribute = body_attribute(instance->block->body, row->name);
    int state = GPOINTER_TO_INT(g_hash_table_lookup(instance->state, row->name));
    if (attribute == NULL || state == 2)
        return true;
    if (state == 1 && is_reference)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "reference cycle not allowed for %s.%s.%s",
                         instance->block->type, instance->name, row->name) != NULL;
    if (is_reference)
        g_hash_table_insert(instance->state, (char *)row->name, GINT_TO_POINTER(1));
    if (!bake_needs(bake, attribute->term, instance->scope))
        return false;
    const struct value *value = bake_evaluate(bake, attribute->term, instance->scope);
    /* gohcl also says that the value which it did not get must be known. */
    if (value == NULL && row->kind < ATTRIBUTE_CACHES && bake->error != NULL &&
        strstr(bake->error->message, "Invalid template") == NULL &&
        bake->error->code == BAKEFILE_ERROR_INVALID)
        bake_append(bake, ", and 1 other diagnostic(s)");
    json_t *json = value == NULL ? NULL : bake_attribute_json(bake, row, value, attribute->term);
    if (json == NULL)
        return bake_wrap(bake, attribute->term->source, attribute->term->start,
                         attribute->term->end, "Invalid expression") != NULL;
    if (json_is_null(json))
        json_decref(json);
    else
        json_object_set_new(instance->attributes, row->name, json);
    g_hash_table_insert(instance->state, (char *)row->name, GINT_TO_POINTER(2));
    return true;
}

static const struct attribute_row group_targets = {"targets", ATTRIBUTE_TEXTS, MERGE_REPLACES,
                                                   false};

static bool resolve_instance(struct bake *bake, struct instance *instance, const char *attribute)
{
    gsize count = 0;
    const struct attribute_row *rows = bake_attribute_rows(&count);
    bool is_group = strcmp(instance->block->type, "group") == 0;
    if (is_group && (attribute == NULL || strcmp(attribute, "targets") == 0) &&
        !resolve_attribute(bake, instance, &group_targets, attribute != NULL))
        return false;
    for (gsize i = 0; i < (is_group ? 1 : count); i++)
        if ((attribute == NULL || strcmp(attribute, rows[i].name) == 0) &&
            !resolve_attribute(bake, instance, &rows[i], attribute != NULL))
            return false;
    return true;
}

bool bake_block_needs(struct bake *bake, const char *type, const char *name, const char *attribute)
{
    for (guint i = 0; bake->blocks_are_named && i < bake->instances->len; i++) {
        struct instance *instance = bake->instances->pdata[i];
        if (instance->name != NULL && strcmp(instance->block->type, type) == 0 &&
            strcmp(instance->name, name) == 0 && !resolve_instance(bake, instance, attribute))
            return false;
    }
    return true;
}

const struct value *bake_block_value(struct bake *bake, const char *type, const char *name)
{
    const struct instance *found = NULL;
    for (guint i = 0; bake->blocks_are_named && i < bake->instances->len; i++) {
        const struct instance *instance = bake->instances->pdata[i];
        if (instance->name != NULL && strcmp(instance->block->type, type) == 0 &&
            strcmp(instance->name, name) == 0)
            found = instance;
    }
    if (found == NULL)
        return NULL;
    struct pairs pairs;
    gsize count = 0;
    const struct attribute_row *rows = bake_attribute_rows(&count);
    pairs_init(&pairs);
    pairs_add(&pairs, "name", value_string(bake, name));
    if (strcmp(type, "group") == 0) {
        pairs_add(&pairs, "targets",
                  bake_attribute_value(bake, &group_targets,
                                       json_object_get(found->attributes, "targets")));
        count = 1;
    }
    for (gsize i = 0; i < count; i++)
        pairs_add(
            &pairs, rows[i].name,
            bake_attribute_value(bake, &rows[i], json_object_get(found->attributes, rows[i].name)));
    return pairs_end(bake, &pairs, VALUE_OBJECT);
}

static bool instance_add(struct bake *bake, const struct block *block, const struct scope *scope)
{
    if (bake->instances->len >= BAKE_TARGETS_MAX)
        return bake_fail(bake, BAKEFILE_ERROR_LIMIT, "more than %d targets", BAKE_TARGETS_MAX) !=
               NULL;
    struct instance *instance = g_new0(struct instance, 1);
    instance->block = block;
    instance->scope = scope;
    instance->attributes = json_object();
    instance->state = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(bake->instances, instance);
    return true;
}

static const struct value *matrix_of(struct bake *bake, const struct attribute *attribute)
{
    if (!bake_needs(bake, attribute->term, NULL))
        return NULL;
    const struct value *matrix = bake_evaluate(bake, attribute->term, NULL);
    if (matrix == NULL)
        return NULL;
    if (!value_is_mapping(matrix))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "matrix must be a map");
    gsize total = 1;
    for (gsize i = 0; i < matrix->count; i++) {
        if (!value_is_sequence(matrix->items[i]) && !value_is_mapping(matrix->items[i]))
            return bake_fail(bake, BAKEFILE_ERROR_INVALID, "matrix values must be a list");
        total *= matrix->items[i]->count;
        if (total > BAKE_MATRIX_MAX)
            return bake_fail(bake, BAKEFILE_ERROR_LIMIT, "a matrix of more than %d targets",
                             BAKE_MATRIX_MAX);
    }
    return matrix;
}

/* The first key runs fastest. */
static bool add_matrix(struct bake *bake, const struct block *block, const struct value *matrix)
{
    gsize total = 1;
    for (gsize i = 0; i < matrix->count; i++)
        total *= matrix->items[i]->count;
    for (gsize index = 0; index < total; index++) {
        const struct scope *scope = NULL;
        gsize rest = index;
        for (gsize i = 0; i < matrix->count; i++) {
            struct scope *inner = bake_take(bake->arena, sizeof *inner);
            *inner = (struct scope){scope, matrix->keys[i],
                                    matrix->items[i]->items[rest % matrix->items[i]->count]};
            rest /= matrix->items[i]->count;
            scope = inner;
        }
        if (!instance_add(bake, block, scope))
            return false;
    }
    return true;
}

static const char *instance_name(struct bake *bake, const struct instance *instance)
{
    const struct attribute *name = body_attribute(instance->block->body, "name");
    if (name == NULL)
        return instance->block->labels[0];
    if (body_attribute(instance->block->body, "matrix") == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "name requires matrix");
    if (!bake_needs(bake, name->term, instance->scope))
        return NULL;
    const struct value *value = bake_evaluate(bake, name->term, instance->scope);
    const char *text = value == NULL ? NULL : value_as_text(bake, value);
    if (text == NULL && bake->error == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "string required");
    return text;
}

static bool name_is_valid(struct bake *bake, const char *name)
{
    gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    if (length > 0 && name[length] == '\0')
        return true;
    return bake_fail(bake, BAKEFILE_ERROR_INVALID, "only \"[a-zA-Z0-9_-]+\" are allowed") != NULL;
}

static bool name_instances(struct bake *bake, guint first, const struct block *block)
{
    for (guint i = first; i < bake->instances->len; i++) {
        struct instance *instance = bake->instances->pdata[i];
        if (!name_is_valid(bake, block->labels[0]) ||
            (instance->name = instance_name(bake, instance)) == NULL ||
            !name_is_valid(bake, instance->name))
            return false;
    }
    for (guint i = first; i < bake->instances->len; i++)
        for (guint k = first; k < i; k++) {
            const struct instance *a = bake->instances->pdata[i], *b = bake->instances->pdata[k];
            if (strcmp(a->name, b->name) == 0)
                return bake_fail(bake, BAKEFILE_ERROR_INVALID, "duplicate name \"%s\"", a->name) !=
                       NULL;
        }
    return true;
}

static bool begin_block(struct bake *bake, const struct block *block)
{
    guint first = bake->instances->len;
    const struct attribute *matrix = body_attribute(block->body, "matrix");
    if (block->label_count != 1)
        return bake_fail_labels(bake, block);
    bool is_group = strcmp(block->type, "group") == 0;
    if (is_group && matrix != NULL)
        bake_fail(bake, BAKEFILE_ERROR_INVALID, "matrix is not supported for groups");
    else if (is_group && body_attribute(block->body, "name") != NULL)
        bake_fail(bake, BAKEFILE_ERROR_INVALID, "name is not supported for groups");
    else if (matrix == NULL)
        instance_add(bake, block, NULL);
    else {
        const struct value *value = matrix_of(bake, matrix);
        if (value != NULL)
            add_matrix(bake, block, value);
    }
    if (bake->error == NULL)
        name_instances(bake, first, block);
    bake_wrap(bake, block->source, block->label_start, block->label_end, "Invalid name");
    return bake->error == NULL;
}

static void take_group(struct bake_config *config, const struct instance *instance)
{
    struct bake_group *group = bake_config_group(config, instance->name);
    const json_t *targets = json_object_get(instance->attributes, "targets");
    const char *description = json_get_string(instance->attributes, "description", NULL);
    if (group == NULL)
        group = bake_group_add(config, instance->name);
    g_ptr_array_set_size(group->targets, 0);
    g_free(group->description);
    group->description = g_strdup(description);
    for (gsize i = 0; i < json_array_size(targets); i++)
        bake_names_add(group->targets, json_string_value(json_array_get(targets, i)));
}

static bool end_instance(struct bake *bake, struct bake_config *config, struct instance *instance)
{
    const struct block *block = instance->block;
    bool is_group = strcmp(block->type, "group") == 0;
    if (is_group && body_attribute(block->body, "targets") == NULL)
        return bake_fail_range(bake, block->source, block->body->end, block->body->end,
                               "Missing required argument",
                               "The argument \"targets\" is required, but no definition was "
                               "found.") != NULL;
    if (!resolve_instance(bake, instance, NULL))
        return bake_wrap(bake, block->source, block->label_start, block->label_end,
                         "Invalid block") != NULL;
    if (is_group)
        take_group(config, instance);
    else
        bake_target_add(config, instance->name, json_deep_copy(instance->attributes));
    return true;
}

/* A block that was given names of its own is a group of them. */
static void add_renamed(struct bake *bake, struct bake_config *config, const struct instance *first)
{
    const char *label = first->block->labels[0];
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < bake->instances->len; i++) {
        const struct instance *instance = bake->instances->pdata[i];
        if (strcmp(instance->block->type, first->block->type) == 0 &&
            strcmp(instance->block->labels[0], label) == 0)
            bake_names_add(names, instance->name);
    }
    if ((names->len == 1 && strcmp(names->pdata[0], label) == 0) ||
        bake_config_group(config, label) != NULL)
        return;
    struct bake_group *group = bake_group_add(config, label);
    for (guint i = 0; i < names->len; i++)
        bake_names_add(group->targets, names->pdata[i]);
}

bool bake_blocks(struct bake *bake, struct bake_config *config)
{
    for (guint i = 0; i < bake->file->bodies->len; i++) {
        const struct body *body = bake->file->bodies->pdata[i];
        for (guint k = 0; k < body->blocks->len; k++) {
            const struct block *block = body->blocks->pdata[k];
            if (bake_is_block_type(block->type) && !begin_block(bake, block))
                return false;
        }
    }
    bake->blocks_are_named = true;
    for (guint i = 0; i < bake->instances->len; i++)
        if (!end_instance(bake, config, bake->instances->pdata[i]))
            return false;
    for (guint i = 0; i < bake->instances->len; i++)
        add_renamed(bake, config, bake->instances->pdata[i]);
    return true;
}
