/* What the commands of crane share. */
#pragma once

#include "mocks/commands/crane/crane.h"
#include "mocks/commands/docker/flags.h"
#include "mocks/commands/ggcr/ggcr.h"

#define CRANE_ERROR (crane_error_quark())
GQuark crane_error_quark(void);
enum crane_error {
    CRANE_ERROR_SAID,         /* the message is what crane says */
    CRANE_ERROR_NOT_MODELLED, /* nobody here knows how it ends */
};

struct crane_run {
    const struct crane_options *options;
    struct ggcr_options registries;
    const struct command_call *call;
    const struct flags *flags;
    const char *const *arguments;
    int64_t started_us; /* by the loop's clock */
};

/* A command and its options; `auth login` is one. */
struct crane_command {
    const char *name;
    const char *alias; /* or NULL */
    const struct flag_row *flags;
    gsize arguments_min;
    gsize arguments_max;
    bool moves_images;
    bool (*run)(struct crane_run *run, GError **error);
};
extern const struct crane_command crane_config, crane_copy, crane_delete, crane_digest, crane_login,
    crane_logout, crane_ls, crane_manifest, crane_tag;

/* Always false. */
bool crane_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool crane_fail_unknown(GError **error);
/* One line of its log, on stderr. */
void crane_log(const struct crane_run *run, const char *line);

/* An image as it was named, and its registry. */
struct crane_image {
    struct image_reference *reference;
    const char *wanted; /* its digest or tag; lent by the reference */
};
void crane_image_clear(struct crane_image *image);
#define CRANE_IMAGE(variable)                                                                      \
    __attribute__((cleanup(crane_image_clear))) struct crane_image variable = {0}
bool crane_image_parse(const char *text, struct crane_image *image, GError **error);
/* "index.docker.io/library/app:1"; g_free. */
char *crane_image_name(const struct crane_image *image);
bool crane_open(const struct crane_run *run, const struct crane_image *image, bool is_push,
                struct ggcr *registry, GError **error);
/* Whether one platform of many is asked for. */
bool crane_wants_platform(const struct crane_run *run);
/* Of an index the child for the platform asked for, or for linux/amd64; document is then that. */
bool crane_choose(const struct crane_run *run, struct ggcr *registry,
                  const struct crane_image *image, struct ggcr_document *document, GError **error);
