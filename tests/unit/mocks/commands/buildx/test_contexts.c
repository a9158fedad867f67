/* What is in a context besides its files: folders that have none, and git's own. */
#include "bench.h"

#define CLONE "https://github.com/acme/app.git#main"

static void contexts_body(struct bench *bench)
{
    static const struct {
        const char *line;
        int exit_code;
    } cases[] = {
        {"docker buildx build -f folder .", 0},
        {"docker buildx build --builder X -f folder .", 0},
        {"docker buildx build -f git .", 0},
        {"docker buildx build -f bound .", 0},
        {"docker buildx build --builder X -f git .", 0},
        {"docker buildx build -f git " CLONE, 1},
        {"docker buildx build --build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1 -f git " CLONE, 0},
        {"docker buildx build --build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=0 -f git " CLONE, 1},
        {"docker buildx build -f hidden .", 1},
    };
    g_autofree char *folder = g_build_filename(bench->source, "empty", NULL);
    write_context(bench);
    write_file(bench, "/src/.git/HEAD", "ref: refs/heads/main\n");
    write_file(bench, "/src/folder", "FROM alpine:3\nCOPY empty /empty\n");
    write_file(bench, "/src/git", "FROM alpine:3\nCOPY .git/HEAD /head\nCOPY .git /git\n");
    write_file(bench, "/src/bound", "FROM alpine:3\nRUN --mount=source=.git,target=/g true\n");
    write_file(bench, "/src/hidden", "FROM alpine:3\nCOPY .git /git\n");
    write_file(bench, "/src/hidden.dockerignore", ".git\n");
    g_mkdir_with_parents(folder, 0700);
    run_well(bench, "docker buildx create --name X --driver docker-container --bootstrap");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        OUTCOME(outcome) = run_line(bench, cases[i].line);

        cr_expect_eq(outcome.exit_code, cases[i].exit_code, "%s: %s", cases[i].line, outcome.err);
    }
}

Test(contexts, empty_folders_and_git_are_there_where_the_real_ones_are)
{
    bench_run(NULL, contexts_body);
}
