/* An action's own file as the runner needs it. */
#include "runner/manifest.h"
#include "workflow/action_file.h"

static void add(GArray *values, const char *name, const struct node *node)
{
    const struct manifest_value value = {.name = name, .node = node};
    g_array_append_val(values, value);
}

char *manifest_find(const char *folder)
{
    static const char *const names[] = {"action.yml", "action.yaml"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

struct manifest *manifest_load(const char *path, GPtrArray *errors)
{
    struct action_file *file = action_file_load(path, errors);
    if (file == NULL)
        return NULL;
    struct manifest *manifest = g_new0(struct manifest, 1);
    manifest->file = file;
    manifest->is_composite = file->kind == ACTION_COMPOSITE;
    manifest->is_container = file->kind == ACTION_CONTAINER;
    manifest->steps = file->steps;
    manifest->image = file->image;
    manifest->entrypoint = file->entrypoint;
    manifest->args = file->args;
    manifest->env = file->env;
    manifest->inputs = g_array_new(FALSE, FALSE, sizeof(struct manifest_value));
    manifest->outputs = g_array_new(FALSE, FALSE, sizeof(struct manifest_value));
    for (guint i = 0; i < file->inputs->len; i++) {
        const struct action_file_input *input = file->inputs->pdata[i];
        add(manifest->inputs, input->name, input->initial);
    }
    for (guint i = 0; i < file->outputs->len; i++) {
        const struct action_output *output = file->outputs->pdata[i];
        add(manifest->outputs, output->name, output->value);
    }
    return manifest;
}

void manifest_free(struct manifest *manifest)
{
    if (manifest == NULL)
        return;
    g_array_unref(manifest->inputs);
    g_array_unref(manifest->outputs);
    action_file_free(manifest->file);
    g_free(manifest);
}

bool manifest_has_input(const struct manifest *manifest, const char *name)
{
    return action_file_find_input(manifest->file, name) != NULL;
}
