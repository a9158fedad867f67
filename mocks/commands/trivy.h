/*
 * trivy: what of a scan can be known without knowing what it finds (aquasecurity/trivy,
 * pkg/commands/artifact/run.go of v0.74). Its database comes from the registries of the world, the
 * image from the machine's Engine or a registry; with neither the scan fails in trivy's words.
 * What it finds is assumed: with --exit-code it decides whether the step is red, and so what comes
 * after it. All calls are of one command's fiber.
 */
#pragma once

#include "mocks/commands/commands_private.h"
#include "mocks/commands/ggcr/ggcr.h"

enum trivy_option {
    TRIVY_NONE, /* read, and without an effect on what is modelled */
    TRIVY_CACHE_DIR,
    TRIVY_CONFIG,
    TRIVY_DB_REPOSITORY,
    TRIVY_DOCKER_HOST,
    TRIVY_DOWNLOAD_DB_ONLY,
    TRIVY_EXIT_CODE,
    TRIVY_EXIT_ON_EOL,
    TRIVY_FORMAT,
    TRIVY_IMAGE_SRC,
    TRIVY_INPUT,
    TRIVY_OUTPUT,
    TRIVY_PASSWORD,
    TRIVY_SCANNERS,
    TRIVY_SERVER,
    TRIVY_SKIP_DB_UPDATE,
    TRIVY_USERNAME,
    TRIVY_VERSION,
    TRIVY_OPTION_COUNT,
};

struct trivy {
    struct command_set *set;
    const struct command_call *call;
    const char *values[TRIVY_OPTION_COUNT]; /* NULL: not said; lent, as what follows */
    const char *command;                    /* "image"; NULL: none */
    const char *target;                     /* what is scanned, or NULL */
    unsigned version;                       /* of v0.57.1: 5701; a new one when nobody said */
};

/* ---- trivy_options.c ---- */

/* Reads the command line, then the environment (TRIVY_…). False: a flag that no table has. */
bool trivy_read_options(struct trivy *trivy);
bool trivy_is_on(const struct trivy *trivy, enum trivy_option option);
/* Whether the value, a list with commas, has this item. */
bool trivy_has(const struct trivy *trivy, enum trivy_option option, const char *item);

/* ---- trivy_registry.c ---- */

/* An image or artifact of a registry, as google/go-containerregistry reads it. Errors of trivy's
   files are its words. */
struct trivy_remote {
    struct trivy *trivy;
    struct image_reference *reference;
    struct ggcr_options options;
    char *basic;       /* a header line, or NULL */
    bool is_temporary; /* the last error is one that another registry may make good */
};
/* False: the name is no reference. */
bool trivy_remote_init(struct trivy_remote *remote, struct trivy *trivy, const char *name,
                       GError **error) MUST_USE;
void trivy_remote_clear(struct trivy_remote *remote);
/* "index.docker.io/library/alpine:3.20"; g_free. */
char *trivy_remote_name(const struct trivy_remote *remote);
/* Gets the manifest of the machine's platform, and with_layers all its layers. */
bool trivy_remote_get(struct trivy_remote *remote, bool with_layers, GError **error) MUST_USE;
/* Always false. */
bool trivy_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- trivy_database.c, trivy_image.c ---- */

/* The database of vulnerabilities in the cache folder, downloaded when it is not there or old. */
bool trivy_database_open(struct trivy *trivy, GError **error) MUST_USE;
/* Finds the image to scan in the Engine, containerd, Podman and the registry, in this order. */
bool trivy_image_find(struct trivy *trivy, GError **error) MUST_USE;

/* A line of its log: level "INFO", prefix "[vulndb] " or "". */
void trivy_log(const struct trivy *trivy, const char *level, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
