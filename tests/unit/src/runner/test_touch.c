/* Which scripts and actions touch images, told from their texts. */
#include "bench.h"
#include "runner/touch.h"

#include <criterion/criterion.h>

Test(touch, a_script_that_calls_docker_touches_images)
{
    cr_expect(script_touches_images("cd app\ndocker build ."));
    cr_expect(script_touches_images("/usr/bin/docker-compose up"));
    cr_expect(script_touches_images("& 'C:\\Tools\\Docker.exe' push x"));
    cr_expect(script_touches_images("x=$(skopeo inspect y)"));
}

Test(touch, a_script_of_other_words_does_not)
{
    cr_expect_not(script_touches_images("npm pack\nnpm publish"));
    cr_expect_not(script_touches_images("echo dockerless"));
    cr_expect_not(script_touches_images(""));
}

Test(touch, an_action_that_is_not_here_is_told_by_its_name)
{
    cr_expect(use_touches_images("docker/build-push-action@v6"));
    cr_expect_not(use_touches_images("actions/checkout@v4"));
    cr_expect(use_touches_images("docker/setup-docker-action@v4"));
    cr_expect_not(use_touches_images("docker/scout-action@v1"));
    cr_expect_not(use_touches_images("peter-evans/dockerhub-description@v4"));
}

static bool does_job_touch(const char *steps)
{
    AUTO(bench) bench = bench_new_steps(steps);
    const struct job *job = bench->workflow->jobs->pdata[0];
    bool touches = job_touches_images(job, NULL, NULL);
    cr_expect(job->steps->len > 0);
    cr_expect_eq(step_touches_images(job->steps->pdata[job->steps->len - 1], NULL, NULL), touches,
                 "%s", steps);
    return touches;
}

/* The last step of each is the one that may. */
Test(touch, a_job_touches_images_when_one_of_its_steps_does)
{
    cr_expect(does_job_touch("      - run: make\n      - run: docker push x\n"));
    cr_expect(does_job_touch("      - run: make\n      - uses: docker/build-push-action@v6\n"));
    cr_expect(does_job_touch("      - uses: docker://alpine:3\n"));
    cr_expect_not(does_job_touch("      - uses: actions/checkout@v4\n      - run: make\n"));
}

Test(touch, letters_of_a_registry_within_another_word_tell_nothing)
{
    cr_expect_not(use_touches_images("1password/load-secrets-action@v2"));
    cr_expect_not(use_touches_images("sops/decrypt-action@v1"));
    cr_expect(use_touches_images("kciter/aws-ecr-action@v4"));
    cr_expect(use_touches_images("some/gcr-cleaner@v1"));
    cr_expect(use_touches_images("some/acr-build@v1"));
}

Test(touch, an_action_that_installs_a_tool_leaves_images_alone)
{
    cr_expect_not(use_touches_images("sigstore/cosign-installer@v3"));
    cr_expect_not(use_touches_images("imjasonh/setup-crane@v0.4"));
    cr_expect_not(use_touches_images("ko-build/setup-ko@v0.6"));
    cr_expect(use_touches_images("imjasonh/other@v1"));
}
