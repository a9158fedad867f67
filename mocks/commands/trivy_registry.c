/* Images and artifacts that trivy reads from registries. */
#include "mocks/commands/docker/docker_cli.h"
#include "mocks/commands/trivy.h"

#include "base/json.h"

#include <string.h>

/* The first with go-containerregistry v0.21.6. */
#define PATIENT_VERSION 7200

bool trivy_refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

static char *basic(const char *user, const char *password)
{
    g_autofree char *pair = g_strconcat(user, ":", password, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strconcat("Authorization: Basic ", encoded, NULL);
}

/* TRIVY_USERNAME comes before what docker login has kept, GITHUB_TOKEN after it, for GitHub's
   registry; g_free. NULL: docker login's, or none. */
static char *credentials_of(const struct trivy *trivy, const char *domain)
{
    const char *user = trivy->values[TRIVY_USERNAME];
    const char *password = trivy->values[TRIVY_PASSWORD];
    const char *token = command_variable(trivy->call, "GITHUB_TOKEN");
    if (user != NULL && password != NULL)
        return basic(user, password);
    if (token == NULL || *token == '\0' || strcmp(domain, "ghcr.io") != 0)
        return NULL;
    struct docker_cli_login login = docker_cli_login_of(trivy->call, domain);
    bool is_logged_in = login.user != NULL;
    docker_cli_login_clear(&login);
    return is_logged_in ? NULL : basic("unset", token);
}

bool trivy_remote_init(struct trivy_remote *remote, struct trivy *trivy, const char *name,
                       GError **error)
{
    g_autoptr(GError) wrong = NULL;
    *remote = (struct trivy_remote){.trivy = trivy};
    remote->reference = image_reference_parse(name, &wrong);
    if (remote->reference == NULL)
        return trivy_refuse(error, "failed to parse the image name: could not parse reference: %s",
                            name);
    remote->basic = credentials_of(trivy, remote->reference->domain);
    remote->options = (struct ggcr_options){
        .http = trivy->set->options.registry_http,
        .loop = trivy->set->options.loop,
        .call = trivy->call,
        .agent = "trivy go-containerregistry",
        .basic = remote->basic,
        .is_patient = trivy->version >= PATIENT_VERSION,
    };
    return true;
}

void trivy_remote_clear(struct trivy_remote *remote)
{
    image_reference_free(remote->reference);
    g_free(remote->basic);
    *remote = (struct trivy_remote){0};
}

static const char *wanted_of(const struct trivy_remote *remote)
{
    const struct image_reference *reference = remote->reference;
    return reference->digest != NULL ? reference->digest
           : reference->tag != NULL  ? reference->tag
                                     : "latest";
}

char *trivy_remote_name(const struct trivy_remote *remote)
{
    const char *mark = remote->reference->digest != NULL ? "@" : ":";
    g_autofree char *repository = ggcr_repository_name(remote->reference);
    return g_strconcat(repository, mark, wanted_of(remote), NULL);
}

/* The document, or NULL with an error; json_decref. */
static json_t *get_manifest(struct ggcr *registry, const char *wanted, GError **error)
{
    GGCR_DOCUMENT(document);
    if (!ggcr_manifest(registry, wanted, &document, error))
        return NULL;
    json_t *manifest = json_parse_gbytes(document.bytes, NULL);
    if (manifest == NULL)
        (void)trivy_refuse(error, "invalid character in the manifest of %s", wanted);
    return manifest;
}

/* The digest of the index's child for linux/amd64, which is trivy's default everywhere; lent. */
static const char *child_of(const json_t *index)
{
    const json_t *children = json_get_array(index, "manifests");
    for (size_t i = 0; i < json_array_size(children); i++) {
        const json_t *child = json_array_get(children, i);
        const json_t *platform = json_get_object(child, "platform");
        if (strcmp(json_get_string(platform, "os", "linux"), "linux") == 0 &&
            strcmp(json_get_string(platform, "architecture", "amd64"), "amd64") == 0)
            return json_get_string(child, "digest", NULL);
    }
    return NULL;
}

static bool get_layers(struct ggcr *registry, const json_t *manifest, GError **error)
{
    const json_t *layers = json_get_array(manifest, "layers");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        g_autoptr(GBytes) bytes = NULL;
        const char *digest = json_get_string(json_array_get(layers, i), "digest", "");
        if (!ggcr_blob(registry, digest, &bytes, error))
            return false;
    }
    return true;
}

/* Manifest and, with_layers, all below it. */
static bool get(struct trivy_remote *remote, struct ggcr *registry, bool with_layers,
                GError **error)
{
    g_autoptr(json_t) manifest = get_manifest(registry, wanted_of(remote), error);
    if (manifest == NULL)
        return false;
    if (json_get_array(manifest, "manifests") == NULL)
        return !with_layers || get_layers(registry, manifest, error);
    const char *digest = child_of(manifest);
    if (digest == NULL) {
        g_autofree char *name = trivy_remote_name(remote);
        return trivy_refuse(error, "no child with platform linux/amd64 in index %s", name);
    }
    g_autoptr(json_t) child = get_manifest(registry, digest, error);
    return child != NULL && (!with_layers || get_layers(registry, child, error));
}

/* BLOB_UNKNOWN is trivy's own (pkg/oci/artifact.go). */
static bool is_temporary(const GError *error)
{
    return g_error_matches(error, GGCR_ERROR, GGCR_ERROR_TEMPORARY) ||
           (error->domain == GGCR_ERROR && strstr(error->message, ": BLOB_UNKNOWN: ") != NULL);
}

bool trivy_remote_get(struct trivy_remote *remote, bool with_layers, GError **error)
{
    GGCR(registry);
    g_autoptr(GError) wrong = NULL;
    if (ggcr_open(&registry, &remote->options, remote->reference, /* is_push= */ false, &wrong) &&
        get(remote, &registry, with_layers, &wrong))
        return true;
    remote->is_temporary = is_temporary(wrong);
    g_propagate_error(error, g_steal_pointer(&wrong));
    return false;
}
