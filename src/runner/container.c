/* Docker actions: `uses: docker://image` and actions with a Dockerfile, as command lines
   (actions-semantics.md 1.9; the runner's ActionManager.cs, ContainerActionHandler.cs). What is
   pulled or built before the job's first step is job.c's to order. */
#include "runner/docker.h"
#include "workflow/literal.h"

#include <string.h>

struct containing {
    struct step_run *step;
    GError *error;
    int exit_code;
};

static const struct node *image_of(const struct use *use)
{
    return use->manifest != NULL ? use->manifest->image : NULL;
}

/* The Dockerfile as the runner sees it; g_free. */
static char *dockerfile_of(const struct use *use)
{
    const struct node *node = image_of(use);
    g_autofree char *name = node != NULL ? literal_text(node) : g_strdup("Dockerfile");
    return g_canonicalize_filename(name, use->path);
}

char *use_image(const struct leg_run *leg, const struct use *use)
{
    const struct node *node = image_of(use);
    const char *built = json_get_string(leg->images, use->text, NULL);
    g_autofree char *text = node != NULL ? literal_text(node) : NULL;
    if (use->image != NULL || built != NULL)
        return g_strdup(use->image != NULL ? use->image : built);
    return text != NULL && g_str_has_prefix(text, "docker://")
               ? g_strdup(text + strlen("docker://"))
               : NULL;
}

static char *make_tag(struct leg_run *leg)
{
    g_autofree char *id = leg_random_hex(leg, 32);
    return g_strconcat(DOCKER_LABEL ":", id, NULL);
}

static void add_build(struct docker_line *line, const char *tag, const char *dockerfile)
{
    g_autofree char *folder = g_path_get_dirname(dockerfile);
    docker_line_init(line, "build", "-t", tag, NULL);
    docker_add_quoted(line, "-f", dockerfile);
    g_ptr_array_add(line->words, g_strdup(folder));
    g_string_append_printf(line->shown, " \"%s\"", folder);
}

/* ---- before the first step ---- */

static bool pull(struct step_run *step, GError **error)
{
    g_autofree char *image = use_image(step->leg, step->use);
    DOCKER_LINE(line);
    step_print(step, "##[group]Pull down action image '%s'", image);
    docker_line_init(&line, "pull", image, NULL);
    if (!docker_persist(step, &line, "Docker pull", error))
        return false;
    step_print(step, "##[endgroup]");
    return true;
}

static bool build(struct step_run *step, GError **error)
{
    struct use *use = step->use;
    g_autofree char *dockerfile = dockerfile_of(use);
    g_autofree char *tag = make_tag(step->leg);
    DOCKER_LINE(line);
    step_print(step, "##[group]Build container for action use: '%s'.", dockerfile);
    add_build(&line, tag, dockerfile);
    if (!docker_persist(step, &line, "Docker build", error))
        return false;
    step_print(step, "##[endgroup]");
    json_object_set_new(step->leg->images, use->text, json_string(tag));
    return true;
}

static void prepare(void *argument)
{
    struct containing *containing = argument;
    g_autofree char *image = use_image(containing->step->leg, containing->step->use);
    bool is_fine = image != NULL ? pull(containing->step, &containing->error)
                                 : build(containing->step, &containing->error);
    g_assert(is_fine || containing->error != NULL);
}

void use_prepare_image(struct step_run *step)
{
    struct containing containing = {.step = step};
    step_run_in_fiber(step, prepare, &containing);
    if (containing.error != NULL && !step_is_interrupted(step))
        step_fail(step, containing.error);
    g_clear_error(&containing.error);
}

/* ---- the step ---- */

/* Of the workspace: built when the step runs, once and without another attempt. */
static bool build_local(struct step_run *step, GError **error)
{
    struct use *use = step->use;
    g_autofree char *dockerfile = dockerfile_of(use);
    g_autofree char *tag = make_tag(step->leg);
    DOCKER_LINE(line);
    step_print(step, "##[group]Building docker image");
    step_print(step, "Dockerfile for action: '%s'.", dockerfile);
    add_build(&line, tag, dockerfile);
    if (!docker_expect(step, &line, "Docker build failed with exit code", error))
        return false;
    step_print(step, "##[endgroup]");
    use->image = g_steal_pointer(&tag);
    return true;
}

/* Every variable but the machine's own, by name: docker takes the value from its environment. */
static void add_names(struct step_run *step, struct docker_line *line)
{
    g_auto(GStrv) pairs = step_environment(step, step->inputs, step->use->state);
    for (char **pair = pairs; *pair != NULL; pair++) {
        g_autofree char *name = g_strndup(*pair, strcspn(*pair, "="));
        bool is_machines = false;
        for (const char *const *own = step->leg->machine->environment;
             own != NULL && *own != NULL && !is_machines; own++)
            is_machines = strncmp(*own, *pair, strlen(name) + 1) == 0;
        if (!is_machines && strcmp(name, "GITHUB_ACTIONS") != 0 && strcmp(name, "CI") != 0)
            docker_add_quoted(line, "-e", name);
    }
    docker_add_quoted(line, "-e", "HOME");
    docker_add(line, "-e", "GITHUB_ACTIONS=true", "-e", "CI=true", NULL);
}

static void add_volumes(const struct step_run *step, struct docker_line *line)
{
    static const struct {
        const char *folder;
        const char *target;
    } rows[] = {{"", "/github/runner_temp"},
                {"/_github_home", "/github/home"},
                {"/_github_workflow", "/github/workflow"},
                {"/_runner_file_commands", "/github/file_commands"}};
    docker_add_volume(line, "/var/run/docker.sock", "/var/run/docker.sock");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *source = g_strconcat(step->leg->temp, rows[i].folder, NULL);
        docker_add_volume(line, source, rows[i].target);
    }
    docker_add_volume(line, step->leg->workspace, "/github/workspace");
}

/* The action's own entry point comes before the step's. */
static void add_entrypoint(const struct step_run *step, struct docker_line *line)
{
    const struct manifest *manifest = step->use->manifest;
    const struct node *node = manifest != NULL ? manifest->entrypoint : NULL;
    g_autofree char *own = node != NULL ? literal_text(node) : NULL;
    const char *name = own != NULL && own[0] != '\0' ? own : NULL;
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)step->inputs, key, value)
        if (name == NULL && g_ascii_strcasecmp(key, "entrypoint") == 0)
            name = json_string_value(value);
    if (name != NULL && name[0] != '\0')
        docker_add_quoted(line, "--entrypoint", name);
}

/* `args` of action.yml is a list that sees the action's inputs; that of the step a text. */
static bool add_arguments(struct step_run *step, struct docker_line *line, GError **error)
{
    const struct manifest *manifest = step->use->manifest;
    const struct node *list = manifest != NULL ? manifest->args : NULL;
    struct scope scope = *step->scope;
    struct step_run asking = *step;
    scope.inputs = (json_t *)(uintptr_t)step->inputs;
    asking.scope = &scope;
    if (list == NULL)
        docker_add_text(line, json_get_string(step->inputs, "args", ""));
    for (gsize i = 0; list != NULL && i < node_length(list); i++) {
        g_autofree char *text = NULL;
        if (!step_evaluate_text(&asking, node_item(list, i), &text, error))
            return false;
        g_ptr_array_add(line->words, g_strdup(text));
        g_string_append_printf(line->shown, " \"%s\"", text);
    }
    return true;
}

static bool run(struct containing *containing, GError **error)
{
    struct step_run *step = containing->step;
    g_autofree char *image = use_image(step->leg, step->use);
    g_autofree char *tail = leg_random_hex(step->leg, 6);
    g_autoptr(GString) name = g_string_new(NULL);
    ACTION_EXEC_RESULT(result);
    DOCKER_LINE(line);
    for (const char *at = image; *at != '\0'; at++)
        if (g_ascii_isalnum(*at) || *at == '_')
            g_string_append_c(name, *at);
    g_string_append_printf(name, "_%s", tail);
    docker_line_init(&line, "run", "--name", name->str, "--label", DOCKER_LABEL, "--workdir",
                     "/github/workspace", "--rm", NULL);
    add_names(step, &line);
    add_entrypoint(step, &line);
    if (step->leg->network != NULL)
        docker_add(&line, "--network", step->leg->network, NULL);
    add_volumes(step, &line);
    docker_add(&line, image, NULL);
    if (!add_arguments(step, &line, error))
        return false;
    bool is_fine = docker_run(step, &line, &result, error);
    containing->exit_code = result.exit_code;
    return is_fine;
}

static void contain(void *argument)
{
    struct containing *containing = argument;
    g_autofree char *image = use_image(containing->step->leg, containing->step->use);
    bool is_fine = image != NULL || build_local(containing->step, &containing->error);
    is_fine = is_fine && run(containing, &containing->error);
    g_assert(is_fine || containing->error != NULL);
}

void container_work(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) inputs = use_inputs(step, &error);
    struct containing containing = {.step = step};
    if (inputs == NULL) {
        step_fail(step, error);
        return;
    }
    use_print_header(step, inputs);
    step->inputs = inputs;
    step_run_in_fiber(step, contain, &containing);
    step->inputs = NULL;
    if (containing.error != NULL && !step_is_interrupted(step))
        step_fail(step, containing.error);
    else if (containing.exit_code != 0)
        step->outcome = RESULT_FAILURE;
    g_clear_error(&containing.error);
}
