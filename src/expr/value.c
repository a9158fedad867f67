/* Values: making, copying, clearing. */
#include "expr/value.h"
#include "expr/fold.h"

#include <math.h>

void value_clear(struct value *value)
{
    if (value->string != NULL)
        g_ref_string_release(value->string);
    if (value->items != NULL)
        g_array_unref(value->items);
    if (value->type != NULL && value->type->unref != NULL)
        value->type->unref(value->self);
    *value = (struct value){0};
}

struct value value_copy(const struct value *value)
{
    if (value->string != NULL)
        g_ref_string_acquire(value->string);
    if (value->items != NULL)
        g_array_ref(value->items);
    if (value->type != NULL && value->type->ref != NULL)
        value->type->ref(value->self);
    return *value;
}

struct value value_of_boolean(bool boolean)
{
    return (struct value){.kind = VALUE_BOOLEAN, .boolean = boolean};
}

struct value value_of_integer(int64_t integer)
{
    return (struct value){
        .kind = VALUE_NUMBER, .number = (double)integer, .integer = integer, .is_exact = true};
}

struct value value_of_number(double number)
{
    const double exact_max = 9007199254740992.0; /* 2^53 */
    if (fabs(number) <= exact_max && number == trunc(number))
        return value_of_integer((int64_t)number);
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_of_string(const char *text)
{
    if (text == NULL)
        return (struct value){.kind = VALUE_NULL};
    return (struct value){.kind = VALUE_STRING, .string = g_ref_string_new(text)};
}

struct value value_of_duration(int64_t duration_us)
{
    return (struct value){.kind = VALUE_DURATION, .integer = duration_us};
}

struct value value_of_size(int64_t size_bytes)
{
    return (struct value){.kind = VALUE_SIZE, .integer = size_bytes};
}

static void item_clear(void *argument)
{
    value_clear(argument);
}

struct value value_of_array(void)
{
    struct value value = {.kind = VALUE_ARRAY};
    value.items = g_array_new(FALSE, FALSE, sizeof(struct value));
    g_array_set_clear_func(value.items, item_clear);
    return value;
}

void value_append(struct value *array, struct value item)
{
    g_assert(array->kind == VALUE_ARRAY);
    g_array_append_val(array->items, item);
}

struct value value_of_strings(const char *const *texts)
{
    struct value value = value_of_array();
    for (; texts != NULL && *texts != NULL; texts++)
        value_append(&value, value_of_string(*texts));
    return value;
}

struct value value_of_object(const struct object_type *type, void *self)
{
    struct value value = {.kind = VALUE_OBJECT, .type = type, .self = self};
    if (type->ref != NULL)
        type->ref(self);
    return value;
}

gsize value_length(const struct value *array)
{
    return array->items->len;
}

const struct value *value_item(const struct value *array, gsize index)
{
    g_assert(index < array->items->len);
    return &g_array_index(array->items, struct value, index);
}

/* A map is an object like any other. */
struct map {
    gatomicrefcount reference_count;
    GPtrArray *names;
    GHashTable *members; /* name -> struct value * */
};

static void member_free(void *argument)
{
    value_clear(argument);
    g_free(argument);
}

static bool map_get(void *self, const char *name, struct value *out)
{
    const struct map *map = self;
    const struct value *member = g_hash_table_lookup(map->members, name);
    if (member == NULL)
        return false;
    *out = value_copy(member);
    return true;
}

static void map_list(void *self, GPtrArray *names)
{
    const struct map *map = self;
    for (guint i = 0; i < map->names->len; i++)
        g_ptr_array_add(names, g_ptr_array_index(map->names, i));
}

static void map_ref(void *self)
{
    struct map *map = self;
    g_atomic_ref_count_inc(&map->reference_count);
}

static void map_unref(void *self)
{
    struct map *map = self;
    if (!g_atomic_ref_count_dec(&map->reference_count))
        return;
    g_hash_table_unref(map->members);
    g_ptr_array_unref(map->names);
    g_free(map);
}

static const struct object_type map_type = {
    .kind_text = "an object",
    .get = map_get,
    .list = map_list,
    .ref = map_ref,
    .unref = map_unref,
};

static struct value map_new(GHashFunc hash, GEqualFunc are_equal)
{
    struct map *map = g_new0(struct map, 1);
    g_atomic_ref_count_init(&map->reference_count);
    map->names = g_ptr_array_new_with_free_func(g_free);
    map->members = g_hash_table_new_full(hash, are_equal, NULL, member_free);
    return (struct value){.kind = VALUE_OBJECT, .type = &map_type, .self = map};
}

struct value value_of_map(void)
{
    return map_new(g_str_hash, g_str_equal);
}

struct value value_of_folded_map(void)
{
    return map_new(text_hash_folded, text_equal_folded);
}

void value_set(struct value *map_value, const char *name, struct value member)
{
    g_assert(map_value->type == &map_type);
    struct map *map = map_value->self;
    struct value *old = g_hash_table_lookup(map->members, name);

    if (old != NULL) {
        value_clear(old);
        *old = member;
        return;
    }
    char *own_name = g_strdup(name);
    g_ptr_array_add(map->names, own_name);
    g_hash_table_insert(map->members, own_name, g_memdup2(&member, sizeof member));
}
