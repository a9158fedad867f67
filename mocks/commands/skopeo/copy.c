/* `skopeo copy` (cmd/skopeo/copy.go, copy/copy.go). */
#include "mocks/commands/skopeo/copying.h"

#include "base/digest.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

enum {
    PARALLEL_MAX = 6
};

static const struct flag_row copy_flags[] = {
    SKOPEO_SHARED_FLAGS,
    SKOPEO_IMAGE_FLAGS("src-"),
    SKOPEO_IMAGE_FLAGS("dest-"),
    {"additional-tag", 0, FLAG_LIST, NULL},
    {"all", 'a', FLAG_BOOLEAN, NULL},
    {"dcreds", 0, FLAG_TEXT, NULL},
    {"decryption-key", 0, FLAG_LIST, NULL},
    {"dest-authfile", 0, FLAG_TEXT, NULL},
    {"dest-compress", 0, FLAG_BOOLEAN, NULL},
    {"dest-compress-format", 0, FLAG_TEXT, NULL},
    {"dest-compress-level", 0, FLAG_TEXT, NULL},
    {"dest-decompress", 0, FLAG_BOOLEAN, NULL},
    {"dest-oci-accept-uncompressed-layers", 0, FLAG_BOOLEAN, NULL},
    {"dest-precompute-digests", 0, FLAG_BOOLEAN, NULL},
    {"digestfile", 0, FLAG_TEXT, NULL},
    {"encrypt-layer", 0, FLAG_LIST, NULL},
    {"encryption-key", 0, FLAG_LIST, NULL},
    {"format", 'f', FLAG_TEXT, NULL},
    {"multi-arch", 0, FLAG_TEXT, NULL},
    {"preserve-digests", 0, FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"remove-signatures", 0, FLAG_BOOLEAN, NULL},
    {"screds", 0, FLAG_TEXT, NULL},
    {"sign-by", 0, FLAG_TEXT, NULL},
    {"sign-by-sigstore", 0, FLAG_TEXT, NULL},
    {"sign-by-sigstore-private-key", 0, FLAG_TEXT, NULL},
    {"sign-identity", 0, FLAG_TEXT, NULL},
    {"sign-passphrase-file", 0, FLAG_TEXT, NULL},
    {"src-authfile", 0, FLAG_TEXT, NULL},
    {"tls-verify", 0, FLAG_BOOLEAN, "true"},
    {0},
};

/* What changes an image in ways that nobody models here. */
static bool is_modelled(const struct skopeo_run *run)
{
    static const char *const others[] = {"additional-tag",
                                         "decryption-key",
                                         "dest-compress",
                                         "dest-compress-format",
                                         "dest-compress-level",
                                         "dest-decompress",
                                         "dest-oci-accept-uncompressed-layers",
                                         "dest-precompute-digests",
                                         "encrypt-layer",
                                         "encryption-key",
                                         "sign-by",
                                         "sign-by-sigstore",
                                         "sign-by-sigstore-private-key",
                                         "sign-identity",
                                         "sign-passphrase-file"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (flags_has(run->flags, others[i]))
            return false;
    return true;
}

static bool read_selection(const struct skopeo_run *run, enum skopeo_selection *selection,
                           GError **error)
{
    static const char *const names[] = {"system", "all", "index-only"};
    bool is_all = flags_boolean(run->flags, "all");
    const char *name = flags_text(run->flags, "multi-arch");
    *selection = is_all ? SKOPEO_ALL : SKOPEO_SYSTEM;
    if (!flags_has(run->flags, "multi-arch"))
        return true;
    if (is_all)
        return skopeo_fail(error, "Cannot use --all and --multi-arch flags together");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0) {
            *selection = (enum skopeo_selection)i;
            return true;
        }
    g_autofree char *quoted = human_quote(name);
    return skopeo_fail(error,
                       "unknown multi-arch option %s. Choose one of the supported options: "
                       "'system', 'all', or 'index-only'",
                       quoted);
}

static bool read_format(const struct skopeo_run *run, const char **format, GError **error)
{
    const char *name = flags_text(run->flags, "format");
    *format = NULL;
    if (!flags_has(run->flags, "format"))
        return true;
    if (strcmp(name, "v2s1") == 0)
        return skopeo_fail_unknown(error);
    *format = strcmp(name, "oci") == 0    ? SKOPEO_OCI_MANIFEST
              : strcmp(name, "v2s2") == 0 ? SKOPEO_DOCKER_MANIFEST
                                          : NULL;
    g_autofree char *quoted = human_quote(name);
    return *format != NULL ||
           skopeo_fail(error,
                       "unknown format %s. Choose one of the supported formats: 'oci', 'v2s1', or "
                       "'v2s2'",
                       quoted);
}

/* All that was said on the command line. */
struct order {
    const struct skopeo_run *run;
    struct skopeo_place from;
    struct skopeo_place to;
    struct skopeo_context from_context;
    struct skopeo_context to_context;
    enum skopeo_selection selection;
    const char *format;
};

static void order_clear(struct order *order)
{
    skopeo_place_clear(&order->from);
    skopeo_place_clear(&order->to);
    skopeo_context_clear(&order->from_context);
    skopeo_context_clear(&order->to_context);
}

static bool order_read(struct order *order, GError **error)
{
    const struct skopeo_run *run = order->run;
    const char *const *names = run->arguments;
    return skopeo_prefixed(skopeo_place_parse(names[0], &order->from, error), error,
                           "Invalid source name %s: ", names[0]) &&
           skopeo_prefixed(skopeo_place_parse(names[1], &order->to, error), error,
                           "Invalid destination name %s: ", names[1]) &&
           skopeo_context_read(run, "src-", &order->from_context, error) &&
           skopeo_context_read(run, "dest-", &order->to_context, error) &&
           read_format(run, &order->format, error) && read_selection(run, &order->selection, error);
}

static bool write_digest(const struct order *order, const struct skopeo_copied *copied,
                         GError **error)
{
    const char *path = flags_text(order->run->flags, "digestfile");
    g_autoptr(GError) reason = NULL;
    if (*path != '\0' && !skopeo_has_path(order->run, path))
        return skopeo_fail_unknown(error);
    if (*path == '\0' || world_write_file(order->run->call, path, copied->digest,
                                          strlen(copied->digest), 0644, &reason))
        return true;
    g_autofree char *quoted = human_quote(path);
    return skopeo_fail(error, "Failed to write digest to file %s: %s", quoted, reason->message);
}

/* Of a list, unless all is asked for, one: what arrives is a single image. */
static bool copy_chosen(struct skopeo_copying *copying, struct skopeo_copied *copied,
                        GError **error)
{
    const struct skopeo_source *source = copying->source;
    const char *type = skopeo_type_normalized(source->top.media_type);
    if (!skopeo_type_is_list(type))
        return skopeo_copy_image(copying, NULL, /* is_part= */ false, copied, error);
    if (copying->selection != SKOPEO_SYSTEM && copying->target->place->kind->is_single)
        return skopeo_fail(error,
                           "copying multiple images: destination transport \"%s\" does not support "
                           "copying multiple images as a group",
                           copying->target->place->kind->name);
    if (copying->selection != SKOPEO_SYSTEM)
        return skopeo_copy_list(copying, copied, error);
    g_autoptr(json_t) list = json_parse_gbytes(source->top.bytes, NULL);
    const char *digest = skopeo_choose_instance(copying->run, list, type, error);
    if (digest == NULL)
        return skopeo_prefixed(false, error,
                               "choosing an image from manifest list %s: ", source->place->name);
    return skopeo_prefixed(skopeo_copy_image(copying, digest, /* is_part= */ false, copied, error),
                           error, "copying system image from manifest list: ");
}

static bool begin_target(const struct order *order, struct skopeo_target *target,
                         struct skopeo_blob_cache *cache, GError **error)
{
    *target = (struct skopeo_target){
        .run = order->run, .context = &order->to_context, .place = &order->to, .cache = cache};
    return skopeo_prefixed(order->to.kind->begin(target, error), error,
                           "initializing destination %s: ", order->to.name);
}

static bool check_source(const struct skopeo_source *source, GError **error)
{
    const struct image_reference *reference = source->place->reference;
    const char *wanted = reference != NULL ? reference->digest : NULL;
    g_autofree char *actual = digest_of_bytes(source->top.bytes);
    return wanted == NULL || skopeo_digest_fits(source->run, wanted, actual) ||
           skopeo_fail(error, "Manifest does not match provided manifest digest %s", wanted);
}

static bool copy_with(struct order *order, struct skopeo_blob_cache *cache, GError **error)
{
    SKOPEO_SOURCE(source);
    SKOPEO_TARGET(target);
    SKOPEO_COPIED(copied);
    const struct flags *flags = order->run->flags;
    bool is_parallel = order->from.kind->is_read_parallel && order->to.kind->is_written_parallel;
    source.cache = cache;
    if (!begin_target(order, &target, cache, error) ||
        !skopeo_prefixed(
            skopeo_source_open(&source, order->run, &order->from_context, &order->from, error),
            error, "initializing source %s: ", order->from.name) ||
        !skopeo_prefixed(skopeo_source_load(&source, error) && check_source(&source, error), error,
                         "determining manifest MIME type for %s: ", order->from.name))
        return false;
    struct skopeo_copying copying = {
        .run = order->run,
        .source = &source,
        .target = &target,
        .selection = order->selection,
        .format = order->format,
        .keeps_digests = flags_boolean(flags, "preserve-digests"),
        .drops_signatures = flags_boolean(flags, "remove-signatures"),
        .is_quiet = flags_boolean(flags, "quiet"),
        .slots = {.free_count = is_parallel ? PARALLEL_MAX : 1},
    };
    return copy_chosen(&copying, &copied, error) &&
           skopeo_prefixed(order->to.kind->end(&target, error), error,
                           "committing the finished image: ") &&
           write_digest(order, &copied, error);
}

static bool copy_once(void *self, GError **error)
{
    struct order *order = self;
    struct skopeo_blob_cache *cache = skopeo_blob_cache_open(order->run);
    bool is_copied = copy_with(order, cache, error);
    skopeo_blob_cache_close(cache);
    return is_copied;
}

static bool run_copy(struct skopeo_run *run, GError **error)
{
    __attribute__((cleanup(order_clear))) struct order order = {.run = run};
    if (run->argument_count != 2 || !is_modelled(run))
        return skopeo_fail_unknown(error);
    if (flags_has(run->flags, "tls-verify"))
        skopeo_log(run, "warning",
                   "'--tls-verify' is deprecated, instead use: --src-tls-verify, "
                   "--dest-tls-verify");
    if (!order_read(&order, error))
        return false;
    if (order.from.kind->open == NULL || order.to.kind->begin == NULL)
        return skopeo_fail_unknown(error);
    return skopeo_retry(run, copy_once, &order, error);
}

const struct skopeo_command skopeo_copy = {
    .name = "copy", .flags = copy_flags, .moves_images = true, .run = run_copy};
