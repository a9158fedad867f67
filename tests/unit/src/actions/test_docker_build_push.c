/* docker/build-push-action. */
#include "actions/actions.h"

#include "fake_services.h"

#include <criterion/criterion.h>
#include <string.h>

#define DIRECTORY FAKE_TEMP "/docker-actions-toolkit-"

static void answer(struct action_run *run)
{
    fake_builder(run);
    fake_answer(run, (struct fake_answer){.pattern = "docker buildx build*",
                                          .file_after = "--metadata-file",
                                          .file_text = "{\"containerimage.digest\": \"sha256:d\","
                                                       "\"buildx.build.ref\": \"b/b0/r\"}"});
    fake_input(run, "github-token", "");
}

/* The build's command line, with the temporary folder's name and random parts as "…"; g_free. */
static char *build_line(const struct action_run *run)
{
    const char *begin = strstr(fake_commands(run), "docker buildx build");
    cr_assert_not_null(begin, "no build:\n%s", fake_commands(run));
    g_autofree char *line = g_strndup(begin, strcspn(begin, "\n"));
    g_autoptr(GRegex) random =
        g_regex_new(DIRECTORY "\\w+/(build-iidfile|build-metadata|tmp)-[-\\w]+", 0, 0, NULL);
    return g_regex_replace(random, line, -1, 0, "…/\\1", 0, NULL);
}

static void expect_build(struct action_run *run, const char *expected)
{
    fake_main(run);
    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    g_autofree char *line = build_line(run);
    fake_expect_text(line, expected);
}

Test(docker_build_push, builds_the_commit_on_github_by_default)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);

    expect_build(run, "docker buildx build --iidfile …/build-iidfile.txt --attest "
                      "type=provenance,mode=max,builder-id=https://github.com/acme/app/actions/"
                      "runs/42/attempts/1 --metadata-file …/build-metadata.json "
                      "https://github.com/acme/app.git#" FAKE_COMMIT);
}

Test(docker_build_push, builds_the_merge_of_a_pull_request)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_input(run, "provenance", "false");
    fake_contexts(run, "{\"github\": {\"ref\": \"refs/pull/7/merge\"}}");

    expect_build(run, "docker buildx build --iidfile …/build-iidfile.txt --attest "
                      "type=provenance,disabled=true --metadata-file …/build-metadata.json "
                      "https://github.com/acme/app.git#refs/pull/7/merge");
}

Test(docker_build_push, of_version_7_pins_the_commit_of_a_pull_request)
{
    FAKE_RUN(run, &action_docker_build_push, "v7");
    answer(run);
    fake_input(run, "provenance", "false");
    fake_contexts(run, "{\"github\": {\"ref\": \"refs/pull/7/merge\"}}");

    fake_main(run);

    fake_expect_part(fake_commands(run), "https://github.com/acme/app.git#" FAKE_COMMIT "\n");
}

Test(docker_build_push, puts_every_input_in_its_place)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    static const char *const inputs[][2] = {
        {"add-hosts", "a:1"},
        {"allow", "network.host,security.insecure"},
        {"annotations", "x=y,z"},
        {"attests", "type=other,a=b"},
        {"build-args", "A=1\nB=2,3"},
        {"build-contexts", "base={{defaultContext}}:sub"},
        {"builder", "b"},
        {"cache-from", "type=gha"},
        {"cache-to", "type=gha,mode=max"},
        {"call", "build"},
        {"cgroup-parent", "cg"},
        {"context", "{{defaultContext}}:docker"},
        {"file", "Dockerfile.prod"},
        {"labels", "l=1"},
        {"load", "true"},
        {"network", "host"},
        {"no-cache", "true"},
        {"no-cache-filters", "s1,s2"},
        {"outputs", "type=image,name=x"},
        {"platforms", "linux/amd64,linux/arm64"},
        {"provenance", "mode=min"},
        {"pull", "true"},
        {"push", "true"},
        {"sbom", "true"},
        {"secrets", "k=v"},
        {"secret-envs", "E=VAR"},
        {"secret-files", "f=./secret.txt"},
        {"shm-size", "2g"},
        {"ssh", "default"},
        {"tags", "a/b:1,a/b:2"},
        {"target", "prod"},
        {"ulimit", "nofile=1:1"},
        {"github-token", "t0ken"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(inputs); i++)
        fake_input(run, inputs[i][0], inputs[i][1]);
    fake_workspace_file(run, "secret.txt", "s");

    expect_build(
        run,
        "docker buildx build --add-host a:1 --allow network.host --allow security.insecure "
        "--annotation x=y,z --build-arg A=1 --build-arg B=2,3 --build-context "
        "base=https://github.com/acme/app.git#" FAKE_COMMIT ":sub --cache-from type=gha --cache-to "
        "type=gha,mode=max --call build --cgroup-parent cg --secret id=E,env=VAR --file "
        "Dockerfile.prod --iidfile …/build-iidfile.txt --label l=1 --no-cache-filter s1 "
        "--no-cache-filter s2 --output type=image,name=x --platform linux/amd64,linux/arm64 "
        "--attest type=provenance,mode=min,builder-id=https://github.com/acme/app/actions/runs/42/"
        "attempts/1 --attest type=sbom,disabled=false --attest type=other,a=b --secret "
        "id=k,src=…/tmp --secret id=f,src=./secret.txt --secret id=GIT_AUTH_TOKEN,src=…/tmp "
        "--shm-size 2g --ssh default --tag a/b:1 --tag a/b:2 --target prod --ulimit nofile=1:1 "
        "--builder b --load --metadata-file …/build-metadata.json --network host --no-cache "
        "--pull --push https://github.com/acme/app.git#" FAKE_COMMIT ":docker");
    fake_expect_text(fake_masked(run), "v\nt0ken\n");
}

Test(docker_build_push, of_version_4_has_options_of_its_own)
{
    FAKE_RUN(run, &action_docker_build_push, "v4");
    answer(run);
    fake_input(run, "allow", "a,b");
    fake_input(run, "attests", "type=sbom");
    fake_input(run, "sbom", "true");
    fake_input(run, "context", ".");

    expect_build(run, "docker buildx build --allow a,b --attest type=sbom --iidfile "
                      "…/build-iidfile.txt --provenance mode=max,builder-id=https://github.com/"
                      "acme/app/actions/runs/42/attempts/1 --sbom true --metadata-file "
                      "…/build-metadata.json .");
}

Test(docker_build_push, asks_a_private_repository_for_the_least_provenance)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_contexts(run, "{\"github\": {\"event\": {\"repository\": {\"private\": true}}}}");

    fake_main(run);

    fake_expect_part(fake_commands(run), "--attest type=provenance,mode=min,inline-only=true,");
}

Test(docker_build_push, asks_for_no_provenance_where_there_is_none)
{
    static const char *const inspections[] = {
        "Name: b\nDriver: docker\nNodes:\nName: default\nBuildKit version: v0.23.2\n",
        "Name: b\nDriver: docker-container\nNodes:\nName: b0\nBuildKit version: v0.10.0\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(inspections); i++) {
        FAKE_RUN(run, &action_docker_build_push, "v6");
        answer(run);
        fake_prints(run, "docker buildx inspect", inspections[i]);
        fake_main(run);
        cr_expect_null(fake_failure(run), "%s", fake_failure(run));
        fake_expect_part(fake_commands(run), "docker buildx build ");
        cr_expect_null(strstr(fake_commands(run), "--attest"), "%s", fake_commands(run));
    }
}

Test(docker_build_push, sets_digest_image_id_and_metadata)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);

    fake_main(run);

    fake_expect_text(fake_output(run, "digest"), "sha256:d");
    fake_expect_text(fake_output(run, "metadata"), "{\n  \"containerimage.digest\": \"sha256:d\",\n"
                                                   "  \"buildx.build.ref\": \"b/b0/r\"\n}");
    fake_expect_part(fake_log(run), "::group::Reference\nb/b0/r\n::endgroup::\n"
                                    "::group::Check build summary support\n"
                                    "Build summary supported!\n::endgroup::\n");
}

Test(docker_build_push, reads_the_image_id_from_its_file)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_answer(run, (struct fake_answer){.pattern = "docker buildx build*",
                                          .file_after = "--iidfile",
                                          .file_text = "sha256:config\n"});

    fake_main(run);

    fake_expect_text(fake_output(run, "imageid"), "sha256:config");
    fake_expect_part(fake_log(run), "::group::ImageID\nsha256:config\n::endgroup::\n");
    fake_expect_part(fake_log(run), "No build reference found\n");
}

Test(docker_build_push, fails_with_the_last_line_of_buildx)
{
    static const char *const refs[] = {"v4", "v5", "v6"};
    for (gsize i = 0; i < G_N_ELEMENTS(refs); i++) {
        FAKE_RUN(run, &action_docker_build_push, refs[i]);
        answer(run);
        fake_fails(run, "docker buildx build*", 1,
                   "#5 ERROR: x\nERROR: failed to build: failed to solve: "
                   "process \"/bin/sh -c make\" did not complete "
                   "successfully: exit code: 2\n");
        fake_main(run);
        fake_expect_text(fake_failure(run),
                         "buildx failed with: ERROR: failed to build: failed to solve: process "
                         "\"/bin/sh -c make\" did not complete successfully: exit code: 2");
    }
}

Test(docker_build_push, of_version_6_sets_outputs_of_a_failed_build)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_answer(run, (struct fake_answer){.pattern = "docker buildx build*",
                                          .exit_code = 1,
                                          .errors = "ERROR: push\n",
                                          .file_after = "--metadata-file",
                                          .file_text = "{\"buildx.build.ref\": \"b/b0/r\"}"});

    fake_main(run);

    fake_expect_text(fake_failure(run), "buildx failed with: ERROR: push");
    cr_expect_not_null(fake_output(run, "metadata"));
}

Test(docker_build_push, needs_buildx)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    fake_fails(run, "docker buildx", 1, "docker: 'buildx' is not a docker command\n");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Docker buildx is required. See "
                     "https://github.com/docker/setup-buildx-action to set up buildx.");
}

Test(docker_build_push, fails_when_the_builder_is_gone)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_input(run, "builder", "gone");
    fake_fails(run, "docker buildx inspect gone", 1, "ERROR: no builder \"gone\" found\n");

    fake_main(run);

    fake_expect_text(fake_failure(run), "ERROR: no builder \"gone\" found");
}

Test(docker_build_push, warns_of_what_is_no_secret)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_input(run, "secrets", "nothing");
    fake_input(run, "secret-files", "k=missing");

    fake_main(run);

    fake_expect_part(fake_warnings(run),
                     "nothing is not a valid secret\nsecret file missing not found\n");
    cr_expect_null(strstr(fake_commands(run), "--secret"));
}

Test(docker_build_push, tells_the_first_line_of_a_check)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_input(run, "call", "check");
    fake_answer(
        run, (struct fake_answer){.pattern = "docker buildx build*",
                                  .exit_code = 1,
                                  .output = "Check complete, 2 warnings have been found!\n\nmore\n",
                                  .errors = "x\n"});

    fake_main(run);

    fake_expect_text(fake_failure(run), "Check complete, 2 warnings have been found!");
}

Test(docker_build_push, warns_when_buildx_is_too_old)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_input(run, "annotations", "a=b");
    fake_input(run, "build-contexts", "a=b");
    fake_prints(run, "docker buildx version", "github.com/docker/buildx v0.7.0 x\n");

    fake_main(run);

    fake_expect_part(fake_warnings(run), "Annotations are only supported by buildx >= 0.12.0;");
    fake_expect_part(fake_warnings(run), "Build contexts are only supported by buildx >= 0.8.0;");
    fake_expect_part(fake_warnings(run), "Attestations are only supported by buildx >= 0.10.0;");
}

Test(docker_build_push, puts_its_folder_away_at_the_end)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);

    fake_main(run);
    fake_post(run);

    fake_expect_part(fake_log(run), "::group::Removing temp folder " DIRECTORY);
}

Test(docker_build_push, has_no_image_id_for_local_results)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_input(run, "outputs", "out");

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_expect_part(fake_commands(run), " --output out ");
    cr_expect_null(strstr(fake_commands(run), "--iidfile"));
}

Test(docker_build_push, looks_at_the_builder_when_a_failed_build_left_no_reference)
{
    FAKE_RUN(run, &action_docker_build_push, "v6");
    answer(run);
    fake_fails(run, "docker buildx build*", 1, "ERROR: x\n");

    fake_main(run);

    cr_expect(g_str_has_suffix(fake_commands(run), "\ndocker buildx inspect\n"));
    fake_expect_part(fake_log(run), "::group::Reference\nNo build reference found\n");
    fake_expect_text(fake_failure(run), "buildx failed with: ERROR: x");
}
