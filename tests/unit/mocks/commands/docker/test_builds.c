/* docker build: the classic builder, and what goes to buildx instead. */
#include "shell.h"

static const char old_builder[] =
    "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n"
    "            Install the buildx component to build images with BuildKit:\n"
    "            https://docs.docker.com/go/buildx/\n\n";

static void build_classically(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    shell_write(&shell, "/home/runner/work/c/Dockerfile", "FROM bb:1\nCOPY f /f\nRUN echo x\n");
    shell_write(&shell, "/home/runner/work/c/Failing", "FROM bb:1\nCOPY none /x\n");
    shell_write(&shell, "/home/runner/work/c/f", "1");
    type(&shell, "build -t t:1 c");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    cr_assert_str_eq(shell.errors->str, old_builder);
    cr_assert(g_str_has_prefix(shell.output->str, "Sending build context to Docker daemon  "
                                                  "4.096kB\r\r\nStep 1/3 : FROM bb:1\n"),
              "%s", shell.output->str);
    cr_assert(g_str_has_suffix(shell.output->str, "\nSuccessfully tagged t:1\n"));
    type(&shell, "build -f c/Failing c");
    cr_assert_eq(shell.code, 1);
    cr_assert(g_str_has_prefix(shell.errors->str + strlen(old_builder), "COPY failed: "), "%s",
              shell.errors->str);
    type_expect(&shell, "build nowhere", 1, "",
                format("%sunable to prepare context: path \"nowhere\" not found\n", old_builder));
}

/* captures 30, 30b, 32 */
Test(docker_cli, builds_with_the_classic_builder_when_buildx_is_missing)
{
    bench_run(NULL, build_classically);
}

/* What a plugin was given: its words and BUILDX_BUILDER. */
static int note_words(void *self, struct docker_cli *cli, const struct command_call *call)
{
    const char *builder = command_variable(call, "BUILDX_BUILDER");
    g_autofree char *words = g_strjoinv(" ", (char **)call->arguments);
    (void)cli;
    g_string_append_printf(self, "%s|%s\n", words, builder != NULL ? builder : "");
    return 7;
}

static void forward_builds(struct bench *bench)
{
    g_autoptr(GString) notes = g_string_new(NULL);
    const struct docker_plugin plugins[] = {{"buildx", "v0.26.1", note_words, notes}, {0}};
    SHELL(shell, bench, plugins);
    type_expect(&shell, "build -t a .", 7, "", "");
    type_expect(&shell, "image build .", 7, "", "");
    type_expect(&shell, "builder prune -f", 7, "", "");
    type_expect(&shell, "--debug buildx build --builder x .", 7, "", "");
    type_expect(&shell, "build --builder x .", 7, "", "");
    shell_write(&shell, "/home/runner/.docker/config.json",
                "{\"aliases\":{\"builder\":\"buildx\"}}");
    type_expect(&shell, "build .", 7, "", "");

    cr_assert_str_eq(notes->str, "docker buildx build -t a .|default\n"
                                 "docker buildx build .|default\n"
                                 "docker buildx prune -f|default\n"
                                 "docker buildx build --builder x .|\n"
                                 "docker buildx build --builder x .|\n"
                                 "docker buildx build .|\n");
}

/* engine-contract.md A */
Test(docker_cli, forwards_builds_to_buildx_when_it_is_there)
{
    bench_run(NULL, forward_builds);
}
