/* Attestation manifests: what buildx asks for by default and BuildKit puts beside each image of an
   index, as a manifest of the platform unknown/unknown (captures 45, 46). */
#include "mocks/buildkit/media.h"

#include "base/digest.h"

#include <string.h>

#define PROVENANCE_TYPE "https://slsa.dev/provenance/v0.2"
#define SBOM_TYPE       "https://spdx.dev/Document"
#define STATEMENT_MEDIA "application/vnd.in-toto+json"

static bool wants(const struct build *build, const char *name)
{
    const char *value = build_command_option(build->command, name);
    return value != NULL && strstr(value, "disabled=true") == NULL;
}

/* Whether it is worth an index: what may stand only where there is one already is not. */
static bool wants_index(const struct build *build, const char *name)
{
    const char *value = build_command_option(build->command, name);
    return wants(build, name) && strstr(value, "inline-only=true") == NULL;
}

bool build_has_attestations(const struct build *build, bool is_forced)
{
    if (is_forced || build->targets->len > 1)
        return wants(build, "attest:provenance") || wants(build, "attest:sbom");
    return wants_index(build, "attest:provenance") || wants_index(build, "attest:sbom");
}

/* The materials and parameters that a real statement lists are left out: nobody here reads them. */
static GBytes *make_statement(const struct target *target, const char *predicate_type)
{
    const char *hex = strchr(target->manifest_digest, ':') + 1;
    g_autoptr(json_t) statement =
        json_pack("{s:s, s:s, s:[{s:s, s:{s:s}}], s:{s:{s:s}, s:s}}", "_type",
                  "https://in-toto.io/Statement/v0.1", "predicateType", predicate_type, "subject",
                  "name", target->platform, "digest", "sha256", hex, "predicate", "builder", "id",
                  "", "buildType", "https://mobyproject.org/buildkit@v1");
    return json_bytes(statement);
}

static GBytes *make_config(const char *statement_digest)
{
    g_autoptr(json_t) config =
        json_pack("{s:s, s:s, s:{}, s:{s:s, s:[s]}}", "architecture", "unknown", "os", "unknown",
                  "config", "rootfs", "type", "layers", "diff_ids", statement_digest);
    return json_bytes(config);
}

void target_make_attestation(struct target *target)
{
    bool is_provenance = wants(target->build, "attest:provenance");
    const char *predicate_type = is_provenance ? PROVENANCE_TYPE : SBOM_TYPE;
    target->statement = make_statement(target, predicate_type);
    g_autofree char *digest = digest_of_bytes(target->statement);
    json_t *layer = media_descriptor(STATEMENT_MEDIA, target->statement);
    json_object_set_new(layer, "annotations",
                        json_pack("{s:s}", "in-toto.io/predicate-type", predicate_type));
    target->attestation_config = make_config(digest);
    target->attestation =
        media_manifest(target->attestation_config, MEDIA_CONFIG, json_pack("[o]", layer));
    target->attestation_digest = digest_of_bytes(target->attestation);
}

json_t *attestation_entry(const struct target *target)
{
    json_t *entry = media_descriptor(MEDIA_MANIFEST, target->attestation);
    json_object_set_new(entry, "annotations",
                        json_pack("{s:s, s:s}", "vnd.docker.reference.digest",
                                  target->manifest_digest, "vnd.docker.reference.type",
                                  "attestation-manifest"));
    json_object_set_new(entry, "platform",
                        json_pack("{s:s, s:s}", "architecture", "unknown", "os", "unknown"));
    return entry;
}
