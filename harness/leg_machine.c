/* Builds and takes down the machine of a workflow's leg. */
#include "harness/leg_machine.h"
#include "harness/public_world.h"

#include "base/units.h"
#include "harness/folders.h"
#include "mocks/cachesvc/cachesvc.h"
#include "runner/checkout_store.h"
#include "workflow/identifier.h"
#include "workflow/runs_on.h"

#include <string.h>

#define RUNNER_HOME "/home/runner"

/* What the images of hosted runners of early 2026 bring (engine-contract.md: the plugin that was
   measured; actions/runner-images). */
#define BUILDX_VERSION  "v0.26.1"
#define COMPOSE_VERSION "v2.38.2"
#define HOST_GO_VERSION "1.24.5"

/* As the image has it (actions/runner-images, install-git.sh); and nobody answers ssh here, so that
   GitHub's repositories are reached by the way that is answered (mocks/commands/remote_git.h),
   which tells by the user who comes with a key. */
static const char git_configuration[] = "[safe]\n"
                                        "\tdirectory = *\n"
                                        "[url \"https://git@github.com/\"]\n"
                                        "\tinsteadOf = git@github.com:\n"
                                        "\tinsteadOf = ssh://git@github.com/\n";

/* ---- which machine ---- */

/* The profile that a scenario names for its machines wins over labels that are nobody's. */
static const struct machine_profile *profile_of(const struct stage *stage,
                                                const struct runner *runner)
{
    const struct setting *setting = &stage->plan->scenario->setting;
    if (setting->machine.profile != NULL)
        return machine_profile_find(setting->machine.profile);
    if (runner->image != NULL && machine_profile_find(runner->image) != NULL)
        return machine_profile_find(runner->image);
    return machine_profile_find(runner->arch == RUNNER_ARM64 ? "ubuntu-24.04-arm"
                                                             : "self-hosted-24");
}

static char *date_text(int64_t date_s)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_s);
    return g_date_time_format(date, "%Y-%m-%d");
}

static bool choose(const struct stage *stage, const json_t *runs_on, struct runner *runner,
                   GError **error)
{
    g_autofree char *date = date_text(stage->plan->scenario->setting.date_s);
    if (!runner_choose(runs_on, date, runner, error))
        return false;
    if (runner->is_retired)
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "%s: GitHub has no such machine any more", runner->labels);
    else if (runner->os != RUNNER_LINUX)
        g_set_error(error, BASE_ERROR, BASE_ERROR_UNMODELLED, "runner %s is not modelled",
                    runner->labels);
    return !runner->is_retired && runner->os == RUNNER_LINUX;
}

/* ---- its inside ---- */

/* "ImageOS=ubuntu24" for "ubuntu-24.04" (actions/runner-images, configure-environment.sh). */
static char *image_os(const char *profile)
{
    const char *release = strpbrk(profile, "0123456789");
    if (release == NULL)
        return g_strconcat("ImageOS=", profile, NULL);
    return g_strdup_printf("ImageOS=ubuntu%.*s", (int)strcspn(release, "."), release);
}

static char **environment_of(const struct leg_machine *machine, const char *home)
{
    const char *path = machine->sandbox != NULL ? sandbox_path(machine->sandbox) : "/usr/bin:/bin";
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_add(all, g_strdup_printf("HOME=%s", home));
    g_ptr_array_add(all, g_strdup_printf("PATH=%s", path));
    g_ptr_array_add(all, g_strdup("LANG=C.UTF-8"));
    g_ptr_array_add(all, g_strdup("USER=runner"));
    g_ptr_array_add(all, g_strdup("DEBIAN_FRONTEND=noninteractive"));
    g_ptr_array_add(all, g_strdup_printf("RUNNER_TOOL_CACHE=%s/hostedtoolcache", home));
    g_ptr_array_add(all, g_strdup_printf("AGENT_TOOLSDIRECTORY=%s/hostedtoolcache", home));
    g_ptr_array_add(all, image_os(machine->plan.profile->name));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_steal(all, NULL);
}

/* ---- the repository's other end ---- */

static char *open_origin(void *self, bool *is_partial)
{
    struct leg_machine *machine = self;
    g_autofree char *name = far_end_open(machine->far_end, machine->directory, is_partial);
    return name != NULL ? g_build_filename(sandbox_home(machine->sandbox), name, NULL) : NULL;
}

static void close_origin(void *self, const char *path, bool was_pushed)
{
    struct leg_machine *machine = self;
    g_autofree char *name = g_path_get_basename(path);
    far_end_close(machine->far_end, machine->directory, name, was_pushed);
}

static void origin_refused(void *self)
{
    struct leg_machine *machine = self;
    machine->was_refused = true;
}

static void add_origin(struct leg_machine *machine, const struct leg_machine_options *options)
{
    machine->far_end = options->far_end;
    machine->origin = (struct git_origin){
        .open = open_origin,
        .close = close_origin,
        .refused = origin_refused,
        .token = machine->token,
        .may_push = options->may_push,
        .self = machine,
    };
}

/* BuildKit clones what a checkout has, its submodules among it: what git ignores is not there. */
static const char *repository_folder(void *self)
{
    static const char any_commit[] = "1111111111111111111111111111111111111111";
    const struct leg_machine *machine = self;
    const struct working_copy_options options = {.source = machine->repository,
                                                 .reference = "",
                                                 .commit = any_commit,
                                                 .url = "https://github.com/",
                                                 .depth = 1,
                                                 .has_submodules = true};
    g_autoptr(GError) ignored = NULL;
    const char *folder = machine->checkouts != NULL
                             ? checkout_store_folder(machine->checkouts, &options, &ignored)
                             : NULL;
    return folder != NULL ? folder : machine->repository;
}

static bool is_own_image(void *stage, const char *repository)
{
    return public_world_is_own(stage, repository);
}

static void add_commands(struct leg_machine *machine, struct stage *stage)
{
    const struct machine_profile *profile = machine->plan.profile;
    const struct pipeline *pipeline = stage->plan->scenario->pipeline;
    machine->registry_http =
        http_new(stage->loop, world_registry_opener(stage->world, machine->plan.machine, "engine"),
                 "engine");
    const struct command_set_options options = {
        .loop = stage->loop,
        .trace = world_trace(stage->world),
        .machine = machine->plan.machine,
        .world = stage->world,
        .http = machine->machine->http,
        .registry_http = machine->registry_http,
        .dockerd = machine->machine->dockerd,
        .disk = machine->machine->disk,
        .folders = profile->folders,
        .memory_bytes = profile->memory_bytes,
        .core_count = (unsigned)profile->cores,
        .platform = profile->platform,
        .go_version = HOST_GO_VERSION,
        .date_s = stage->plan->scenario->setting.date_s,
        .docker_version = profile->engine_version,
        .api_version = profile->api_version,
        .buildx_version = BUILDX_VERSION,
        .compose_version = COMPOSE_VERSION,
        .has_old_system = !g_str_has_prefix(profile->name, "ubuntu-24") &&
                          !g_str_has_prefix(profile->name, "ubuntu-26"),
        .is_of_github = !g_str_has_prefix(profile->name, "self-hosted"),
        .repository = repository_folder,
        .repository_self = machine,
        .origin = machine->far_end != NULL ? &machine->origin : NULL,
        .is_own_image = is_own_image,
        .is_own_self = stage,
        .seed = stage->plan->seed,
        .assumed = pipeline->assume != NULL ? pipeline->assume->commands : NULL,
    };
    machine->commands = command_set_new(&options);
}

/* daemon.json as the image has it and the scenario's machine adds to it; NULL: none; g_free. */
static char *settings_text(const struct leg_machine *machine, char *const *mirrors)
{
    const char *own = machine->plan.profile->settings;
    if (mirrors == NULL || *mirrors == NULL)
        return g_strdup(own);
    g_autoptr(json_t) file = own != NULL ? json_parse_bytes(own, strlen(own), NULL) : json_object();
    json_t *list = json_array();
    for (; *mirrors != NULL; mirrors++)
        json_array_append_new(list, json_string(*mirrors));
    json_object_set_new(file, "registry-mirrors", list);
    return json_pretty_text(file);
}

static void put_settings(struct leg_machine *machine, const struct setting_machine *setting)
{
    g_autofree char *text = settings_text(machine, setting->registry_mirrors);
    g_autofree char *path = sandbox_host_path(machine->sandbox, DOCKERD_SETTINGS_FILE);
    if (text == NULL || path == NULL)
        return;
    sandbox_let_root_write(machine->sandbox, true);
    (void)g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL);
    sandbox_let_root_write(machine->sandbox, false);
}

static void add_sandbox(struct leg_machine *machine, struct stage *stage,
                        const struct leg_machine_options *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *stub = sandbox_find_stub();
    g_autofree char *preload = sandbox_find_preload_library();
    const struct sandbox_options options = {
        .machine = machine->plan.machine,
        .directory = machine->directory,
        .home = RUNNER_HOME,
        .stub = stub,
        .preload_library = preload,
        .host = command_set_host(machine->commands),
        .git_configuration = git_configuration,
        .settings_folder = DOCKERD_SETTINGS_FOLDER,
        .has_open_folders = !g_str_has_prefix(machine->plan.profile->name, "self-hosted"),
        .shared_directory = wanted->shared_directory,
        .layers = wanted->sandbox_layers,
        .seed = stage->plan->seed,
        .date_s = stage->plan->scenario->setting.date_s,
    };
    if (wanted->why_unprotected == NULL)
        machine->sandbox = sandbox_new(stage->loop, &options, &error);
    if (machine->sandbox == NULL)
        machine->why_no_sandbox =
            g_strdup(error != NULL ? error->message : wanted->why_unprotected);
    else
        put_settings(machine, &stage->plan->scenario->setting.machine);
}

static void describe(struct leg_machine *machine, const struct stage *stage,
                     struct checkout_store *checkouts, const struct runner *runner)
{
    const char *home = machine->sandbox != NULL ? sandbox_home(machine->sandbox) : RUNNER_HOME;
    const struct pipeline *pipeline = stage->plan->scenario->pipeline;
    bool is_arm = strcmp(machine->plan.profile->platform, "linux/arm64") == 0;

    machine->environment = environment_of(machine, home);
    machine->runner = (struct runner_machine){
        .name = machine->plan.machine,
        .os = "Linux",
        .arch = is_arm ? "ARM64" : "X64",
        .image = machine->plan.profile->name,
        .is_self_hosted = runner->is_self_hosted,
        .is_furnished = runner->is_furnished && stage->plan->scenario->setting.machine.node == NULL,
        .sandbox = machine->sandbox,
        .why_no_sandbox = machine->why_no_sandbox,
        .directory = machine->directory,
        .home = home,
        .host = command_set_host(machine->commands),
        .http = machine->machine->http,
        .token = machine->token,
        .runtime_token = machine->runtime_token,
        .id_token_url = machine->id_token_request != NULL ? SIGSTORE_REQUEST_URL : NULL,
        .id_token_request = machine->id_token_request,
        .repository = repository_map_root(pipeline->map),
        .checkouts = checkouts,
        .seed = stage->plan->seed,
        .date_s = stage->plan->scenario->setting.date_s,
        .environment = (const char *const *)machine->environment,
    };
}

/* What lets a job use the services behind its run: the caches of its ref, its artifacts. */
static char *runtime_token_of(const struct pipeline *pipeline, const char *leg_id)
{
    const json_t *github = pipeline->event->github;
    return cachesvc_token(json_get_string(github, "ref", "refs/heads/main"), "refs/heads/main",
                          json_get_string(github, "run_id", "1"), leg_id);
}

/* Of a name that a folder may have, and no other leg's. */
static char *make_folder(const struct leg_machine_options *options, GError **error)
{
    enum {
        NAME_BYTES_MAX = 100
    };
    if (strchr(options->id, '/') == NULL && strlen(options->id) <= NAME_BYTES_MAX)
        return folder_make(options->directory, options->id, error);
    g_autofree char *hash = identifier_hash(options->id);
    g_autofree char *name = g_strdup_printf("%.*s-%s", NAME_BYTES_MAX, options->id, hash);
    return folder_make(options->directory, name, error);
}

struct leg_machine *leg_machine_new(struct stage *stage, const struct leg_machine_options *options,
                                    GError **error)
{
    struct runner runner = {0};
    if (!choose(stage, options->runs_on, &runner, error)) {
        runner_clear(&runner);
        return NULL;
    }
    AUTO(leg_machine) machine = g_new0(struct leg_machine, 1);
    const struct runner facts = runner; /* but its texts */
    machine->plan =
        plan_leg_make(&stage->plan->scenario->setting, options->id, profile_of(stage, &runner));
    runner_clear(&runner);
    machine->directory = make_folder(options, error);
    if (machine->directory == NULL)
        return NULL;
    machine->repository = repository_map_root(stage->plan->scenario->pipeline->map);
    machine->checkouts = options->checkouts;
    machine->token = g_strdup(options->token);
    machine->runtime_token = runtime_token_of(stage->plan->scenario->pipeline, options->id);
    machine->id_token_request =
        options->workflow_ref != NULL ? sigstore_request_token(options->workflow_ref) : NULL;
    machine->machine = stage_add_machine(stage, &machine->plan);
    add_origin(machine, options);
    add_commands(machine, stage);
    add_sandbox(machine, stage, options);
    describe(machine, stage, options->checkouts, &facts);
    return g_steal_pointer(&machine);
}

void leg_machine_clear_home(struct leg_machine *machine)
{
    folder_remove(machine->directory);
}

void leg_machine_free(struct leg_machine *machine)
{
    if (machine == NULL)
        return;
    sandbox_free(machine->sandbox);
    command_set_free(machine->commands);
    http_free(machine->registry_http);
    if (machine->directory != NULL)
        folder_remove(machine->directory);
    plan_leg_clear(&machine->plan);
    g_strfreev(machine->environment);
    g_free(machine->directory);
    g_free(machine->token);
    g_free(machine->runtime_token);
    g_free(machine->id_token_request);
    g_free(machine->why_no_sandbox);
    g_free(machine);
}
