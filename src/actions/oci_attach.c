/* An artifact beside an image. */
#include "actions/oci_attach.h"

#include "actions/core.h"
#include "actions/oci_client.h"

#include "base/digest.h"

#include <string.h>

#define EMPTY_TYPE "application/vnd.oci.empty.v1+json"

void oci_failure_clear(struct oci_failure *failure)
{
    g_clear_pointer(&failure->message, g_free);
    g_clear_pointer(&failure->cause, g_free);
}

static json_t *descriptor(const char *type, GBytes *blob)
{
    g_autofree char *digest = digest_of_bytes(blob);
    return json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest, "size",
                     (json_int_t)g_bytes_get_size(blob));
}

static json_t *annotations_of(struct action_run *run, const struct oci_attachment *attachment)
{
    g_autofree char *now = core_iso_date(action_date_ms(run));
    json_t *annotations = json_pack("{s:s}", "org.opencontainers.image.created", now);
    json_object_update(annotations, (json_t *)attachment->annotations);
    return annotations;
}

/* ---- for registries that keep no list of referrers ---- */

/* The index of the tag, or a new one; NULL: it was thrown. */
static json_t *find_index(struct oci_client *client, const char *tag, char **etag, GError **error)
{
    __attribute__((cleanup(oci_manifest_clear))) struct oci_manifest found = {0};
    if (!oci_client_get_manifest(client, tag, &found, error))
        return NULL;
    if (found.json == NULL)
        return json_pack("{s:s, s:i, s:[]}", "mediaType", OCI_CLIENT_INDEX, "schemaVersion", 2,
                         "manifests");
    if (strcmp(found.media_type, OCI_CLIENT_INDEX) != 0) {
        core_throw(error, "Error: Expected referrer manifest type " OCI_CLIENT_INDEX ", got %s",
                   found.media_type);
        return NULL;
    }
    *etag = g_steal_pointer(&found.etag);
    return g_steal_pointer(&found.json);
}

static bool list_by_tag(struct oci_client *client, const struct oci_attachment *attachment,
                        json_t *row, GError **error)
{
    g_autofree char *tag = g_strdelimit(g_strdup(attachment->digest), ":", '-');
    g_autofree char *etag = NULL;
    g_autoptr(json_t) index = find_index(client, tag, &etag, error);
    if (index == NULL)
        return false;
    json_array_append(json_get_array(index, "manifests"), row);
    g_autoptr(GBytes) bytes = json_bytes(index);
    return oci_client_put_manifest(client, tag, OCI_CLIENT_INDEX, bytes, etag, NULL, error);
}

/* ---- the artifact ---- */

static bool push(struct oci_client *client, struct action_run *run,
                 const struct oci_attachment *attachment, char **digest, GError **error)
{
    g_autoptr(GBytes) artifact = json_bytes(attachment->artifact);
    g_autoptr(GBytes) empty = g_bytes_new_static("{}", 2);
    g_autoptr(json_t) annotations = annotations_of(run, attachment);
    g_autoptr(json_t) subject = NULL;
    bool has_subject = false, has_list = false;

    if (!oci_client_sign_in(client, error) ||
        !oci_client_check_manifest(client, attachment->digest, &subject, error) ||
        !oci_client_put_blob(client, artifact, error) || !oci_client_put_blob(client, empty, error))
        return false;
    g_autoptr(json_t) manifest = json_pack(
        "{s:i, s:s, s:s, s:o, s:[o], s:O, s:O}", "schemaVersion", 2, "mediaType",
        OCI_CLIENT_MANIFEST, "artifactType", attachment->media_type, "config",
        descriptor(EMPTY_TYPE, empty), "layers", descriptor(attachment->media_type, artifact),
        "subject", subject, "annotations", annotations);
    g_autoptr(GBytes) bytes = json_bytes(manifest);
    g_autofree char *name = digest_of_bytes(bytes);
    if (!oci_client_put_manifest(client, name, OCI_CLIENT_MANIFEST, bytes, NULL, &has_subject,
                                 error) ||
        !oci_client_has_referrers(client, &has_list, error))
        return false;
    g_autoptr(json_t) row = descriptor(OCI_CLIENT_MANIFEST, bytes);
    json_object_set_new(row, "artifactType", json_string(attachment->media_type));
    json_object_set(row, "annotations", annotations);
    if (!(has_subject && has_list) && !list_by_tag(client, attachment, row, error))
        return false;
    *digest = g_steal_pointer(&name);
    return true;
}

bool oci_attach(struct action_run *run, const struct oci_attachment *attachment, char **digest,
                struct oci_failure *failure, GError **error)
{
    GError *thrown = NULL;
    struct oci_client *client = oci_client_new(run, attachment->image, &failure->cause, &thrown);
    bool is_open = client != NULL;
    bool is_pushed = is_open && push(client, run, attachment, digest, &thrown);
    oci_client_free(client);
    if (is_pushed)
        return true;
    g_autofree char *message = NULL;
    if (!core_catch(thrown, &message, error))
        return false;
    if (is_open) {
        failure->message = g_strdup("OCIError: Error uploading artifact to container registry");
        failure->cause = g_steal_pointer(&message);
    } else {
        failure->message = g_steal_pointer(&message);
    }
    return true;
}
