/*
 * What a run attaches to its images: signatures, attestations, SBOMs, in the registry or at GitHub,
 * each owed by the leg that does so in clear weather. An image without them is one that those who
 * verify cannot use.
 */
#pragma once

#include "mocks/githubapi/githubapi.h"
#include "mocks/registry/registry.h"

struct attachment {
    char *leg; /* whose machine attached it */
    /* "signature", "https://slsa.dev/provenance/v1 of linux/arm64", "… at GitHub" */
    char *what;
};

/* To an image and to its platforms' manifests: struct attachment, owned by the array. api NULL:
   nothing is at GitHub. */
GPtrArray *attachments_read(struct registry *registry, const char *repository,
                            const struct image_facts *facts, const struct githubapi *api);
GPtrArray *attachments_copy(const GPtrArray *attachments);
/* Whether it is among these, whoever attached it. NULL: none are. */
bool attachments_have(const GPtrArray *attachments, const char *what);
