/* Places of a document that make forget what lies below them. A place is an array of keys; what
   stands in lists is not looked at. */
#include "doc/reset.h"

#include <string.h>

static void forget(json_t *object, const json_t *place)
{
    size_t last = json_array_size(place) - 1;
    for (size_t i = 0; i < last; i++)
        object = json_object_get(object, json_string_value(json_array_get(place, i)));
    json_object_del(object, json_string_value(json_array_get(place, last)));
}

struct taking {
    json_t *value;
    json_t *resets;
    json_t *place; /* of the node that is looked at */
};

static void take(struct taking *taking, const struct node *node)
{
    bool is_reset = node->tag != NULL && strcmp(node->tag, TAG_RESET) == 0;
    if (node->tag != NULL && json_array_size(taking->place) > 0)
        json_array_append_new(taking->resets, json_copy(taking->place));
    if (is_reset && json_array_size(taking->place) > 0)
        forget(taking->value, taking->place);
    for (gsize i = 0; node->kind == NODE_MAPPING && !is_reset && i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        json_array_append_new(taking->place, json_string(entry->key));
        take(taking, entry->value);
        json_array_remove(taking->place, json_array_size(taking->place) - 1);
    }
}

json_t *doc_take_resets(const struct doc *doc, json_t *value)
{
    g_autoptr(json_t) place = json_array();
    g_autoptr(json_t) resets = json_array();
    struct taking taking = {value, resets, place};
    take(&taking, doc_root(doc));
    return json_array_size(resets) > 0 ? g_steal_pointer(&resets) : NULL;
}

void doc_apply_resets(json_t *below, const json_t *resets)
{
    for (size_t i = 0; i < json_array_size(resets); i++)
        forget(below, json_array_get(resets, i));
}

void doc_apply_service_resets(json_t *service, const char *name, const json_t *resets)
{
    g_autoptr(json_t) model = json_pack("{s:{s:O}}", "services", name, service);
    doc_apply_resets(model, resets);
}
