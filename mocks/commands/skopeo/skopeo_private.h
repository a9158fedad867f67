/* What the commands of skopeo share: one run, its errors and its log. */
#pragma once

#include "base/json.h"
#include "mocks/commands/docker/flags.h"
#include "mocks/commands/docker/human.h"
#include "mocks/commands/docker/image_reference.h"
#include "mocks/commands/skopeo/skopeo.h"

#define SKOPEO_ERROR (skopeo_error_quark())
GQuark skopeo_error_quark(void);
enum skopeo_error {
    SKOPEO_ERROR_SAID,         /* the message is what skopeo says */
    SKOPEO_ERROR_PASSING,      /* the same; --retry-times tries again */
    SKOPEO_ERROR_REJECTED,     /* the same; the registry does not want a manifest of this type */
    SKOPEO_ERROR_NOT_MODELLED, /* nobody here knows how it ends */
};

struct skopeo_run {
    const struct skopeo_options *options;
    const struct command_call *call;
    const struct flags *flags; /* the command's own and those of all commands */
    const struct flags *root;  /* those in front of the command */
    const char *const *arguments;
    gsize argument_count;
    int64_t started_us; /* by the loop's clock */
};

struct skopeo_command {
    const char *name;
    const struct flag_row *flags;
    bool moves_images;
    bool (*run)(struct skopeo_run *run, GError **error);
};
extern const struct skopeo_command skopeo_copy, skopeo_delete, skopeo_inspect, skopeo_list_tags,
    skopeo_login, skopeo_logout, skopeo_manifest_digest;

/* Always false. */
bool skopeo_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool skopeo_fail_unknown(GError **error);
/* Puts words in front of what skopeo says; is_fine goes through. */
bool skopeo_prefixed(bool is_fine, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
bool skopeo_is_said(const GError *error);
/* A line of its log on stderr, as logrus writes it where there is no terminal. */
void skopeo_log(const struct skopeo_run *run, const char *level, const char *message);

/* Whether what came is what was asked for by its digest. */
bool skopeo_digest_fits(const struct skopeo_run *run, const char *wanted, const char *actual);

/* Whether the rehearsal has a place for a path; what is outside nobody knows. */
bool skopeo_has_path(const struct skopeo_run *run, const char *path);

/* An option of all commands, wherever it stands; never NULL. */
const char *skopeo_global_text(const struct skopeo_run *run, const char *name);

/* Does it again while it fails by what may pass, --retry-times at most, after 1, 2, 4 s …
   (containers/common pkg/retry; 5xx is nothing that passes before v0.56). */
typedef bool skopeo_try_fn(void *self, GError **error);
bool skopeo_retry(const struct skopeo_run *run, skopeo_try_fn *attempt, void *self, GError **error);

/* ---- inspect_format.c ---- */

/* Whether a --format asks for the whole as JSON. */
bool skopeo_shows_json(const char *format);
/* Prints output, a JSON object, as --format says; a template may change it. */
bool skopeo_show(const struct skopeo_run *run, json_t *output, GError **error);

/* ---- context.c ---- */

/* How images are reached: the options of one side, types.SystemContext. All lent. */
struct skopeo_context {
    const char *authfile; /* or NULL */
    char *user;           /* NULL: looked up */
    char *secret;
    bool has_credentials;
    const char *token;       /* or NULL */
    bool is_insecure;        /* plain HTTP will do */
    const char *daemon_host; /* or NULL */
};
void skopeo_context_clear(struct skopeo_context *context);
#define SKOPEO_CONTEXT(variable)                                                                   \
    __attribute__((cleanup(skopeo_context_clear))) struct skopeo_context variable = {0}
/* prefix: "", "src-", "dest-". */
bool skopeo_context_read(const struct skopeo_run *run, const char *prefix,
                         struct skopeo_context *context, GError **error);
#define SKOPEO_IMAGE_FLAGS(prefix)                                                                 \
    {prefix "cert-dir", 0, FLAG_TEXT, NULL}, {prefix "creds", 0, FLAG_TEXT, NULL},                 \
        {prefix "daemon-host", 0, FLAG_TEXT, NULL}, {prefix "no-creds", 0, FLAG_BOOLEAN, NULL},    \
        {prefix "password", 0, FLAG_TEXT, NULL}, {prefix "registry-token", 0, FLAG_TEXT, NULL},    \
        {prefix "shared-blob-dir", 0, FLAG_TEXT, NULL},                                            \
        {prefix "tls-verify", 0, FLAG_BOOLEAN, "true"},                                            \
    {                                                                                              \
        prefix "username", 0, FLAG_TEXT, NULL                                                      \
    }
#define SKOPEO_SHARED_FLAGS                                                                        \
    {"authfile", 0, FLAG_TEXT, NULL},                                                              \
    {                                                                                              \
        "retry-times", 0, FLAG_INTEGER, "0"                                                        \
    }
