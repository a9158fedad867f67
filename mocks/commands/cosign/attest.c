/* `cosign attest`: an in-toto statement in a DSSE envelope, in the manifest of attestations beside
   the image (cmd/cosign/cli/attest/attest.go of 2.5.3). */
#include "mocks/commands/cosign/attest.h"

#include "mocks/commands/cosign/bundle.h"

#include "base/digest.h"

#include <string.h>

#define ENVELOPE_TYPE "application/vnd.dsse.envelope.v1+json"

/* options.PredicateTypeMap; a type that is none of these is a URI. */
static const struct {
    const char *name;
    const char *uri;
    bool is_free; /* any JSON will do */
} types[] = {
    {"custom", "https://cosign.sigstore.dev/attestation/v1", true},
    {"cyclonedx", "https://cyclonedx.org/bom", true},
    {"link", "https://in-toto.io/Link/v1", false},
    {"openvex", "https://openvex.dev/ns", true},
    {"slsaprovenance", "https://slsa.dev/provenance/v0.2", false},
    {"slsaprovenance02", "https://slsa.dev/provenance/v0.2", false},
    {"slsaprovenance1", "https://slsa.dev/provenance/v1", false},
    {"spdx", "https://spdx.dev/Document", true},
    {"spdxjson", "https://spdx.dev/Document", true},
    {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1", true},
};

const char *cosign_predicate_uri(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(types[i].name, name))
            return types[i].uri;
    return strstr(name, "://") != NULL ? name : NULL;
}

/* Types whose predicate cosign reads as a struct of its own may be refused or rewritten. */
static bool is_free(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(types[i].name, name))
            return types[i].is_free;
    return true;
}

/* What stands in the statement: custom ones are text with the time, the others their JSON. */
static json_t *predicate_of(const struct cosign_run *run, const char *type, const char *text,
                            GError **error)
{
    if (g_str_equal(type, "custom")) {
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(run->options->date_us / 1000000);
        g_autofree char *date = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
        g_autoptr(json_t) data = json_text_or_null(text);
        return json_pack("{s:O, s:s}", "Data", data, "Timestamp", date);
    }
    if (g_str_equal(type, "spdx"))
        return json_text_or_null(text);
    json_t *value = json_parse_bytes(text, strlen(text), NULL);
    if (value == NULL)
        cosign_fail_unknown(error);
    return value;
}

/* g_free */
static char *statement_of(const struct cosign_run *run, const struct cosign_image *image,
                          json_t *predicate)
{
    g_autofree char *name = ggcr_repository_name(image->reference);
    const char *uri = cosign_predicate_uri(flags_text(run->flags, "type"));
    g_autoptr(json_t) statement =
        json_pack("{s:s, s:s, s:[{s:s, s:{s:s}}], s:O}", "_type",
                  "https://in-toto.io/Statement/v0.1", "predicateType", uri, "subject", "name",
                  name, "digest", "sha256", strchr(image->digest, ':') + 1, "predicate", predicate);
    return json_text(statement);
}

/* The envelope with the statement and its signature, a blob. */
static GBytes *envelope_of(const struct cosign_signer *signer, const char *payload)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)payload, strlen(payload));
    g_autofree char *signature = cosign_signature_of(signer->id, payload);
    g_autoptr(json_t) envelope =
        json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "payloadType", "application/vnd.in-toto+json",
                  "payload", encoded, "signatures", "keyid", "", "sig", signature);
    return json_bytes(envelope);
}

static json_t *layer_annotations(const struct cosign_signer *signer, const char *uri,
                                 const json_t *bundle)
{
    json_t *annotations =
        json_pack("{s:s, s:s}", "dev.cosignproject.cosign/signature", "", "predicateType", uri);
    g_autofree char *text = bundle != NULL ? json_text(bundle) : NULL;
    if (text != NULL)
        json_object_set_new(annotations, "dev.sigstore.cosign/bundle", json_string(text));
    if (signer->certificate != NULL)
        json_object_set_new(annotations, "dev.sigstore.cosign/certificate",
                            json_string(signer->certificate));
    return annotations;
}

static bool push(struct cosign_run *run, struct ggcr *registry, const struct cosign_image *image,
                 struct cosign_signer *signer, const char *statement, GError **error)
{
    const char *uri = cosign_predicate_uri(flags_text(run->flags, "type"));
    g_autoptr(json_t) bundle = NULL;
    if ((signer->id == NULL && !cosign_signer_open(run, signer, error)) ||
        !cosign_log_entry(run, signer, statement, &bundle, error))
        return false;
    g_autoptr(GBytes) blob = envelope_of(signer, statement);
    g_autoptr(json_t) annotations = layer_annotations(signer, uri, bundle);
    return cosign_flag(run, "no-upload") ||
           cosign_append_layer(registry, image->digest, "att", ENVELOPE_TYPE, annotations, blob,
                               error);
}

static bool push_bundle(struct cosign_run *run, const struct cosign_services *services,
                        const struct cosign_image *image, const char *statement, GError **error)
{
    const struct cosign_content content = {.reference = image->reference,
                                           .digest = image->digest,
                                           .statement = statement,
                                           .predicate_type =
                                               cosign_predicate_uri(flags_text(run->flags, "type")),
                                           .is_kept_back = cosign_flag(run, "no-upload")};
    return cosign_write_bundle(run, services, &content, error);
}

/* The digest that a tag leads to. */
static bool resolve(struct ggcr *registry, struct cosign_image *image, GError **error)
{
    GGCR_DOCUMENT(document);
    const char *tag = image->reference->tag != NULL ? image->reference->tag : "latest";
    if (image->digest != NULL)
        return true;
    if (!ggcr_manifest(registry, tag, &document, error))
        return false;
    image->digest = g_strdup(document.digest);
    return true;
}

static bool attest_image(struct cosign_run *run, const struct cosign_services *services,
                         const char *text, GError **error)
{
    COSIGN_SIGNER(signer);
    COSIGN_IMAGE(image);
    GGCR(registry);
    const char *path = flags_text(run->flags, "predicate");
    const char *type = flags_text(run->flags, "type");
    bool is_first = run->version < COSIGN_VERSION(3, 0, 0); /* it asks who signs */
    if (!cosign_image_parse(run, text, /* warns= */ true, &image, error) ||
        !cosign_registry_open(&registry, run, image.reference, /* is_push= */ false, error) ||
        !resolve(&registry, &image, error) ||
        (is_first && !cosign_signer_open(run, &signer, error)))
        return false;
    command_complain(run->call, "Using payload from: %s\n", path);
    g_autofree char *bytes = cosign_read_file(run, path);
    if (bytes == NULL)
        return cosign_fail(error, "getting predicate reader: open %s: no such file or directory",
                           path);
    g_autoptr(json_t) predicate = predicate_of(run, type, bytes, error);
    if (predicate == NULL)
        return false;
    g_autofree char *statement = statement_of(run, &image, predicate);
    return cosign_makes_bundles(run) ? push_bundle(run, services, &image, statement, error)
                                     : push(run, &registry, &image, &signer, statement, error);
}

static bool run_attest(struct cosign_run *run, GError **error)
{
    const char *type = flags_text(run->flags, "type");
    if (cosign_predicate_uri(type) == NULL)
        return cosign_fail(error, "signing %s: invalid predicate type: %s", run->arguments[0],
                           type);
    if (!is_free(type) || !g_utf8_validate(type, -1, NULL) ||
        g_str_equal(flags_text(run->flags, "predicate"), "-"))
        return cosign_fail_unknown(error);
    struct cosign_services services = {0};
    if (run->version >= COSIGN_VERSION(3, 0, 0) && !cosign_find_services(run, &services, error))
        return false;
    for (gsize i = 0; run->arguments[i] != NULL; i++) {
        if (attest_image(run, &services, run->arguments[i], error))
            continue;
        g_prefix_error(error, "signing %s: ", run->arguments[i]);
        return false;
    }
    return true;
}

static const struct flag_row flags[] = {
    {"predicate", 0, FLAG_TEXT, NULL},
    {"type", 0, FLAG_TEXT, "custom"},
    {"no-upload", 0, FLAG_BOOLEAN, NULL},
    {"recursive", 'r', FLAG_BOOLEAN, NULL},
    {"replace", 0, FLAG_BOOLEAN, NULL},
    {"statement", 0, FLAG_TEXT, NULL},
    {"rekor-entry-type", 0, FLAG_TEXT, "dsse"},
    {"attachment-tag-prefix", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const tables[] = {flags, cosign_signing_flags, cosign_common_flags,
                                                NULL};
static const char *const unmodelled[] = {"replace", "statement", "rekor-entry-type",
                                         "attachment-tag-prefix", NULL};

const struct cosign_command cosign_attest = {
    .name = "attest",
    .flags = tables,
    .unmodelled = unmodelled,
    .arguments_min = 1,
    .arguments_max = G_MAXSIZE,
    .check = cosign_check_signing,
    .run = run_attest,
};
