/* The attestation that buildx adds to an index for each platform, as BuildKit stores it. */
#include "mocks/registry/image_private.h"

#include "base/digest.h"

#include <string.h>

#define STATEMENT_TYPE "application/vnd.in-toto+json"
#define PREDICATE_TYPE "https://slsa.dev/provenance/v0.2"

/* An in-toto statement about the manifest, the one layer of an attestation. */
static GBytes *make_statement(const struct recipe *recipe, const char *manifest_digest)
{
    g_autoptr(json_t) statement = json_pack(
        "{s:s, s:s, s:[{s:s, s:{s:s}}], s:{}}", "_type", "https://in-toto.io/Statement/v0.1",
        "predicateType", PREDICATE_TYPE, "subject", "name", recipe->repository, "digest", "sha256",
        manifest_digest + strlen("sha256:"), "predicate");
    return json_bytes(statement);
}

static json_t *make_config(GBytes *statement)
{
    g_autofree char *digest = digest_of_bytes(statement);
    json_t *config = image_platform("unknown/unknown");
    json_object_set_new(config, "config", json_object());
    json_object_set_new(config, "rootfs",
                        json_pack("{s:s, s:[s]}", "type", "layers", "diff_ids", digest));
    return config;
}

/* Platform unknown/unknown, tied to its manifest by annotations. */
json_t *draft_add_attestation(const struct draft *draft, const char *manifest_digest)
{
    g_autoptr(GBytes) statement = make_statement(draft->recipe, manifest_digest);
    json_t *layer =
        draft_add_blob(draft, STATEMENT_TYPE, statement, (int64_t)g_bytes_get_size(statement));
    json_object_set_new(layer, "annotations",
                        json_pack("{s:s}", "in-toto.io/predicate-type", PREDICATE_TYPE));
    json_t *descriptor = draft_add_image(draft, make_config(statement), json_pack("[o]", layer));
    json_object_set_new(descriptor, "annotations",
                        json_pack("{s:s, s:s}", "vnd.docker.reference.digest", manifest_digest,
                                  "vnd.docker.reference.type", "attestation-manifest"));
    json_object_set_new(descriptor, "platform", image_platform("unknown/unknown"));
    return descriptor;
}
