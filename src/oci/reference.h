/*
 * Image references the way Docker reads them: "app" is docker.io/library/app:latest, spoken to at
 * registry-1.docker.io. Pure.
 */
#pragma once

#include "base/error.h"

struct reference {
    char *registry; /* "docker.io", "ghcr.io", "localhost:5000": what credentials are kept under */
    char *host;     /* where its API is: "registry-1.docker.io" */
    char *repository; /* "library/app" */
    char *wanted;     /* the tag or the digest asked for */
    bool is_digest;
};

/* "name", "name:tag", "name@digest", "name:tag@digest" (the digest counts). Errors are
   BASE_ERROR_INVALID and say what would be right. */
bool oci_reference_parse(const char *text, struct reference *reference, GError **error) MUST_USE;
void oci_reference_clear(struct reference *reference);
#define REFERENCE(variable)                                                                        \
    __attribute__((cleanup(oci_reference_clear))) struct reference variable = {0}

/* "https://index.docker.io/v1/", "index.docker.io" and "registry-1.docker.io" to "docker.io"; other
   names without scheme and path; g_free. */
char *reference_registry_name(const char *text);
