/* What manifests are, and which of a list is wanted. */
#include "mocks/commands/skopeo/manifest.h"

#include <string.h>

static const char *const known_types[] = {SKOPEO_OCI_MANIFEST, SKOPEO_OCI_INDEX,
                                          SKOPEO_DOCKER_MANIFEST, SKOPEO_DOCKER_LIST};

static const char *find_known(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_types); i++)
        if (strcmp(known_types[i], type) == 0)
            return known_types[i];
    return NULL;
}

static const char *guess_second(const json_t *manifest)
{
    const char *config = json_get_string(json_get_object(manifest, "config"), "mediaType", "");
    if (strcmp(config, SKOPEO_OCI_CONFIG) == 0)
        return SKOPEO_OCI_MANIFEST;
    if (strcmp(config, SKOPEO_DOCKER_CONFIG) == 0)
        return SKOPEO_DOCKER_MANIFEST;
    bool has_list = json_array_size(json_get_array(manifest, "manifests")) > 0;
    return has_list ? SKOPEO_OCI_INDEX : SKOPEO_OCI_MANIFEST;
}

const char *skopeo_manifest_type(GBytes *bytes)
{
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    const char *known = find_known(json_get_string(manifest, "mediaType", ""));
    int64_t version = json_get_integer(manifest, "schemaVersion", 0);
    if (known != NULL)
        return known;
    return version == 1 ? SKOPEO_SCHEMA_1 : version == 2 ? guess_second(manifest) : NULL;
}

bool skopeo_type_is_list(const char *type)
{
    return strcmp(type, SKOPEO_OCI_INDEX) == 0 || strcmp(type, SKOPEO_DOCKER_LIST) == 0;
}

bool skopeo_type_is_oci(const char *type)
{
    return strcmp(type, SKOPEO_OCI_INDEX) == 0 || strcmp(type, SKOPEO_OCI_MANIFEST) == 0;
}

const char *skopeo_type_normalized(const char *type)
{
    const char *known = find_known(type);
    return known != NULL ? known : SKOPEO_SCHEMA_1;
}

/* ---- which of a list (internal/pkg/platform) ---- */

enum {
    VARIANTS_MAX = 6
};

struct wanted {
    const char *os;
    const char *architecture;
    const char *variants[VARIANTS_MAX]; /* the best first */
    int count;
};

static const char *const arm_variants[] = {"v8", "v7", "v6", "v5", NULL};
static const char *const arm64_variants[] = {"v8", NULL};

static const char *const *known_variants(const char *architecture)
{
    static const char *const none[] = {NULL};
    return strcmp(architecture, "arm") == 0     ? arm_variants
           : strcmp(architecture, "arm64") == 0 ? arm64_variants
                                                : none;
}

static void add_variants(struct wanted *wanted, const char *const *variants)
{
    for (; *variants != NULL && wanted->count < VARIANTS_MAX; variants++)
        wanted->variants[wanted->count++] = *variants;
}

/* One that was asked for, those it can run, none; or none, and then all there are. */
static void choose_variants(struct wanted *wanted, const char *variant)
{
    static const char *const none[] = {"", NULL};
    const char *const *known = known_variants(wanted->architecture);
    if (*variant == '\0') {
        add_variants(wanted, none);
        add_variants(wanted, known);
        return;
    }
    while (*known != NULL && strcmp(*known, variant) != 0)
        known++;
    const char *const own[] = {variant, NULL};
    add_variants(wanted, *known != NULL ? known : own);
    add_variants(wanted, none);
}

static struct wanted wanted_of(const struct skopeo_run *run)
{
    const char *architecture = skopeo_global_text(run, "override-arch");
    const char *variant = skopeo_global_text(run, "override-variant");
    const char *os = skopeo_global_text(run, "override-os");
    bool is_own = *architecture == '\0';
    struct wanted wanted = {
        .os = *os != '\0' ? os : "linux",
        .architecture = is_own ? run->options->architecture : architecture,
    };
    /* The processors of arm64 machines tell theirs. */
    if (is_own && *variant == '\0' && strcmp(wanted.architecture, "arm64") == 0)
        variant = "v8";
    choose_variants(&wanted, variant);
    return wanted;
}

/* How well an entry fits: the lower, the better; -1: not at all. */
static int rank_of(const struct wanted *wanted, const json_t *entry, bool is_oci)
{
    const json_t *platform = json_get_object(entry, "platform");
    if (platform == NULL)
        return is_oci ? VARIANTS_MAX : -1;
    if (strcmp(json_get_string(platform, "os", ""), wanted->os) != 0 ||
        strcmp(json_get_string(platform, "architecture", ""), wanted->architecture) != 0)
        return -1;
    const char *variant = json_get_string(platform, "variant", "");
    for (int i = 0; i < wanted->count; i++)
        if (strcmp(wanted->variants[i], variant) == 0)
            return i;
    return -1;
}

static bool is_zstd(const json_t *entry)
{
    const char *text = json_get_string(json_get_object(entry, "annotations"),
                                       "io.github.containers.compression.zstd", "");
    return strcmp(text, "true") == 0;
}

const char *skopeo_choose_instance(const struct skopeo_run *run, const json_t *list,
                                   const char *type, GError **error)
{
    struct wanted wanted = wanted_of(run);
    bool is_oci = skopeo_type_is_oci(type);
    const json_t *best = NULL;
    int best_rank = 0;
    size_t index;
    const json_t *entry;
    json_array_foreach (json_get_array(list, "manifests"), index, entry) {
        int rank = rank_of(&wanted, entry, is_oci);
        bool is_better = best == NULL || rank < best_rank ||
                         (rank == best_rank && is_oci && is_zstd(entry) && !is_zstd(best));
        if (rank < 0 || !is_better)
            continue;
        best = entry;
        best_rank = rank;
    }
    const char *digest = json_get_string(best, "digest", NULL);
    if (digest != NULL)
        return digest;
    g_autofree char *variant = human_quote(wanted.variants[0]);
    (void)skopeo_fail(error, "no image found in %s for architecture %s, variant %s, OS %s",
                      is_oci ? "image index" : "manifest list", wanted.architecture, variant,
                      wanted.os);
    return NULL;
}
