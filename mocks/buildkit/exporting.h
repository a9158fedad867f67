/* What the exporters share: one output of a build while it is made. */
#pragma once

#include "mocks/buildkit/media.h"

/* One output while it is made. */
struct exporting {
    struct build *build;
    const struct attributes *output;
    struct vertex *vertex;
    GBytes *index; /* NULL: one manifest */
    char *digest;  /* of the top */
    bool is_push;
    bool is_by_digest;
    bool has_attestations;
    int64_t declared_bytes; /* of a tar */
};

/* Images of all targets and, if there is to be one, their index; digest names the top. */
bool exporting_make_images(struct exporting *exporting, GError **error) MUST_USE;
/* Layers, configs and attestations, for a push to reference; caller unrefs. */
GPtrArray *exporting_make_blobs(const struct exporting *exporting,
                                const struct reference *reference, GError **error) MUST_USE;
double exporting_seconds_since(const struct exporting *exporting, int64_t started_us);

/* ---- formats.c: what goes into a file for the client ---- */
/* oci and docker: a layout as tar. */
bool exporting_write_layout(struct exporting *exporting, const char *names,
                            GError **error) MUST_USE;
/* local and tar: the files of the last stage. */
bool exporting_write_files(struct exporting *exporting, const char *names, GError **error) MUST_USE;
