/* Actions and a docker for tests: they do what their inputs say. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static const struct action_input wait_inputs[] = {
    {.name = "seconds", .standard = "0"},
    {.name = "say", .standard = ""},
    {.name = "fail", .standard = ""},
    {.name = "output", .standard = ""},
    {.name = "token", .standard = "${{ github.token }}"},
    {0},
};

static bool wait_main(struct action_run *run, GError **error)
{
    const char *output = action_input(run, "output");
    int64_t seconds = atoi(action_input(run, "seconds"));
    if (action_input_is_given(run, "say"))
        action_log(run, "%s", action_input(run, "say"));
    if (output[0] != '\0')
        action_set_output(run, "value", output);
    action_save_state(run, "since", "main");
    if (!action_sleep(run, seconds * 1000000, error))
        return false;
    if (action_input_is_given(run, "fail"))
        action_fail(run, "%s", action_input(run, "fail"));
    return true;
}

static bool wait_pre(struct action_run *run, GError **error)
{
    (void)error;
    action_save_state(run, "pre", "done");
    action_log(run, "before");
    return true;
}

static bool wait_post(struct action_run *run, GError **error)
{
    action_log(run, "after %s %s", action_state(run, "since"), action_variable(run, "STATE_since"));
    if (strcmp(action_input(run, "fail"), "post") == 0)
        action_fail(run, "post failed");
    return action_sleep(run, 1000000, error);
}

static const struct action wait_action = {
    .name = "test/wait",
    .summary = "waits",
    .first_major = 1,
    .last_major = 2,
    .inputs = wait_inputs,
    .main = wait_main,
    .post = wait_post,
};

static const struct action pre_action = {
    .name = "test/pre",
    .summary = "has all phases",
    .first_major = 1,
    .last_major = 1,
    .inputs = wait_inputs,
    .pre = wait_pre,
    .main = wait_main,
    .post = wait_post,
    .post_condition = "success()",
};

static const struct action_input docker_inputs[] = {
    {.name = "run", .standard = "", .is_required = true}, {0}};

static bool docker_main(struct action_run *run, GError **error)
{
    g_auto(GStrv) words = g_strsplit(action_input(run, "run"), " ", -1);
    const struct action_exec exec = {.arguments = (const char *const *)words};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    if (result.exit_code != 0)
        action_fail(run, "%s exited with %d: %s", words[0], result.exit_code,
                    g_strstrip(result.errors));
    return true;
}

static const struct action docker_action = {.name = "test/docker",
                                            .summary = "runs a command",
                                            .inputs = docker_inputs,
                                            .main = docker_main,
                                            .touches_images = true};

static bool checkout_main(struct action_run *run, GError **error)
{
    const struct action_checkout checkout = {.path = ".",
                                             .reference = "refs/heads/main",
                                             .commit = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
                                             .url = "https://github.com/acme/ship",
                                             .depth = 1};
    return action_checkout(run, &checkout, error);
}

static const struct action checkout_action = {.name = "actions/checkout",
                                              .summary = "copies",
                                              .first_major = 1,
                                              .last_major = 4,
                                              .main = checkout_main};

const struct action *const bench_actions[] = {&wait_action, &pre_action, &docker_action,
                                              &checkout_action, NULL};

char *bench_find_action(void *self, const char *uses)
{
    (void)self;
    if (!g_str_has_prefix(uses, "mapped/"))
        return NULL;
    g_autofree char *name =
        g_strndup(uses + strlen("mapped/"), strcspn(uses, "@") - strlen("mapped/"));
    return g_build_filename("tests/cases/runner/actions", name, NULL);
}
