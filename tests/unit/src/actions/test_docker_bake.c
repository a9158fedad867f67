/* docker/bake-action. */
#include "actions/actions.h"

#include "fake_services.h"

#include <criterion/criterion.h>
#include <string.h>

#define DEFINITION "{\"target\": {\"app\": {}, \"db\": {\"attest\": [{\"type\": \"provenance\"}]}}}"
#define URL        "builder-id=https://github.com/acme/app/actions/runs/42/attempts/1"

static void answer(struct action_run *run)
{
    fake_builder(run);
    fake_answer(run, (struct fake_answer){.pattern = "docker buildx bake*",
                                          .file_after = "--metadata-file",
                                          .file_text = "{\"app\": {}}"});
    fake_prints(run, "docker buildx bake*--print*", DEFINITION);
}

/* The three command lines of bake, random parts as "…"; g_free. */
static char *bake_lines(const struct action_run *run)
{
    const char *begin = strstr(fake_commands(run), "docker buildx bake");
    cr_assert_not_null(begin, "no bake:\n%s", fake_commands(run));
    g_autoptr(GRegex) others = g_regex_new("docker buildx (version|inspect)[^\n]*\n", 0, 0, NULL);
    g_autofree char *bakes = g_regex_replace(others, begin, -1, 0, "", 0, NULL);
    g_autoptr(GRegex) random = g_regex_new("--metadata-file \\S+", 0, 0, NULL);
    return g_regex_replace(random, bakes, -1, 0, "--metadata-file …", 0, NULL);
}

static void expect_bakes(struct action_run *run, const char *expected)
{
    fake_main(run);
    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    g_autofree char *lines = bake_lines(run);
    fake_expect_text(lines, expected);
}

Test(docker_bake, prints_the_definition_twice_and_builds)
{
    FAKE_RUN(run, &action_docker_bake, "v5");
    answer(run);
    fake_input(run, "files", "docker-bake.hcl");
    fake_input(run, "targets", "app,db");
    fake_input(run, "set", "*.platform=linux/amd64,linux/arm64");
    fake_input(run, "push", "true");

#define BUILD                                                                                      \
    "docker buildx bake --allow fs=* --file docker-bake.hcl --set "                                \
    "*.platform=linux/amd64,linux/arm64 --metadata-file … --provenance mode=max," URL              \
    " --push app db"
    expect_bakes(run, "docker buildx bake --file docker-bake.hcl --set "
                      "*.platform=linux/amd64,linux/arm64 --push --print app db\n" BUILD
                      " --print\n" BUILD "\n");
    fake_expect_text(fake_output(run, "metadata"), "{\n  \"app\": {}\n}");
}

Test(docker_bake, tells_the_references_of_its_targets)
{
    FAKE_RUN(run, &action_docker_bake, "v6");
    answer(run);
    fake_answer(run,
                (struct fake_answer){.pattern = "docker buildx bake*attempts/1",
                                     .file_after = "--metadata-file",
                                     .file_text = "{\"app\": {\"buildx.build.ref\": \"b/b0/1\"},"
                                                  " \"db\": {\"buildx.build.ref\": \"b/b0/2\"}}"});

    fake_main(run);

    fake_expect_part(fake_log(run), "::group::Build references\nb/b0/1\nb/b0/2\n::endgroup::\n"
                                    "::group::Check build summary support\n"
                                    "Build summary supported!\n::endgroup::\n");
}

Test(docker_bake, of_version_6_builds_from_git)
{
    FAKE_RUN(run, &action_docker_bake, "v6");
    answer(run);
    fake_input(run, "provenance", "false");

#define GIT      "https://github.com/acme/app.git#" FAKE_COMMIT
#define FROM_GIT "docker buildx bake " GIT " --allow fs=* --metadata-file … --provenance false"
    expect_bakes(run, "docker buildx bake " GIT " --provenance false --print\n" FROM_GIT
                      " --print\n" FROM_GIT "\n");
}

Test(docker_bake, of_version_7_sets_provenance_of_each_target_without)
{
    FAKE_RUN(run, &action_docker_bake, "v7");
    answer(run);

    fake_main(run);

    fake_expect_part(fake_commands(run), "--set app.attest=type=provenance,mode=max," URL "\n");
    cr_expect_null(strstr(fake_commands(run), "db.attest"));
}

Test(docker_bake, of_version_7_needs_its_source_to_be_there)
{
    FAKE_RUN(run, &action_docker_bake, "v7");
    answer(run);
    fake_input(run, "source", "missing");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Invalid source: missing does not exist or is not a directory.");
}

Test(docker_bake, fails_with_the_last_line_of_the_build)
{
    FAKE_RUN(run, &action_docker_bake, "v5");
    answer(run);
    fake_fails(run, "docker buildx bake*mode=max,*attempts/1", 1, "x\nERROR: target app: failed\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "buildx bake failed with: ERROR: target app: failed");
}

Test(docker_bake, fails_when_the_definition_cannot_be_read)
{
    FAKE_RUN(run, &action_docker_bake, "v6");
    answer(run);
    fake_fails(run, "*--print", 1, "ERROR: couldn't find a bake definition\n");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "cannot parse bake definitions: ERROR: couldn't find a bake definition");
}

Test(docker_bake, takes_one_remote_definition_only)
{
    FAKE_RUN(run, &action_docker_bake, "v6");
    answer(run);
    fake_input(run, "files", "https://a/b.hcl");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Only one remote bake definition can be defined");
}

Test(docker_bake, sums_up_the_warnings_of_a_check)
{
    FAKE_RUN(run, &action_docker_bake, "v6");
    answer(run);
    fake_input(run, "call", "check");
    fake_answer(run,
                (struct fake_answer){.pattern = "docker buildx bake*attempts/1",
                                     .exit_code = 1,
                                     .output = "Check complete, 1 warning has been found!\n"
                                               "Check complete, 2 warnings have been found!\n"});

    fake_main(run);

    fake_expect_text(fake_failure(run), "Check complete, 3 warnings have been found!");
}

Test(docker_bake, has_no_default_provenance_for_images_that_docker_loads)
{
    FAKE_RUN(run, &action_docker_bake, "v6");
    answer(run);
    fake_input(run, "load", "true");

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_expect_part(fake_commands(run), "docker buildx bake");
    cr_expect_null(strstr(fake_commands(run), "provenance"));
}
