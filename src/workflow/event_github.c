/* The github context of a run (docs: contexts reference, github context). */
#include "workflow/event_private.h"

#include <string.h>

#define RUN_ID "1000000001"
#define TOKEN  "ghs_000000000000000000000000000000000000"

const char *event_text_at(const json_t *value, const char *path, const char *otherwise)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);
    for (gsize i = 0; keys[i] != NULL; i++)
        value = json_object_get(value, keys[i]);
    return json_is_string(value) ? json_string_value(value) : otherwise;
}

/* Where the run stands in the repository. */
struct place {
    char *ref;
    char *sha;
    const char *head_ref; /* lent by the payload */
    const char *base_ref;
};

static void place_clear(struct place *place)
{
    g_free(place->ref);
    g_free(place->sha);
}

static void place_of_request(const struct event *event, const struct event_commits *commits,
                             struct place *place)
{
    const json_t *payload = event->payload;
    place->head_ref = event_text_at(payload, "pull_request.head.ref", "");
    place->base_ref = event_text_at(payload, "pull_request.base.ref", "");
    if (strcmp(event->name, "pull_request_target") == 0) {
        place->ref = g_strconcat("refs/heads/", place->base_ref, NULL);
        place->sha = g_strdup(event_text_at(payload, "pull_request.base.sha", commits->head));
        return;
    }
    json_int_t number = json_integer_value(json_object_get(payload, "number"));
    bool is_merged =
        json_is_true(json_object_get(json_object_get(payload, "pull_request"), "merged"));
    place->ref = is_merged ? g_strconcat("refs/heads/", place->base_ref, NULL)
                           : g_strdup_printf("refs/pull/%" JSON_INTEGER_FORMAT "/merge", number);
    place->sha = g_strdup(event_text_at(payload, "pull_request.merge_commit_sha", commits->merge));
}

/* A payload may tell a branch by its bare name; g_free. */
static char *whole_ref(const json_t *payload, const char *ref)
{
    bool is_tag = strcmp(event_text_at(payload, "ref_type", ""), "tag") == 0;
    return g_str_has_prefix(ref, "refs/")
               ? g_strdup(ref)
               : g_strconcat(is_tag ? "refs/tags/" : "refs/heads/", ref, NULL);
}

/* Events that are not of the default branch's last commit: where their payload says of what. */
static const struct {
    const char *event;
    const char *ref;
    const char *sha;
} place_rows[] = {
    {"push", "ref", "after"},
    {"create", "ref", ""},
    {"workflow_dispatch", "ref", ""},
    {"merge_group", "merge_group.head_ref", "merge_group.head_sha"},
    {"deployment", "deployment.ref", "deployment.sha"},
    {"deployment_status", "deployment.ref", "deployment.sha"},
};

static struct place place_of(const struct event *event, const struct event_commits *commits)
{
    struct place place = {.head_ref = "", .base_ref = ""};
    const json_t *payload = event->payload;
    const char *ref = event_text_at(payload, "repository.default_branch", "main");
    const char *sha = commits->head;
    if (json_is_object(json_object_get(payload, "pull_request"))) {
        place_of_request(event, commits, &place);
        return place;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(place_rows); i++)
        if (strcmp(place_rows[i].event, event->name) == 0) {
            ref = event_text_at(payload, place_rows[i].ref, ref);
            sha = event_text_at(payload, place_rows[i].sha, sha);
        }
    bool is_release = strcmp(event->name, "release") == 0;
    place.ref =
        is_release ? g_strconcat("refs/tags/", event_text_at(payload, "release.tag_name", ""), NULL)
                   : whole_ref(payload, ref);
    place.sha = g_strdup(sha);
    return place;
}

static const char *short_ref(const char *ref)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/pull/"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(ref, prefixes[i]))
            return ref + strlen(prefixes[i]);
    return ref;
}

static void set(json_t *github, const char *name, const char *text)
{
    json_object_set_new(github, name, json_string(text));
}

/* A member that is a number in the payload is a text here. */
static void set_id(json_t *github, const char *name, const json_t *object)
{
    g_autofree char *text =
        g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(object, "id")));
    set(github, name, text);
}

static void set_repository(json_t *github, const json_t *payload)
{
    const json_t *repository = json_object_get(payload, "repository");
    const char *full_name = event_text_at(repository, "full_name", "");
    g_auto(GStrv) parts = g_strsplit(full_name, "/", 2);
    g_autofree char *url = g_strdup_printf("git://github.com/%s.git", full_name);
    set(github, "repository", full_name);
    set(github, "repository_owner", parts[0] != NULL ? parts[0] : "");
    set_id(github, "repository_id", repository);
    set_id(github, "repository_owner_id", json_object_get(repository, "owner"));
    set(github, "repositoryUrl", url);
    set(github, "repository_visibility", event_text_at(repository, "visibility", "public"));
}

static void set_run(json_t *github, const struct event *event)
{
    static const char *const rows[][2] = {
        {"run_id", RUN_ID},
        {"run_number", "1"},
        {"run_attempt", "1"},
        {"retention_days", "90"},
        {"artifact_cache_size_limit", "10"},
        {"server_url", "https://github.com"},
        {"api_url", "https://api.github.com"},
        {"graphql_url", "https://api.github.com/graphql"},
    };
    const json_t *sender = json_object_get(event->payload, "sender");
    const char *actor =
        event_text_at(sender, "login", json_get_string(github, "repository_owner", ""));
    set(github, "token", TOKEN);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        set(github, rows[i][0], rows[i][1]);
    set(github, "actor", actor);
    set(github, "triggering_actor", actor);
    set_id(github, "actor_id", sender);
}

static void set_place(json_t *github, const struct place *place)
{
    set(github, "ref", place->ref);
    set(github, "sha", place->sha);
    set(github, "ref_name", short_ref(place->ref));
    set(github, "ref_type", g_str_has_prefix(place->ref, "refs/tags/") ? "tag" : "branch");
    json_object_set_new(github, "ref_protected", json_false());
    set(github, "head_ref", place->head_ref);
    set(github, "base_ref", place->base_ref);
}

json_t *event_github(const struct event *event, const struct event_request *request)
{
    struct place place = place_of(event, event_commits_of(request));
    json_t *github = json_object();
    const char *repository = event_text_at(event->payload, "repository.full_name", "");
    g_autofree char *workflow_ref =
        g_strdup_printf("%s/%s@%s", repository, request->workflow_path, place.ref);
    set_place(github, &place);
    set_repository(github, event->payload);
    set_run(github, event);
    set(github, "workflow", request->workflow->name);
    set(github, "workflow_ref", workflow_ref);
    set(github, "workflow_sha", place.sha);
    set(github, "event_name", event->name);
    set(github, "secret_source", "Actions");
    json_object_set(github, "event", event->payload);
    place_clear(&place);
    return github;
}
