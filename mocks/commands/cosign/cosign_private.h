/* What the files of the fake cosign share. Nobody outside includes this. */
#pragma once

#include "base/json.h"
#include "mocks/commands/cosign/cosign.h"
#include "mocks/commands/docker/flags.h"
#include "mocks/commands/docker/image_reference.h"
#include "mocks/commands/ggcr/ggcr.h"

#define COSIGN_ERROR (cosign_error_quark())
GQuark cosign_error_quark(void);
enum cosign_error {
    COSIGN_ERROR_SAID,         /* cosign's own words */
    COSIGN_ERROR_NOT_MODELLED, /* ends as COSIGN_UNKNOWN */
};
/* Fills error with words; false. */
bool cosign_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool cosign_fail_unknown(GError **error);

#define COSIGN_VERSION(major, minor, patch) ((major)*10000u + (minor)*100u + (patch))

/* One command line under way. */
struct cosign_run {
    const struct cosign_options *options;
    struct ggcr_options registries;
    const struct command_call *call;
    const struct flags *flags;
    const char *const *arguments; /* NULL-terminated */
    int exit_code;                /* of an error; 1 unless said */
    unsigned version;             /* COSIGN_VERSION(3, 0, 2) */
    char *trust_error; /* of version 3: why there is no trust root; NULL: there is; owned */
    bool has_told_privacy;
    bool has_read_too_much; /* a file above SIGNED_FILE_BYTES_MAX: what comes of it is unknown */
};

struct cosign_command {
    const char *name; /* "sign" */
    const struct flag_row *const *flags;
    const char *const
        *unmodelled; /* options of these names make the whole unknown; NULL-terminated */
    gsize arguments_min, arguments_max;
    /* What version 3 refuses before all else; NULL: nothing. */
    bool (*check)(struct cosign_run *run, GError **error);
    bool (*run)(struct cosign_run *run, GError **error);
};
extern const struct cosign_command cosign_sign, cosign_attest, cosign_verify,
    cosign_verify_attestation, cosign_generate_key_pair, cosign_public_key, cosign_triangulate;

/* ---- image.c: the image that is signed, and what stands beside it ---- */

struct cosign_image {
    const char *text; /* as it was given; lent */
    struct image_reference *reference;
    char *digest; /* of what it names */
    bool is_index;
    GBytes *manifest; /* NULL: a digest that is not there */
};
void cosign_image_clear(struct cosign_image *image);
#define COSIGN_IMAGE(variable)                                                                     \
    __attribute__((cleanup(cosign_image_clear))) struct cosign_image variable = {0}
/* Reads the reference; warns of a tag. */
bool cosign_image_parse(struct cosign_run *run, const char *text, bool warns,
                        struct cosign_image *image, GError **error) MUST_USE;
/* COSIGN_ERROR_NOT_MODELLED: the world has no such registry. */
bool cosign_registry_open(struct ggcr *registry, const struct cosign_run *run,
                          const struct image_reference *reference, bool is_push,
                          GError **error) MUST_USE;
/* "sha256-….sig"; g_free. */
char *cosign_tag_of(const char *digest, const char *suffix);
/* The manifest of a tag beside the image: its layers are added to list; none when it is not there.
 */
bool cosign_layers(struct ggcr *registry, const char *digest, const char *suffix, json_t *list,
                   GError **error) MUST_USE;
/* Appends a layer to the manifest of that tag and pushes it. */
bool cosign_append_layer(struct ggcr *registry, const char *digest, const char *suffix,
                         const char *media_type, json_t *annotations, GBytes *blob,
                         GError **error) MUST_USE;

/* ---- keys.c, signer.c: who signs ---- */

struct cosign_signer {
    char *id;          /* of the key, or of the certificate's text */
    char *certificate; /* PEM; NULL: a key */
};
void cosign_signer_clear(struct cosign_signer *signer);
#define COSIGN_SIGNER(variable)                                                                    \
    __attribute__((cleanup(cosign_signer_clear))) struct cosign_signer variable = {0}
/* By --key, or by the job's identity: "getting signer: …". */
bool cosign_signer_open(struct cosign_run *run, struct cosign_signer *signer,
                        GError **error) MUST_USE;
/* The private key of a reference, with its password. */
bool cosign_private_key(struct cosign_run *run, const char *reference, char **id,
                        GError **error) MUST_USE;
/* The public key of a reference; *id NULL: it is none of this world. */
bool cosign_public_key_id(struct cosign_run *run, const char *reference, char **id,
                          GError **error) MUST_USE;
/* Fetches the trust root; false: Go's words on why not. */
bool cosign_trust(struct cosign_run *run, char **why, GError **error) MUST_USE;
/* An entry of the log over a payload unless --tlog-upload=false; *bundle (json_decref) or NULL. */
bool cosign_log_entry(struct cosign_run *run, const struct cosign_signer *signer,
                      const char *payload, json_t **bundle, GError **error) MUST_USE;
/* Puts a text into the log; *entry: json_decref. */
bool cosign_put_entry(struct cosign_run *run, const char *body, int attempt_count, json_t **entry,
                      GError **error) MUST_USE;
/* Fetches the trust root, with a warning when it is not to be had: *why is set then, g_free. */
bool cosign_warn_of_trust(struct cosign_run *run, char **why, GError **error) MUST_USE;
/* The token that says who signs, "" for none; g_free. */
bool cosign_find_token(struct cosign_run *run, char **token, GError **error) MUST_USE;
/* The device flow, which never ends well here. */
bool cosign_use_device(struct cosign_run *run, GError **error) MUST_USE;

/* One request to a service of Sigstore. */
struct cosign_question {
    const char *method;
    const char *url;
    const char *type;          /* of the body; or NULL */
    const char *body;          /* or NULL */
    const char *authorization; /* a header line, or NULL */
};
/* False: no answer, and *why is Go's word on it (g_free), or an error. */
bool cosign_ask(struct cosign_run *run, const struct cosign_question *question,
                struct http_response *response, char **why, GError **error) MUST_USE;
char *cosign_body_text(const struct http_response *response); /* g_free */
/* Base64; g_free. */
char *cosign_signature_of(const char *signer_id, const char *payload);
/* What the certificate of a PEM text says; false: it is none of this world. */
bool cosign_certificate_read(const char *pem, char **identity, char **issuer) MUST_USE;
bool cosign_flag(const struct cosign_run *run, const char *name);
/* One that version 3 has set unless told otherwise, and those before have not. */
bool cosign_flag_of_three(const struct cosign_run *run, const char *name);
/* A file of the machine as text; g_free, NULL: not there, or above SIGNED_FILE_BYTES_MAX, which the
   real cosign reads. */
char *cosign_read_file(struct cosign_run *run, const char *path);
bool cosign_write_file(struct cosign_run *run, const char *path, const char *text, int mode);

/* Whether its options or variables lead it to where nothing here is modelled. */
bool cosign_is_unmodelled(const struct cosign_run *run, const struct cosign_command *command);

/* What newer versions say of the options that are given, and of the command. */
void cosign_tell_deprecated(const struct cosign_run *run, const struct cosign_command *command);

extern const struct flag_row cosign_common_flags[], cosign_signing_flags[],
    cosign_verifying_flags[];
