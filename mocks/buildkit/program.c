/* What runs in containers of moby/buildkit: buildkitd as the main process, buildctl by exec. */
#include "mocks/buildkit/build.h"

#include "base/units.h"

#include <string.h>

/* From start to a bound socket on a hosted runner; assumed. */
#define BOOT_US (1200 * MILLISECOND_US)

static const char no_socket[] =
    "error: failed to list workers: Unavailable: connection error: desc = \"transport: Error while "
    "dialing: dial unix /run/buildkit/buildkitd.sock: connect: no such file or directory\"\n";

/* "moby/buildkit:x", "docker.io/moby/buildkit@…", "mirror.gcr.io/moby/buildkit". */
static bool buildkit_matches(const char *image)
{
    AUTO(reference) reference = reference_parse(image, /* default_tag= */ true, NULL);
    return reference != NULL && (strcmp(reference->path, "moby/buildkit") == 0 ||
                                 g_str_has_suffix(reference->path, "/moby/buildkit"));
}

/* The exit code, whether or not anybody could be told. */
static int say(struct process *process, int stream, int exit_code, const char *text)
{
    g_autoptr(GError) ignored = NULL;
    if (!process_write(process, stream, text, &ignored))
        g_clear_error(&ignored);
    return exit_code;
}

static bool has_argument(const struct process *process, const char *wanted)
{
    return g_strv_contains(process->arguments, wanted);
}

/* ---- buildkitd ---- */

static const char *config_path(const struct process *process)
{
    for (gsize i = 0; process->arguments[i] != NULL; i++) {
        if (strcmp(process->arguments[i], "--config") == 0)
            return process->arguments[i + 1];
        if (g_str_has_prefix(process->arguments[i], "--config="))
            return process->arguments[i] + strlen("--config=");
    }
    return NULL;
}

static struct buildkitd_config *read_config(const struct process *process, GError **error)
{
    const char *path = config_path(process);
    GBytes *bytes = path != NULL ? container_file(process->container, path) : NULL;
    if (bytes == NULL && path == NULL)
        bytes = container_file(process->container, "/etc/buildkit/buildkitd.toml");
    if (bytes == NULL && path != NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "open %s: no such file or directory", path);
        return NULL;
    }
    if (bytes == NULL)
        return buildkitd_config_default();
    gsize length_bytes;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    return buildkitd_config_parse(data, length_bytes, error);
}

static bool wait_for_ever(struct loop *loop)
{
    g_autoptr(GError) ignored = NULL;
    while (fiber_park(loop, "buildkitd", &ignored))
        ;
    g_clear_error(&ignored);
    return false;
}

/* Time, weather; false: it ends with *exit_code, or was killed. */
static bool boot(struct process *process, struct loop *loop, int *exit_code)
{
    struct dockerd *dockerd = container_dockerd(process->container);
    const struct point_event event = {
        .point = POINT_CONTAINER_BOOT,
        .machine = dockerd_machine(dockerd),
        .subject = container_name(process->container),
        .detail = container_image(process->container),
    };
    const struct point_effect effect = world_consult(dockerd_world(dockerd), &event);
    g_autoptr(GError) ignored = NULL;

    *exit_code = effect.exit_code != 0 ? effect.exit_code : 1;
    if (effect.is_failure) {
        g_autofree char *line =
            g_strconcat(effect.message != NULL ? effect.message : "", "\n", NULL);
        say(process, 2, 1, effect.message != NULL ? line : "");
        return false;
    }
    bool is_up = world_suffer(dockerd_world(dockerd), &effect, &ignored) &&
                 fiber_sleep(loop, BOOT_US, &ignored);
    g_clear_error(&ignored);
    return is_up;
}

static int serve(struct process *process, struct buildkitd_config *config)
{
    struct buildkitd *daemon = buildkitd_of(process->container);
    buildkitd_boot(daemon, config);
    say(process, 2, 0,
        "level=info msg=\"auto snapshotter: using overlayfs\"\n"
        "level=info msg=\"found 1 workers, default=\\\"oci-worker\\\"\"\n"
        "level=info msg=\"running server on /run/buildkit/buildkitd.sock\"\n");
    wait_for_ever(daemon->loop);
    daemon->is_up = false;
    return 0;
}

static int buildkit_run(struct process *process)
{
    struct loop *loop = world_loop(dockerd_world(container_dockerd(process->container)));
    g_autoptr(GError) error = NULL;
    int exit_code = 1;

    if (has_argument(process, "--version"))
        return say(process, 1, 0,
                   "buildkitd github.com/moby/buildkit " BUILDKIT_VERSION " " BUILDKIT_COMMIT "\n");
    AUTO(buildkitd_config) config = read_config(process, &error);
    if (error != NULL) {
        g_autofree char *text =
            g_strdup_printf("buildkitd: %s\nfailed to parse config\n", error->message);
        return say(process, 2, 1, text);
    }
    if (!boot(process, loop, &exit_code))
        return exit_code;
    return serve(process, g_steal_pointer(&config));
}

static void buildkit_on_remove(struct container *container)
{
    buildkitd_free(container_state(container));
    container_set_state(container, NULL);
}

/* ---- buildctl ---- */

static int run_workers(struct process *process, const char *const *arguments)
{
    static const char *const variants[] = {"", "/v2", "/v3", "/v4"};
    const struct buildkitd *daemon = buildkitd_of(process->container);
    const char *platform = buildkitd_platform(daemon);
    g_autoptr(GString) text = g_string_new("ID\t\t\t\tPLATFORMS\nwk0seatrial0000000000oci\t");
    bool is_amd64 = strcmp(platform, "linux/amd64") == 0;

    (void)arguments;
    for (gsize i = 0; i < (is_amd64 ? G_N_ELEMENTS(variants) : 1); i++)
        g_string_append_printf(text, "%s%s%s", i > 0 ? "," : "", platform, variants[i]);
    g_string_append(text, is_amd64 ? ",linux/386\n" : ",linux/arm/v7,linux/arm/v6\n");
    return say(process, 1, 0, text->str);
}

/* Platforms that a worker names besides its own, in the order of its list. */
static const char *const foreign[] = {"linux/amd64",   "linux/386",     "linux/arm64",
                                      "linux/riscv64", "linux/ppc64le", "linux/s390x",
                                      "linux/arm/v7",  "linux/arm/v6"};

/* buildkitd lists what the kernel runs: natively, or by the host's binfmt. */
static bool runs(const struct buildkitd *daemon, const char *platform)
{
    return buildkitd_is_native(daemon, platform) ||
           dockerd_runs_platform(daemon->dockerd, platform);
}

static int usage_error(struct process *process, const char *message)
{
    g_autofree char *text =
        g_strdup_printf("Incorrect Usage: %s\n\nNAME:\n   buildctl build - build"
                        "\n\nUSAGE:\n   buildctl build [command options]\n\n"
                        "error: %s\n",
                        message, message);
    return say(process, 2, 1, text);
}

static int run_build(struct process *process, const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    AUTO(build_command) command = build_command_parse(arguments, &error);
    if (command == NULL)
        return usage_error(process, error->message);
    return build_run(buildkitd_of(process->container), process, command);
}

static int run_prune(struct process *process, const char *const *arguments)
{
    g_autofree char *size = progress_size(store_prune(buildkitd_of(process->container)));
    g_autofree char *text =
        g_strdup_printf("ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED\nTotal:\t%s\n", size);
    (void)arguments;
    return say(process, 1, 0, text);
}

static int run_usage(struct process *process, const char *const *arguments)
{
    g_autofree char *size = progress_size(store_size_bytes(buildkitd_of(process->container)));
    g_autofree char *text = g_strdup_printf("Reclaimable:\t%s\nTotal:\t\t%s\n", size, size);
    (void)arguments;
    return say(process, 1, 0, text);
}

/* The BuildKit inside each Engine: moby's vendored one (capture 43 for 20.10). */
const char *buildkitd_version(const struct buildkitd *daemon)
{
    static const char *const versions[] = {
        [PULLER_DOCKER_20_10] = "v0.8+unknown", [PULLER_DOCKER_24] = "v0.11.7+d3e6c1360f6e",
        [PULLER_DOCKER_28] = "v0.20.2",         [PULLER_CONTAINERD] = "v0.29.0",
        [PULLER_BUILDKIT] = BUILDKIT_VERSION,
    };
    return daemon->is_engine ? versions[dockerd_profile(daemon->dockerd)->puller]
                             : BUILDKIT_VERSION;
}

/* What the first gRPC calls of a client ask for, as JSON. */
static int run_dial(struct process *process, const char *const *arguments)
{
    static const char *const variants[] = {"", "/v2", "/v3", "/v4"};
    const struct buildkitd *daemon = buildkitd_of(process->container);
    const char *platform = buildkitd_platform(daemon);
    bool is_amd64 = strcmp(platform, "linux/amd64") == 0;
    g_autoptr(json_t) platforms = json_array();

    (void)arguments;
    for (gsize i = 0; i < (is_amd64 ? G_N_ELEMENTS(variants) : 1); i++) {
        g_autofree char *each = g_strconcat(platform, variants[i], NULL);
        json_array_append_new(platforms, json_string(each));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++)
        if (runs(daemon, foreign[i]) && strcmp(foreign[i], platform) != 0)
            json_array_append_new(platforms, json_string(foreign[i]));
    bool has_snapshotter = !daemon->is_engine || dockerd_has_containerd_store(daemon->dockerd);
    g_autoptr(json_t) answer = json_pack(
        "{s:s, s:O, s:b, s:I}", "version", buildkitd_version(daemon), "platforms", platforms,
        "has_snapshotter", has_snapshotter, "size", (json_int_t)store_size_bytes(daemon));
    g_autofree char *text = json_text(answer);
    return say(process, 1, 0, text);
}

static const struct {
    const char *words[2];
    int (*run)(struct process *process, const char *const *arguments);
} commands[] = {
    {{"debug", "workers"}, run_workers}, {{"build", NULL}, run_build},
    {{"prune", NULL}, run_prune},        {{"du", NULL}, run_usage},
    {{"dial-stdio", NULL}, run_dial},
};

/* Options before the command: --addr A, --timeout N, --debug. */
static const char *const *skip_options(const char *const *arguments)
{
    while (*arguments != NULL && (*arguments)[0] == '-') {
        bool has_value = strchr(*arguments, '=') == NULL && strcmp(*arguments, "--debug") != 0;
        arguments += has_value && arguments[1] != NULL ? 2 : 1;
    }
    return arguments;
}

static int run_buildctl(struct process *process)
{
    const char *const *words = skip_options(process->arguments + 1);
    if (has_argument(process, "--version"))
        return say(process, 1, 0,
                   "buildctl github.com/moby/buildkit " BUILDKIT_VERSION " " BUILDKIT_COMMIT "\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        gsize count = commands[i].words[1] != NULL ? 2 : 1;
        if (g_strcmp0(words[0], commands[i].words[0]) != 0 ||
            (count == 2 && g_strcmp0(words[1], commands[i].words[1]) != 0))
            continue;
        if (!buildkitd_of(process->container)->is_up)
            return say(process, 2, 1, no_socket);
        return commands[i].run(process, words + count);
    }
    g_autofree char *text =
        g_strdup_printf("error: No help topic for '%s'\n", words[0] != NULL ? words[0] : "");
    return say(process, 2, 3, text);
}

static int buildkit_exec(struct process *process)
{
    g_autofree char *name = g_path_get_basename(process->arguments[0]);
    if (strcmp(name, "buildctl") == 0)
        return run_buildctl(process);
    if (strcmp(name, "buildkitd") == 0 && has_argument(process, "--version"))
        return buildkit_run(process);
    return -1;
}

const struct container_program buildkit_program = {
    .name = "buildkit",
    .matches = buildkit_matches,
    .run = buildkit_run,
    .exec = buildkit_exec,
    .on_remove = buildkit_on_remove,
    .session_prefix = BUILDKIT_SESSION,
};
