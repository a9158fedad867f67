/* `cosign verify` and `verify-attestation` of version 3: bundles, if there are any (cmd/cosign/cli/
   verify of 3.0.2 to 3.0.6; sigstore-go v1.1.3, pkg/verify). */
#include "mocks/commands/cosign/attest.h"
#include "mocks/commands/cosign/bundle.h"
#include "mocks/commands/cosign/verify.h"

#include <string.h>

struct check {
    struct cosign_run *run;
    const struct expectation *expected;
    struct cosign_image *image;
    bool is_attestation;
    bool is_unknown;     /* what nobody here can judge */
    GString *complaints; /* why bundles did not match, a line each */
    GPtrArray *types;    /* char*, predicate types of those that matched */
    GString *output;
    guint match_count;
};

/* ---- one bundle ---- */

static char *mismatch_of(const struct cosign_run *run, const char *object, const char *exact,
                         const char *regexp, const char *actual)
{
    const char *wanted = flags_text(run->flags, exact);
    if (cosign_matches_name(run, exact, regexp, actual))
        return NULL;
    return *wanted != '\0'
               ? g_strdup_printf("expected %s value \"%s\", got \"%s\"", object, wanted, actual)
               : g_strdup_printf("expected %s value to match regex \"%s\", got \"%s\"", object,
                                 flags_text(run->flags, regexp), actual);
}

static char *judge_certificate(const struct cosign_run *run, const char *raw)
{
    g_autofree char *pem =
        g_strdup_printf("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", raw);
    g_autofree char *identity = NULL;
    g_autofree char *issuer = NULL;
    if (!cosign_certificate_read(pem, &identity, &issuer))
        return g_strdup("failed to verify leaf certificate: leaf certificate verification failed");
    g_autofree char *why =
        mismatch_of(run, "SAN", "certificate-identity", "certificate-identity-regexp", identity);
    if (why == NULL)
        why = mismatch_of(run, "issuer", "certificate-oidc-issuer",
                          "certificate-oidc-issuer-regexp", issuer);
    return why != NULL ? g_strconcat("failed to verify certificate identity: no matching "
                                     "CertificateIdentity found, last error: ",
                                     why, NULL)
                       : NULL;
}

static char *judge_signature(const struct check *check, const json_t *bundle, const char *statement)
{
    const json_t *envelope = json_get_object(bundle, "dsseEnvelope");
    const json_t *first = json_array_get(json_get_array(envelope, "signatures"), 0);
    g_autofree char *right = cosign_signature_of(check->expected->key_id, statement);
    return g_str_has_prefix(json_get_string(first, "sig", ""), right)
               ? NULL
               : g_strdup("failed to verify signature: could not verify envelope: accepted "
                          "signatures do not match threshold, Found: 0, Expected 1");
}

static const json_t *subject_of(const json_t *statement)
{
    return json_array_get(json_get_array(statement, "subject"), 0);
}

/* Whether the order of checks leads to who signed: else why not; g_free. */
static char *judge_material(const struct check *check, const json_t *bundle)
{
    const struct cosign_run *run = check->run;
    const json_t *material = json_get_object(bundle, "verificationMaterial");
    bool has_key = json_get_object(material, "publicKey") != NULL;
    if (!check->expected->is_by_key && has_key)
        return g_strdup(cosign_flag(run, "insecure-ignore-sct")
                            ? "failed to get signature verifier: no public key material available"
                            : "SCTs required but bundle is signed with a public key, which cannot "
                              "contain SCTs");
    return !cosign_flag(run, "insecure-ignore-tlog") &&
                   json_array_size(json_get_array(material, "tlogEntries")) == 0
               ? g_strdup("failed to verify log inclusion: not enough verified log entries from "
                          "transparency log: 0 < 1")
               : NULL;
}

/* NULL: it is by whom it should be; g_free. */
static char *judge(struct check *check, const json_t *bundle, const char *text)
{
    const struct cosign_run *run = check->run;
    const json_t *material = json_get_object(bundle, "verificationMaterial");
    const char *raw = json_get_string(json_get_object(material, "certificate"), "rawBytes", NULL);
    bool is_by_key = check->expected->is_by_key;
    char *why = judge_material(check, bundle);
    if (why == NULL && is_by_key && (raw != NULL || check->expected->is_foreign_key))
        check->is_unknown = true;
    else if (why == NULL)
        why = is_by_key ? judge_signature(check, bundle, text) : judge_certificate(run, raw);
    g_autoptr(json_t) statement = json_parse_bytes(text, strlen(text), NULL);
    if (why == NULL && !check->is_attestation && run->version >= COSIGN_VERSION(3, 0, 3) &&
        !cosign_has_annotations(run, json_get_object(subject_of(statement), "annotations")))
        why = g_strdup("missing or incorrect annotation");
    return why;
}

/* ---- what is printed ---- */

/* ref.Name(); g_free. */
static char *full_name(const struct cosign_image *image)
{
    g_autofree char *repository = ggcr_repository_name(image->reference);
    if (image->reference->digest != NULL)
        return g_strconcat(repository, "@", image->reference->digest, NULL);
    return g_strconcat(repository, ":",
                       image->reference->tag != NULL ? image->reference->tag : "latest", NULL);
}

static char *signature_row(const struct check *check, const json_t *statement)
{
    g_autofree char *name = full_name(check->image);
    json_t *annotations = json_get_object(subject_of(statement), "annotations");
    json_t *optional = check->run->version < COSIGN_VERSION(3, 0, 3) ? json_null()
                       : annotations != NULL                         ? json_incref(annotations)
                                                                     : json_object();
    g_autoptr(json_t) row =
        json_pack("{s:{s:{s:s}, s:{s:s}, s:s}, s:o}", "critical", "identity", "docker-reference",
                  name, "image", "docker-manifest-digest", check->image->digest, "type",
                  json_get_string(statement, "predicateType", ""), "optional", optional);
    return json_text(row);
}

static void keep(struct check *check, const json_t *bundle, const char *text)
{
    g_autoptr(json_t) statement = json_parse_bytes(text, strlen(text), NULL);
    const char *type = json_get_string(statement, "predicateType", "");
    const char *wanted =
        check->is_attestation ? cosign_predicate_uri(flags_text(check->run->flags, "type")) : type;
    g_ptr_array_add(check->types, g_strdup(type));
    if (g_strcmp0(wanted, type) != 0)
        return;
    g_autofree char *row = check->is_attestation
                               ? json_text(json_get_object(bundle, "dsseEnvelope"))
                               : signature_row(check, statement);
    if (check->match_count++ > 0)
        g_string_append(check->output, check->is_attestation ? "\n" : ",");
    g_string_append(check->output, row);
}

static void check_bundle(struct check *check, const json_t *bundle)
{
    g_autofree char *text = cosign_bundle_statement(bundle);
    g_autofree char *why = judge(check, bundle, text);
    if (why == NULL)
        keep(check, bundle, text);
    else
        g_string_append_printf(check->complaints, "%s%s", check->complaints->len > 0 ? "\n" : "",
                               why);
}

static bool fail_without_match(const struct check *check, GError **error)
{
    if (check->types->len == 0)
        return cosign_fail(error, "no matching attestations: %s", check->complaints->str);
    g_ptr_array_add(check->types, NULL);
    g_autofree char *found = g_strjoinv(",", (char **)check->types->pdata);
    return cosign_fail(error, "none of the attestations matched the predicate type: %s, found: %s",
                       flags_text(check->run->flags, "type"), found);
}

static bool conclude(const struct check *check, GError **error)
{
    const struct cosign_run *run = check->run;
    if (check->is_unknown || (check->match_count == 0 && cosign_is_others(run, check->image)))
        return cosign_fail_unknown(error);
    if (check->match_count == 0)
        return fail_without_match(check, error);
    g_autofree char *name = full_name(check->image);
    cosign_tell_checks(run, name, /* is_logged= */ true, check->expected->is_by_key,
                       check->is_attestation);
    if (check->is_attestation)
        command_print(run->call, "%s\n", check->output->str);
    else
        command_print(run->call, "\n[%s]\n", check->output->str);
    return true;
}

/* ---- one image ---- */

/* What its name leads to, and the bundles there. */
static bool find_bundles(struct cosign_run *run, struct ggcr *registry, struct cosign_image *image,
                         json_t *bundles, GError **error)
{
    GGCR_DOCUMENT(document);
    GError *reason = NULL;
    const char *tag = image->reference->tag != NULL ? image->reference->tag : "latest";
    if (image->reference->digest == NULL && !ggcr_manifest(registry, tag, &document, &reason)) {
        bool is_missing = g_error_matches(reason, GGCR_ERROR, GGCR_ERROR_NOT_FOUND);
        run->exit_code = is_missing ? COSIGN_CODE_NO_IMAGE : 1;
        g_propagate_prefixed_error(error, reason, "%s", is_missing ? "image tag not found: " : "");
        return false;
    }
    if (document.digest != NULL) {
        g_free(image->digest);
        image->digest = g_strdup(document.digest);
    }
    return cosign_find_bundles(registry, image->digest, bundles, error);
}

static bool verify_bundles(struct cosign_run *run, const struct expectation *expected,
                           const char *text, bool is_attestation, GError **error)
{
    COSIGN_IMAGE(image);
    GGCR(registry);
    g_autoptr(json_t) bundles = json_array();
    g_autoptr(GString) complaints = g_string_new(NULL);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GPtrArray) types = g_ptr_array_new_with_free_func(g_free);
    struct check check = {.run = run,
                          .expected = expected,
                          .image = &image,
                          .is_attestation = is_attestation,
                          .complaints = complaints,
                          .types = types,
                          .output = output};
    size_t index;
    const json_t *bundle;
    if (!cosign_image_parse(run, text, /* warns= */ false, &image, error) ||
        !cosign_registry_open(&registry, run, image.reference, /* is_push= */ false, error) ||
        !find_bundles(run, &registry, &image, bundles, error))
        return false;
    if (json_array_size(bundles) == 0 && !cosign_is_others(run, &image))
        return cosign_fail(error, "no valid bundles exist in registry");
    json_array_foreach (bundles, index, bundle)
        check_bundle(&check, bundle);
    return conclude(&check, error);
}

/* ---- all of them ---- */

/* Whether the first image has bundles; an error of asking is none, but for interruptions. */
static bool has_bundles(struct cosign_run *run, bool *found, GError **error)
{
    COSIGN_IMAGE(image);
    GGCR(registry);
    GError *reason = NULL;
    g_autoptr(json_t) bundles = json_array();
    *found = cosign_image_parse(run, run->arguments[0], /* warns= */ false, &image, &reason) &&
             cosign_registry_open(&registry, run, image.reference, /* is_push= */ false, &reason) &&
             find_bundles(run, &registry, &image, bundles, &reason) && json_array_size(bundles) > 0;
    run->exit_code = 1;
    if (reason != NULL && reason->domain != GGCR_ERROR && reason->domain != COSIGN_ERROR) {
        g_propagate_error(error, reason);
        return false;
    }
    if (g_error_matches(reason, COSIGN_ERROR, COSIGN_ERROR_NOT_MODELLED)) {
        g_propagate_error(error, reason);
        return false;
    }
    g_clear_error(&reason);
    return true;
}

/* A key without the log needs no trust root since 3.0.5. */
static bool needs_no_trust(const struct cosign_run *run)
{
    return run->version >= COSIGN_VERSION(3, 0, 5) && *flags_text(run->flags, "key") != '\0' &&
           cosign_flag(run, "insecure-ignore-tlog");
}

static bool read_trust_file(struct cosign_run *run, const char *path, GError **error)
{
    g_autofree char *text = cosign_read_file(run, path);
    if (text == NULL)
        return cosign_fail(
            error,
            "%sloading trusted root: failed to read trusted root open %s: no such "
            "file or directory",
            run->version >= COSIGN_VERSION(3, 0, 5) ? "setting trusted material: " : "", path);
    /* Whom another root trusts nobody here can tell. */
    return *flags_text(run->flags, "key") != '\0' || cosign_fail_unknown(error);
}

static bool read_trust(struct cosign_run *run, bool has_bundles, GError **error)
{
    const char *path = flags_text(run->flags, "trusted-root");
    g_autofree char *why = NULL;
    if (*path != '\0')
        return read_trust_file(run, path, error);
    if (needs_no_trust(run))
        return true;
    if (!has_bundles)
        return cosign_read_trust(run, error);
    if (!cosign_warn_of_trust(run, &why, error))
        return false;
    return why == NULL ||
           cosign_fail(error, "trusted root is required when using new bundle format");
}

bool cosign_verify_three(struct cosign_run *run, bool is_attestation, GError **error)
{
    struct expectation expected = {0};
    bool is_by_key = *flags_text(run->flags, "key") != '\0';
    bool is_bundled = false;
    cosign_warn_of_log(run, is_attestation);
    bool is_right = (is_by_key || cosign_check_identity(run, error)) &&
                    (!cosign_makes_bundles(run) || has_bundles(run, &is_bundled, error)) &&
                    read_trust(run, is_bundled, error) &&
                    (!is_by_key || cosign_read_key(run, &expected, error));
    for (gsize i = 0; is_right && run->arguments[i] != NULL; i++)
        is_right =
            is_bundled
                ? verify_bundles(run, &expected, run->arguments[i], is_attestation, error)
                : cosign_verify_beside(run, &expected, run->arguments[i], is_attestation, error);
    g_free(expected.key_id);
    return is_right;
}
