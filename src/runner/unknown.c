/* Rows of outputs as values whose members are looked up when they are asked for. */
#include "runner/unknown.h"

#include "runner/leg.h"

const char unknown_key[] = "?";
static const char any_name[] = "*";

void unknown_log_clear(struct unknown_log *log)
{
    g_clear_pointer(&log->name, g_free);
}

char *unknown_log_take(struct unknown_log *log)
{
    return g_steal_pointer(&log->name);
}

void unknown_add(json_t **unknown, const char *name)
{
    if (*unknown == NULL)
        *unknown = json_object();
    json_object_set_new(*unknown, name, json_true());
}

/* ---- outputs of a row ---- */

struct outputs {
    unsigned reference_count;
    struct value members; /* those that are there */
    struct value unknown; /* the names in question */
    char *path;           /* "steps.filter.outputs" */
    struct unknown_log *log;
};

static void note(const struct outputs *outputs, const char *name)
{
    if (outputs->log->name == NULL)
        outputs->log->name = g_strdup_printf("%s.%s", outputs->path, name);
}

static bool is_in_question(const struct outputs *outputs, const char *name)
{
    VALUE(found);
    return outputs->unknown.type->get(outputs->unknown.self, name, &found);
}

static bool get(void *self, const char *name, struct value *out)
{
    struct outputs *outputs = self;
    bool is_there = outputs->members.type->get(outputs->members.self, name, out);
    if (is_in_question(outputs, name) || (!is_there && is_in_question(outputs, any_name)))
        note(outputs, name);
    return is_there;
}

static void list(void *self, GPtrArray *names)
{
    struct outputs *outputs = self;
    outputs->members.type->list(outputs->members.self, names);
    note(outputs, any_name);
}

static void ref(void *self)
{
    struct outputs *outputs = self;
    outputs->reference_count++;
}

static void unref(void *self)
{
    struct outputs *outputs = self;
    if (--outputs->reference_count > 0)
        return;
    value_clear(&outputs->members);
    value_clear(&outputs->unknown);
    g_free(outputs->path);
    g_free(outputs);
}

static const struct object_type outputs_type = {
    .kind_text = "outputs",
    .get = get,
    .list = list,
    .ref = ref,
    .unref = unref,
};

/* ---- rows ---- */

static struct value outputs_value(const json_t *row, char *path, struct unknown_log *log)
{
    struct outputs *outputs = g_new0(struct outputs, 1);
    outputs->reference_count = 1;
    outputs->members = folded_value(json_object_get(row, "outputs"));
    outputs->unknown = folded_value(json_object_get(row, unknown_key));
    outputs->path = path;
    outputs->log = log;
    struct value value = value_of_object(&outputs_type, outputs);
    unref(outputs); /* the value has its own */
    return value;
}

static struct value row_value(const char *id, const json_t *row, const char *context,
                              struct unknown_log *log)
{
    const bool has_unknown = json_object_get(row, unknown_key) != NULL;
    struct value value = value_of_folded_map();
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)(uintptr_t)row, name, member) {
        if (has_unknown && g_str_equal(name, "outputs"))
            value_set(&value, name,
                      outputs_value(row, g_strdup_printf("%s.%s.outputs", context, id), log));
        else if (!g_str_equal(name, unknown_key))
            value_set(&value, name, folded_value(member));
    }
    return value;
}

struct value unknown_rows_value(const json_t *rows, const char *context, struct unknown_log *log)
{
    struct value value = value_of_folded_map();
    const char *id;
    json_t *row;
    json_object_foreach ((json_t *)(uintptr_t)rows, id, row)
        value_set(&value, id, row_value(id, row, context, log));
    return value;
}
