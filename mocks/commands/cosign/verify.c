/* `cosign verify` and `cosign verify-attestation`: what stands beside the image, held against a key
   or an identity (pkg/cosign/verify.go, cmd/cosign/cli/verify of 2.5.3; exit codes of
   cmd/cosign/errors). */
#include "mocks/commands/cosign/verify.h"

#include "mocks/commands/cosign/attest.h"

#include <string.h>

enum {
    CODE_NO_SIGNATURES = 10,
    CODE_NO_MATCH = 12,
};

struct verification {
    struct cosign_run *run;
    struct expectation expected;
    struct cosign_image *image;
    struct ggcr registry;
    bool is_attestation;
    GString *complaints; /* why signatures did not match, a line each */
    GPtrArray *types;    /* char*, predicate types of those that matched; lent to layers */
    GString *output;
    guint match_count;
};

/* ---- one signature ---- */

bool cosign_matches_name(const struct cosign_run *run, const char *exact, const char *regexp,
                         const char *actual)
{
    const char *wanted = flags_text(run->flags, exact);
    const char *pattern = flags_text(run->flags, regexp);
    return *wanted != '\0' ? g_str_equal(wanted, actual)
                           : g_regex_match_simple(pattern, actual, 0, 0);
}

/* NULL: it is by whom it should be; else why not; g_free. */
static char *judge_certificate(const struct cosign_run *run, const char *pem)
{
    g_autofree char *identity = NULL;
    g_autofree char *issuer = NULL;
    if (pem == NULL)
        return g_strdup("no certificate found on signature");
    if (!cosign_certificate_read(pem, &identity, &issuer))
        return g_strdup("no certificate found on signature");
    if (cosign_matches_name(run, "certificate-identity", "certificate-identity-regexp", identity) &&
        cosign_matches_name(run, "certificate-oidc-issuer", "certificate-oidc-issuer-regexp",
                            issuer))
        return NULL;
    return g_strdup_printf("none of the expected identities matched what was in the certificate, "
                           "got subjects [%s] with issuer %s",
                           identity, issuer);
}

bool cosign_has_annotations(const struct cosign_run *run, const json_t *annotations)
{
    const char *const *texts = flags_list(run->flags, "annotations");
    for (; *texts != NULL; texts++) {
        g_auto(GStrv) halves = g_strsplit(*texts, "=", 2);
        const char *actual = json_get_string(annotations, halves[0], NULL);
        if (actual == NULL || halves[1] == NULL || !g_str_equal(actual, halves[1]))
            return false;
    }
    return true;
}

/* What was signed: the payload itself, or that of its envelope; g_free. */
static char *signed_text(const struct verification *verification, const char *blob,
                         char **signature)
{
    if (!verification->is_attestation)
        return g_strdup(blob);
    g_autoptr(json_t) envelope = json_parse_bytes(blob, strlen(blob), NULL);
    const json_t *first = json_array_get(json_get_array(envelope, "signatures"), 0);
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(json_get_string(envelope, "payload", ""), &length);
    g_free(*signature);
    *signature = g_strdup(json_get_string(first, "sig", ""));
    return g_strndup((const char *)bytes, length);
}

static char *judge_signer(const struct verification *verification, const json_t *annotations,
                          const char *text, const char *signature)
{
    const struct expectation *expected = &verification->expected;
    if (!expected->is_by_key)
        return judge_certificate(
            verification->run,
            json_get_string(annotations, "dev.sigstore.cosign/certificate", NULL));
    g_autofree char *right =
        expected->is_foreign_key ? NULL : cosign_signature_of(expected->key_id, text);
    return right == NULL || g_str_equal(right, signature)
               ? NULL
               : g_strdup("invalid signature when validating ASN.1 encoded signature");
}

static char *judge(struct verification *verification, const json_t *layer, const char *blob)
{
    const struct cosign_run *run = verification->run;
    const json_t *annotations = json_get_object(layer, "annotations");
    g_autofree char *signature =
        g_strdup(json_get_string(annotations, "dev.cosignproject.cosign/signature", ""));
    g_autofree char *text = signed_text(verification, blob, &signature);
    char *why = judge_signer(verification, annotations, text, signature);
    g_autoptr(json_t) payload = json_parse_bytes(text, strlen(text), NULL);
    if (why == NULL && !verification->is_attestation &&
        !cosign_has_annotations(run, json_get_object(payload, "optional")))
        why = g_strdup("missing or incorrect annotation");
    if (why == NULL && !cosign_flag(run, "insecure-ignore-tlog") &&
        json_get_string(annotations, "dev.sigstore.cosign/bundle", NULL) == NULL)
        why = g_strdup("signature not found in transparency log");
    return why;
}

static void keep(struct verification *verification, const json_t *layer, const char *blob)
{
    const char *type = json_get_string(json_get_object(layer, "annotations"), "predicateType", "");
    if (verification->is_attestation)
        g_ptr_array_add(verification->types, g_strdup(type));
    const char *wanted = verification->is_attestation
                             ? cosign_predicate_uri(flags_text(verification->run->flags, "type"))
                             : type;
    if (g_strcmp0(wanted, type) != 0)
        return;
    if (verification->match_count > 0)
        g_string_append(verification->output, verification->is_attestation ? "\n" : ",");
    g_string_append(verification->output, blob);
    verification->match_count++;
}

static bool check_layer(struct verification *verification, const json_t *layer, GError **error)
{
    g_autoptr(GBytes) bytes = NULL;
    if (!ggcr_blob(&verification->registry, json_get_string(layer, "digest", ""), &bytes, error))
        return false;
    g_autofree char *blob = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_autofree char *why = judge(verification, layer, blob);
    if (why == NULL)
        keep(verification, layer, blob);
    else
        g_string_append_printf(verification->complaints, "%s%s",
                               verification->complaints->len > 0 ? "\n " : "", why);
    return true;
}

/* ---- all of an image ---- */

static bool fail_with(struct verification *verification, int code, GError **error,
                      const char *format, const char *text)
{
    g_autofree char *message = g_strdup_printf("%s%s", format, text);
    verification->run->exit_code = code;
    return cosign_fail(error, "%s", message);
}

/* Somebody else's image may well be signed. */
bool cosign_is_others(const struct cosign_run *run, const struct cosign_image *image)
{
    const struct cosign_options *options = run->options;
    return options->is_own != NULL && !options->is_own(options->self, image->reference->path);
}

static bool fail_without_match(struct verification *verification, bool has_layers, GError **error)
{
    if (cosign_is_others(verification->run, verification->image))
        return cosign_fail_unknown(error);
    if (!verification->is_attestation && !has_layers)
        return fail_with(verification, CODE_NO_SIGNATURES, error, "no signatures found", "");
    if (!verification->is_attestation)
        return fail_with(verification, CODE_NO_MATCH, error,
                         "no matching signatures: ", verification->complaints->str);
    if (verification->types->len == 0)
        return cosign_fail(error, "no matching attestations: %s", verification->complaints->str);
    g_ptr_array_add(verification->types, NULL);
    g_autofree char *found = g_strjoinv(",", (char **)verification->types->pdata);
    return cosign_fail(error, "none of the attestations matched the predicate type: %s, found: %s",
                       flags_text(verification->run->flags, "type"), found);
}

void cosign_tell_checks(const struct cosign_run *run, const char *name, bool is_logged,
                        bool is_by_key, bool is_attestation)
{
    command_complain(run->call,
                     "\nVerification for %s --\n"
                     "The following checks were performed on each of these signatures:\n",
                     name);
    if (!is_attestation && *flags_list(run->flags, "annotations") != NULL)
        command_complain(run->call, "  - The specified annotations were verified.\n");
    command_complain(run->call, "  - The cosign claims were validated\n");
    if (is_logged)
        command_complain(run->call, "  - Existence of the claims in the transparency log was "
                                    "verified offline\n");
    command_complain(run->call, is_by_key ? "  - The signatures were verified against the "
                                            "specified public key\n"
                                          : "  - The code-signing certificate was verified using "
                                            "trusted certificate authority certificates\n");
}

static void tell(const struct verification *verification)
{
    const struct cosign_run *run = verification->run;
    cosign_tell_checks(run, verification->image->text, !cosign_flag(run, "insecure-ignore-tlog"),
                       verification->expected.is_by_key, verification->is_attestation);
    if (verification->is_attestation)
        command_print(run->call, "%s\n", verification->output->str);
    else
        command_print(run->call, "\n[%s]\n", verification->output->str);
}

static bool find_digest(struct verification *verification, GError **error)
{
    struct cosign_image *image = verification->image;
    const char *tag = image->reference->tag != NULL ? image->reference->tag : "latest";
    GGCR_DOCUMENT(document);
    GError *reason = NULL;
    if (image->digest != NULL)
        return true;
    if (!ggcr_manifest(&verification->registry, tag, &document, &reason)) {
        bool is_missing = g_error_matches(reason, GGCR_ERROR, GGCR_ERROR_NOT_FOUND);
        verification->run->exit_code = is_missing ? COSIGN_CODE_NO_IMAGE : 1;
        g_propagate_prefixed_error(error, reason, "%s", is_missing ? "image tag not found: " : "");
        return false;
    }
    image->digest = g_strdup(document.digest);
    return true;
}

static bool check_image(struct verification *verification, GError **error)
{
    g_autoptr(json_t) layers = json_array();
    const char *suffix = verification->is_attestation ? "att" : "sig";
    size_t index;
    const json_t *layer;
    if (!cosign_registry_open(&verification->registry, verification->run,
                              verification->image->reference, /* is_push= */ false, error) ||
        !find_digest(verification, error) ||
        !cosign_layers(&verification->registry, verification->image->digest, suffix, layers, error))
        return false;
    json_array_foreach (layers, index, layer)
        if (!check_layer(verification, layer, error))
            return false;
    if (verification->match_count == 0)
        return fail_without_match(verification, json_array_size(layers) > 0, error);
    if (verification->expected.is_foreign_key)
        return cosign_fail_unknown(error);
    tell(verification);
    return true;
}

bool cosign_verify_beside(struct cosign_run *run, const struct expectation *expected,
                          const char *text, bool is_attestation, GError **error)
{
    COSIGN_IMAGE(image);
    g_autoptr(GString) complaints = g_string_new(NULL);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GPtrArray) types = g_ptr_array_new_with_free_func(g_free);
    struct verification verification = {.run = run,
                                        .expected = *expected,
                                        .image = &image,
                                        .is_attestation = is_attestation,
                                        .complaints = complaints,
                                        .types = types,
                                        .output = output};
    bool is_right = cosign_image_parse(run, text, /* warns= */ false, &image, error) &&
                    check_image(&verification, error);
    ggcr_clear(&verification.registry);
    return is_right;
}

/* ---- what is expected ---- */

static bool is_given(const struct cosign_run *run, const char *exact, const char *regexp)
{
    return *flags_text(run->flags, exact) != '\0' || *flags_text(run->flags, regexp) != '\0';
}

bool cosign_check_identity(struct cosign_run *run, GError **error)
{
    if (!is_given(run, "certificate-identity", "certificate-identity-regexp"))
        return cosign_fail(error, "--certificate-identity or --certificate-identity-regexp is "
                                  "required for verification in keyless mode");
    return is_given(run, "certificate-oidc-issuer", "certificate-oidc-issuer-regexp") ||
           cosign_fail(error, "--certificate-oidc-issuer or --certificate-oidc-issuer-regexp is "
                              "required for verification in keyless mode");
}

bool cosign_read_key(struct cosign_run *run, struct expectation *expected, GError **error)
{
    if (!cosign_public_key_id(run, flags_text(run->flags, "key"), &expected->key_id, error))
        return false;
    expected->is_by_key = true;
    expected->is_foreign_key = expected->key_id == NULL;
    return true;
}

static bool read_expectation(struct cosign_run *run, struct expectation *expected, GError **error)
{
    return *flags_text(run->flags, "key") != '\0' ? cosign_read_key(run, expected, error)
                                                  : cosign_check_identity(run, error);
}

/* Without the trust root's keys the log's entries cannot be checked. */
bool cosign_read_trust(struct cosign_run *run, GError **error)
{
    g_autofree char *why = NULL;
    GError *reason = NULL;
    if (cosign_trust(run, &why, &reason))
        return true;
    if (reason != NULL) {
        g_propagate_error(error, reason);
        return false;
    }
    command_complain(run->call,
                     "WARNING: Could not fetch trusted_root.json from the TUF repository. "
                     "Continuing with individual targets. Error from TUF: error getting live "
                     "trusted root: failed to create TUF client failed to load metadata: tuf "
                     "refresh failed: %s\n",
                     why);
    return cosign_flag(run, "insecure-ignore-tlog") ||
           cosign_fail(error,
                       "getting Rekor public keys: updating local metadata and targets: error "
                       "updating to TUF remote mirror: tuf: failed to download 13.root.json: %s",
                       why);
}

void cosign_warn_of_log(const struct cosign_run *run, bool is_attestation)
{
    if (cosign_flag(run, "insecure-ignore-tlog"))
        command_complain(run->call,
                         "WARNING: Skipping tlog verification is an insecure practice that lacks "
                         "transparency and auditability verification for the %s.\n",
                         is_attestation ? "attestation" : "signature");
}

static bool verify_all(struct cosign_run *run, bool is_attestation, GError **error)
{
    struct expectation expected = {0};
    if (run->version >= COSIGN_VERSION(3, 0, 0))
        return cosign_verify_three(run, is_attestation, error);
    cosign_warn_of_log(run, is_attestation);
    bool is_right = read_expectation(run, &expected, error) && cosign_read_trust(run, error);
    for (gsize i = 0; is_right && run->arguments[i] != NULL; i++)
        is_right = cosign_verify_beside(run, &expected, run->arguments[i], is_attestation, error);
    g_free(expected.key_id);
    return is_right;
}

static bool run_verify(struct cosign_run *run, GError **error)
{
    return verify_all(run, /* is_attestation= */ false, error);
}

static bool run_verify_attestation(struct cosign_run *run, GError **error)
{
    return cosign_predicate_uri(flags_text(run->flags, "type")) != NULL
               ? verify_all(run, /* is_attestation= */ true, error)
               : cosign_fail_unknown(error);
}

static const struct flag_row verify_flags[] = {
    {"annotations", 'a', FLAG_LIST, NULL}, {"attachment", 0, FLAG_TEXT, NULL},
    {"output-file", 0, FLAG_TEXT, NULL},   {"payload", 0, FLAG_TEXT, NULL},
    {"signature", 0, FLAG_TEXT, NULL},     {0},
};
static const struct flag_row *const verify_tables[] = {verify_flags, cosign_verifying_flags,
                                                       cosign_common_flags, NULL};
static const char *const verify_unmodelled[] = {"attachment", "output-file", "payload", "signature",
                                                NULL};

const struct cosign_command cosign_verify = {
    .name = "verify",
    .flags = verify_tables,
    .unmodelled = verify_unmodelled,
    .arguments_min = 1,
    .arguments_max = G_MAXSIZE,
    .run = run_verify,
};

static const struct flag_row attestation_flags[] = {
    {"type", 0, FLAG_TEXT, "custom"},
    {"policy", 0, FLAG_LIST, NULL},
    {0},
};
static const struct flag_row *const attestation_tables[] = {
    attestation_flags, cosign_verifying_flags, cosign_common_flags, NULL};
static const char *const attestation_unmodelled[] = {"policy", NULL};

const struct cosign_command cosign_verify_attestation = {
    .name = "verify-attestation",
    .flags = attestation_tables,
    .unmodelled = attestation_unmodelled,
    .arguments_min = 1,
    .arguments_max = G_MAXSIZE,
    .run = run_verify_attestation,
};
