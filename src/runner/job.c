/* The runner's own first and last step: "Set up job", "Complete job" with outputs and orphans
   (actions-semantics.md 1.4, 1.8, 1.9, 2.2; the runner's JobExtension.cs). */
#include "base/limits.h"
#include "runner/services.h"
#include "runner/use.h"
#include "workflow/literal.h"

#include <string.h>

#define RUNNER_VERSION "2.336.0"

static bool evaluate_settings(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    bool is_fine = leg_evaluate_settings(step->leg, &error);
    leg_assume_lacking(step->leg, NULL);
    if (!is_fine)
        step_fail(step, error);
    return is_fine;
}

void job_set_up(struct step_run *step)
{
    const struct leg_run *leg = step->leg;
    step_print(step, "Current runner version: '%s'", RUNNER_VERSION);
    step_print(step, "##[group]Runner Image");
    step_print(step, "Image: %s", leg->machine->image != NULL ? leg->machine->image : "unknown");
    step_print(step, "##[endgroup]");
    step_print(step, "Secret source: Actions");
    step_print(step, "Prepare workflow directory");
    if (!evaluate_settings(step))
        return;
    if (!job_download_actions(step))
        return;
    if (leg->machine->is_furnished)
        leg_assume_gap(step->leg, step, /* touches_images= */ false,
                       "the runner is its owner's: that nothing else is on it");
    job_container_tell(step);
    step_print(step, "Complete job name: %s", leg->options.name);
}

/* ---- outputs ---- */

static void give_output(struct step_run *step, const char *name, const char *value)
{
    struct leg_run *leg = step->leg;
    g_autofree char *shown = masks_apply(leg->masks, value);
    gsize length = strlen(name) + strlen(value);
    if (value[0] == '\0') {
        step_debug(step, "Skip output '%s' since it's empty", name);
        return;
    }
    if (strcmp(shown, value) != 0) {
        step_warning(step, "Skip output '%s' since it may contain secret.", name);
        return;
    }
    if (leg->outputs_bytes + length > RUNNER_OUTPUTS_BYTES_MAX) {
        step_error(step, "outputs of a job are over RUNNER_OUTPUTS_BYTES_MAX");
        step->outcome = RESULT_FAILURE;
        return;
    }
    leg->outputs_bytes += length;
    step_print(step, "Set output '%s'", name);
    json_object_set_new(leg->result->outputs, name, json_text_or_null(value));
}

/* Which of them stand on an output that nobody knows. */
static void find_unknown(const struct step_run *step, const struct node *node)
{
    struct leg_run *leg = step->leg;
    for (gsize i = 0; node->kind == NODE_MAPPING && i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        g_autofree char *text = NULL;
        unknown_log_clear(&leg->unknown);
        if (step_evaluate_text(step, entry->value, &text, NULL))
            unknown_pass_on(&leg->unknown, &leg->result->unknown, entry->key);
    }
    unknown_log_clear(&leg->unknown);
}

static void give_outputs(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    const struct node *node = step->leg->options.job->outputs;
    const char *name;
    json_t *value;
    if (node == NULL || node->kind == NODE_NULL)
        return;
    step_print(step, "Evaluate and set job outputs");
    g_autoptr(json_t) outputs = step_evaluate_map(step, node, &error);
    if (outputs == NULL) {
        step_error(step, "Fail to evaluate job outputs");
        step_fail(step, error);
        return;
    }
    if (step->leg->unknown.name != NULL || step->leg->unknown.doubtful != NULL)
        find_unknown(step, node);
    json_object_foreach (outputs, name, value)
        give_output(step, name, json_string_value(value));
}

/* ---- orphans ---- */

static void leftover_clear(void *argument)
{
    struct shell_leftover *leftover = argument;
    g_free(leftover->name);
}

static void end_processes(struct step_run *step)
{
    const struct runner_shell *shell = &step->leg->shell;
    g_autoptr(GArray) leftovers = g_array_new(FALSE, TRUE, sizeof(struct shell_leftover));
    g_array_set_clear_func(leftovers, leftover_clear);
    if (shell->type == NULL)
        return;
    shell->type->leftovers(shell->self, leftovers);
    for (guint i = 0; i < leftovers->len; i++) {
        const struct shell_leftover *leftover = &g_array_index(leftovers, struct shell_leftover, i);
        step_print(step, "Terminate orphan process: pid (%u) (%s)", leftover->number,
                   leftover->name);
    }
    if (leftovers->len > 0 && !shell->type->kill_leftovers(shell->self, NULL))
        step->leg->is_abandoned = true;
}

void job_complete(struct step_run *step)
{
    give_outputs(step);
    step_print(step, "Cleaning up orphan processes");
    end_processes(step);
    commands_end(step);
}
