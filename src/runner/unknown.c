/* Rows of outputs as values whose members are looked up when they are asked for. */
#include "runner/unknown.h"

#include "base/command.h"
#include "runner/leg.h"

#include <string.h>

const char unknown_key[] = "?";
static const char any_name[] = "*";

void unknown_log_clear(struct unknown_log *log)
{
    g_clear_pointer(&log->name, g_free);
    g_clear_pointer(&log->doubtful, g_free);
    g_clear_pointer(&log->worded, g_free);
    g_clear_pointer(&log->lacking, g_ptr_array_unref);
}

static void lack(struct unknown_log *log, const char *context, const char *name)
{
    g_autofree char *text = g_strdup_printf("%s.%s", context, name);
    if (log->lacking == NULL)
        log->lacking = g_ptr_array_new_with_free_func(g_free);
    if (!g_ptr_array_find_with_equal_func(log->lacking, text, g_str_equal, NULL))
        g_ptr_array_add(log->lacking, g_steal_pointer(&text));
}

guint unknown_log_mark(const struct unknown_log *log)
{
    return log->lacking != NULL ? log->lacking->len : 0;
}

/* As it is usually written; in other forms it only counts as lacking although it does no harm. */
static bool has_default(const char *text, const char *name)
{
    g_autofree char *quoted = g_regex_escape_string(name, -1);
    g_autofree char *pattern = g_strdup_printf("\\b%s\\s*\\|\\|", quoted);
    return g_regex_match_simple(pattern, text, G_REGEX_CASELESS, 0);
}

void unknown_log_forgive(struct unknown_log *log, guint mark, const char *text)
{
    for (guint i = unknown_log_mark(log); i > mark; i--)
        if (has_default(text, log->lacking->pdata[i - 1]))
            g_ptr_array_remove_index(log->lacking, i - 1);
}

char *unknown_log_take(struct unknown_log *log, bool with_doubts)
{
    char *taken = log->name != NULL || !with_doubts ? g_steal_pointer(&log->name)
                                                    : g_steal_pointer(&log->doubtful);
    g_clear_pointer(&log->name, g_free);
    g_clear_pointer(&log->doubtful, g_free);
    g_clear_pointer(&log->worded, g_free);
    return taken;
}

void unknown_add(json_t **unknown, const char *name)
{
    if (*unknown == NULL)
        *unknown = json_object();
    json_object_set_new(*unknown, name, json_true());
}

void unknown_doubt(json_t **unknown, const char *name)
{
    if (*unknown == NULL)
        *unknown = json_object();
    if (json_object_get(*unknown, name) == NULL)
        json_object_set_new(*unknown, name, json_false());
}

char *unknown_log_tell(struct unknown_log *log, const char *place)
{
    g_autofree char *name = unknown_log_take(log, /* with_doubts= */ true);
    const char *lacking = unknown_log_mark(log) > 0 ? log->lacking->pdata[0] : NULL;
    char *text = NULL;
    if (name != NULL)
        text = g_strdup_printf("%s: %s, which nobody knows", place, name);
    else if (lacking != NULL)
        text = g_strdup_printf("%s: %s, which is not given", place, lacking);
    unknown_log_clear(log);
    return text;
}

static void add_lacking(json_t **unknown, const char *name)
{
    if (*unknown == NULL)
        *unknown = json_object();
    if (json_object_get(*unknown, name) == NULL)
        json_object_set_new(*unknown, name, json_null());
}

void unknown_pass_on(struct unknown_log *log, json_t **unknown, const char *name)
{
    if (log->name != NULL)
        unknown_add(unknown, name);
    else if (log->doubtful != NULL)
        unknown_doubt(unknown, name);
    else if (log->lacking != NULL)
        add_lacking(unknown, name);
    unknown_log_clear(log);
}

/* ---- outputs of a row ---- */

struct outputs {
    unsigned reference_count;
    struct value members; /* those that are there */
    struct value unknown; /* the names in question */
    char *path;           /* "steps.filter.outputs" */
    struct unknown_log *log;
};

/* key is name, or the one that stands for all. False: it is not in question. */
static bool note(const struct outputs *outputs, const char *key, const char *name)
{
    VALUE(found);
    if (!outputs->unknown.type->get(outputs->unknown.self, key, &found))
        return false;
    if (found.kind == VALUE_NULL) {
        lack(outputs->log, outputs->path, name);
        return true;
    }
    char **first = found.boolean ? &outputs->log->name : &outputs->log->doubtful;
    if (*first == NULL)
        *first = g_strdup_printf("%s.%s", outputs->path, name);
    return true;
}

static void note_word(const struct outputs *outputs, const char *name, const struct value *value)
{
    if (outputs->log->worded == NULL && value->kind == VALUE_STRING &&
        strstr(value->string, COMMAND_UNKNOWN_STEM) != NULL)
        outputs->log->worded = g_strdup_printf("%s.%s", outputs->path, name);
}

static bool get(void *self, const char *name, struct value *out)
{
    struct outputs *outputs = self;
    bool is_there = outputs->members.type->get(outputs->members.self, name, out);
    if (is_there)
        note_word(outputs, name, out);
    if (!note(outputs, name, name) && !is_there)
        (void)note(outputs, any_name, name);
    return is_there;
}

static void list(void *self, GPtrArray *names)
{
    struct outputs *outputs = self;
    guint count = names->len;
    outputs->members.type->list(outputs->members.self, names);
    (void)note(outputs, any_name, any_name);
    for (guint i = count; i < names->len; i++)
        (void)note(outputs, names->pdata[i], names->pdata[i]);
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

/* Takes members and path over. */
static struct value watched_value(struct value members, const json_t *unknown, char *path,
                                  struct unknown_log *log)
{
    struct outputs *outputs = g_new0(struct outputs, 1);
    outputs->reference_count = 1;
    outputs->members = members;
    outputs->unknown = folded_value(unknown);
    outputs->path = path;
    outputs->log = log;
    struct value value = value_of_object(&outputs_type, outputs);
    unref(outputs); /* the value has its own */
    return value;
}

static struct value outputs_value(const json_t *members, const json_t *unknown, char *path,
                                  struct unknown_log *log)
{
    return watched_value(folded_value(members), unknown, path, log);
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
                      outputs_value(member, json_object_get(row, unknown_key),
                                    g_strdup_printf("%s.%s.outputs", context, id), log));
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

struct value unknown_environment_value(const json_t *variables, const json_t *unknown,
                                       struct unknown_log *log)
{
    struct value members = value_of_map();
    const char *name;
    json_t *text;
    json_object_foreach ((json_t *)(uintptr_t)variables, name, text)
        if (json_is_string(text))
            value_set(&members, name, value_of_string(json_string_value(text)));
    return unknown != NULL ? watched_value(members, unknown, g_strdup("env"), log) : members;
}

struct value unknown_inputs_value(const json_t *inputs, const json_t *unknown,
                                  struct unknown_log *log)
{
    if (!json_is_object(inputs))
        return value_of_folded_map();
    return unknown != NULL ? outputs_value(inputs, unknown, g_strdup("inputs"), log)
                           : folded_value(inputs);
}

struct value unknown_vars_value(const json_t *vars, struct unknown_log *log)
{
    g_autoptr(json_t) none = json_object();
    g_autoptr(json_t) lacking = json_pack("{s:n}", any_name);
    return outputs_value(json_is_object(vars) ? vars : none, lacking, g_strdup("vars"), log);
}
