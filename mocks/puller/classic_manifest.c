/* From a reference to the platform's manifest, as dockerd's own stores find it: HEAD, GET by
   digest, the child of an index (distribution/pull_v2.go; captures 09, 09d, 09f, 10). */
#include "mocks/puller/pull.h"

#include "base/digest.h"

#include <string.h>

/* What an endpoint said about a tag. */
struct resolved {
    char *digest;
    char *media_type; /* or NULL */
};

static void resolved_clear(struct resolved *resolved)
{
    g_free(resolved->digest);
    g_free(resolved->media_type);
}

static const char *const manifest_headers[] = {
    "Accept: application/vnd.docker.distribution.manifest.v2+json",
    "Accept: application/vnd.docker.distribution.manifest.list.v2+json",
    "Accept: application/vnd.oci.image.index.v1+json",
    "Accept: application/vnd.oci.image.manifest.v1+json",
    "Accept: application/vnd.docker.distribution.manifest.v1+prettyjws",
    "Accept: application/json",
    NULL,
};

static char *manifest_path(const struct remote *remote, const char *object)
{
    return g_strdup_printf("/v2/%s/manifests/%s", remote->repository, object);
}

static bool ask_manifest(struct remote *remote, const char *method, const char *object,
                         struct remote_answer *answer, GError **error)
{
    g_autofree char *path = manifest_path(remote, object);
    const struct remote_call call = {.method = method, .path = path, .headers = manifest_headers};
    return remote_ask_authorized(remote, &call, answer, error);
}

/* Without the digest header the manifest is read to name it. */
static bool take_head(const struct remote_answer *answer, struct resolved *resolved)
{
    const struct http_response *response = &answer->response;
    const char *digest = http_response_header(response, "Docker-Content-Digest");
    const char *type = http_response_header(response, "Content-Type");
    if (response->status >= 400 || !digest_is_valid(digest) || type == NULL)
        return false;
    resolved->digest = g_strdup(digest);
    resolved->media_type = g_strdup(type);
    return true;
}

static bool read_body_as_head(const struct remote_answer *answer, struct resolved *resolved,
                              GError **error)
{
    const char *type = http_response_header(&answer->response, "Content-Type");
    AUTO(content) content = content_read(answer->response.body, type, error);
    if (content == NULL)
        return false;
    resolved->digest = g_strdup(content->digest);
    resolved->media_type = g_strdup(content->media_type);
    return true;
}

/* HEAD, and GET when it is no success or lacks the digest: a failing tag costs both. A transport
   error ends it at once (failures.md 0). */
static bool resolve_tag(struct remote *remote, const char *tag, struct resolved *resolved,
                        GError **error)
{
    REMOTE_ANSWER(answer);
    if (!ask_manifest(remote, "HEAD", tag, &answer, error))
        return false;
    if (take_head(&answer, resolved))
        return true;
    remote_answer_clear(&answer);
    if (!ask_manifest(remote, "GET", tag, &answer, error))
        return false;
    if (answer.response.status >= 400) {
        mishap_from_answer(error, remote->habits, &answer.response);
        return false;
    }
    return take_head(&answer, resolved) || read_body_as_head(&answer, resolved, error);
}

static struct content *get_content(struct remote *remote, const char *object, GError **error)
{
    REMOTE_ANSWER(answer);
    if (!ask_manifest(remote, "GET", object, &answer, error))
        return NULL;
    if (answer.response.status >= 400) {
        mishap_from_answer(error, remote->habits, &answer.response);
        return NULL;
    }
    return content_read(answer.response.body,
                        http_response_header(&answer.response, "Content-Type"), error);
}

static struct content *fetch_manifest(struct pull *pull, struct remote *remote, const char *digest,
                                      GError **error)
{
    struct content *known = pull_find_content(pull, digest);
    if (known != NULL)
        return known;
    struct content *content = get_content(remote, digest, error);
    return content != NULL ? puller_keep_content(pull->puller, content) : NULL;
}

static bool is_unknown_manifest(const GError *error)
{
    enum mishap kind = mishap_kind(error);
    return (kind == MISHAP_CODED || kind == MISHAP_BARE) &&
           mishap_detail(error) == CODE_MANIFEST_UNKNOWN;
}

#define WARNING_SIGN "\xe2\x9a\xa0\xef\xb8\x8f"

/* A registry whose digest header names nothing it has (registry.md 4). */
static struct content *fetch_top(struct pull *pull, struct remote *remote,
                                 const struct resolved *resolved, bool *is_by_tag, GError **error)
{
    g_autoptr(GError) cause = NULL;
    const char *tag = pull->reference->tag;
    struct content *content = fetch_manifest(pull, remote, resolved->digest, &cause);
    if (content != NULL)
        return content;
    if (pull->reference->digest != NULL || !is_unknown_manifest(cause)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    pull_say_format(pull, "WARNING",
                    WARNING_SIGN
                    " Failed to pull manifest by the resolved digest. This "
                    "registry does not\n\tappear to conform to the distribution registry "
                    "specification; falling back to\n\tpull by tag.  This fallback is DEPRECATED, "
                    "and will be removed in a future\n\trelease.  Please contact admins of "
                    "%s. " WARNING_SIGN "\n",
                    remote->base);
    *is_by_tag = true;
    content = get_content(remote, tag, error);
    return content != NULL ? puller_keep_content(pull->puller, content) : NULL;
}

static bool verify_content(const struct content *content, const char *digest, GError **error)
{
    if (strcmp(content->digest, digest) == 0)
        return true;
    mishap_set(error, MISHAP_OTHER, 0, "manifest verification failed for digest %s", digest);
    return false;
}

/* The manifest that the reference names; a pinned one may have a stand-in. */
static bool verify_top(const struct pull *pull, const char *digest, GError **error)
{
    const char *actual = world_stand_in(pull->puller->options.world, digest);
    return verify_content(pull->top, actual != NULL ? actual : digest, error);
}

static bool choose_manifest(struct pull *pull, struct remote *remote, GError **error)
{
    g_autofree char *platform = pull_platform_words(pull);
    g_autofree char *missing_words =
        g_strdup_printf("no matching manifest for %s in the manifest list entries", platform);
    if (!pull_suffer_resolve(pull, missing_words, error))
        return false;
    if (!pull->top->is_index) {
        pull->manifest = pull->top; /* whatever its platform is (capture 38) */
        return true;
    }
    const struct descriptor *child = content_choose(pull->top, pull->platform);
    if (child == NULL) {
        mishap_set(error, MISHAP_NO_PLATFORM, 0, "%s", missing_words);
        return false;
    }
    pull->manifest = fetch_manifest(pull, remote, child->digest, error);
    return pull->manifest != NULL && verify_content(pull->manifest, child->digest, error);
}

static bool resolve(const struct pull *pull, struct remote *remote, struct resolved *resolved,
                    GError **error)
{
    if (pull->reference->digest == NULL)
        return resolve_tag(remote, pull->reference->tag, resolved, error);
    resolved->digest = g_strdup(pull->reference->digest);
    return true;
}

static bool find_manifest(struct pull *pull, struct remote *remote, const struct resolved *resolved,
                          GError **error)
{
    bool is_by_tag = false;
    g_autofree char *whole = reference_text(pull->reference);

    pull->top = fetch_top(pull, remote, resolved, &is_by_tag, error);
    if (pull->top == NULL)
        return false;
    pull_say_format(pull, pull->reference->digest != NULL ? whole : pull->reference->tag,
                    "Pulling from %s", pull->reference->path);
    if (!is_by_tag && !verify_top(pull, resolved->digest, error))
        return false;
    return choose_manifest(pull, remote, error);
}

bool classic_find_manifest(struct pull *pull, struct remote *remote, GError **error)
{
    struct resolved resolved = {0};
    bool is_fine =
        resolve(pull, remote, &resolved, error) && find_manifest(pull, remote, &resolved, error);
    resolved_clear(&resolved);
    return is_fine;
}
