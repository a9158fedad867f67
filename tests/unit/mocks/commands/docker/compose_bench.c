/* The bench of compose's tests: what Engine and shell are to others. */
#include "compose_bench.h"

#include "mocks/commands/docker/compose.h"

const char two_services[] = "services:\n"
                            "  web:\n"
                            "    image: bb:${TAG:-1}\n"
                            "    command: sleep 1000\n"
                            "    depends_on: [db]\n"
                            "    environment:\n"
                            "      A: ${MISSING-b}\n"
                            "    volumes: [\"data:/data\"]\n"
                            "  db:\n"
                            "    image: bb:1\n"
                            "    command: [sleep, \"1000\"]\n"
                            "volumes:\n"
                            "  data:\n";

/* Of the one run of this process, as Criterion forks for each test. */
static const char *project_text;
static void (*project_body)(struct shell *shell);
static GString *built;

/* What buildx is asked for. */
static int note_words(void *self, struct docker_cli *cli, const struct command_call *call)
{
    g_autofree char *words = g_strjoinv(" ", (char **)call->arguments);
    (void)self;
    (void)cli;
    g_string_append_printf(built, "%s\n", words);
    return 0;
}

static void run_project(struct bench *bench)
{
    const struct docker_plugin plugins[] = {
        compose_plugin("v2.38.2"), {"buildx", "v0.26.1", note_words, NULL}, {0}};
    SHELL(shell, bench, plugins);
    preload_busybox(bench);
    shell_write(&shell, PROJECT "compose.yaml", project_text);
    project_body(&shell);
}

void compose_run(const char *text, void (*body)(struct shell *shell))
{
    project_text = text;
    project_body = body;
    built = g_string_new(NULL);
    bench_run(NULL, run_project);
    g_string_free(g_steal_pointer(&built), TRUE);
}

const char *compose_built(void)
{
    return built->str;
}
