/* Actions that nothing models: a scenario says what they come to, or they succeed. */
#include "base/glob.h"
#include "runner/use.h"

const struct assumed_action *assumed_action_find(const struct assumed_action *rows,
                                                 const struct step *step, const char *uses)
{
    for (; rows != NULL && rows->pattern != NULL; rows++)
        if ((uses != NULL && glob_match(rows->pattern, uses)) ||
            (step->id != NULL && glob_match(rows->pattern, step->id)))
            return rows;
    return NULL;
}

/* Below the workspace; what is there already stays. */
static bool create_file(const struct leg_run *leg, const char *path)
{
    g_autofree char *inside = g_build_filename(leg->workspace, path, NULL);
    g_autofree char *here = leg_host_path(leg, inside);
    g_autofree char *folder = here != NULL ? g_path_get_dirname(here) : NULL;
    if (folder == NULL || g_mkdir_with_parents(folder, 0755) != 0)
        return false;
    return g_file_test(here, G_FILE_TEST_EXISTS) || g_file_set_contents(here, "", 0, NULL);
}

static void create_files(struct step_run *step, const char *const *paths)
{
    for (; paths != NULL && *paths != NULL; paths++)
        if (!create_file(step->leg, *paths))
            step_print(step, "##[warning]%s cannot be made here", *paths);
}

static void play(struct step_run *step, const struct assumed_action *rule)
{
    const char *name;
    json_t *value;
    bool is_over = false;
    if (rule->duration_us > 0)
        leg_wait(step->leg, &is_over, step, rule->duration_us, "an assumed action");
    if (step_is_interrupted(step))
        return;
    json_object_foreach ((json_t *)(uintptr_t)rule->outputs, name, value)
        step_set_output(step, name, json_string_value(value));
    create_files(step, rule->creates);
    step->outcome = rule->outcome;
}

/* Of a rule that says what the action leaves behind, nothing is missing later. */
static void note(const struct step_run *step, const struct assumed_action *rule,
                 const json_t *inputs)
{
    const char *text = step->use->text;
    bool touches_images = use_touches_images(text) && !goreleaser_is_harmless(step, text, inputs);
    bool is_complete = rule != NULL && rule->creates != NULL && rule->creates[0] != NULL;
    if (is_complete)
        leg_assume(step->leg, step, touches_images, "action %s", text);
    else
        leg_assume_gap(step->leg, step, touches_images, "action %s", text);
}

void assumed_action_work(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) inputs = use_inputs(step, &error);
    if (inputs == NULL) {
        step_fail(step, error);
        return;
    }
    use_print_header(step, inputs);
    step->result->is_assumed = true;
    note(step, step->use->assumed, inputs);
    if (step->use->assumed != NULL)
        play(step, step->use->assumed);
    else
        unknown_add(&step->result->unknown, "*");
}
