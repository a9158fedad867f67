/* Names of images as the CLI reads them (github.com/distribution/reference): what is left out is
   filled in, and taken away again for people. Pure. */
#pragma once

#include "base/error.h"

struct image_reference {
    char *domain; /* "docker.io", "ghcr.io", "localhost:5000" */
    char *path;   /* "library/alpine" */
    char *tag;    /* or NULL */
    char *digest; /* or NULL */
};

/* Errors have the library's own words: "invalid reference format". */
struct image_reference *image_reference_parse(const char *text, GError **error) MUST_USE;
void image_reference_free(struct image_reference *reference);
CLEANUP(image_reference, image_reference_free)
/* Neither tag nor digest. */
bool image_reference_is_name_only(const struct image_reference *reference);
/* "docker.io/library/alpine"; g_free. */
char *image_reference_name(const struct image_reference *reference);
/* "docker.io/library/alpine:latest"; g_free. */
char *image_reference_text(const struct image_reference *reference);
/* "alpine"; g_free. */
char *image_reference_familiar_name(const struct image_reference *reference);
/* "alpine:latest"; g_free. */
char *image_reference_familiar_text(const struct image_reference *reference);
