/* docker/bake-action/subaction/matrix and list-targets. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

#define DEFINITION                                                                                 \
    "{\"target\": {\"app\": {\"context\": \".\", \"platforms\": [\"linux/amd64\", "                \
    "\"linux/arm64\"]}, \"db\": {\"context\": \"db\"}}}"

static void answer(struct action_run *run)
{
    fake_prints(run, "docker buildx bake*--print", DEFINITION);
}

Test(docker_bake_matrix, has_a_row_for_each_target)
{
    FAKE_RUN(run, &action_docker_bake_matrix, "v6");
    answer(run);
    fake_input(run, "files", "docker-bake.hcl,other.hcl");
    fake_input(run, "target", "all");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_commands(run), "docker buildx bake --file docker-bake.hcl --file "
                                         "other.hcl all --print\n");
    fake_expect_text(fake_output(run, "matrix"), "[{\"target\":\"app\"},{\"target\":\"db\"}]");
}

Test(docker_bake_matrix, has_a_row_for_each_value_of_a_field)
{
    FAKE_RUN(run, &action_docker_bake_matrix, "v6");
    answer(run);
    fake_input(run, "fields", "platforms");

    fake_main(run);

    fake_expect_text(fake_output(run, "matrix"),
                     "[{\"target\":\"app\",\"platforms\":\"linux/amd64\"},"
                     "{\"target\":\"app\",\"platforms\":\"linux/arm64\"},{\"target\":\"db\"}]");
}

Test(docker_bake_matrix, fails_with_all_that_buildx_says)
{
    FAKE_RUN(run, &action_docker_bake_matrix, "v6");
    fake_fails(run, "docker buildx bake*", 1, "ERROR: couldn't find a bake definition\n");

    fake_main(run);

    fake_expect_part(fake_failure(run),
                     "Unhandled error: Error: ERROR: couldn't find a bake definition");
}

Test(docker_bake_list_targets, lists_the_names)
{
    FAKE_RUN(run, &action_docker_bake_list_targets, "v4");
    answer(run);

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_output(run, "targets"), "[\"app\",\"db\"]");
}
