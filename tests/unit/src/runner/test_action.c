/* What actions ask and do, through actions of the tests' own. */
#include "base/limits.h"
#include "bench.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

static const struct action_input inputs[] = {
    {.name = "text", .standard = "  standard "},
    {.name = "flag", .standard = "true"},
    {.name = "wrong", .standard = "yes"},
    {.name = "lines", .standard = " a \n\n b\n"},
    {.name = "ref", .standard = "${{ github.ref }}"},
    {0},
};

static bool ask(struct action_run *run, GError **error)
{
    bool flag = false;
    (void)error;
    cr_expect_str_eq(action_input(run, "TEXT"), "standard");
    cr_expect_str_eq(action_input(run, "none"), "");
    cr_expect_str_eq(action_input(run, "ref"), "refs/heads/main");
    cr_expect_not(action_input_is_given(run, "none"));
    cr_expect(action_input_boolean(run, "flag", &flag));
    cr_expect(flag);
    g_autoptr(GPtrArray) lines = action_input_lines(run, "lines");
    cr_assert_eq(lines->len, 2);
    cr_expect_str_eq(lines->pdata[1], "b");
    cr_expect_str_eq(action_variable(run, "INPUT_TEXT"), "  standard ");
    cr_expect_str_eq(action_variable(run, "GITHUB_ACTION"), "x");
    cr_expect_null(action_variable(run, "NONE"));
    cr_expect_str_eq(action_context(run, "github.event.repository.default_branch"), "trunk");
    cr_expect_str_eq(action_context(run, "github.none.at.all"), "");
    g_autoptr(json_t) event = action_context_json(run, "github.event");
    cr_expect(json_is_object(event));
    cr_expect_null(action_context_json(run, "github.none"));
    cr_expect_eq(action_date_ms(run), INT64_C(1700000000000));
    cr_expect_eq(action_major(run), 3);
    g_autofree char *inside = action_host_path(run, "a/../b");
    cr_expect(g_str_has_suffix(inside, "/work/ship/ship/b"));
    cr_expect_null(action_host_path(run, "/etc/passwd"));
    cr_expect_null(action_host_path(run, "../../../../etc"));
    g_autofree char *hex = action_random_hex(run, 16);
    cr_expect_eq(strlen(hex), 16);
    return true;
}

static bool ask_wrong_boolean(struct action_run *run, GError **error)
{
    bool flag = false;
    (void)error;
    cr_expect_not(action_input_boolean(run, "wrong", &flag));
    cr_expect(action_has_failed(run));
    return true;
}

static bool act(struct action_run *run, GError **error)
{
    (void)error;
    action_group(run, "Group");
    action_log(run, "::warning::from a line");
    action_group_end(run);
    action_warn(run, "warned %d", 1);
    action_notice(run, "noticed");
    action_error(run, "an error alone does not fail");
    action_set_output(run, "out", "1\n2");
    action_export_variable(run, "EXPORTED", "yes");
    action_add_path(run, "/tool/bin");
    cr_expect_str_eq(action_variable(run, "EXPORTED"), "yes");
    cr_expect(g_str_has_prefix(action_variable(run, "PATH"), "/tool/bin:"));
    action_mask(run, "swordfish");
    action_log(run, "a swordfish");
    action_summarize(run, "# Summary\n");
    return true;
}

static int read_and_answer(void *self, const struct command_call *call)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) input = command_read_all(call, 100, &error);
    gsize length = 0;
    const char *text = g_bytes_get_data(input, &length);
    (void)self;
    command_print(call, "%.*s in %s with %s\n", (int)length, text, call->directory,
                  command_variable(call, "EXTRA"));
    command_complain(call, "complaint");
    return 7;
}

static bool execute(struct action_run *run, GError **error)
{
    static const char *const words[] = {"docker", "login", NULL};
    static const char *const extra[] = {"EXTRA=extra", NULL};
    const struct action_exec exec = {
        .arguments = words, .environment = extra, .directory = "/home/runner", .input = "secret"};
    const struct action_exec silent = {.arguments = words, .input = "", .is_silent = true};
    ACTION_EXEC_RESULT(result);
    ACTION_EXEC_RESULT(quiet);
    cr_expect(action_exec(run, &exec, &result, error));
    cr_expect_eq(result.exit_code, 7);
    cr_expect_str_eq(result.output, "secret in /home/runner with extra\n");
    cr_expect_str_eq(result.errors, "complaint");
    cr_expect(action_exec(run, &silent, &quiet, error));
    cr_expect(g_str_has_prefix(quiet.output, " in /home/runner/work/ship/ship"));
    return action_assume(run, "a download", 3000000, error);
}

static bool request(struct action_run *run, GError **error)
{
    struct action_reply reply = {0};
    cr_expect(action_request(run, "GET", "https://ghcr.io/v2/", NULL, NULL, &reply, error));
    cr_expect_eq(reply.status, 0);
    cr_expect_str_eq(reply.failure, "connect ENETUNREACH");
    action_reply_clear(&reply);
    return true;
}

#define COMMIT "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"

static bool check_out(struct action_run *run, GError **error)
{
    const struct action_checkout checkout = {.path = "sub",
                                             .reference = "refs/heads/main",
                                             .commit = COMMIT,
                                             .url = "https://x",
                                             .depth = 1};
    if (!action_checkout(run, &checkout, error))
        return false;
    g_autofree char *file = action_host_path(run, "sub/file.txt");
    g_autofree char *git = action_host_path(run, "sub/.git/HEAD");
    cr_expect(g_file_test(file, G_FILE_TEST_IS_REGULAR));
    cr_expect(g_file_test(git, G_FILE_TEST_IS_REGULAR));
    return true;
}

static void note_bringing(void *self)
{
    ++*(guint *)self;
}

static struct leg_result *run_action(action_fn *work, const char *more)
{
    const struct action action = {.name = "test/own",
                                  .first_major = 1,
                                  .last_major = 5,
                                  .inputs = inputs,
                                  .main = work,
                                  .touches_images = true};
    const struct action *const table[] = {&action, NULL};
    g_autofree char *steps = g_strconcat("      - {id: x, uses: test/own@v3}\n", more, NULL);
    AUTO(bench) bench = bench_new_steps(steps);
    static const char *const names[] = {"docker", NULL};
    bench->host = (struct command_host){.names = names, .run = read_and_answer};
    bench->actions = table;
    json_object_set_new(bench->github, "event",
                        json_pack("{s:{s:s}}", "repository", "default_branch", "trunk"));
    return bench_run_leg(bench, NULL);
}

/* What an action of the table expects inside counts only if it was the action that ran: one that is
   not found is assumed, and the leg goes well as well. */
static void expect_performed(const struct leg_result *result)
{
    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_eq(result->assumptions->len, 0);
}

Test(action, asks_for_inputs_variables_contexts_and_paths)
{
    AUTO(leg_result) result = run_action(ask, "");

    expect_performed(result);
}

Test(action, fails_on_an_input_that_is_no_boolean_in_the_toolkits_words)
{
    AUTO(leg_result) result = run_action(ask_wrong_boolean, "");

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect_not_null(strstr(result->log->str,
                              "##[error]Input does not meet YAML 1.2 \"Core Schema\" "
                              "specification: wrong\nSupport boolean input list: "));
}

Test(action, says_things_that_later_steps_see)
{
    AUTO(leg_result)
    result =
        run_action(act, "      - run: echo $EXPORTED $PATH ${{ toJSON(steps.x.outputs.out) }}\n");

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_not_null(strstr(result->log->str, "##[group]Group\n##[warning]from a line\n"
                                                "##[endgroup]\n##[warning]warned 1\n"
                                                "##[notice]noticed\n##[error]an error alone"));
    cr_expect_not_null(strstr(result->log->str, "a ***\n"));
    cr_expect_not_null(strstr(result->log->str, "\nyes /tool/bin:/usr/local/bin"));
    cr_expect_str_eq(result->summary, "# Summary\n");
}

Test(action, executes_a_command_with_input_environment_and_directory)
{
    AUTO(leg_result) result = run_action(execute, "");

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_eq(result->duration_us, 3000000);
    cr_expect_not_null(strstr(result->log->str, "[command]/usr/bin/docker login\nsecret in "
                                                "/home/runner with extra\ncomplaint\n"));
    cr_assert_eq(result->assumptions->len, 1);
    const struct assumption *assumption = result->assumptions->pdata[0];
    cr_expect_str_eq(assumption->what, "test/own@v3: a download");
    cr_expect(assumption->touches_images);
}

Test(action, gets_node_words_where_there_is_no_network)
{
    AUTO(leg_result) result = run_action(request, "");

    expect_performed(result);
}

Test(action, checks_the_repository_out)
{
    AUTO(leg_result) result = run_action(check_out, "");

    expect_performed(result);
}

/* A repository deeper than the ceiling. */
static bool check_out_deep(struct action_run *run, GError **error)
{
    const struct action_checkout checkout = {
        .path = ".", .reference = "", .commit = COMMIT, .url = "https://x", .depth = 1};
    return action_checkout(run, &checkout, error);
}

Test(action, refuses_a_repository_that_is_too_deep)
{
    const struct action action = {.name = "test/own", .main = check_out_deep};
    const struct action *const table[] = {&action, NULL};
    g_autofree char *root = g_dir_make_tmp("deep-XXXXXX", NULL);
    g_autoptr(GString) path = g_string_new(root);
    for (int i = 0; i <= RUNNER_CHECKOUT_DEPTH_MAX + 1; i++)
        g_string_append(path, "/d");
    g_mkdir_with_parents(path->str, 0755);
    AUTO(bench) bench = bench_new_steps("      - uses: test/own@v1\n");
    bench->actions = table;
    bench->machine.repository = root;

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect_not_null(strstr(result->log->str, "RUNNER_CHECKOUT_DEPTH_MAX"));
    for (; strcmp(path->str, root) != 0; g_string_truncate(path, path->len - 2))
        g_rmdir(path->str);
    g_rmdir(root);
}

static int answer_slowly(void *self, const struct command_call *call)
{
    struct bench *bench = self;
    command_print(call, "begun\n");
    if (!fiber_sleep(bench->loop, 100000000, NULL))
        return 1;
    command_print(call, "ended\n");
    return 0;
}

static bool execute_with_limit(struct action_run *run, GError **error)
{
    static const char *const words[] = {"docker", "pull", "x", NULL};
    const struct action_exec exec = {.arguments = words, .is_plain = true, .limit_us = 5000000};
    ACTION_EXEC_RESULT(result);
    cr_expect(action_exec(run, &exec, &result, error));
    cr_expect(result.has_timed_out);
    cr_expect_str_eq(result.output, "begun\n");
    cr_expect_str_eq(action_ref(run), "v3");
    return true;
}

Test(action, ends_a_command_at_its_limit_and_goes_on)
{
    const struct action action = {.name = "test/own", .main = execute_with_limit};
    const struct action *const table[] = {&action, NULL};
    AUTO(bench) bench = bench_new_steps("      - uses: test/own@v3\n");
    bench->actions = table;
    bench->host.run = answer_slowly;

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_eq(result->duration_us, 5000000);
    cr_expect_null(strstr(result->log->str, "[command]"));
    cr_expect_null(strstr(result->log->str, "orphan process: pid"));
}

static bool inner_main(struct action_run *run, GError **error)
{
    (void)error;
    cr_expect_str_eq(action_variable(run, "INPUT_FLAG"), "true");
    action_set_output(run, "got", action_input(run, "text"));
    action_save_state(run, "inner", "saved");
    if (strcmp(action_input(run, "text"), "bad") == 0)
        action_fail(run, "inner failed");
    return true;
}

static bool inner_post(struct action_run *run, GError **error)
{
    (void)error;
    action_log(run, "inner post, %s", action_state(run, "inner"));
    return true;
}

static bool try_nested(struct action_run *run, const char *uses, const char *text, bool is_post,
                       bool *has_succeeded, GError **error)
{
    g_autoptr(json_t) with = json_pack("{s:s}", "text", text);
    const struct action_nested nested = {.uses = uses, .inputs = with, .is_post = is_post};
    struct action_nested_result result = {0};
    bool is_fine = action_nested(run, &nested, &result, error);
    *has_succeeded = result.has_succeeded;
    if (result.has_succeeded && !is_post && g_str_has_prefix(uses, "test/inner"))
        cr_expect_str_eq(json_get_string(result.outputs, "got", ""), text);
    action_nested_result_clear(&result);
    return is_fine;
}

static bool outer_main(struct action_run *run, GError **error)
{
    bool has_succeeded = true;
    cr_expect(try_nested(run, "test/inner@v2", "bad", false, &has_succeeded, error));
    cr_expect_not(has_succeeded);
    cr_expect(try_nested(run, "test/inner@v2", "good", false, &has_succeeded, error));
    cr_expect(has_succeeded);
    cr_expect(try_nested(run, "test/inner@v2", "good", true, &has_succeeded, error));
    cr_expect(try_nested(run, "who/knows@v1", "x", false, &has_succeeded, error));
    cr_expect(has_succeeded);
    return true;
}

Test(action, runs_another_action_inside_whose_failure_is_only_an_answer)
{
    const struct action inner = {
        .name = "test/inner", .inputs = inputs, .main = inner_main, .post = inner_post};
    const struct action outer = {.name = "test/outer", .main = outer_main};
    const struct action *const table[] = {&inner, &outer, NULL};
    AUTO(bench) bench = bench_new_steps("      - {id: x, uses: test/outer@v1}\n");
    bench->actions = table;

    AUTO(leg_result) result = bench_run_leg(bench, NULL);

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_eq(json_object_size(leg_result_step(result, "x")->outputs), 0);
    cr_expect_not_null(strstr(result->log->str, "##[error]inner failed\n"));
    cr_expect_not_null(strstr(result->log->str, "inner post, saved\n"));
    cr_expect_eq(result->assumptions->len, 1);
}

/* A path that is added, and what is assumed, may bring programs. */
Test(action, tells_the_machine_that_there_may_be_more_programs)
{
    static const char *const names[] = {"docker", NULL};
    static action_fn *const works[] = {act, execute, request};
    static const bool brings[] = {true, true, false};
    for (gsize i = 0; i < G_N_ELEMENTS(works); i++) {
        guint count = 0;
        const struct action action = {.name = "test/own",
                                      .first_major = 3,
                                      .last_major = 3,
                                      .inputs = inputs,
                                      .main = works[i]};
        const struct action *const table[] = {&action, NULL};
        AUTO(bench) bench = bench_new_steps("      - {uses: test/own@v3}\n");
        bench->host = (struct command_host){
            .names = names, .run = read_and_answer, .may_bring = note_bringing, .self = &count};
        bench->actions = table;
        leg_result_free(bench_run_leg(bench, NULL));
        cr_expect_eq(count > 0, brings[i], "%zu", i);
    }
}
