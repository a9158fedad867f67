/* Loading action.yml: bytes to a document, the checks, the model. */
#include "workflow/action_file.h"
#include "base/limits.h"
#include "workflow/action_rules.h"
#include "workflow/folded.h"
#include "workflow/literal.h"
#include "workflow/model.h"
#include "workflow/schema.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *key;
    gsize offset;
} runs_places[] = {
    {"using", offsetof(struct action_file, using)},
    {"main", offsetof(struct action_file, main)},
    {"pre", offsetof(struct action_file, pre)},
    {"post", offsetof(struct action_file, post)},
    {"pre-if", offsetof(struct action_file, pre_if)},
    {"post-if", offsetof(struct action_file, post_if)},
    {"image", offsetof(struct action_file, image)},
    {"entrypoint", offsetof(struct action_file, entrypoint)},
    {"args", offsetof(struct action_file, args)},
    {"env", offsetof(struct action_file, env)},
    {"pre-entrypoint", offsetof(struct action_file, pre_entrypoint)},
    {"post-entrypoint", offsetof(struct action_file, post_entrypoint)},
};

static void input_free(gpointer data)
{
    struct action_file_input *input = data;
    g_free(input->name);
    g_free(input);
}

static void output_free(gpointer data)
{
    struct action_output *output = data;
    g_free(output->name);
    g_free(output);
}

/* Keys of an input match in any case; its body may hold anything else too. */
static struct action_file_input *input_new(const struct node_entry *entry)
{
    struct action_file_input *input = g_new0(struct action_file_input, 1);
    const struct node *required = folded_node(entry->value, "required");
    g_autofree char *text = required != NULL ? literal_text(required) : g_strdup("");
    input->name = g_strdup(entry->key);
    input->position = entry->key_position;
    input->description = folded_node(entry->value, "description");
    input->initial = folded_node(entry->value, "default");
    input->deprecation = folded_node(entry->value, "deprecationMessage");
    input->is_required = g_ascii_strcasecmp(text, "true") == 0;
    return input;
}

static struct action_output *output_new(const struct node_entry *entry)
{
    struct action_output *output = g_new0(struct action_output, 1);
    output->name = g_strdup(entry->key);
    output->position = entry->key_position;
    output->description = node_get(entry->value, "description");
    output->value = node_get(entry->value, "value");
    return output;
}

static void read_root(struct action_file *file, const struct node *root)
{
    const struct node *inputs = node_get(root, "inputs");
    const struct node *outputs = node_get(root, "outputs");
    file->name = node_get(root, "name");
    file->description = node_get(root, "description");
    file->runs = node_get(root, "runs");
    for (gsize i = 0; inputs != NULL && i < node_length(inputs); i++)
        g_ptr_array_add(file->inputs, input_new(node_entry(inputs, i)));
    for (gsize i = 0; outputs != NULL && i < node_length(outputs); i++)
        g_ptr_array_add(file->outputs, output_new(node_entry(outputs, i)));
}

static void read_runs(struct action_file *file, enum action_kind kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(runs_places); i++) {
        const struct node **place = (const struct node **)((char *)file + runs_places[i].offset);
        *place = node_get(file->runs, runs_places[i].key);
    }
    file->kind = kind;
    file->steps = steps_of(kind == ACTION_COMPOSITE ? node_get(file->runs, "steps") : NULL);
}

/* Takes the document over. */
static struct action_file *read_checked(struct doc *doc, enum action_kind kind)
{
    struct action_file *file = g_new0(struct action_file, 1);
    file->doc = doc;
    file->inputs = g_ptr_array_new_with_free_func(input_free);
    file->outputs = g_ptr_array_new_with_free_func(output_free);
    read_root(file, doc_root(doc));
    read_runs(file, kind);
    return file;
}

/* Takes doc and error over; one of them is NULL. */
static struct action_file *load(struct doc *loaded, GError *error, GPtrArray *errors)
{
    AUTO(doc) doc = loaded;
    AUTO(fault_list) faults = fault_list_new();
    enum action_kind kind = ACTION_PLUGIN;
    if (doc == NULL) {
        g_ptr_array_add(errors, error);
        return NULL;
    }
    schema_check(&schema_action, doc_root(doc), faults);
    if (action_rules_check(doc_root(doc), &kind, faults))
        return read_checked(g_steal_pointer(&doc), kind);
    fault_list_report(faults, errors);
    return NULL;
}

struct action_file *action_file_load(const char *path, GPtrArray *errors)
{
    GError *error = NULL;
    struct doc *doc = doc_load_file(path, DOC_KEYS_ARE_FREE, &error);
    return load(doc, error, errors);
}

struct action_file *action_file_load_text(const char *name, const char *text, gsize length_bytes,
                                          GPtrArray *errors)
{
    GError *error = NULL;
    struct doc *doc = doc_load_text(name, text, length_bytes, DOC_KEYS_ARE_FREE, &error);
    return load(doc, error, errors);
}

void action_file_free(struct action_file *file)
{
    if (file == NULL)
        return;
    g_ptr_array_unref(file->inputs);
    g_ptr_array_unref(file->outputs);
    g_ptr_array_unref(file->steps);
    doc_free(file->doc);
    g_free(file);
}

const struct action_file_input *action_file_find_input(const struct action_file *file,
                                                       const char *name)
{
    for (guint i = 0; i < file->inputs->len; i++) {
        const struct action_file_input *input = file->inputs->pdata[i];
        if (g_ascii_strcasecmp(input->name, name) == 0)
            return input;
    }
    return NULL;
}

const char *action_kind_text(enum action_kind kind)
{
    static const char *const texts[] = {[ACTION_COMPOSITE] = "composite",
                                        [ACTION_NODE] = "node",
                                        [ACTION_CONTAINER] = "container",
                                        [ACTION_PLUGIN] = "plugin"};
    return texts[kind];
}
