/*
 * Manifests and indexes as documents: read, checked for shape, asked what they refer to. What a
 * registry accepts is what the distribution project and the conformance suites accept: image
 * manifests, indexes and artifacts, with any unknown fields (registry.md 1a).
 */
#pragma once

#include "base/json.h"

struct document {
    json_t *root;
    const char *media_type; /* what it is stored as: lent from root or from the content type */
    json_t *config;         /* of a manifest; lent like the rest */
    json_t *layers;         /* of a manifest: an array */
    json_t *manifests;      /* of an index: an array */
    const char *subject;    /* digest, or NULL */
};

/* content_type is the PUT's header without parameters, or NULL. */
bool document_parse(GBytes *bytes, const char *content_type, struct document *document,
                    GError **error) MUST_USE;
void document_clear(struct document *document);
#define DOCUMENT(variable) __attribute__((cleanup(document_clear))) struct document variable = {0}

const char *descriptor_digest(const json_t *descriptor);
/* Layers that may be missing: non-distributable ones, and those that have urls to come from. */
bool descriptor_is_foreign(const json_t *descriptor);
/* A decimal annotation, or otherwise. */
int64_t descriptor_annotation_bytes(const json_t *descriptor, const char *key, int64_t otherwise);
/* The platform of an index's entry as "os/architecture[/variant]"; NULL: none, or an attestation's
   unknown/unknown. g_free. arm64's variant v8 is left out, as containerd normalises it. */
char *descriptor_platform(const json_t *descriptor);
/* The same of a platform object or an image config. */
char *platform_text(const json_t *platform);

/* How the manifest stands in a list of referrers: artifactType is the config's type where the
   manifest has none, and all annotations are there (registry.md 1a). */
json_t *document_referrer(const struct document *document, const char *digest, gsize size_bytes);
