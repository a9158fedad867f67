/* Names of images as the CLI reads them (github.com/distribution/reference): what is left out is
   filled in, and taken away again for people. Pure. */
#pragma once

#include "base/error.h"

struct reference {
    char *domain; /* "docker.io", "ghcr.io", "localhost:5000" */
    char *path;   /* "library/alpine" */
    char *tag;    /* or NULL */
    char *digest; /* or NULL */
};

/* Errors have the library's own words: "invalid reference format". */
struct reference *reference_parse(const char *text, GError **error) MUST_USE;
void reference_free(struct reference *reference);
CLEANUP(reference, reference_free)
/* Neither tag nor digest. */
bool reference_is_name_only(const struct reference *reference);
/* "docker.io/library/alpine"; g_free. */
char *reference_name(const struct reference *reference);
/* "docker.io/library/alpine:latest"; g_free. */
char *reference_text(const struct reference *reference);
/* "alpine"; g_free. */
char *reference_familiar_name(const struct reference *reference);
/* "alpine:latest"; g_free. */
char *reference_familiar_text(const struct reference *reference);
