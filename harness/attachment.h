/*
 * What a run attaches to its images: signatures, attestations, SBOMs, each owed by the leg that
 * pushes it in clear weather. An image without them is one that those who verify cannot use.
 */
#pragma once

#include "mocks/registry/registry.h"

struct attachment {
    char *leg;  /* whose machine pushed it */
    char *what; /* "signature", "https://slsa.dev/provenance/v1 of linux/arm64" */
};

/* To an image and to its platforms' manifests: struct attachment, owned by the array. */
GPtrArray *attachments_read(struct registry *registry, const char *repository,
                            const struct image_facts *facts);
GPtrArray *attachments_copy(const GPtrArray *attachments);
/* Whether it is among these, whoever attached it. NULL: none are. */
bool attachments_have(const GPtrArray *attachments, const char *what);
