/* An action as text: one fact a line, expressions as they stand. */
#include "workflow/action_file.h"
#include "workflow/literal.h"
#include "workflow/model_text.h"

static void add_inputs(GString *text, const struct action_file *file)
{
    for (guint i = 0; i < file->inputs->len; i++) {
        const struct action_file_input *input = file->inputs->pdata[i];
        model_add_line(text, 0, input->is_required ? "required input" : "input", input->name);
        model_add_node(text, 1, "description", input->description);
        model_add_node(text, 1, "default", input->initial);
        model_add_node(text, 1, "deprecated", input->deprecation);
    }
}

static void add_outputs(GString *text, const struct action_file *file)
{
    for (guint i = 0; i < file->outputs->len; i++) {
        const struct action_output *output = file->outputs->pdata[i];
        model_add_line(text, 0, "output", output->name);
        model_add_node(text, 1, "description", output->description);
        model_add_node(text, 1, "value", output->value);
    }
}

static void add_runs(GString *text, const struct action_file *file)
{
    model_add_line(text, 0, "runs", action_kind_text(file->kind));
    model_add_node(text, 1, "using", file->using);
    model_add_node(text, 1, "main", file->main);
    model_add_node(text, 1, "pre", file->pre);
    model_add_node(text, 1, "pre-if", file->pre_if);
    model_add_node(text, 1, "post", file->post);
    model_add_node(text, 1, "post-if", file->post_if);
    model_add_node(text, 1, "image", file->image);
    model_add_node(text, 1, "entrypoint", file->entrypoint);
    model_add_node(text, 1, "args", file->args);
    model_add_node(text, 1, "env", file->env);
    model_add_node(text, 1, "pre-entrypoint", file->pre_entrypoint);
    model_add_node(text, 1, "post-entrypoint", file->post_entrypoint);
    for (guint i = 0; i < file->steps->len; i++)
        model_add_step(text, file->steps->pdata[i]);
}

char *action_file_text(const struct action_file *file)
{
    GString *text = g_string_new(NULL);
    model_add_node(text, 0, "action", file->name);
    model_add_node(text, 0, "description", file->description);
    add_inputs(text, file);
    add_outputs(text, file);
    add_runs(text, file);
    return g_string_free(text, FALSE);
}
