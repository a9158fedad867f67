/* Bundles of cosign 3. */
#include "mocks/commands/cosign/bundle.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

#define BUNDLE_TYPE  "application/vnd.dev.sigstore.bundle.v0.3+json"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define LOG_URL      "https://rekor.sigstore.dev"
#define ISSUER_URL   "https://oauth2.sigstore.dev/auth"

static bool is_later(const struct cosign_run *run)
{
    return run->version >= COSIGN_VERSION(3, 0, 3);
}

bool cosign_makes_bundles(const struct cosign_run *run)
{
    return cosign_flag_of_three(run, "new-bundle-format");
}

static bool uses_config(const struct cosign_run *run)
{
    return cosign_flag_of_three(run, "use-signing-config") ||
           *flags_text(run->flags, "signing-config") != '\0';
}

static bool names_other(const struct cosign_run *run, const char *option, const char *standard)
{
    const char *given = flags_text(run->flags, option);
    return *given != '\0' && !g_str_equal(given, standard);
}

bool cosign_check_signing(struct cosign_run *run, GError **error)
{
    if (!uses_config(run))
        return true;
    if (names_other(run, "rekor-url", LOG_URL) ||
        names_other(run, "fulcio-url", COSIGN_FULCIO_URL) ||
        names_other(run, "oidc-issuer", ISSUER_URL) ||
        *flags_text(run->flags, "timestamp-server-url") != '\0')
        return cosign_fail(error, "cannot specify service URLs and use signing config");
    if (is_later(run) && !cosign_flag(run, "tlog-upload"))
        return cosign_fail(
            error,
            "--tlog-upload=false is not supported with --signing-config or --use-signing-config. "
            "Provide a signing config with --signing-config without a transparency log service, "
            "which can be created with `cosign signing-config create` or `curl "
            "https://raw.githubusercontent.com/sigstore/root-signing/refs/heads/main/targets/"
            "signing_config.v0.2.json | jq 'del(.rekorTlogUrls)'` for the public instance");
    return cosign_makes_bundles(run) ||
           cosign_fail(error,
                       "must provide --new-bundle-format %swith --signing-config or "
                       "--use-signing-config",
                       is_later(run) ? "or --bundle where applicable " : "");
}

/* ---- which services ---- */

/* True: the file names this service alone, or none. */
static bool take_service(const json_t *config, const char *name, const char *url, bool *is_named)
{
    const json_t *list = json_get_array(config, name);
    *is_named = json_array_size(list) > 0;
    return !*is_named || (json_array_size(list) == 1 &&
                          g_str_equal(json_get_string(json_array_get(list, 0), "url", ""), url));
}

static bool read_config(struct cosign_run *run, const char *path, struct cosign_services *services,
                        GError **error)
{
    g_autofree char *text = cosign_read_file(run, path);
    if (text == NULL)
        return cosign_fail(error,
                           "error reading signing config from file: open %s: no such file or "
                           "directory",
                           path);
    g_autoptr(json_t) config = json_parse_bytes(text, strlen(text), NULL);
    return (config != NULL &&
            take_service(config, "caUrls", COSIGN_FULCIO_URL, &services->has_fulcio) &&
            take_service(config, "rekorTlogUrls", LOG_URL, &services->has_log) &&
            take_service(config, "tsaUrls", COSIGN_TIMESTAMPS_URL, &services->has_timestamps) &&
            take_service(config, "oidcUrls", ISSUER_URL, &services->has_issuer)) ||
           cosign_fail_unknown(error);
}

static bool read_trust(struct cosign_run *run, GError **error)
{
    const char *path = flags_text(run->flags, "trusted-root");
    g_autofree char *text = *path != '\0' ? cosign_read_file(run, path) : NULL;
    if (*path == '\0')
        return cosign_warn_of_trust(run, &run->trust_error, error);
    return text != NULL || cosign_fail(error,
                                       "loading trusted root: failed to read trusted root open "
                                       "%s: no such file or directory",
                                       path);
}

static bool fetch_config(struct cosign_run *run, struct cosign_services *services, GError **error)
{
    g_autofree char *why = NULL;
    if (!cosign_trust(run, &why, error))
        return why != NULL
                   ? cosign_fail(error,
                                 "error getting signing config from TUF: error getting signing "
                                 "config from TUF: failed to load metadata: tuf refresh failed: %s",
                                 why)
                   : false;
    services->has_fulcio = services->has_log = services->has_timestamps = true;
    services->has_issuer = true;
    return true;
}

bool cosign_find_services(struct cosign_run *run, struct cosign_services *services, GError **error)
{
    const char *path = flags_text(run->flags, "signing-config");
    bool has_key = *flags_text(run->flags, "key") != '\0';
    services->is_configured = uses_config(run);
    /* Whether a root of the user's trusts the certificate nobody here can tell. */
    if (!has_key && *flags_text(run->flags, "trusted-root") != '\0')
        return cosign_fail_unknown(error);
    if ((services->is_configured || !has_key) && !read_trust(run, error))
        return false;
    if (!services->is_configured)
        return true;
    return *path != '\0' ? read_config(run, path, services, error)
                         : fetch_config(run, services, error);
}

/* ---- who signs ---- */

static bool find_identity(struct cosign_run *run, const struct cosign_services *services,
                          char **token, GError **error)
{
    if (is_later(run))
        command_complain(run->call, "Generating ephemeral keys...\n");
    if (!cosign_find_token(run, token, error)) {
        g_prefix_error_literal(error, "retrieving ID token: reading ID token: ");
        return false;
    }
    if (**token != '\0')
        return true;
    if (!services->has_issuer)
        return cosign_fail_unknown(error); /* its text has the time in it */
    if (!cosign_use_device(run, error))
        g_prefix_error_literal(error, "retrieving ID token: authenticating caller: ");
    return false;
}

/* The key's id, or the token of who signs; without a signing config the certificate as well. */
static bool find_signer(struct cosign_run *run, const struct cosign_services *services,
                        struct cosign_signer *signer, char **token, GError **error)
{
    const char *key = flags_text(run->flags, "key");
    bool is_found = !services->is_configured ? cosign_signer_open(run, signer, error)
                    : *key == '\0'           ? find_identity(run, services, token, error)
                                             : cosign_private_key(run, key, &signer->id, error);
    if (is_found)
        return true;
    if (services->is_configured && *key != '\0')
        g_prefix_error_literal(error, "getting signer: reading key: ");
    if (is_later(run))
        g_prefix_error_literal(error, services->is_configured ? "getting keypair and token: "
                                                              : "getting bundle components: ");
    return false;
}

/* ---- what witnesses it ---- */

/* sigstore-go's sign.Bundle(). */
static bool ask_services(struct cosign_run *run, const struct cosign_services *services,
                         const struct cosign_content *content, const char *token,
                         struct cosign_signer *signer, json_t *material, GError **error)
{
    bool is_done = true;
    command_complain(run->call, "Signing artifact...\n");
    if (token != NULL && !services->has_fulcio)
        return cosign_fail(error, "signing bundle: no fulcio URLs provided in signing config");
    if (token != NULL)
        is_done = cosign_certify(run, token, signer, error);
    is_done = is_done && (!services->has_timestamps || cosign_stamp(run, material, error)) &&
              (!services->has_log || cosign_log_bundle(run, content->statement, material, error));
    if (!is_done)
        g_prefix_error_literal(error, "signing bundle: error signing bundle: ");
    return is_done;
}

/* Without a signing config: the log alone, with all that is said of it. */
static bool ask_log(struct cosign_run *run, const struct cosign_content *content,
                    const struct cosign_signer *signer, json_t *material, GError **error)
{
    g_autoptr(json_t) entry = NULL;
    if (!cosign_log_entry(run, signer, content->statement, &entry, error)) {
        if (is_later(run))
            g_prefix_error_literal(error, "getting bundle components: uploading to tlog: "
                                          "uploading to rekor: ");
        return false;
    }
    if (entry != NULL)
        cosign_add_entry(material, entry);
    return true;
}

/* ---- the bundle ---- */

static void add_signer(const struct cosign_signer *signer, json_t *material)
{
    if (signer->certificate == NULL) {
        json_object_set_new(material, "publicKey", json_pack("{s:s}", "hint", signer->id));
        return;
    }
    g_auto(GStrv) lines = g_strsplit(signer->certificate, "\n", -1);
    json_object_set_new(
        material, "certificate",
        json_pack("{s:s}", "rawBytes", lines[0] != NULL && lines[1] != NULL ? lines[1] : ""));
}

/* No two signatures of a real key are the same, and so no two bundles. */
static char *signature_of(const struct cosign_run *run, const struct cosign_content *content,
                          const struct cosign_signer *signer)
{
    g_autofree char *signature = cosign_signature_of(signer->id, content->statement);
    return g_strdup_printf("%s:%" G_GINT64_FORMAT, signature, loop_now_us(run->options->loop));
}

static GBytes *bundle_of(const struct cosign_run *run, const struct cosign_content *content,
                         const struct cosign_signer *signer, json_t *material)
{
    g_autofree char *payload =
        g_base64_encode((const guchar *)content->statement, strlen(content->statement));
    g_autofree char *signature = signature_of(run, content, signer);
    add_signer(signer, material);
    g_autoptr(json_t) bundle =
        json_pack("{s:s, s:O, s:{s:s, s:s, s:[{s:s}]}}", "mediaType", BUNDLE_TYPE,
                  "verificationMaterial", material, "dsseEnvelope", "payload", payload,
                  "payloadType", PAYLOAD_TYPE, "signatures", "sig", signature);
    return json_bytes(bundle);
}

static json_t *descriptor_of(const char *type, GBytes *bytes)
{
    g_autofree char *digest = digest_of_bytes(bytes);
    return json_pack("{s:s, s:I, s:s}", "mediaType", type, "size",
                     (json_int_t)g_bytes_get_size(bytes), "digest", digest);
}

static GBytes *manifest_of(const struct cosign_run *run, const struct cosign_content *content,
                           const json_t *subject, GBytes *config, GBytes *bundle)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(run->options->date_us / SECOND_US);
    g_autofree char *date = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
    json_t *empty = descriptor_of("application/vnd.oci.empty.v1+json", config);
    json_object_set_new(empty, "artifactType", json_string(BUNDLE_TYPE));
    g_autoptr(json_t) manifest = json_pack(
        "{s:i, s:s, s:o, s:[o], s:{s:s, s:s, s:s}, s:O, s:s}", "schemaVersion", 2, "mediaType",
        "application/vnd.oci.image.manifest.v1+json", "config", empty, "layers",
        descriptor_of(BUNDLE_TYPE, bundle), "annotations", "dev.sigstore.bundle.content",
        "dsse-envelope", "dev.sigstore.bundle.predicateType", content->predicate_type,
        "org.opencontainers.image.created", date, "subject", subject, "artifactType", BUNDLE_TYPE);
    return json_bytes(manifest);
}

static bool push_blobs(struct ggcr *registry, GBytes *config, GBytes *bundle, GError **error)
{
    if (ggcr_write_blob(registry, config, error) && ggcr_write_blob(registry, bundle, error))
        return true;
    g_prefix_error_literal(error, "failed to upload layer: ");
    return false;
}

/* ociremote.WriteReferrer(): an image that is not there is found out here. */
static bool push(struct cosign_run *run, const struct cosign_content *content, GBytes *bundle,
                 GError **error)
{
    g_autoptr(GBytes) config = g_bytes_new_static("{}", 2);
    g_autoptr(json_t) subject = NULL;
    GGCR(reader);
    GGCR(writer);
    if (!ggcr_open(&reader, &run->registries, content->reference, /* is_push= */ false, error) ||
        !ggcr_descriptor(&reader, content->digest, &subject, error))
        return false;
    if (!ggcr_open(&writer, &run->registries, content->reference, /* is_push= */ true, error)) {
        g_prefix_error_literal(error, "failed to upload layer: ");
        return false;
    }
    if (!push_blobs(&writer, config, bundle, error))
        return false;
    g_autoptr(GBytes) manifest = manifest_of(run, content, subject, config, bundle);
    if (ggcr_write_referrer(&writer, content->digest, manifest, error))
        return true;
    g_prefix_error_literal(error, "failed to upload manifest: ");
    return false;
}

bool cosign_write_bundle(struct cosign_run *run, const struct cosign_services *services,
                         const struct cosign_content *content, GError **error)
{
    COSIGN_SIGNER(signer);
    g_autofree char *token = NULL;
    g_autoptr(json_t) material = json_object();
    if (!find_signer(run, services, &signer, &token, error))
        return false;
    bool is_witnessed = services->is_configured
                            ? ask_services(run, services, content, token, &signer, material, error)
                            : ask_log(run, content, &signer, material, error);
    if (!is_witnessed)
        return false;
    g_autoptr(GBytes) bundle = bundle_of(run, content, &signer, material);
    return content->is_kept_back || push(run, content, bundle, error);
}
