/* The bench of the commands' tests, with a seam whose children are commands of the same machine. */
#include "bench.h"

#include "mocks/releases/releases.h"

#include <glib/gstdio.h>

#define HOME "/home/runner"

/* ---- the seam ---- */

/* A process: self of its seam. */
struct fake_process {
    struct bench *bench;
    struct fake_process *child; /* the last one it started, until it is waited for */
    struct fiber *fiber;        /* NULL: ended */
    int code;
    int signal_number; /* that killed it, or 0 */
    char **arguments;
    char **environment;
    struct command_call call;
};

static struct bench *bench_of(void *self)
{
    return ((struct fake_process *)self)->bench;
}

static bool seam_read(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    struct bench *bench = bench_of(self);
    (void)error;
    if (bench->input != NULL)
        g_byte_array_append(chunk, (const guint8 *)bench->input, (guint)strlen(bench->input));
    bench->input = NULL;
    *is_end = true;
    return true;
}

static bool seam_write(void *self, int stream, const void *bytes, gsize length, GError **error)
{
    struct bench *bench = bench_of(self);
    (void)error;
    g_string_append_len(stream == 1 ? bench->out : bench->err, bytes, (gssize)length);
    return true;
}

static char *seam_host_path(void *self, const char *path)
{
    return g_str_has_prefix(path, HOME)
               ? g_strconcat(bench_of(self)->root, path + strlen(HOME), NULL)
               : NULL;
}

static void process_main(void *argument)
{
    struct fake_process *process = argument;
    const struct command_host *host = command_set_host(process->bench->set);
    process->code = host->run(host->self, &process->call);
    process->fiber = NULL;
}

static void process_free(struct fake_process *process)
{
    g_strfreev(process->arguments);
    g_strfreev(process->environment);
    g_free(process);
}

static const struct command_seam seam;

static bool seam_start(void *self, const char *const *arguments, const char *const *environment,
                       GError **error)
{
    struct bench *bench = bench_of(self);
    if (strcmp(arguments[0], "./nosuch") == 0 || strcmp(arguments[0], "terraform") == 0 ||
        strcmp(arguments[0], "/etc/passwd") == 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s: %s", arguments[0],
                    arguments[0][0] == '/' ? "Permission denied" : "No such file or directory");
        return false;
    }
    struct fake_process *child = g_new0(struct fake_process, 1);
    child->bench = bench;
    child->arguments = g_strdupv((char **)arguments);
    child->environment = g_strdupv((char **)environment);
    child->call = (struct command_call){
        .arguments = (const char *const *)child->arguments,
        .environment = (const char *const *)child->environment,
        .directory = bench->directory,
        .seam = &seam,
        .self = child,
    };
    ((struct fake_process *)self)->child = child;
    child->fiber = fiber_spawn(bench->loop, "child", process_main, child);
    return true;
}

enum {
    SIGNAL_CONTINUE = 18,
};

static void seam_signal(void *self, int number)
{
    struct fake_process *child = ((struct fake_process *)self)->child;
    if (child == NULL || child->fiber == NULL || number == child->bench->refuses_signal ||
        number == SIGNAL_CONTINUE)
        return;
    child->signal_number = number;
    fiber_cancel(child->fiber);
}

static bool seam_wait(void *self, int *exit_code, GError **error)
{
    struct fake_process *process = self;
    struct fake_process *child = process->child;
    while (child->fiber != NULL)
        if (!fiber_sleep(process->bench->loop, MILLISECOND_US, error))
            return false;
    *exit_code = child->signal_number != 0 ? 128 + child->signal_number : child->code;
    process->child = NULL;
    process_free(child);
    return true;
}

static const struct command_seam seam = {
    .read = seam_read,
    .write = seam_write,
    .host_path = seam_host_path,
    .start_child = seam_start,
    .signal_child = seam_signal,
    .wait_child = seam_wait,
};

static const struct command_seam seam_without_processes = {
    .read = seam_read,
    .write = seam_write,
    .host_path = seam_host_path,
};

/* ---- the machine ---- */

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static const struct registry_service service = {.name = "reg.example", .api_site = "reg.example"};

static void open_registry(struct bench *bench)
{
    static const char *const platforms[] = {"linux/amd64", "linux/arm64", NULL};
    static const int64_t layers[] = {3 * MIB_BYTES};
    const struct registry_options options = {.service = &service, .is_virtual = true};
    const struct image_spec image = {
        .repository = "acme/api",
        .tag = "1",
        .platforms = platforms,
        .layer_bytes = layers,
        .layer_count = 1,
        .is_index = true,
    };
    bench->registry = registry_new(bench->world, &options);
    registry_add_image(bench->registry, &image);
}

static void open_mirror(struct bench *bench)
{
    static const struct registry_service mirror = {.name = "mirror.example",
                                                   .api_site = "mirror.example"};
    const struct registry_options options = {.service = &mirror, .is_virtual = true};
    bench->mirror = registry_new(bench->world, &options);
}

static void open_machine(struct bench *bench)
{
    const struct plan *plan = bench->plan;
    int64_t size = plan->disk_bytes != 0 ? plan->disk_bytes : 72 * GIB_BYTES;
    int64_t used = plan->disk_bytes != 0 ? plan->disk_used_bytes : 58 * GIB_BYTES;
    const struct world_options world = {.seed = 1, .trace = bench->trace, .date_s = plan->date_s};
    g_autoptr(GError) error = NULL;

    bench->world = world_new(bench->loop, &world, &error);
    world_set_weather(bench->world, plan->weather);
    bench->disk = disk_new(bench->world, "leg", size, used);
    if (plan->handle != NULL)
        world_add_site(bench->world, "site", plan->handle, bench);
    if (!plan->has_no_proxy)
        bench->proxy = goproxy_new(bench->world);
    if (plan->has_registry)
        open_registry(bench);
    if (plan->has_mirror)
        open_mirror(bench);
    if (plan->has_sigstore)
        bench->sigstore = sigstore_new(bench->world);
    if (plan->has_github) {
        static const struct githubapi_repository repository = {.name = "acme/app"};
        bench->api = githubapi_new(bench->world, &repository);
        releases_open(bench->world);
    }
    if (plan->has_docker) {
        const struct dockerd_options dockerd = {
            .world = bench->world,
            .machine = "leg",
            .profile = machine_profile_find("ubuntu-24.04"),
            .disk = bench->disk,
        };
        bench->dockerd = dockerd_new(&dockerd);
    }
    bench->http = http_new(bench->loop, world_opener(bench->world, "leg", "cli"), "cli");
}

static bool is_own_image(void *own, const char *repository)
{
    return g_str_has_prefix(repository, own);
}

static void open_set(struct bench *bench)
{
    const struct plan *plan = bench->plan;
    const struct command_set_options options = {
        .loop = bench->loop,
        .trace = bench->trace,
        .machine = "leg",
        .world = bench->world,
        .http = bench->http,
        .dockerd = bench->dockerd,
        .disk = bench->disk,
        .folders = plan->folders,
        .memory_bytes = 16 * GIB_BYTES,
        .core_count = 4,
        .platform = plan->platform != NULL ? plan->platform : "linux/amd64",
        .go_version = plan->go_version,
        .docker_version = plan->has_docker ? "28.0.4" : NULL,
        .api_version = "1.48",
        .buildx_version = "v0.26.1",
        .compose_version = "v2.38.2",
        .seed = 1,
        .date_s = plan->date_s != 0 ? plan->date_s : VCLOCK_EPOCH_S,
        .more = plan->more,
        .assumed = plan->assumed,
        .is_of_github = plan->is_of_github,
        .is_own_image = plan->own != NULL ? is_own_image : NULL,
        .is_own_self = (void *)(uintptr_t)plan->own,
    };
    bench->set = command_set_new(&options);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    g_remove(path);
}

void bench_run(const struct plan *plan, void (*body)(struct bench *bench))
{
    static const struct plan plain = {0};
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    struct bench bench = {
        .plan = plan != NULL ? plan : &plain,
        .loop = loop,
        .trace = trace,
        .body = body,
        .environment = {"PATH=/usr/bin", "LANG=C", "USER=runner", "HOME=" HOME},
        .directory = HOME "/work",
        .out = g_string_new(NULL),
        .err = g_string_new(NULL),
    };
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    bench.root = g_dir_make_tmp("commands-XXXXXX", NULL);
    put_file(&bench, "work/.keep", "");
    open_machine(&bench);
    open_set(&bench);
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    command_set_free(bench.set);
    http_free(bench.http);
    dockerd_free(bench.dockerd);
    world_end_exchanges(bench.world);
    goproxy_free(bench.proxy);
    registry_free(bench.registry);
    registry_free(bench.mirror);
    sigstore_free(bench.sigstore);
    githubapi_free(bench.api);
    disk_free(bench.disk);
    world_free(bench.world);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    remove_tree(bench.root);
    g_free(bench.root);
    g_string_free(bench.out, TRUE);
    g_string_free(bench.err, TRUE);
}

/* ---- calls ---- */

int run(struct bench *bench, const char *line)
{
    const struct command_host *host = command_set_host(bench->set);
    g_auto(GStrv) words = NULL;
    int64_t began_us = loop_now_us(bench->loop);
    struct fake_process process = {.bench = bench};

    cr_assert(g_shell_parse_argv(line, NULL, &words, NULL), "%s", line);
    const struct command_call call = {
        .arguments = (const char *const *)words,
        .environment = bench->environment,
        .directory = bench->directory,
        .seam = bench->plan->has_no_processes ? &seam_without_processes : &seam,
        .self = &process,
    };
    g_string_truncate(bench->out, 0);
    g_string_truncate(bench->err, 0);
    int exit_code = host->run(host->self, &call);
    bench->elapsed_us = loop_now_us(bench->loop) - began_us;
    return exit_code;
}

void expect(struct bench *bench, const char *line, int exit_code, const char *out, const char *err)
{
    int code = run(bench, line);
    cr_expect_eq(code, exit_code, "%s: exit code %d, not %d; %s%s", line, code, exit_code,
                 bench->out->str, bench->err->str);
    if (out != NULL)
        cr_expect_str_eq(bench->out->str, out, "%s says\n%snot\n%s", line, bench->out->str, out);
    if (err != NULL)
        cr_expect_str_eq(bench->err->str, err, "%s complains\n%snot\n%s", line, bench->err->str,
                         err);
}

bool printed(const struct bench *bench, const char *text)
{
    return strstr(bench->out->str, text) != NULL;
}

bool said(const struct bench *bench, const char *text)
{
    return strstr(bench->err->str, text) != NULL;
}

guint assumed_count(const struct bench *bench)
{
    return command_set_assumed(bench->set)->len;
}

const struct assumed_use *assumed_at(const struct bench *bench, guint index)
{
    cr_assert_lt(index, assumed_count(bench));
    return g_ptr_array_index(command_set_assumed(bench->set), index);
}

void put_file(struct bench *bench, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(bench->root, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(full, text, -1, NULL));
}

char *get_file(struct bench *bench, const char *path)
{
    g_autofree char *full = g_build_filename(bench->root, path, NULL);
    char *text = NULL;
    return g_file_get_contents(full, &text, NULL, NULL) ? text : NULL;
}
