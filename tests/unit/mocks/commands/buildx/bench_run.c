/* Command lines, files and what came of them, for the tests of buildx. */
#include "bench.h"

/* ---- running commands ---- */

struct caller {
    struct bench *bench;
    GString *streams[3];
    char **arguments;
    GPtrArray *environment;
    int exit_code;
    bool is_over;
    struct fiber *fiber;
};

static bool read_nothing(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    (void)self;
    (void)chunk;
    (void)error;
    *is_end = true;
    return true;
}

static bool keep(void *self, int stream, const void *bytes, gsize length_bytes, GError **error)
{
    struct caller *caller = self;
    (void)error;
    g_string_append_len(caller->streams[stream], bytes, (gssize)length_bytes);
    return true;
}

static char *host_path(void *self, const char *path)
{
    const struct caller *caller = self;
    return g_strconcat(caller->bench->root, path, NULL);
}

static void caller_main(void *argument)
{
    static const struct command_seam seam = {
        .read = read_nothing, .write = keep, .host_path = host_path};
    struct caller *caller = argument;
    const struct command_call call = {
        .arguments = (const char *const *)caller->arguments,
        .environment = (const char *const *)caller->environment->pdata,
        .directory = "/src",
        .seam = &seam,
        .self = caller,
    };
    caller->exit_code = docker_cli_run(caller->bench->cli, &call);
    caller->is_over = true;
}

static void caller_init(struct caller *caller, struct bench *bench, const char *line,
                        const char *environment)
{
    *caller = (struct caller){.bench = bench};
    caller->streams[1] = g_string_new(NULL);
    caller->streams[2] = g_string_new(NULL);
    cr_assert(g_shell_parse_argv(line, NULL, &caller->arguments, NULL), "%s", line);
    caller->environment = g_ptr_array_new();
    g_ptr_array_add(caller->environment, (char *)"HOME=/home/u");
    if (environment != NULL)
        g_ptr_array_add(caller->environment, (char *)environment);
    g_ptr_array_add(caller->environment, NULL);
}

static void caller_clear(struct caller *caller)
{
    g_strfreev(caller->arguments);
    g_ptr_array_unref(caller->environment);
}

void outcome_clear(struct outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}

struct outcome run_with(struct bench *bench, const char *line, const char *environment)
{
    struct caller caller;
    int64_t started_us = loop_now_us(bench->loop);
    caller_init(&caller, bench, line, environment);
    caller_main(&caller);
    caller_clear(&caller);
    return (struct outcome){
        .exit_code = caller.exit_code,
        .out = g_string_free(caller.streams[1], FALSE),
        .err = g_string_free(caller.streams[2], FALSE),
        .duration_us = loop_now_us(bench->loop) - started_us,
    };
}

struct outcome run_line(struct bench *bench, const char *line)
{
    return run_with(bench, line, NULL);
}

void run_well(struct bench *bench, const char *line)
{
    OUTCOME(outcome) = run_line(bench, line);
    cr_assert_eq(outcome.exit_code, 0, "%s\n%s%s", line, outcome.out, outcome.err);
}

void run_and_kill(struct bench *bench, const char *line, int64_t after_us)
{
    struct caller caller;
    caller_init(&caller, bench, line, NULL);
    caller.fiber = fiber_spawn(bench->loop, "command", caller_main, &caller);
    cr_assert(fiber_sleep(bench->loop, after_us, NULL));
    cr_assert(!caller.is_over, "%s", caller.streams[2]->str);
    fiber_cancel(caller.fiber);
    while (!caller.is_over)
        cr_assert(fiber_sleep(bench->loop, 10 * MILLISECOND_US, NULL));
    caller_clear(&caller);
    g_string_free(caller.streams[1], TRUE);
    g_string_free(caller.streams[2], TRUE);
}

/* ---- files ---- */

void write_file(struct bench *bench, const char *path, const char *text)
{
    g_autofree char *host = g_strconcat(bench->root, path, NULL);
    g_autofree char *folder = g_path_get_dirname(host);
    g_mkdir_with_parents(folder, 0700);
    cr_assert(g_file_set_contents(host, text, -1, NULL));
}

char *read_file(struct bench *bench, const char *path)
{
    g_autofree char *host = g_strconcat(bench->root, path, NULL);
    char *text = NULL;
    return g_file_get_contents(host, &text, NULL, NULL) ? text : g_strdup("");
}

bool has_file(struct bench *bench, const char *path)
{
    g_autofree char *host = g_strconcat(bench->root, path, NULL);
    return g_file_test(host, G_FILE_TEST_EXISTS);
}

void write_context(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nCOPY f /f\nRUN uname -m\n");
    write_file(bench, "/src/f", "hello\n");
}

const char slow_step[] = "- {id: slow, on: leg, match: {subject: 'RUN uname*'}, "
                         "do: {kind: slow-step, delay: 1min}}\n";

/* ---- what happened ---- */

static void add_request(GString *text, const json_t *event)
{
    const char *target = json_get_string(event, "target", "");
    g_autofree char *path = g_strndup(target, strcspn(target, "?"));
    const char *plain = path;
    if (g_str_has_prefix(path, "/v1."))
        plain = strchr(path + 1, '/');
    g_string_append_printf(text, "%s %s\n", json_get_string(event, "method", ""), plain);
}

char *engine_requests(struct bench *bench)
{
    gsize length_bytes = 0;
    g_auto(GStrv) lines = g_strsplit(trace_text(bench->trace, &length_bytes), "\n", -1);
    GString *text = g_string_new(NULL);
    for (gsize i = 0; lines[i] != NULL; i++) {
        g_autoptr(json_t) event = json_parse_bytes(lines[i], strlen(lines[i]), NULL);
        if (strcmp(json_get_string(event, "event", ""), "exchange") == 0 &&
            strstr(json_get_string(event, "site", ""), "docker.sock") != NULL)
            add_request(text, event);
    }
    return g_string_free(text, FALSE);
}

char *platforms_of(struct bench *bench, const char *repository, const char *tag)
{
    AUTO(image_facts) facts = registry_find(bench->local, repository, tag);
    if (facts == NULL)
        return g_strdup("");
    g_ptr_array_add(facts->platforms, NULL);
    char *text = g_strjoinv(" ", (char **)facts->platforms->pdata);
    g_ptr_array_set_size(facts->platforms, (gint)facts->platforms->len - 1);
    return text;
}

void fails_with(struct bench *bench, const char *line, const char *wanted)
{
    OUTCOME(outcome) = run_line(bench, line);
    cr_assert_eq(outcome.exit_code, 1, "%s: %d", line, outcome.exit_code);
    cr_assert_str_eq(outcome.err, wanted);
    cr_assert_str_eq(outcome.out, "");
}

void assert_has(const char *text, const char *part)
{
    cr_assert(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part, text);
}

void assert_lacks(const char *text, const char *part)
{
    cr_assert(strstr(text, part) == NULL, "\"%s\" in:\n%s", part, text);
}
