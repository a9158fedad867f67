/* Loading a workflow with all that belongs to its run. */
#include "harness/pipeline.h"

#include "base/limits.h"
#include "harness/made_up.h"
#include "runner/default_branch.h"
#include "runner/repository_commits.h"
#include "runner/server.h"

#include <string.h>

static void add_error(GPtrArray *errors, GError *error)
{
    g_ptr_array_add(errors, error);
}

/* ---- maps ---- */

static bool add_maps(struct pipeline *pipeline, const struct pipeline_request *request,
                     GPtrArray *errors)
{
    bool is_fine = true;
    for (const char *const *each = request->maps; each != NULL && *each != NULL; each++) {
        GError *error = NULL;
        if (repository_map_add(pipeline->map, *each, &error))
            continue;
        add_error(errors, error);
        is_fine = false;
    }
    for (const char *const *each = request->map_files; each != NULL && *each != NULL; each++)
        is_fine = repository_map_add_file(pipeline->map, *each, errors) && is_fine;
    return is_fine;
}

/* ---- secrets ---- */

static void make_secret(struct pipeline *pipeline, const char *name)
{
    g_autofree char *text = made_up_secret(name);
    bool is_of_job = g_ascii_strcasecmp(name, "GITHUB_TOKEN") == 0;
    if (is_of_job || json_object_get(pipeline->secrets, name) != NULL)
        return;
    json_object_set_new(pipeline->secrets, name, json_string(text));
    json_object_set_new(pipeline->made_up, name, json_string(text));
}

/* A variable decides what a workflow does, so that none is made up but who logs in. No log hides
   it, so that it may be the owner. */
static void make_variable(struct pipeline *pipeline, const char *name)
{
    if (made_up_tells_of_user(name) && json_object_get(pipeline->vars, name) == NULL)
        json_object_set_new(pipeline->vars, name, json_string(pipeline->owner));
}

/* Names behind "secrets." or "vars." */
static void make_mentioned(struct pipeline *pipeline, const char *text)
{
    g_autoptr(GRegex) pattern =
        g_regex_new("\\b(secrets|vars)\\s*(?:\\.\\s*|\\[\\s*')([A-Za-z_][A-Za-z0-9_-]*)",
                    G_REGEX_OPTIMIZE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(pattern, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *context = g_match_info_fetch(match, 1);
        g_autofree char *name = g_match_info_fetch(match, 2);
        if (strcmp(context, "secrets") == 0)
            make_secret(pipeline, name);
        else
            make_variable(pipeline, name);
    }
}

static void make_secrets_of(struct pipeline *pipeline, const struct call *call)
{
    if (call->state == CALL_LOADED)
        make_mentioned(pipeline, doc_root(call->workflow->doc)->position.source->text);
    for (guint i = 0; i < call->calls->len; i++)
        make_secrets_of(pipeline, g_ptr_array_index(call->calls, i));
}

static json_t *nulls_of(const json_t *given)
{
    json_t *nulls = json_object();
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)given, name, value)
        if (json_is_null(value))
            json_object_set(nulls, name, value);
    return nulls;
}

/* Names are the same in whatever case (docs: naming your secrets). */
static void drop_other_spellings(json_t *all, const char *name)
{
    const char *each;
    json_t *value;
    void *next;
    json_object_foreach_safe(all, next, each, value) if (g_ascii_strcasecmp(each, name) == 0 &&
                                                         strcmp(each, name) != 0)
        json_object_del(all, each);
}

static void set_given(json_t *all, const json_t *given)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)given, name, value) {
        drop_other_spellings(all, name);
        if (json_is_null(value))
            json_object_del(all, name);
        else
            json_object_set(all, name, value);
    }
}

static void drop_given(json_t *made_up, const json_t *given)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)given, name, value) {
        drop_other_spellings(made_up, name);
        json_object_del(made_up, name);
    }
}

static void settle_secrets(struct pipeline *pipeline, const struct pipeline_request *request)
{
    const struct event *event = pipeline->event;
    bool has_secrets = !event->is_from_fork && !event->is_of_dependabot;

    pipeline->secrets = json_deep_copy(event->secrets);
    pipeline->made_up = json_object();
    if (has_secrets) {
        make_secrets_of(pipeline, call_tree_root(pipeline->calls));
        pipeline->unset_secrets = nulls_of(request->secrets);
    }
    if (has_secrets && request->secrets != NULL) {
        set_given(pipeline->secrets, request->secrets);
        drop_given(pipeline->made_up, request->secrets);
    }
}

/* One that is said not to be set is empty, and nobody misses it. */
static void settle_vars(struct pipeline *pipeline, const struct pipeline_request *request)
{
    pipeline->vars = json_deep_copy(pipeline->event->vars);
    if (request->vars == NULL)
        return;
    g_autoptr(json_t) unset = nulls_of(request->vars);
    const char *name;
    json_t *value;
    set_given(pipeline->vars, request->vars);
    json_object_foreach (unset, name, value)
        json_object_set_new(pipeline->vars, name, json_string(""));
}

/* Names as GitHub lets them be (docs: naming your secrets). */
static bool may_be_secret(const char *name)
{
    return g_regex_match_simple("^[A-Za-z_][A-Za-z0-9_]*$", name, 0, 0) &&
           g_ascii_strncasecmp(name, "GITHUB_", strlen("GITHUB_")) != 0;
}

char *pipeline_make_secret(const struct pipeline *pipeline, const char *name)
{
    const char *unset;
    json_t *value;
    if (pipeline->unset_secrets == NULL || !may_be_secret(name))
        return NULL;
    json_object_foreach (pipeline->unset_secrets, unset, value)
        if (g_ascii_strcasecmp(unset, name) == 0)
            return NULL;
    return made_up_secret(name);
}

const char *pipeline_secret(const struct pipeline *pipeline, const char *name)
{
    return json_string_value(json_object_get(pipeline->secrets, name));
}

/* ---- the whole ---- */

static bool check_job(const struct pipeline *pipeline, GPtrArray *errors)
{
    const GPtrArray *jobs = pipeline->workflow->jobs;
    g_autoptr(GString) ids = g_string_new(NULL);

    if (pipeline->only_job == NULL ||
        workflow_find_job(pipeline->workflow, pipeline->only_job) != NULL)
        return true;
    for (guint i = 0; i < jobs->len; i++)
        g_string_append_printf(ids, "%s'%s'", i > 0 ? ", " : "",
                               ((const struct job *)g_ptr_array_index(jobs, i))->id);
    add_error(errors,
              g_error_new(BASE_ERROR, BASE_ERROR_USAGE, "%s: has no job '%s'; its jobs are %s",
                          pipeline->path, pipeline->only_job, ids->str));
    return false;
}

/* The path below the root, as GitHub names a workflow; g_free. */
static char *path_in_repository(const char *path, const char *root)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    g_autofree char *whole_root = g_canonicalize_filename(root, NULL);
    gsize length = strlen(whole_root);
    return g_strdup(strncmp(whole, whole_root, length) == 0 && whole[length] == '/'
                        ? whole + length + 1
                        : whole);
}

/* An object of texts, or NULL when there are none or one is wrong. */
static json_t *inputs_of_request(const char *const *given, GPtrArray *errors)
{
    json_t *inputs = given != NULL && *given != NULL ? json_object() : NULL;
    for (; given != NULL && *given != NULL; given++) {
        const char *equals = strchr(*given, '=');
        if (equals == NULL || equals == *given) {
            add_error(errors, g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                          "an input is NAME=VALUE, not '%s'", *given));
            g_clear_pointer(&inputs, json_decref);
            return NULL;
        }
        g_autofree char *name = g_strndup(*given, (gsize)(equals - *given));
        json_object_set_new(inputs, name, json_text_or_null(equals + 1));
    }
    return inputs;
}

static bool is_repository(const char *text)
{
    return text == NULL ||
           g_regex_match_simple("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", text, 0, 0);
}

/* The commits of the user's repository, where it has some. */
static const struct event_commits *find_commits(const char *root, const char *branch,
                                                struct repository_commits *found,
                                                struct event_commits *commits)
{
    if (!repository_commits_find(root, branch, found))
        return NULL;
    *commits = (struct event_commits){
        .head = found->head,
        .before = found->before,
        .request_head = found->head,
        .base = found->base,
        .merge = found->merge,
    };
    return commits;
}

static bool load_event(struct pipeline *pipeline, const struct pipeline_request *request,
                       GPtrArray *errors)
{
    guint errors_before = errors->len;
    g_autoptr(json_t) inputs = inputs_of_request(request->inputs, errors);
    if (!is_repository(request->repository))
        add_error(errors, g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                      "a repository is OWNER/NAME, not '%s'", request->repository));
    if (request->workflow_permissions != NULL &&
        strcmp(request->workflow_permissions, "read") != 0 &&
        strcmp(request->workflow_permissions, "write") != 0)
        add_error(errors, g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                      "workflow permissions are read or write, not '%s'",
                                      request->workflow_permissions));
    if (errors->len > errors_before)
        return false;
    const char *root = repository_map_root(pipeline->map);
    g_autofree char *whole_root = g_canonicalize_filename(root, NULL);
    g_autofree char *folder = g_path_get_basename(whole_root);
    g_autofree char *below = path_in_repository(pipeline->path, root);
    g_autofree char *branch = default_branch_find(root);
    struct repository_commits found = {0};
    struct event_commits commits;
    const struct event_request event = {
        .text = request->event,
        .workflow = pipeline->workflow,
        .workflow_path = below,
        .folder_name = folder,
        .default_branch = branch,
        .commits = find_commits(root, branch, &found, &commits),
        .inputs = inputs,
        .repository = request->repository,
        .workflow_permissions = request->workflow_permissions,
    };
    pipeline->event = event_new(&event, errors);
    repository_commits_clear(&found);
    if (pipeline->event == NULL)
        return false;
    pipeline->owner =
        g_strdup(json_get_string(pipeline->event->github, "repository_owner", "acme"));
    return true;
}

/* Maps first: what is wrong on the command line comes before what is wrong in files. */
static bool load(struct pipeline *pipeline, const struct pipeline_request *request,
                 GPtrArray *errors)
{
    g_autofree char *root = repository_root_of(request->path);
    pipeline->map = repository_map_new(root);
    if (!add_maps(pipeline, request, errors))
        return false;
    pipeline->workflow = workflow_load(request->path, errors);
    if (pipeline->workflow == NULL || !check_job(pipeline, errors) ||
        !load_event(pipeline, request, errors))
        return false;
    settle_vars(pipeline, request);
    if (!event_resolve_defaults(pipeline->event, pipeline->workflow, pipeline->vars, errors))
        return false;
    pipeline->calls = call_tree_load(pipeline->workflow, pipeline->map, pipeline->event, errors);
    if (pipeline->calls == NULL)
        return false;
    settle_secrets(pipeline, request);
    pipeline->facts = repository_facts_new(root);
    return true;
}

struct pipeline *pipeline_load(const struct pipeline_request *request, GPtrArray *errors)
{
    AUTO(pipeline) pipeline = g_new0(struct pipeline, 1);
    pipeline->path = g_strdup(request->path);
    pipeline->only_job = g_strdup(request->job);
    pipeline->assume = request->assume;
    pipeline->concurrent_jobs =
        request->concurrent_jobs > 0 ? request->concurrent_jobs : CONCURRENT_JOBS_STANDARD;
    return load(pipeline, request, errors) ? g_steal_pointer(&pipeline) : NULL;
}

void pipeline_free(struct pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    call_tree_free(pipeline->calls);
    repository_facts_free(pipeline->facts);
    event_free(pipeline->event);
    repository_map_free(pipeline->map);
    workflow_free(pipeline->workflow);
    json_decref(pipeline->secrets);
    json_decref(pipeline->made_up);
    json_decref(pipeline->unset_secrets);
    json_decref(pipeline->vars);
    g_free(pipeline->path);
    g_free(pipeline->only_job);
    g_free(pipeline->owner);
    g_free(pipeline);
}

static bool has_line(const char *text, const char *head)
{
    g_autofree char *inside = g_strconcat("\n", head, NULL);
    return g_str_has_prefix(text, head) || strstr(text, inside) != NULL;
}

/* Of a file with a mistake in its syntax only the lines can tell. */
static bool looks_like_one(const char *path)
{
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) && has_line(text, "jobs:") &&
           !has_line(text, "seatrial:");
}

bool pipeline_is_one(const char *path)
{
    AUTO(doc) doc = doc_load_file(path, DOC_KEYS_ARE_FREE, NULL);
    if (doc == NULL)
        return looks_like_one(path);
    const struct node *root = doc_root(doc);
    return node_find(root, "jobs") != NULL && node_find(root, "seatrial") == NULL;
}
