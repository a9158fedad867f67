/*
 * The grammar of repository names, tags and digests in registry paths (registry.md 2), and the
 * percent-encoding of what goes back into paths and Link headers. Pure functions.
 */
#pragma once

#include "base/error.h"

#define REPOSITORY_NAME_BYTES_MAX 255
#define TAG_NAME_BYTES_MAX        128

/* Lower-case words joined by '.', '_', '__' or dashes, the components by '/'. */
bool repository_name_is_valid(const char *name);
bool tag_name_is_valid(const char *tag);

enum manifest_reference {
    MANIFEST_BY_TAG,
    MANIFEST_BY_DIGEST,
    MANIFEST_BY_NONSENSE, /* has a ':' but is no digest: DIGEST_INVALID; else TAG_INVALID */
};
enum manifest_reference manifest_reference_kind(const char *reference);

/* A number of a query: digits only, at most 9 of them. */
bool query_number_parse(const char *text, gsize *number);
