/*
 * What actions/attest, actions/attest-build-provenance and actions/attest-sbom share: the newer
 * ones wrap the first (action.yml of each). Sources: actions/attest v1.4.1 to v4.2.2 (src/), its
 * @actions/attest (actions/toolkit, packages/attest/src) and what that stands on (sigstore-js,
 * packages/sign and packages/oci).
 *
 * There is no cryptography: a signature is a digest over what was signed. What the provenance says
 * of the job comes from its contexts, which are what the claims of its token are made of.
 */
#pragma once

#include "actions/core.h"

enum attest_kind {
    ATTEST_ANY,        /* actions/attest */
    ATTEST_PROVENANCE, /* actions/attest-build-provenance */
    ATTEST_SBOM,       /* actions/attest-sbom */
};

/* One run under way. */
struct attest {
    struct action_run *run;
    enum attest_kind kind;
    unsigned version; /* of actions/attest inside: ATTEST_VERSION(4, 2, 1) */
    bool pushes;      /* push-to-registry */
    char *cause;      /* of what was thrown, as its toString() has it; NULL: none */
};

#define ATTEST_VERSION(major, minor, patch) ((major)*10000u + (minor)*100u + (patch))
unsigned attest_version_of(const struct action_run *run, enum attest_kind kind);

/* Throws with a cause: "InternalError: …", "OCIError: …" have the class in front, plain errors not.
   false. */
bool attest_throw(struct attest *attest, GError **error, const char *cause, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* What JSON.parse() says of a text that is none, as far as it is the same in every Node; g_free. */
char *attest_json_words(GBytes *body);

/* ---- attest_subject.c: what is attested ---- */

struct attest_subject {
    char *name;
    char *algorithm; /* "sha256" */
    char *digest;    /* hexadecimal digits */
};
/* struct attest_subject, in their order. */
GPtrArray *attest_subjects(struct attest *attest, GError **error) MUST_USE;
char *attest_subject_digest(const struct attest_subject *subject); /* "sha256:…"; g_free */

/* ---- attest_predicate.c: what is said of it ---- */

struct attest_predicate {
    char *type; /* a URI */
    json_t *body;
};
void attest_predicate_clear(struct attest_predicate *predicate);
/* Checks the inputs that choose it (since v4), and says which it is. */
bool attest_predicate_check(struct attest *attest, GError **error) MUST_USE;
bool attest_predicate_make(struct attest *attest, struct attest_predicate *predicate,
                           GError **error) MUST_USE;

/* ---- attest_sign.c: Sigstore ---- */

struct attest_bundle {
    json_t *json;
    char *certificate; /* PEM */
    char *log_index;   /* of Rekor; NULL: it is not logged there */
};
void attest_bundle_clear(struct attest_bundle *bundle);
/* Whether the public instance signs: of public repositories alone. */
bool attest_is_public(const struct attest *attest);
bool attest_sign(struct attest *attest, const json_t *statement, struct attest_bundle *bundle,
                 GError **error) MUST_USE;
/* The token's claims as the provenance wants them: asks for a token and for the issuer's keys. */
bool attest_ask_claims(struct attest *attest, GError **error) MUST_USE;

/* ---- attest_store.c: GitHub's API ---- */

/* POST /repos/…/attestations; *id: g_free. */
bool attest_store(struct attest *attest, const json_t *bundle, char **id, GError **error) MUST_USE;
/* The storage record of an image: what goes wrong is a warning. *ids: "1,2", or NULL; g_free. */
bool attest_record(struct attest *attest, const char *image, const char *digest, char **ids,
                   GError **error) MUST_USE;

/* ---- attest_report.c: what is told of it ---- */

struct attest_result {
    struct attest_bundle bundle;
    char *id, *registry_digest, *record_ids; /* NULL: none */
};
void attest_result_clear(struct attest_result *result);
/* Log, files, outputs and summary; the bundle is added to the file at path. */
void attest_report(struct attest *attest, const GPtrArray *subjects, const char *path,
                   const struct attest_result *result);
