/* Events as texts, and the names of images hidden in paths, queries and references. */
#include "mocks/faults/event.h"

#include "mocks/wire_text.h"

#include <string.h>

static const char *const point_names[POINT_COUNT] = {
    [POINT_DISK_WRITE] = "disk write",
    [POINT_ENGINE_REQUEST] = "engine request",
    [POINT_CONTAINER_START] = "container start",
    [POINT_CONTAINER_BOOT] = "container boot",
    [POINT_EXEC] = "exec",
    [POINT_BUILD_STEP] = "build step",
    [POINT_EMULATION] = "emulation",
    [POINT_PROCESS_MEMORY] = "process memory",
    [POINT_IMAGE_RESOLVE] = "image resolve",
    [POINT_PRUNE] = "prune",
    [POINT_ACTION_DOWNLOAD] = "action download",
    [POINT_GIT] = "git",
    [POINT_WORKFLOW_STEP] = "workflow step",
};

const char *fault_point_name(enum point point)
{
    return point_names[point];
}

/* Where an image's name ends in a path of the distribution API (OCI distribution 1.1). */
static const char *const api_words[] = {"/manifests/", "/blobs/", "/tags/", "/referrers/"};

/* "/v2/NAME/manifests/REFERENCE": the last such word counts, since names may hold any word. */
static void names_from_api_path(struct fault_event *event)
{
    const char *name = event->path + strlen("/v2/");
    const char *end = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(api_words); i++) {
        const char *word = g_strrstr(name, api_words[i]);
        if (word == NULL || (end != NULL && word < end))
            continue;
        end = word;
        g_clear_pointer(&event->tag, g_free);
        if (i == 0)
            event->tag = g_strdup(word + strlen(api_words[i]));
    }
    if (end != NULL)
        event->repository = g_strndup(name, (gsize)(end - name));
}

/* "repository:moby/buildkit:pull" as a token service is asked for it. */
static char *repository_from_scope(const char *scope)
{
    if (!g_str_has_prefix(scope, "repository:"))
        return NULL;
    const char *name = scope + strlen("repository:");
    const char *end = strrchr(name, ':');
    return end == NULL ? g_strdup(name) : g_strndup(name, (gsize)(end - name));
}

/* Whether the first part of a reference is a registry's host, by Docker's rule. */
static bool part_is_host(const char *part, gsize length)
{
    return memchr(part, '.', length) != NULL || memchr(part, ':', length) != NULL ||
           (length == strlen("localhost") && strncmp(part, "localhost", length) == 0);
}

/* Splits "docker.io/library/golang:1.22@sha256:…" without judging it. */
static void names_from_reference(struct fault_event *event, const char *reference)
{
    const char *slash = strchr(reference, '/');
    if (slash != NULL && part_is_host(reference, (gsize)(slash - reference)))
        reference = slash + 1;
    gsize length = strcspn(reference, ":@");
    event->repository = g_strndup(reference, length);
    if (reference[length] != '\0' && event->tag == NULL)
        event->tag = g_strdup(reference + length + 1);
}

/* Query keys of the Engine API and of token services (engine-contract.md A, registry.md 2). */
static void names_from_query(struct fault_event *event)
{
    g_autoptr(GPtrArray) pairs = query_parse(event->query);
    const char *scope = query_find(pairs, "scope");
    const char *image = query_find(pairs, "fromImage");

    event->platform = g_strdup(query_find(pairs, "platform"));
    if (event->repository == NULL && scope != NULL)
        event->repository = repository_from_scope(scope);
    if (event->repository != NULL || image == NULL)
        return;
    event->tag = g_strdup(query_find(pairs, "tag"));
    names_from_reference(event, image);
}

static void names_from_point(struct fault_event *event)
{
    switch (event->point) {
    case POINT_IMAGE_RESOLVE:
        if (event->subject != NULL)
            names_from_reference(event, event->subject);
        event->platform = g_strdup(event->detail);
        break;
    case POINT_CONTAINER_START:
    case POINT_CONTAINER_BOOT:
        if (event->detail != NULL)
            names_from_reference(event, event->detail);
        break;
    case POINT_BUILD_STEP:
        event->platform = g_strdup(event->detail);
        break;
    case POINT_EMULATION:
        event->platform = g_strdup(event->subject);
        break;
    case POINT_DISK_WRITE:
    case POINT_ENGINE_REQUEST:
    case POINT_EXEC:
    case POINT_PROCESS_MEMORY:
    case POINT_PRUNE:
    case POINT_ACTION_DOWNLOAD:
    case POINT_GIT:
    case POINT_WORKFLOW_STEP:
    case POINT_COUNT:
        break;
    }
}

static void find_names(struct fault_event *event)
{
    if (event->has_names)
        return;
    event->has_names = true;
    if (event->stage == FAULT_AT_POINT) {
        names_from_point(event);
        return;
    }
    if (event->path != NULL && g_str_has_prefix(event->path, "/v2/"))
        names_from_api_path(event);
    if (event->query != NULL)
        names_from_query(event);
}

const char *fault_event_repository(struct fault_event *event)
{
    find_names(event);
    return event->repository;
}

const char *fault_event_tag(struct fault_event *event)
{
    find_names(event);
    return event->tag;
}

const char *fault_event_platform(struct fault_event *event)
{
    find_names(event);
    return event->platform;
}

void fault_event_clear(struct fault_event *event)
{
    g_clear_pointer(&event->repository, g_free);
    g_clear_pointer(&event->tag, g_free);
    g_clear_pointer(&event->platform, g_free);
    event->has_names = false;
}

static char *point_text(const struct fault_event *event)
{
    GString *text = g_string_new(point_names[event->point]);
    if (event->place != NULL)
        g_string_append_printf(text, " on %s", event->place);
    if (event->subject != NULL)
        g_string_append_printf(text, ": %s", event->subject);
    if (event->detail != NULL)
        g_string_append_printf(text, " (%s)", event->detail);
    return g_string_free(text, FALSE);
}

char *fault_event_text(const struct fault_event *event)
{
    if (event->stage == FAULT_AT_POINT)
        return point_text(event);
    if (event->stage == FAULT_AT_CONNECT)
        return g_strdup_printf("connection to %s", event->place);
    return g_strdup_printf("%s %s %s%s%s", event->method, event->place, event->path,
                           event->query != NULL ? "?" : "",
                           event->query != NULL ? event->query : "");
}
