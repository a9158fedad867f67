/* Objects of contexts over JSON. */
#include "workflow/context_value.h"

#include "expr/fold.h"

/* Of names that differ in case alone the last counts, as with Newtonsoft. */
static bool get_member(void *self, const char *name, struct value *out)
{
    const json_t *found = NULL;
    const char *key;
    json_t *member;
    json_object_foreach ((json_t *)self, key, member) {
        if (text_equal_folded(key, name))
            found = member;
    }
    if (found != NULL)
        *out = context_value(found);
    return found != NULL;
}

static void list_members(void *self, GPtrArray *names)
{
    const char *key;
    json_t *member;
    json_object_foreach ((json_t *)self, key, member) {
        (void)member;
        g_ptr_array_add(names, (gpointer)key);
    }
}

static void ref_json(void *self)
{
    json_incref(self);
}

static void unref_json(void *self)
{
    json_decref(self);
}

static const struct object_type shared_type = {
    .kind_text = "an object",
    .get = get_member,
    .list = list_members,
    .ref = ref_json,
    .unref = unref_json,
};

struct value context_value(const json_t *json)
{
    if (json_is_object(json))
        return value_of_object(&shared_type, (json_t *)json);
    if (!json_is_array(json))
        return value_from_json(json);
    struct value array = value_of_array();
    for (gsize i = 0; i < json_array_size(json); i++)
        value_append(&array, context_value(json_array_get(json, i)));
    return array;
}
