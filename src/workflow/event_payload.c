/* Default payloads, shaped as GitHub's webhooks are (docs: webhook events and payloads). */
#include "workflow/event_private.h"
#include "workflow/schema.h"

#include <string.h>

#define EVENT_SHA  "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2"
#define HEAD_SHA   "9d3e5f70a1b2c3d4e5f60718293a4b5c6d7e8f90"
#define BEFORE_SHA "1b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c"
#define NO_SHA     "0000000000000000000000000000000000000000"
#define TIMESTAMP  "2026-01-05T09:00:00Z"

#define OWNER_ID 1000001

static const struct event_commits made_up = {
    .head = EVENT_SHA,
    .before = BEFORE_SHA,
    .request_head = HEAD_SHA,
    .base = BEFORE_SHA,
    .merge = EVENT_SHA,
};

const struct event_commits *event_commits_of(const struct event_request *request)
{
    return request->commits != NULL ? request->commits : &made_up;
}

/* Who owns the repository also works on it, as in most that are somebody's own. */
static json_t *owner_json(const char *repository)
{
    g_auto(GStrv) parts = g_strsplit(repository, "/", 2);
    return json_pack("{s:s, s:i, s:s}", "login", parts[0] != NULL ? parts[0] : "", "id", OWNER_ID,
                     "type", "User");
}

static json_t *repository_json(const struct event_home *home)
{
    const char *full_name = home->repository;
    g_auto(GStrv) parts = g_strsplit(full_name, "/", 2);
    g_autofree char *url = g_strconcat("https://github.com/", full_name, NULL);
    return json_pack("{s:i, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:o}", "id", 100000001, "name",
                     parts[1] != NULL ? parts[1] : "", "full_name", full_name, "private", false,
                     "fork", false, "visibility", "public", "default_branch", home->branch,
                     "html_url", url, "owner", owner_json(full_name));
}

static json_t *commit_json(const char *id, const char *owner, const char *email)
{
    json_t *author = json_pack("{s:s, s:s, s:s}", "name", owner, "email", email, "username", owner);
    return json_pack("{s:s, s:s, s:s, s:O, s:o}", "id", id, "message", "Change", "timestamp",
                     TIMESTAMP, "author", author, "committer", author);
}

static json_t *push_json(const struct event_home *home)
{
    g_auto(GStrv) parts = g_strsplit(home->repository, "/", 2);
    g_autofree char *email = g_strconcat(parts[0], "@users.noreply.github.com", NULL);
    json_t *commit = commit_json(home->commits->head, parts[0], email);
    return json_pack("{s:s+, s:s, s:s, s:b, s:b, s:b, s:n, s:O, s:[o], s:{s:s, s:s}}", "ref",
                     "refs/heads/", home->branch, "before", home->commits->before, "after",
                     home->commits->head, "created", strcmp(home->commits->before, NO_SHA) == 0,
                     "deleted", false, "forced", false, "base_ref", "head_commit", commit,
                     "commits", commit, "pusher", "name", parts[0], "email", email);
}

static json_t *branch_json(const char *ref, const char *sha, const struct event_home *home)
{
    return json_pack("{s:s, s:s, s:o}", "ref", ref, "sha", sha, "repo", repository_json(home));
}

/* Of one commit that changes a line of a file. */
static void add_counts(json_t *request, const char *url)
{
    json_t *more = json_pack("{s:i, s:s, s:n, s:i, s:i, s:i, s:i, s:[], s:[]}", "id", 1, "html_url",
                             url, "body", "commits", 1, "additions", 1, "deletions", 1,
                             "changed_files", 1, "assignees", "requested_reviewers");
    json_object_update(request, more);
    json_decref(more);
}

/* Checks of titles (conventional commits) let this one through. */
#define REQUEST_TITLE "chore: change a line"

static json_t *pull_request_json(const struct event_home *home)
{
    g_autofree char *url = g_strdup_printf("https://github.com/%s/pull/1", home->repository);
    json_t *request =
        json_pack("{s:i, s:s, s:s, s:b, s:b, s:s, s:[], s:s, s:o, s:o, s:o}", "number", 1, "state",
                  "open", "title", REQUEST_TITLE, "draft", false, "merged", false,
                  "merge_commit_sha", home->commits->merge, "labels", "author_association", "OWNER",
                  "user", owner_json(home->repository), "head",
                  branch_json("feature", home->commits->request_head, home), "base",
                  branch_json(home->branch, home->commits->base, home));
    add_counts(request, url);
    return json_pack("{s:s, s:i, s:o}", "action", "opened", "number", 1, "pull_request", request);
}

static json_t *release_json(const struct event_home *home)
{
    g_autofree char *url =
        g_strdup_printf("https://github.com/%s/releases/tag/v1.0.0", home->repository);
    return json_pack("{s:s, s:{s:i, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:o, s:[]}}",
                     "action", "published", "release", "id", 1, "tag_name", "v1.0.0", "name",
                     "v1.0.0", "body", "", "target_commitish", home->branch, "draft", false,
                     "prerelease", false, "html_url", url, "created_at", TIMESTAMP, "published_at",
                     TIMESTAMP, "author", owner_json(home->repository), "assets");
}

/* Of a run that went well, after a push. */
static json_t *workflow_run_json(const struct event_home *home)
{
    json_t *run = json_pack(
        "{s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:[], s:o, s:o, s:{s:s, s:s}}", "id", 1000000000,
        "run_number", 1, "run_attempt", 1, "event", "push", "status", "completed", "conclusion",
        "success", "head_branch", home->branch, "head_sha", home->commits->head, "pull_requests",
        "repository", repository_json(home), "head_repository", repository_json(home),
        "head_commit", "id", home->commits->head, "message", "Change");
    return json_pack("{s:s, s:o}", "action", "completed", "workflow_run", run);
}

static json_t *merge_group_json(const struct event_home *home)
{
    g_autofree char *queue = g_strdup_printf("refs/heads/gh-readonly-queue/%s/pr-1-%s",
                                             home->branch, home->commits->before);
    return json_pack("{s:s, s:{s:s, s:s, s:s, s:s+}}", "action", "checks_requested", "merge_group",
                     "head_sha", home->commits->head, "head_ref", queue, "base_sha",
                     home->commits->before, "base_ref", "refs/heads/", home->branch);
}

static json_t *issue_json(const char *repository)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:[], s:o}", "number", 1, "state", "open", "title",
                     "Change", "author_association", "OWNER", "labels", "user",
                     owner_json(repository));
}

static json_t *issues_json(const struct event_home *home)
{
    return json_pack("{s:s, s:o}", "action", "opened", "issue", issue_json(home->repository));
}

static json_t *issue_comment_json(const struct event_home *home)
{
    return json_pack("{s:s, s:o, s:{s:i, s:s, s:s, s:o}}", "action", "created", "issue",
                     issue_json(home->repository), "comment", "id", 1, "body", "Comment",
                     "author_association", "OWNER", "user", owner_json(home->repository));
}

static json_t *repository_dispatch_json(const struct event_home *home)
{
    return json_pack("{s:s, s:{}}", "branch", home->branch, "client_payload");
}

static json_t *empty_json(const struct event_home *home)
{
    (void)home;
    return json_object();
}

static json_t *dispatch_json(const struct event_home *home)
{
    return json_pack("{s:s+, s:{}}", "ref", "refs/heads/", home->branch, "inputs");
}

/* Events whose payload has more than the repository and who did it. */
static const struct payload_row {
    const char *event;
    json_t *(*make)(const struct event_home *home);
} rows[] = {
    {"push", push_json},
    {"pull_request", pull_request_json},
    {"pull_request_target", pull_request_json},
    {"pull_request_review", pull_request_json},
    {"pull_request_review_comment", pull_request_json},
    {"release", release_json},
    {"workflow_dispatch", dispatch_json},
    {"workflow_run", workflow_run_json},
    {"merge_group", merge_group_json},
    {"issues", issues_json},
    {"issue_comment", issue_comment_json},
    {"repository_dispatch", repository_dispatch_json},
    {"schedule", empty_json},
};

/* The first cron of the workflow. */
static const char *cron_of(const struct workflow *workflow)
{
    const struct node *schedule = node_get(workflow->on, "schedule");
    if (schedule == NULL || node_length(schedule) == 0)
        return "0 0 * * *";
    const struct node *cron = node_get(node_item(schedule, 0), "cron");
    return cron != NULL && cron->text != NULL ? cron->text : "0 0 * * *";
}

/* A push or a pull request goes where it starts the workflow. */
static void set_ref(json_t *payload, const char *name, const char *default_branch,
                    const struct workflow *workflow)
{
    g_autofree char *ref = event_usual_ref(name, default_branch, workflow);
    const char *branch =
        g_str_has_prefix(ref, "refs/heads/") ? ref + strlen("refs/heads/") : default_branch;
    json_t *request = json_object_get(payload, "pull_request");
    if (strcmp(name, "push") == 0)
        json_object_set_new(payload, "ref", json_string(ref));
    if (request != NULL)
        json_object_set_new(json_object_get(request, "base"), "ref", json_string(branch));
    if (strcmp(name, "workflow_run") == 0)
        json_object_set_new(json_object_get(payload, "workflow_run"), "head_branch",
                            json_string(branch));
}

/* A pull request is closed since it was merged, a run that begins has not come to anything. */
static void follow_action(json_t *payload, const char *action)
{
    json_t *request = json_object_get(payload, "pull_request");
    json_t *run = json_object_get(payload, "workflow_run");
    if (strcmp(action, "closed") == 0 && request != NULL) {
        json_object_set_new(request, "state", json_string("closed"));
        json_object_set_new(request, "merged", json_true());
    }
    if (strcmp(action, "completed") != 0 && run != NULL) {
        json_object_set_new(run, "status", json_string(action));
        json_object_set_new(run, "conclusion", json_null());
    }
    if (strcmp(action, "prereleased") == 0)
        json_object_set_new(json_object_get(payload, "release"), "prerelease", json_true());
}

/* The activity is the usual one, or the first that starts the workflow. */
static void set_action(json_t *payload, const char *name, const struct workflow *workflow)
{
    const struct trigger *trigger = triggers_get(workflow->triggers, name);
    const char *usual = event_text_at(payload, "action", "");
    if (trigger == NULL || trigger->types == NULL || trigger->types[0] == NULL ||
        g_strv_contains((const char *const *)trigger->types, usual))
        return;
    json_object_set_new(payload, "action", json_string(trigger->types[0]));
    follow_action(payload, trigger->types[0]);
}

/* The run is of the first workflow that is waited for. */
static void set_run_name(json_t *payload, const struct workflow *workflow)
{
    const struct trigger *trigger = triggers_get(workflow->triggers, "workflow_run");
    const struct node *names =
        trigger != NULL && trigger->node != NULL ? node_get(trigger->node, "workflows") : NULL;
    if (names != NULL && names->kind == NODE_SEQUENCE && node_length(names) > 0)
        names = node_item(names, 0);
    if (names == NULL || names->kind != NODE_STRING)
        return;
    json_object_set_new(json_object_get(payload, "workflow_run"), "name", json_string(names->text));
    json_object_set_new(payload, "workflow", json_pack("{s:s}", "name", names->text));
}

static bool is_event(const char *name)
{
    for (const struct property *row = schema_on.tables[0]; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return strcmp(name, "workflow_call") != 0; /* nothing starts by being called */
    return false;
}

json_t *event_payload(const char *name, const struct event_home *home,
                      const struct workflow *workflow, const char *workflow_path)
{
    json_t *payload = NULL;
    if (!is_event(name))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].event, name) == 0)
            payload = rows[i].make(home);
    if (payload == NULL)
        payload = json_object();
    if (strcmp(name, "pull_request_target") == 0 && home->commits != &made_up)
        json_object_set_new(json_object_get(json_object_get(payload, "pull_request"), "base"),
                            "sha", json_string(home->commits->head));
    if (strcmp(name, "schedule") == 0)
        json_object_set_new(payload, "schedule", json_string(cron_of(workflow)));
    if (strcmp(name, "workflow_dispatch") == 0)
        json_object_set_new(payload, "workflow", json_string(workflow_path));
    if (strcmp(name, "workflow_run") == 0)
        set_run_name(payload, workflow);
    set_ref(payload, name, home->branch, workflow);
    set_action(payload, name, workflow);
    json_object_set_new(payload, "repository", repository_json(home));
    json_object_set_new(payload, "sender", owner_json(home->repository));
    return payload;
}
