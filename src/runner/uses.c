/* `uses` steps: what a text stands for, inputs and header, post steps (actions-semantics.md 1.2,
   1.8; the runner's ActionRunner.cs). */
#include "runner/touch.h"
#include "runner/tree.h"
#include "runner/use.h"
#include "workflow/literal.h"
#include "workflow/repository.h"

#include <string.h>

struct use *use_ref(struct use *use)
{
    use->reference_count++;
    return use;
}

void use_unref(struct use *use)
{
    if (use == NULL || --use->reference_count > 0)
        return;
    g_ptr_array_unref(use->posts);
    scope_free(use->scope);
    manifest_free(use->manifest);
    json_decref(use->state);
    g_free(use->text);
    g_free(use->name);
    g_free(use->ref);
    g_free(use->version);
    g_free(use->folder);
    g_free(use->path);
    g_free(use->image);
    g_free(use);
}

void step_set_state(struct step_run *step, const char *name, const char *value)
{
    if (step->use != NULL)
        json_object_set_new(step->use->state, name, json_text_or_null(value));
}

bool use_is_local(const struct step *step)
{
    g_autofree char *text = literal_text(step->uses);
    return g_str_has_prefix(text, "./") || g_str_has_prefix(text, ".\\");
}

static bool load_manifest(struct use *use, GError **error)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autofree char *path = manifest_find(use->folder);
    use->manifest = path != NULL ? manifest_load(path, errors) : NULL;
    if (use->manifest == NULL && errors->len > 0) {
        const GError *first = errors->pdata[0];
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "Failed to load %s: %.*s", use->text,
                    (int)strcspn(first->message, "\n"), first->message);
        return false;
    }
    if (use->manifest == NULL)
        return true;
    use->kind = use->manifest->is_composite   ? USE_COMPOSITE
                : use->manifest->is_container ? USE_CONTAINER
                                              : USE_ASSUMED;
    return true;
}

static bool find_fail(const struct use *use, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '%s'. Did you forget "
                "to run actions/checkout before running your local action?",
                use->path);
    return false;
}

/* In the workspace, where only a checkout puts it. */
static bool find_local(struct leg_run *leg, struct use *use, GError **error)
{
    use->path = g_canonicalize_filename(use->text, leg->workspace);
    use->folder = leg_host_path(leg, use->path);
    if (leg->machine->directory == NULL && leg->options.find_action != NULL)
        use->folder = leg->options.find_action(leg->options.self, use->text);
    g_autofree char *dockerfile =
        use->folder != NULL ? g_build_filename(use->folder, "Dockerfile", NULL) : NULL;
    if (use->folder != NULL && !load_manifest(use, error))
        return false;
    if (use->manifest != NULL)
        return true;
    if (dockerfile != NULL && g_file_test(dockerfile, G_FILE_TEST_IS_REGULAR)) {
        use->kind = USE_CONTAINER;
        return true;
    }
    return find_fail(use, error);
}

/* As the runner resolves it: the run's repository at its commit. */
static void name_own_commit(const struct leg_run *leg, struct use *use, const struct uses *uses)
{
    use->name = g_strdup_printf(
        "%s/%s", json_get_string(leg->options.github, "repository", "owner/repository"),
        uses->path);
    use->ref = g_strdup(json_get_string(leg->options.github, "sha", "HEAD"));
}

static void split_name(const struct leg_run *leg, struct use *use, struct position position)
{
    AUTO(uses) uses = uses_of_step(use->text);
    if (uses != NULL && uses_is_of_own_commit(use->text))
        name_own_commit(leg, use, uses);
    if (uses == NULL || uses->kind != USES_REMOTE_ACTION)
        return;
    use->name = uses->path[0] != '\0'
                    ? g_strdup_printf("%s/%s/%s", uses->owner, uses->repository, uses->path)
                    : g_strdup_printf("%s/%s", uses->owner, uses->repository);
    use->ref = g_strdup(uses->ref);
    use->version = use_version(use->ref, position);
}

/* Its files, where the runner downloads them: scripts and Dockerfiles of it are used from there. */
static bool bring(const struct leg_run *leg, const struct use *use, GError **error)
{
    g_autofree char *here = leg_host_path(leg, use->path);
    return here == NULL || g_file_test(here, G_FILE_TEST_IS_DIR) ||
           tree_copy(use->folder, here, NULL, error);
}

static bool find_remote(struct leg_run *leg, struct use *use, GError **error)
{
    if (use->name != NULL && leg->options.actions != NULL)
        use->action = action_find(leg->options.actions, use->name, use->version);
    if (use->action != NULL) {
        use->kind = USE_NATIVE;
        return true;
    }
    if (leg->options.find_action != NULL)
        use->folder = leg->options.find_action(leg->options.self, use->text);
    if (use->name != NULL)
        use->path =
            g_strdup_printf("%s/work/_actions/%s/%s", leg->machine->home, use->name, use->ref);
    if (use->folder != NULL)
        return load_manifest(use, error) && bring(leg, use, error);
    if (uses_is_of_own_commit(use->text))
        return find_fail(use, error);
    return true;
}

struct use *use_new(struct leg_run *leg, const struct step *step, GError **error)
{
    struct use *use = g_new0(struct use, 1);
    bool is_found = true;
    use->reference_count = 1;
    use->text = literal_text(step->uses);
    use->state = json_object();
    use->posts = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
    const struct node *node = node_get(step->node, "uses");
    split_name(leg, use, node != NULL ? node->position : step->node->position);
    use->assumed = assumed_action_find(leg->options.assumed, step, use->text);
    if (use->assumed != NULL) {
        /* What the scenario says is all there is to it. */
    } else if (g_str_has_prefix(use->text, "docker://")) {
        use->kind = USE_CONTAINER;
        use->image = g_strdup(use->text + strlen("docker://"));
    } else {
        is_found = use_is_local(step) ? find_local(leg, use, error) : find_remote(leg, use, error);
    }
    if (!is_found)
        g_clear_pointer(&use, use_unref);
    return use;
}

/* ---- post steps ---- */

void use_add_post(struct step_run *step, const char *condition, step_work_fn *post_work)
{
    struct step_run *post = step_new(step->leg, NULL, step->scope, step->step, PHASE_POST);
    post->use = use_ref(step->use);
    post->condition = condition;
    post->work = post_work;
    post->action_name = g_strdup(step->action_name);
    const char *title = step->result->title;
    bool is_pre = step->phase == PHASE_PRE && g_str_has_prefix(title, "Pre ");
    post->result->title = g_strconcat("Post ", title + (is_pre ? strlen("Pre ") : 0), NULL);
    if (step->outer == NULL) {
        g_ptr_array_insert(step->leg->posts, 0, post);
        return;
    }
    struct use *outer = step->outer->use;
    g_ptr_array_insert(outer->posts, 0, post);
    if (outer->has_post)
        return;
    outer->has_post = true;
    use_add_post(step->outer, "always()", composite_work);
}

/* ---- the step ---- */

static void run_use(struct step_run *step)
{
    static step_work_fn *const works[] = {
        [USE_ASSUMED] = assumed_action_work,
        [USE_NATIVE] = native_work,
        [USE_COMPOSITE] = composite_work,
        [USE_CONTAINER] = container_work,
    };
    works[step->use->kind](step);
}

static void uses_work(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    if (step->use == NULL)
        step->use = use_new(step->leg, step->step, &error);
    if (step->use == NULL || !files_create(step, &error)) {
        step_fail(step, error);
        return;
    }
    run_use(step);
    files_take(step);
}

/* The background step that a `cancel` of this step ends, or NULL. */
static const struct step *cancelled_by(const struct step_run *step)
{
    const struct node *id = node_get(step->step->node, "cancel");
    const GPtrArray *steps = step->leg->options.job->steps;
    for (guint i = 0; id != NULL && id->kind == NODE_STRING && i < steps->len; i++) {
        const struct step *each = steps->pdata[i];
        if (each->id != NULL && g_ascii_strcasecmp(each->id, id->text) == 0)
            return each;
    }
    return NULL;
}

/* Steps of the background family: told, not modelled. Those of `parallel` do not run at all, and
   what `cancel` ends has come to its end here. */
static void background_work(struct step_run *step)
{
    const struct leg_options *options = &step->leg->options;
    const struct step *subject = step->step->kind == STEP_CANCEL ? cancelled_by(step) : step->step;
    bool touches_images =
        subject != NULL && step_touches_images(subject, options->find_action, options->self);
    step->result->is_assumed = true;
    leg_assume_gap(step->leg, step, touches_images, "background step %s", step->result->title);
}

void use_resolve(struct step_run *step)
{
    step->work = step->step->kind == STEP_RUN    ? script_work
                 : step->step->kind == STEP_USES ? uses_work
                                                 : background_work;
}
