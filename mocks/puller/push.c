/* Upload locations and the last line of a push. */
#include "mocks/puller/push.h"

#include "base/digest.h"

#include <string.h>

char *push_location(const struct remote_answer *answer, GError **error)
{
    const char *location = http_response_header(&answer->response, "Location");
    g_autoptr(GError) cause = NULL;
    char *url = location != NULL ? http_url_join(answer->url, location, &cause) : NULL;
    if (url == NULL)
        mishap_set(error, MISHAP_OTHER, 0, "unable to parse location %s",
                   location != NULL ? location : "");
    return url;
}

char *push_commit_url(const char *location, const char *digest)
{
    g_autofree char *escaped = http_escape(digest);
    return g_strconcat(location, strchr(location, '?') != NULL ? "&" : "?", "digest=", escaped,
                       NULL);
}

void push_say_end(struct pull *voice, const struct push *push)
{
    const struct push_manifest *top = g_ptr_array_index(push->manifests, push->manifests->len - 1);
    g_autofree char *digest = digest_of_bytes(top->bytes);
    pull_say_format(voice, NULL, "%s: digest: %s size: %" G_GSIZE_FORMAT, top->reference, digest,
                    g_bytes_get_size(top->bytes));
}

int64_t push_declared_bytes(const struct push_blob *blob)
{
    bool is_virtual = blob->declared_bytes > (int64_t)g_bytes_get_size(blob->bytes);
    return is_virtual ? blob->declared_bytes : 0;
}
