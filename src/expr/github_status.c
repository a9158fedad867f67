/* The functions of steps and jobs that ask the world: status and hashFiles (actions-semantics.md
   1.7, 2.2, 3.6). */
#include "expr/github_private.h"

#include <string.h>

enum {
    ARGUMENTS_MAX = 255
};

static bool has_status(const struct github_functions_context *world, const char *status)
{
    return strcmp(world->status != NULL ? world->status : "success", status) == 0;
}

static bool call_always(void *context, const struct value *arguments, gsize count,
                        struct value *out, GError **error)
{
    (void)context;
    (void)arguments;
    (void)count;
    (void)error;
    *out = value_of_boolean(true);
    return true;
}

static bool call_cancelled(void *context, const struct value *arguments, gsize count,
                           struct value *out, GError **error)
{
    const struct github_functions_context *world = context;
    (void)arguments;
    (void)count;
    (void)error;
    *out = value_of_boolean(world->is_cancelled || has_status(world, "cancelled"));
    return true;
}

/* How many of the named jobs ended so; an unknown job did not. */
static gsize count_results(const struct github_functions_context *world,
                           const struct value *arguments, gsize count, const char *wanted)
{
    gsize found = 0;
    for (gsize i = 0; i < count; i++) {
        g_autofree char *id = github_value_string(&arguments[i]);
        const char *result =
            world->result_of_job != NULL ? world->result_of_job(world->self, id) : NULL;
        found += result != NULL && strcmp(result, wanted) == 0;
    }
    return found;
}

static bool call_failure(void *context, const struct value *arguments, gsize count,
                         struct value *out, GError **error)
{
    (void)error;
    *out = value_of_boolean(count == 0 ? has_status(context, "failure")
                                       : count_results(context, arguments, count, "failure") > 0);
    return true;
}

static bool call_success(void *context, const struct value *arguments, gsize count,
                         struct value *out, GError **error)
{
    (void)error;
    *out =
        value_of_boolean(count == 0 ? has_status(context, "success")
                                    : count_results(context, arguments, count, "success") == count);
    return true;
}

static bool fail(GError **error, const char *message)
{
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, message);
    return false;
}

/* The first argument may be an option; whatever else begins with -- there is refused, in GitHub's
   spelling (HashFilesFunction.cs). */
static bool call_hash_files(void *context, const struct value *arguments, gsize count,
                            struct value *out, GError **error)
{
    const struct github_functions_context *world = context;
    g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *digest = NULL;

    for (gsize i = 0; i < count; i++)
        g_ptr_array_add(patterns, github_value_string(&arguments[i]));
    bool is_option = g_str_has_prefix(patterns->pdata[0], "--");
    if (is_option && g_ascii_strcasecmp(patterns->pdata[0], "--follow-symbolic-links") != 0) {
        g_autofree char *message =
            g_strdup_printf("Invalid glob option %s, avaliable option: '--follow-symbolic-links'.",
                            (const char *)patterns->pdata[0]);
        return fail(error, message);
    }
    if (world->hash_files == NULL)
        return fail(error, "hashFiles needs a workspace, and there is none here");
    if (is_option)
        g_ptr_array_remove_index(patterns, 0);
    g_ptr_array_add(patterns, NULL);
    if (!world->hash_files(world->self, (const char *const *)patterns->pdata, is_option, &digest,
                           error))
        return false;
    *out = value_of_string(digest != NULL ? digest : "");
    return true;
}

#define HASH_FILES                                                                                 \
    {                                                                                              \
        "hashFiles", 1, ARGUMENTS_MAX, "the SHA-256 of the files that match; '' for none",         \
            call_hash_files                                                                        \
    }

const struct expr_function github_step_functions[] = {HASH_FILES, {0}};

const struct expr_function github_step_if_functions[] = {
    {"always", 0, 0, "true", call_always},
    {"cancelled", 0, 0, "whether the job is cancelled", call_cancelled},
    {"failure", 0, 0, "whether a step before failed", call_failure},
    {"success", 0, 0, "whether no step before failed and the job goes on", call_success},
    HASH_FILES,
    {0},
};

const struct expr_function github_job_if_functions[] = {
    {"always", 0, 0, "true", call_always},
    {"cancelled", 0, 0, "whether the run is cancelled", call_cancelled},
    {"failure", 0, ARGUMENTS_MAX, "whether a job before failed, or one of those named",
     call_failure},
    {"success", 0, ARGUMENTS_MAX, "whether all jobs before succeeded, or all of those named",
     call_success},
    {0},
};
