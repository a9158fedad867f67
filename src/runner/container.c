/* Docker actions: `uses: docker://image` and actions with a Dockerfile, as command lines
   (actions-semantics.md 1.9; the runner's ActionManager.cs, ContainerActionHandler.cs). Pull and
   build belong to the job's set-up on a real machine; here they are done when the step begins. */
#include "runner/use.h"
#include "workflow/literal.h"

#include <string.h>

struct containing {
    struct step_run *step;
    const json_t *inputs;
    GError *error;
    int exit_code;
};

static bool fail(GError **error, const char *what, int exit_code)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s %d", what, exit_code);
    return false;
}

static bool pull(struct step_run *step, const char *image, GError **error)
{
    int exit_code = 0;
    const char *const words[] = {"pull", image, NULL};
    step_print(step, "##[group]Pull down action image '%s'", image);
    if (!docker_persist(step, "pull", words, &exit_code, error))
        return false;
    step_print(step, "##[endgroup]");
    return exit_code == 0 || fail(error, "Docker pull failed with exit code", exit_code);
}

static bool build(struct step_run *step, GError **error)
{
    struct use *use = step->use;
    int exit_code = 0;
    const struct node *node = use->manifest != NULL ? use->manifest->image : NULL;
    g_autofree char *name = node != NULL ? literal_text(node) : g_strdup("Dockerfile");
    g_autofree char *dockerfile = g_canonicalize_filename(name, use->path);
    g_autofree char *folder = g_path_get_dirname(dockerfile);
    g_autofree char *id = leg_random_hex(step->leg, 32);
    g_autofree char *tag = g_strconcat("seatrl:", id, NULL);
    const char *const words[] = {"build", "-t", tag, "-f", dockerfile, folder, NULL};
    step_print(step, "##[group]Build container for action use: '%s'.", dockerfile);
    if (!docker_persist(step, "build", words, &exit_code, error))
        return false;
    step_print(step, "##[endgroup]");
    use->image = g_steal_pointer(&tag);
    return exit_code == 0 || fail(error, "Docker build failed with exit code", exit_code);
}

static bool prepare(struct step_run *step, GError **error)
{
    struct use *use = step->use;
    const struct node *node = use->manifest != NULL ? use->manifest->image : NULL;
    g_autofree char *text = node != NULL ? literal_text(node) : NULL;
    if (text != NULL && g_str_has_prefix(text, "docker://")) {
        g_free(use->image);
        use->image = g_strdup(text + strlen("docker://"));
    }
    return use->image != NULL ? pull(step, use->image, error) : build(step, error);
}

static void add(GPtrArray *words, const char *text)
{
    g_ptr_array_add(words, g_strdup(text));
}

/* Every variable by name: docker takes the value from its own environment. */
static void add_names(struct step_run *step, const json_t *inputs, GPtrArray *words)
{
    const char *name;
    json_t *value;
    json_object_foreach (step->environment, name, value) {
        add(words, "-e");
        add(words, name);
    }
    json_object_foreach ((json_t *)(uintptr_t)inputs, name, value) {
        g_autofree char *upper = g_utf8_strup(name, -1);
        add(words, "-e");
        g_ptr_array_add(words, g_strconcat("INPUT_", g_strdelimit(upper, " ", '_'), NULL));
    }
}

static void add_volumes(const struct step_run *step, GPtrArray *words)
{
    const struct leg_run *leg = step->leg;
    add(words, "-v");
    add(words, "/var/run/docker.sock:/var/run/docker.sock");
    static const struct {
        const char *folder;
        const char *target;
    } rows[] = {{"_github_home", "/github/home"},
                {"_github_workflow", "/github/workflow"},
                {"_runner_file_commands", "/github/file_commands"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        add(words, "-v");
        g_ptr_array_add(words,
                        g_strdup_printf("%s/%s:%s", leg->temp, rows[i].folder, rows[i].target));
    }
    add(words, "-v");
    g_ptr_array_add(words, g_strdup_printf("%s:/github/workspace", leg->workspace));
}

/* `with: args` is a command line of its own; that of action.yml is a list. */
static bool add_arguments(struct step_run *step, const json_t *inputs, GPtrArray *words,
                          GError **error)
{
    const char *line = json_get_string(inputs, "args", NULL);
    const struct manifest *manifest = step->use->manifest;
    const struct node *list = manifest != NULL && line == NULL ? manifest->args : NULL;
    char **parsed = NULL;
    if (line != NULL && g_shell_parse_argv(line, NULL, &parsed, NULL))
        for (char **each = parsed; *each != NULL; each++)
            add(words, *each);
    g_strfreev(parsed);
    for (gsize i = 0; list != NULL && i < node_length(list); i++) {
        char *text = NULL;
        if (!step_evaluate_text(step, node_item(list, i), &text, error))
            return false;
        g_ptr_array_add(words, text);
    }
    return true;
}

static bool run(struct containing *containing, GError **error)
{
    struct step_run *step = containing->step;
    const struct manifest *manifest = step->use->manifest;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *id = leg_random_hex(step->leg, 6);
    const char *entry = json_get_string(containing->inputs, "entrypoint", NULL);
    g_autofree char *own = manifest != NULL && manifest->entrypoint != NULL
                               ? literal_text(manifest->entrypoint)
                               : NULL;
    const char *const head[] = {
        "run", "--name", id, "--label", "seatrl", "--workdir", "/github/workspace", "--rm"};
    for (gsize i = 0; i < G_N_ELEMENTS(head); i++)
        add(words, head[i]);
    add_names(step, containing->inputs, words);
    add(words, "-e");
    add(words, "GITHUB_ACTIONS=true");
    add(words, "-e");
    add(words, "CI=true");
    if (entry != NULL || own != NULL) {
        add(words, "--entrypoint");
        add(words, entry != NULL ? entry : own);
    }
    add_volumes(step, words);
    add(words, step->use->image);
    if (!add_arguments(step, containing->inputs, words, error))
        return false;
    g_ptr_array_add(words, NULL);
    ACTION_EXEC_RESULT(result);
    bool is_fine = docker_perform(step, (const char *const *)words->pdata, &result, error);
    containing->exit_code = result.exit_code;
    return is_fine;
}

static void contain(void *argument)
{
    struct containing *containing = argument;
    if (prepare(containing->step, &containing->error) && !run(containing, &containing->error))
        g_assert(containing->error != NULL);
}

void container_work(struct step_run *step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) inputs = use_inputs(step, &error);
    if (inputs == NULL) {
        step_fail(step, error);
        return;
    }
    struct containing containing = {.step = step, .inputs = inputs};
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
