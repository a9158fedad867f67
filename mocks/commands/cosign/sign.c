/* `cosign sign`: a layer with the payload, annotated with its signature, in the manifest beside the
   image (cmd/cosign/cli/sign/sign.go of 2.5.3). */
#include "mocks/commands/cosign/bundle.h"

#include <string.h>

#define SIGNING_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"

/* What one run signs with, and on what. */
struct signing {
    struct cosign_run *run;
    struct cosign_signer *signer; /* version 3 opens it for each image; then NULL */
    const struct cosign_services *services;
    struct cosign_image *image;
    struct ggcr registry;
};

static json_t *annotations_of(const struct cosign_run *run)
{
    json_t *annotations = json_object();
    const char *const *texts = flags_list(run->flags, "annotations");
    for (; *texts != NULL; texts++) {
        g_auto(GStrv) halves = g_strsplit(*texts, "=", 2);
        if (halves[0] != NULL && halves[1] != NULL)
            json_object_set_new(annotations, halves[0], json_text_or_null(halves[1]));
    }
    return annotations;
}

/* pkg/signature/payload: "optional" is null without annotations; g_free. */
static char *payload_of(const struct signing *signing, const char *digest)
{
    g_autofree char *name = ggcr_repository_name(signing->image->reference);
    json_t *annotations = annotations_of(signing->run);
    if (json_object_size(annotations) == 0) {
        json_decref(annotations);
        annotations = json_null();
    }
    g_autoptr(json_t) payload =
        json_pack("{s:{s:{s:s}, s:{s:s}, s:s}, s:o}", "critical", "identity", "docker-reference",
                  name, "image", "docker-manifest-digest", digest, "type",
                  "cosign container image signature", "optional", annotations);
    return json_text(payload);
}

static json_t *layer_annotations(const struct cosign_signer *signer, const char *payload,
                                 const json_t *bundle)
{
    g_autofree char *signature = cosign_signature_of(signer->id, payload);
    g_autofree char *text = bundle != NULL ? json_text(bundle) : NULL;
    json_t *annotations = json_pack("{s:s}", "dev.cosignproject.cosign/signature", signature);
    if (text != NULL)
        json_object_set_new(annotations, "dev.sigstore.cosign/bundle", json_string(text));
    if (signer->certificate != NULL)
        json_object_set_new(annotations, "dev.sigstore.cosign/certificate",
                            json_string(signer->certificate));
    return annotations;
}

static bool sign_simply(struct signing *signing, const struct cosign_signer *signer,
                        const char *digest, GError **error)
{
    struct cosign_run *run = signing->run;
    g_autofree char *payload = payload_of(signing, digest);
    g_autofree char *name = ggcr_repository_name(signing->image->reference);
    g_autoptr(json_t) bundle = NULL;
    bool is_signed = cosign_log_entry(run, signer, payload, &bundle, error);
    if (is_signed && cosign_flag(run, "upload")) {
        g_autoptr(json_t) annotations = layer_annotations(signer, payload, bundle);
        g_autoptr(GBytes) blob = g_bytes_new(payload, strlen(payload));
        command_complain(run->call, "Pushing signature to: %s\n", name);
        is_signed = cosign_append_layer(&signing->registry, digest, "sig", SIGNING_TYPE,
                                        annotations, blob, error);
    }
    return is_signed;
}

/* 3.0.2 has neither annotations nor a predicate in it; g_free. */
static char *statement_of(const struct cosign_run *run, const char *digest)
{
    bool is_later = run->version >= COSIGN_VERSION(3, 0, 3);
    json_t *subject = json_pack("{s:{s:s}}", "digest", "sha256", strchr(digest, ':') + 1);
    g_autoptr(json_t) annotations = annotations_of(run);
    if (is_later && json_object_size(annotations) > 0)
        json_object_set(subject, "annotations", annotations);
    g_autoptr(json_t) statement =
        json_pack("{s:s, s:[o], s:s}", "_type", "https://in-toto.io/Statement/v1", "subject",
                  subject, "predicateType", COSIGN_SIGN_TYPE);
    if (is_later)
        json_object_set_new(statement, "predicate", json_object());
    return json_text(statement);
}

static bool sign_bundle(const struct signing *signing, const char *digest, GError **error)
{
    g_autofree char *statement = statement_of(signing->run, digest);
    const struct cosign_content content = {.reference = signing->image->reference,
                                           .digest = digest,
                                           .statement = statement,
                                           .predicate_type = COSIGN_SIGN_TYPE,
                                           .is_kept_back = !cosign_flag(signing->run, "upload")};
    return cosign_write_bundle(signing->run, signing->services, &content, error);
}

static bool sign_as_asked(struct signing *signing, const char *digest, GError **error)
{
    COSIGN_SIGNER(own);
    if (cosign_makes_bundles(signing->run))
        return sign_bundle(signing, digest, error);
    return (signing->signer != NULL || cosign_signer_open(signing->run, &own, error)) &&
           sign_simply(signing, signing->signer != NULL ? signing->signer : &own, digest, error);
}

static bool sign_digest(struct signing *signing, const char *digest, GError **error)
{
    if (sign_as_asked(signing, digest, error))
        return true;
    g_prefix_error_literal(error, "signing digest: ");
    return false;
}

/* ---- what is to be signed ---- */

static bool has_manifests(const char *media_type)
{
    return strstr(media_type, "index.v1") != NULL || strstr(media_type, "manifest.list.v2") != NULL;
}

/* An index and then each of its images. */
static bool sign_children(struct signing *signing, GBytes *bytes, GError **error)
{
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    size_t index;
    const json_t *entry;
    json_array_foreach (json_get_array(manifest, "manifests"), index, entry) {
        const char *digest = json_get_string(entry, "digest", "");
        GGCR_DOCUMENT(child);
        if (!ggcr_manifest(&signing->registry, digest, &child, error) ||
            !sign_digest(signing, digest, error))
            return false;
    }
    return true;
}

static bool sign_tree(struct signing *signing, const struct ggcr_document *document, GError **error)
{
    bool is_recursive = cosign_flag(signing->run, "recursive");
    bool is_signed = sign_digest(signing, document->digest, error) &&
                     (!is_recursive || !has_manifests(document->media_type) ||
                      sign_children(signing, document->bytes, error));
    if (!is_signed)
        g_prefix_error_literal(error, "recursively signing: ");
    return is_signed;
}

/* A digest that is not there is signed all the same, unless its images are asked for too. */
static bool sign_found(struct signing *signing, GError **error)
{
    struct cosign_image *image = signing->image;
    bool is_alone = image->digest != NULL && !cosign_flag(signing->run, "recursive");
    const char *wanted = image->digest != NULL ? image->digest : image->reference->tag;
    GError *reason = NULL;
    GGCR_DOCUMENT(document);
    if (ggcr_manifest(&signing->registry, wanted != NULL ? wanted : "latest", &document, &reason))
        return is_alone ? sign_digest(signing, image->digest, error)
                        : sign_tree(signing, &document, error);
    bool is_missing = g_error_matches(reason, GGCR_ERROR, GGCR_ERROR_NOT_FOUND);
    if (is_missing && is_alone) {
        g_error_free(reason);
        return sign_digest(signing, image->digest, error);
    }
    g_propagate_prefixed_error(error, reason, "%s%s",
                               is_alone ? "accessing image: " : "accessing entity: ",
                               is_missing ? "entity not found in registry, error: " : "");
    return false;
}

static bool sign_image(struct signing *signing, const char *text, GError **error)
{
    struct cosign_run *run = signing->run;
    COSIGN_IMAGE(image);
    if (!cosign_image_parse(run, text, /* warns= */ true, &image, error))
        return false;
    signing->image = &image;
    bool is_open = cosign_registry_open(&signing->registry, run, image.reference,
                                        /* is_push= */ false, error);
    bool is_alone = image.digest != NULL && !cosign_flag(run, "recursive");
    if (!is_open)
        g_prefix_error(error, "%s", is_alone ? "accessing image: " : "accessing entity: ");
    bool is_signed = is_open && sign_found(signing, error);
    ggcr_clear(&signing->registry);
    return is_signed;
}

static bool sign_all(struct signing *signing, GError **error)
{
    struct cosign_run *run = signing->run;
    bool is_signed = signing->signer == NULL || cosign_signer_open(run, signing->signer, error);
    for (gsize i = 0; is_signed && run->arguments[i] != NULL; i++)
        is_signed = sign_image(signing, run->arguments[i], error);
    if (!is_signed) {
        g_autofree char *list = g_strjoinv(" ", (char **)(uintptr_t)run->arguments);
        g_prefix_error(error, "signing [%s]: ", list);
    }
    return is_signed;
}

static bool run_sign(struct cosign_run *run, GError **error)
{
    COSIGN_SIGNER(signer);
    struct cosign_services services = {0};
    bool is_three = run->version >= COSIGN_VERSION(3, 0, 0);
    struct signing signing = {
        .run = run, .signer = is_three ? NULL : &signer, .services = &services};
    return (!is_three || cosign_find_services(run, &services, error)) && sign_all(&signing, error);
}

static const struct flag_row flags[] = {
    {"annotations", 'a', FLAG_LIST, NULL},
    {"recursive", 'r', FLAG_BOOLEAN, NULL},
    {"upload", 0, FLAG_BOOLEAN, "true"},
    {"attachment", 0, FLAG_TEXT, NULL},
    {"attachment-tag-prefix", 0, FLAG_TEXT, NULL},
    {"output-certificate", 0, FLAG_TEXT, NULL},
    {"output-payload", 0, FLAG_TEXT, NULL},
    {"output-signature", 0, FLAG_TEXT, NULL},
    {"payload", 0, FLAG_TEXT, NULL},
    {"sign-container-identity", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const tables[] = {flags, cosign_signing_flags, cosign_common_flags,
                                                NULL};
static const char *const unmodelled[] = {"attachment",
                                         "attachment-tag-prefix",
                                         "output-certificate",
                                         "output-payload",
                                         "output-signature",
                                         "payload",
                                         "sign-container-identity",
                                         NULL};

const struct cosign_command cosign_sign = {
    .name = "sign",
    .flags = tables,
    .unmodelled = unmodelled,
    .arguments_min = 1,
    .arguments_max = G_MAXSIZE,
    .check = cosign_check_signing,
    .run = run_sign,
};
