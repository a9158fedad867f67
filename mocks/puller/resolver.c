/* containerd's way to ask a registry: 401 -> token -> again, few retries, no wait. */
#include "mocks/puller/resolver.h"

#include "base/digest.h"

#include <string.h>

static void remote_destroy(void *pointer)
{
    remote_free(pointer);
}

void resolver_init(struct resolver *resolver, struct puller *puller,
                   const struct reference *reference, const struct credentials *credentials,
                   const char *actions)
{
    bool is_pull = strcmp(actions, "pull") == 0;
    g_autoptr(GPtrArray) hosts = puller_hosts(puller, reference->domain);
    *resolver = (struct resolver){
        .puller = puller,
        .reference = reference,
        .remotes = g_ptr_array_new_with_free_func(remote_destroy),
    };
    /* Mirrors are for pulling only. */
    for (guint i = is_pull ? 0 : hosts->len - 1; i < hosts->len; i++) {
        const struct remote_target target = {
            .http = puller->http,
            .habits = puller->habits,
            .host = g_ptr_array_index(hosts, i),
            .repository = reference->path,
            .actions = actions,
            .credentials = i + 1 == hosts->len ? credentials : NULL,
        };
        g_ptr_array_add(resolver->remotes, remote_new(&target));
    }
}

void resolver_clear(struct resolver *resolver)
{
    g_clear_pointer(&resolver->remotes, g_ptr_array_unref);
}

char *resolver_path(const struct resolver *resolver, const struct remote *remote, const char *kind,
                    const char *object)
{
    bool is_mirror = strcmp(remote->host, remote_host_of(resolver->reference->domain)) != 0;
    return g_strconcat("/v2/", remote->repository, "/", kind, "/", object, is_mirror ? "?ns=" : "",
                       is_mirror ? resolver->reference->domain : "", NULL);
}

/* ---- retries ---- */

struct asking {
    struct remote *remote;
    struct remote_call call;
    bool is_last_host;
    int answer_count;
    unsigned previous_status;
};

static char *challenge_error(const struct remote_answer *answer)
{
    const char *challenge = http_response_header(&answer->response, "WWW-Authenticate");
    const char *found = challenge != NULL ? strstr(challenge, "error=\"") : NULL;
    if (found == NULL)
        return NULL;
    found += strlen("error=\"");
    return g_strndup(found, strcspn(found, "\""));
}

static bool take_bearer(const struct asking *asking, const struct remote_answer *answer,
                        GError **error)
{
    g_autofree char *said = challenge_error(answer);
    if (said != NULL && asking->answer_count > 1 && asking->previous_status == 401) {
        mishap_set(error, MISHAP_ACCESS, 0, "server message: %s: authorization failed", said);
        return false;
    }
    if (remote_renew_token(asking->remote, error))
        return true;
    mishap_prefix(error, "failed to authorize: ");
    return false;
}

/* Without credentials BuildKit leaves the 401 as it is (capture 54); dockerd refuses itself. */
static bool take_challenge(struct asking *asking, const struct remote_answer *answer,
                           bool *is_again, GError **error)
{
    struct remote *remote = asking->remote;
    *is_again = remote_learn(remote, &answer->response);
    if (!*is_again)
        return true;
    if (remote->scheme == CHALLENGE_BEARER)
        return take_bearer(asking, answer, error);
    if (remote->username != NULL)
        return true;
    *is_again = false;
    if (!remote->habits->names_registry)
        return true;
    mishap_set(error, MISHAP_NO_CREDENTIALS, 0, "authorization failed: no basic auth credentials");
    return false;
}

static bool is_head_of_manifest(const struct remote_call *call)
{
    return g_strcmp0(call->method, "HEAD") == 0 && strstr(call->path, "/manifests/") != NULL;
}

/* retryRequest: what to do after one more answer. */
static bool judge(struct asking *asking, const struct remote_answer *answer, bool *is_again,
                  GError **error)
{
    unsigned status = answer->response.status;
    *is_again = false;
    if (asking->answer_count > RESOLVER_RETRIES_MAX)
        return true;
    switch (status) {
    case 401:
        return take_challenge(asking, answer, is_again, error);
    case 405:
        *is_again = is_head_of_manifest(&asking->call);
        if (*is_again)
            asking->call.method = "GET";
        return true;
    case 408:
    case 429:
        *is_again = true;
        return true;
    case 500:
    case 503:
    case 504:
        *is_again = asking->is_last_host && asking->previous_status != status;
        return true;
    default:
        return true;
    }
}

bool resolver_ask(struct remote *remote, const struct remote_call *call, bool is_last_host,
                  struct remote_answer *answer, GError **error)
{
    struct asking asking = {.remote = remote, .call = *call, .is_last_host = is_last_host};
    bool is_again = true;

    while (is_again) {
        if (!remote_ask(remote, &asking.call, answer, error)) {
            mishap_prefix(error, "failed to do request: ");
            return false;
        }
        asking.answer_count++;
        if (!judge(&asking, answer, &is_again, error))
            return false;
        asking.previous_status = answer->response.status;
    }
    return true;
}

/* ---- statuses ---- */

static void append_message(GString *text, const struct registry_complaint *complaint)
{
    bool is_empty = complaint->message[0] == '\0';
    g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "",
                           is_empty ? registry_code_message(complaint->code) : complaint->message);
    if (complaint->detail != NULL)
        g_string_append_printf(text, " - %s", complaint->detail);
}

bool resolver_set_complaints(GError **error, const struct remote *remote,
                             const struct remote_answer *answer)
{
    if (!remote->habits->names_registry)
        return false;
    g_autoptr(GArray) complaints = registry_complaints_read(answer->response.body);
    if (complaints->len == 0)
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < complaints->len; i++)
        append_message(text, &g_array_index(complaints, struct registry_complaint, i));
    enum registry_code code = g_array_index(complaints, struct registry_complaint, 0).code;
    mishap_set(error, MISHAP_CODED, (int)code, "error from registry: %s", text->str);
    return true;
}

void resolver_set_status(GError **error, const struct remote *remote, const char *method,
                         const struct remote_answer *answer)
{
    if (resolver_set_complaints(error, remote, answer))
        return;
    g_autofree char *status = go_status(answer->response.status);
    mishap_set(error, MISHAP_STATUS, (int)answer->response.status,
               "unexpected status from %s request to %s: %s", method, answer->url, status);
}

/* ---- resolving ---- */

static const char *const resolve_headers[] = {
    "Accept: application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*",
    NULL,
};

static struct descriptor *describe_head(const struct http_response *response)
{
    const char *digest = http_response_header(response, "Docker-Content-Digest");
    const char *type = http_response_header(response, "Content-Type");
    const char *length = http_response_header(response, "Content-Length");
    if (!digest_is_valid(digest) || type == NULL || length == NULL)
        return NULL;
    struct descriptor *descriptor = g_new0(struct descriptor, 1);
    descriptor->digest = g_strdup(digest);
    descriptor->media_type = g_strndup(type, strcspn(type, "; "));
    descriptor->size_bytes = g_ascii_strtoll(length, NULL, 10);
    descriptor->declared_bytes = descriptor->size_bytes;
    return descriptor;
}

static struct descriptor *describe_body(const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    struct descriptor *descriptor = g_new0(struct descriptor, 1);
    descriptor->digest = digest_of_bytes(response->body);
    descriptor->media_type = type != NULL ? g_strndup(type, strcspn(type, "; ")) : g_strdup("");
    descriptor->size_bytes = (int64_t)g_bytes_get_size(response->body);
    descriptor->declared_bytes = descriptor->size_bytes;
    return descriptor;
}

static bool resolve_at(struct resolver *resolver, struct remote *remote, bool is_last_host,
                       struct descriptor **descriptor, GError **error)
{
    const struct reference *reference = resolver->reference;
    const char *object = reference->digest != NULL ? reference->digest : reference->tag;
    g_autofree char *path = resolver_path(resolver, remote, "manifests", object);
    struct remote_call call = {.method = "HEAD", .path = path, .headers = resolve_headers};
    REMOTE_ANSWER(answer);

    if (!resolver_ask(remote, &call, is_last_host, &answer, error)) {
        if (*error != NULL && mishap_kind(*error) == MISHAP_ACCESS)
            mishap_prefix(error, "pull access denied, repository does not exist or may require "
                                 "authorization: ");
        return false;
    }
    if (answer.response.status == 404) {
        g_autofree char *name = reference_text(reference);
        mishap_set(error, MISHAP_MISSING, 0, "%s: not found", name);
        return false;
    }
    if (answer.response.status >= 300) {
        resolver_set_status(error, remote, "HEAD", &answer);
        return false;
    }
    *descriptor = describe_head(&answer.response);
    if (*descriptor != NULL)
        return true;
    call.method = "GET";
    remote_answer_clear(&answer);
    if (!resolver_ask(remote, &call, /* is_last_host= */ true, &answer, error))
        return false;
    *descriptor = describe_body(&answer.response);
    return true;
}

/* The error that came furthest is told. */
static int error_rank(const GError *error)
{
    if (mishap_kind(error) == MISHAP_MISSING)
        return 2;
    return mishap_kind(error) == MISHAP_STATUS || mishap_kind(error) == MISHAP_CODED ? 3 : 1;
}

bool resolver_resolve(struct resolver *resolver, struct descriptor **descriptor, GError **error)
{
    g_autoptr(GError) first = NULL;

    for (guint i = 0; i < resolver->remotes->len; i++) {
        GError *cause = NULL;
        struct remote *remote = g_ptr_array_index(resolver->remotes, i);
        if (resolve_at(resolver, remote, i + 1 == resolver->remotes->len, descriptor, &cause))
            return true;
        bool is_stopped = mishap_kind(cause) == MISHAP_STOPPED;
        if (first == NULL || is_stopped || error_rank(cause) > error_rank(first)) {
            g_clear_error(&first);
            first = cause;
        } else {
            g_error_free(cause);
        }
        if (is_stopped)
            break;
    }
    g_propagate_error(error, g_steal_pointer(&first));
    return false;
}
