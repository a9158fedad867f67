/* Pipelines of workflows: what belongs to a run beside its file. */
#include "harness/pipeline.h"

#include "harness/folders.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

#define HEAD                                                                                       \
    "on: [push, pull_request]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: "
#define SECRETS                                                                                    \
    "echo ${{ secrets.DOCKERHUB_USERNAME }} ${{ secrets['deploy-key'] }} ${{ secrets.TOKEN }}\n"

/* Loads a workflow of this text from a repository of its own, which is gone again. */
static struct pipeline *load(const char *text, struct pipeline_request *request, GPtrArray *errors)
{
    g_autofree char *root = g_dir_make_tmp("seatrial-test-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(root, ".github", "workflows", NULL);
    g_autofree char *path = g_build_filename(folder, "ci.yml", NULL);
    cr_assert_eq(g_mkdir_with_parents(folder, 0700), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
    request->path = path;
    struct pipeline *pipeline = pipeline_load(request, errors);
    folder_remove(root);
    return pipeline;
}

static GPtrArray *errors_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
}

Test(pipeline, makes_up_the_secrets_that_its_files_mention)
{
    g_autoptr(GPtrArray) errors = errors_new();
    struct pipeline_request request = {0};

    AUTO(pipeline) pipeline = load(HEAD SECRETS, &request, errors);

    cr_assert_not_null(pipeline);
    cr_assert_str_eq(pipeline_secret(pipeline, "DOCKERHUB_USERNAME"), "secret-dockerhub-username");
    cr_assert_str_eq(pipeline_secret(pipeline, "TOKEN"), "secret-token");
    cr_assert_null(pipeline_secret(pipeline, "ELSE"));
}

Test(pipeline, makes_up_of_variables_only_who_logs_in)
{
    g_autoptr(GPtrArray) errors = errors_new();
    g_autoptr(json_t) vars = json_pack("{s:s}", "GHCR_USERNAME", "given");
    struct pipeline_request request = {.vars = vars};

    AUTO(pipeline)
    pipeline = load(HEAD "echo ${{ vars.DOCKERHUB_USERNAME }} ${{ vars.DEPLOY }}"
                         " ${{ vars['GHCR_USERNAME'] }}\n",
                    &request, errors);

    cr_assert_not_null(pipeline);
    cr_expect_str_eq(json_string_value(json_object_get(pipeline->vars, "DOCKERHUB_USERNAME")),
                     pipeline->owner);
    cr_expect_null(json_object_get(pipeline->vars, "DEPLOY"));
    cr_expect_str_eq(json_string_value(json_object_get(pipeline->vars, "GHCR_USERNAME")), "given");
    cr_expect_null(pipeline_secret(pipeline, "DOCKERHUB_USERNAME"));
}

Test(pipeline, takes_given_secrets_before_made_up_ones_and_null_for_none)
{
    g_autoptr(GPtrArray) errors = errors_new();
    g_autoptr(json_t) secrets = json_pack("{s:s, s:n}", "TOKEN", "given", "DOCKERHUB_USERNAME");
    struct pipeline_request request = {.secrets = secrets};

    AUTO(pipeline) pipeline = load(HEAD SECRETS, &request, errors);

    cr_assert_not_null(pipeline);
    cr_assert_str_eq(pipeline_secret(pipeline, "TOKEN"), "given");
    cr_assert_null(pipeline_secret(pipeline, "DOCKERHUB_USERNAME"));
    cr_assert_eq(json_object_size(pipeline->made_up), 1);
    cr_assert_not_null(json_object_get(pipeline->made_up, "deploy-key"));
}

Test(pipeline, takes_a_given_secret_for_the_one_of_another_spelling)
{
    g_autoptr(GPtrArray) errors = errors_new();
    g_autoptr(json_t) secrets = json_pack("{s:s, s:n}", "token", "given", "Dockerhub_Username");
    struct pipeline_request request = {.secrets = secrets};

    AUTO(pipeline) pipeline = load(HEAD SECRETS, &request, errors);

    cr_assert_not_null(pipeline);
    cr_assert_str_eq(pipeline_secret(pipeline, "token"), "given");
    cr_assert_null(pipeline_secret(pipeline, "TOKEN"));
    cr_assert_null(pipeline_secret(pipeline, "DOCKERHUB_USERNAME"));
    cr_assert_null(json_object_get(pipeline->made_up, "TOKEN"));
}

Test(pipeline, makes_up_a_secret_whose_name_is_computed_but_for_one_that_is_not_set)
{
    g_autoptr(GPtrArray) errors = errors_new();
    g_autoptr(json_t) secrets = json_pack("{s:n}", "HUB_TOKEN");
    struct pipeline_request request = {.secrets = secrets};

    AUTO(pipeline) pipeline = load(HEAD SECRETS, &request, errors);

    cr_assert_not_null(pipeline);
    g_autofree char *token = pipeline_make_secret(pipeline, "GHCR_TOKEN");
    g_autofree char *user = pipeline_make_secret(pipeline, "ghcr_username");
    g_autofree char *unset = pipeline_make_secret(pipeline, "hub_token");
    g_autofree char *reserved = pipeline_make_secret(pipeline, "GITHUB_PAT");
    g_autofree char *impossible = pipeline_make_secret(pipeline, "a-b");
    cr_expect_str_eq(token, "secret-ghcr_token");
    cr_expect_str_eq(user, "secret-ghcr-username");
    cr_expect_null(unset);
    cr_expect_null(reserved);
    cr_expect_null(impossible);
}

Test(pipeline, of_an_event_without_secrets_gets_none_not_even_given_ones)
{
    g_autofree char *root = g_dir_make_tmp("seatrial-test-XXXXXX", NULL);
    g_autofree char *event = g_build_filename(root, "fork.json", NULL);
    g_autoptr(GPtrArray) errors = errors_new();
    g_autoptr(json_t) secrets = json_pack("{s:s}", "TOKEN", "given");
    struct pipeline_request request = {.event = event, .secrets = secrets};
    cr_assert(g_file_set_contents(
        event,
        "{"
        "\"pull_request\": {\"head\": {\"repo\": {\"fork\": true, \"full_name\": \"mona/app\"}}}}",
        -1, NULL));

    AUTO(pipeline) pipeline = load(HEAD SECRETS, &request, errors);

    folder_remove(root);
    cr_assert_not_null(pipeline, "%s",
                       errors->len > 0 ? ((GError *)errors->pdata[0])->message : "");
    cr_assert(pipeline->event->is_from_fork);
    cr_assert_null(pipeline_secret(pipeline, "TOKEN"));
    cr_assert_null(pipeline_secret(pipeline, "DOCKERHUB_USERNAME"));
    cr_assert_null(pipeline_make_secret(pipeline, "COMPUTED"));
}

Test(pipeline, without_the_wanted_job_says_which_there_are)
{
    g_autoptr(GPtrArray) errors = errors_new();
    struct pipeline_request request = {.job = "b"};

    AUTO(pipeline) pipeline = load(HEAD "echo\n", &request, errors);

    cr_assert_null(pipeline);
    cr_assert_eq(errors->len, 1);
    cr_assert_not_null(strstr(((GError *)errors->pdata[0])->message, "its jobs are 'a'"));
}

Test(pipeline, names_wrong_maps_before_wrong_files)
{
    static const char *const maps[] = {"nonsense", NULL};
    g_autoptr(GPtrArray) errors = errors_new();
    struct pipeline_request request = {.maps = maps};

    AUTO(pipeline) pipeline = load("nonsense: [\n", &request, errors);

    cr_assert_null(pipeline);
    cr_assert_eq(errors->len, 1);
    cr_assert_not_null(strstr(((GError *)errors->pdata[0])->message, "'nonsense' is no map"));
}
