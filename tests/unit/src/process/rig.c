/* A machine for scripts. */
#include "src/process/rig.h"

#include "base/units.h"
#include "loop/vclock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void rig_note(struct rig *rig, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_string_append_printf(rig->log, "%.3f %s\n",
                           (double)loop_now_us(rig->loop) / (double)SECOND_US, text);
}

static int fake_sleep(struct rig *rig, const struct command_call *call)
{
    int64_t delay_us = (int64_t)(g_ascii_strtod(call->arguments[1], NULL) * (double)SECOND_US);
    return fiber_sleep(rig->loop, delay_us, NULL) ? 0 : 1;
}

/* Pulls take 7 s; what is bad fails at once. */
static int fake_docker(struct rig *rig, const struct command_call *call)
{
    const char *image = call->arguments[1] != NULL ? call->arguments[2] : NULL;
    if (g_strcmp0(image, "bad") == 0) {
        command_complain(call, "Error response from daemon: toomanyrequests\n");
        return 1;
    }
    if (!fiber_sleep(rig->loop, 7 * SECOND_US, NULL)) {
        rig_note(rig, "cancelled");
        return 1;
    }
    command_print(call, "pulled %s\n", image);
    return 0;
}

static int fake_timeout(struct rig *rig, const struct command_call *call)
{
    int exit_code = 0;
    g_autoptr(GError) error = NULL;
    DEADLINE(limit);
    if (!call->seam->start_child(call->self, call->arguments + 2, call->environment, &error))
        return 126;
    deadline_begin(rig->loop, &limit, "timeout",
                   g_ascii_strtoll(call->arguments[1], NULL, 10) * SECOND_US);
    if (call->seam->wait_child(call->self, &exit_code, &error))
        return exit_code;
    if (!limit.has_expired)
        return 1;
    deadline_end(&limit);
    call->seam->signal_child(call->self, SIGTERM);
    g_clear_error(&error);
    return call->seam->wait_child(call->self, &exit_code, &error) ? 124 : 1;
}

static int fake_count(struct rig *rig, const struct command_call *call)
{
    g_autoptr(GBytes) bytes = command_read_all(call, 64 * 1024 * 1024, NULL);
    (void)rig;
    command_print(call, "%" G_GSIZE_FORMAT " bytes\n", bytes == NULL ? 0 : g_bytes_get_size(bytes));
    return 0;
}

static int fake_flood(struct rig *rig, const struct command_call *call)
{
    g_autofree char *block = g_strnfill(100000, 'x');
    for (int i = 0; i < 10; i++) {
        if (!command_write(call, 1, block, -1))
            return 1;
    }
    rig_note(rig, "flood is out");
    return 0;
}

static int fake_touch(struct rig *rig, const struct command_call *call)
{
    g_autofree char *path = command_host_path(call, call->arguments[1]);
    (void)rig;
    if (path == NULL)
        return 3;
    return g_file_set_contents(path, "made outside\n", -1, NULL) ? 0 : 4;
}

static int run_command(void *self, const struct command_call *call)
{
    static const struct {
        const char *name;
        int (*run)(struct rig *rig, const struct command_call *call);
    } commands[] = {{"count", fake_count},     {"docker", fake_docker}, {"flood", fake_flood},
                    {"maketouch", fake_touch}, {"sleep", fake_sleep},   {"timeout", fake_timeout}};
    struct rig *rig = self;
    g_autofree char *line = g_strjoinv(" ", (char **)(uintptr_t)call->arguments);
    rig_note(rig, "%.60s", line);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i].name, call->arguments[0]) == 0)
            return commands[i].run(rig, call);
    return 0;
}

static const char *const command_names[] = {
    "count", "docker",  "flood", "git-remote-http", "git-remote-https", "maketouch",
    "sleep", "timeout", NULL,
};

void rig_init_with(struct rig *rig, unsigned layers)
{
    *rig = (struct rig){.loop = loop_new(CLOCK_VIRTUAL, 1), .log = g_string_new(NULL)};
    vclock_bind(rig->loop, VCLOCK_EPOCH_S);
    sandbox_files_begin(layers);
    rig->folder = g_dir_make_tmp("seatrial-test-XXXXXX", NULL);
    rig->home = g_build_filename(rig->folder, "machine", NULL);
    cr_assert_eq(g_mkdir_with_parents(rig->home, 0755), 0);
    rig->output[1] = g_string_new(NULL);
    rig->output[2] = g_string_new(NULL);
    rig->host = (struct command_host){.names = command_names, .run = run_command, .self = rig};
    rig->options = (struct sandbox_options){
        .machine = "leg",
        .directory = rig->home,
        .home = "/home/runner",
        .stub = sandbox_find_stub(),
        .preload_library = sandbox_find_preload_library(),
        .host = &rig->host,
        .layers = layers,
        .seed = 42,
        .real_time_us_max = 60 * SECOND_US,
    };
}

void rig_init(struct rig *rig)
{
    g_autofree char *missing = NULL;
    rig_init_with(rig, sandbox_probe(&missing));
}

void rig_open(struct rig *rig)
{
    g_autoptr(GError) error = NULL;
    rig->sandbox = sandbox_new(rig->loop, &rig->options, &error);
    cr_assert_not_null(rig->sandbox, "%s", error == NULL ? "" : error->message);
}

static void remove_folder(const char *folder)
{
    g_autofree char *line = g_strdup_printf("rm -rf '%s'", folder);
    (void)!system(line);
}

void rig_close(struct rig *rig)
{
    sandbox_free(rig->sandbox);
    vclock_bind(NULL, 0);
    loop_free(rig->loop);
    remove_folder(rig->folder);
    sandbox_files_end(rig->options.layers);
    g_free(rig->folder);
    g_free(rig->home);
    g_free((char *)(uintptr_t)rig->options.stub);
    g_free((char *)(uintptr_t)rig->options.preload_library);
    g_string_free(rig->log, TRUE);
    g_string_free(rig->output[1], TRUE);
    g_string_free(rig->output[2], TRUE);
}

static void on_output(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct rig *rig = context;
    g_string_append_len(rig->output[stream], bytes, (gssize)length_bytes);
    rig_note(rig, "%s%.*s", stream == 2 ? "! " : "> ", (int)MIN(length_bytes, 200), bytes);
}

static void run_script(void *argument)
{
    struct rig *rig = argument;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strconcat("PATH=", sandbox_path(rig->sandbox), NULL);
    g_autofree char *home = g_strconcat("HOME=", sandbox_home(rig->sandbox), NULL);
    const char *const arguments[] = {"bash", "-e", "-c", rig->script, NULL};
    const char *const environment[] = {path, home, "LC_ALL=C", NULL};
    const struct child_options options = {.arguments = arguments,
                                          .environment = environment,
                                          .directory = sandbox_home(rig->sandbox),
                                          .tracking = "github_1",
                                          .output = on_output,
                                          .output_context = rig};
    AUTO(child) child = child_start(rig->sandbox, &options, &error);
    cr_assert_not_null(child, "%s", error == NULL ? "" : error->message);
    if (rig->signal_number != 0 && fiber_sleep(rig->loop, SECOND_US, &error))
        child_signal(child, rig->signal_number);
    cr_assert(child_wait_exit(child, &error), "%s", error == NULL ? "" : error->message);
    rig->exit_code = child_exit_code(child);
    rig_note(rig, "exit %d", rig->exit_code);
    DEADLINE(limit);
    deadline_begin(rig->loop, &limit, "output", 5 * SECOND_US);
    if (!child_wait_output_end(child, &error))
        rig_note(rig, "output is held");
    rig->is_over = true;
}

int rig_run(struct rig *rig, const char *script)
{
    g_autoptr(GError) error = NULL;
    if (rig->sandbox == NULL)
        rig_open(rig);
    rig->script = script;
    rig->is_over = false;
    fiber_spawn(rig->loop, "script", run_script, rig);
    cr_assert(loop_run(rig->loop, &rig->is_over, &error), "%s\n%s",
              error == NULL ? "" : error->message, rig->log->str);
    return rig->exit_code;
}

char *rig_log_of(const char *script)
{
    struct rig rig;
    rig_init(&rig);
    rig_run(&rig, script);
    char *log = g_strdup(rig.log->str);
    rig_close(&rig);
    return log;
}

bool rig_has(unsigned layers)
{
    g_autofree char *missing = NULL;
    return (sandbox_probe(&missing) & layers) == layers;
}

const unsigned rig_layer_sets[] = {
    SANDBOX_ALL,
    SANDBOX_NAMESPACES,
    SANDBOX_LANDLOCK,
    SANDBOX_SECCOMP,
    SANDBOX_LANDLOCK | SANDBOX_SECCOMP,
    SANDBOX_LANDLOCK | SANDBOX_SECCOMP | SANDBOX_ORDINARY_USER,
    0,
};

void rig_expect_under(const unsigned *sets, const char *script, const char *expected)
{
    for (; *sets != 0; sets++) {
        struct rig rig;
        if (!rig_has(*sets))
            continue;
        rig_init_with(&rig, *sets);
        rig_run(&rig, script);
        g_autofree char *output = g_strdup(rig.output[1]->str);
        rig_close(&rig);
        cr_assert_str_eq(output, expected, "layers %u say\n%s", *sets, output);
    }
}
