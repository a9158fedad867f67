/* What crane reads: digests, manifests, configs, tags (cmd/crane/cmd/digest.go and its like). */
#include "mocks/commands/crane/crane_private.h"

#include "base/json.h"

#include <string.h>

static const struct flag_row no_flags[] = {{0}};

static void print_bytes(const struct crane_run *run, GBytes *bytes)
{
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    command_write(run->call, 1, text, (gssize)length);
}

/* ---- digest ---- */

static const struct flag_row digest_flags[] = {
    {"full-ref", 0, FLAG_BOOLEAN, NULL},
    {"tarball", 0, FLAG_TEXT, NULL},
    {0},
};

static bool read_head(const struct crane_run *run, const struct crane_image *image,
                      struct ggcr_document *document, GError **error)
{
    GGCR(registry);
    return crane_open(run, image, /* is_push= */ false, &registry, error) &&
           ggcr_head(&registry, image->wanted, document, error);
}

static bool read_whole(const struct crane_run *run, const struct crane_image *image,
                       struct ggcr_document *document, GError **error)
{
    GGCR(registry);
    return crane_open(run, image, /* is_push= */ false, &registry, error) &&
           ggcr_manifest(&registry, image->wanted, document, error) &&
           (!crane_wants_platform(run) || crane_choose(run, &registry, image, document, error));
}

static bool read_digest(struct crane_run *run, const struct crane_image *image,
                        struct ggcr_document *document, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (crane_wants_platform(run))
        return read_whole(run, image, document, error);
    if (read_head(run, image, document, &reason))
        return true;
    if (reason->domain != GGCR_ERROR) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    g_autofree char *line =
        g_strconcat("HEAD request failed, falling back on GET: ", reason->message, NULL);
    crane_log(run, line);
    return read_whole(run, image, document, error);
}

static bool run_digest(struct crane_run *run, GError **error)
{
    CRANE_IMAGE(image);
    GGCR_DOCUMENT(document);
    const char *text = run->arguments[0];
    if (flags_has(run->flags, "tarball") || text == NULL)
        return crane_fail_unknown(error);
    if (!crane_image_parse(text, &image, NULL)) {
        g_autofree char *line = g_strdup_printf(
            "HEAD request failed, falling back on GET: could not parse reference: %s", text);
        crane_log(run, line);
        return crane_fail(error, "parsing reference \"%s\": could not parse reference: %s", text,
                          text);
    }
    if (!read_digest(run, &image, &document, error))
        return false;
    g_autofree char *name = ggcr_repository_name(image.reference);
    bool is_full = flags_boolean(run->flags, "full-ref");
    command_print(run->call, "%s%s%s\n", is_full ? name : "", is_full ? "@" : "", document.digest);
    return true;
}

const struct crane_command crane_digest = {
    .name = "digest",
    .flags = digest_flags,
    .arguments_min = 0,
    .arguments_max = 1,
    .run = run_digest,
};

/* ---- manifest and config ---- */

static bool parse(const struct crane_run *run, struct crane_image *image, GError **error)
{
    const char *text = run->arguments[0];
    return crane_image_parse(text, image, NULL) ||
           crane_fail(error, "parsing reference \"%s\": could not parse reference: %s", text, text);
}

static bool prefixed(bool is_fine, GError **error, const char *prefix)
{
    if (!is_fine &&
        ((*error)->domain == GGCR_ERROR || g_error_matches(*error, CRANE_ERROR, CRANE_ERROR_SAID)))
        g_prefix_error_literal(error, prefix);
    return is_fine;
}

static bool run_manifest(struct crane_run *run, GError **error)
{
    CRANE_IMAGE(image);
    GGCR_DOCUMENT(document);
    g_autofree char *prefix = g_strdup_printf("fetching manifest %s: ", run->arguments[0]);
    if (!prefixed(parse(run, &image, error) && read_whole(run, &image, &document, error), error,
                  prefix))
        return false;
    print_bytes(run, document.bytes);
    return true;
}

const struct crane_command crane_manifest = {
    .name = "manifest",
    .flags = no_flags,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_manifest,
};

static bool read_image(const struct crane_run *run, const struct crane_image *image,
                       struct ggcr *registry, struct ggcr_document *document, GError **error)
{
    g_autofree char *name = crane_image_name(image);
    g_autofree char *prefix = g_strdup_printf("reading image \"%s\": ", name);
    return prefixed(crane_open(run, image, /* is_push= */ false, registry, error) &&
                        ggcr_manifest(registry, image->wanted, document, error) &&
                        crane_choose(run, registry, image, document, error),
                    error, prefix);
}

static bool read_config(const struct crane_run *run, GBytes **bytes, GError **error)
{
    CRANE_IMAGE(image);
    GGCR(registry);
    GGCR_DOCUMENT(document);
    if (!parse(run, &image, error) || !read_image(run, &image, &registry, &document, error))
        return false;
    g_autoptr(json_t) manifest = json_parse_gbytes(document.bytes, NULL);
    const char *digest = json_get_string(json_get_object(manifest, "config"), "digest", "");
    return ggcr_blob(&registry, digest, bytes, error);
}

static bool run_config(struct crane_run *run, GError **error)
{
    g_autoptr(GBytes) bytes = NULL;
    if (!prefixed(read_config(run, &bytes, error), error, "fetching config: "))
        return false;
    print_bytes(run, bytes);
    return true;
}

const struct crane_command crane_config = {
    .name = "config",
    .flags = no_flags,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_config,
};

/* ---- ls ---- */

static const struct flag_row ls_flags[] = {
    {"full-ref", 0, FLAG_BOOLEAN, NULL},
    {"omit-digest-tags", 'O', FLAG_BOOLEAN, NULL},
    {0},
};

static bool list(struct crane_run *run, const struct crane_image *image, GPtrArray *tags,
                 GError **error)
{
    GGCR(registry);
    g_autofree char *name = ggcr_repository_name(image->reference);
    g_autofree char *prefix = g_strdup_printf("reading tags for %s: ", name);
    return prefixed(crane_open(run, image, /* is_push= */ false, &registry, error) &&
                        ggcr_tags(&registry, tags, error),
                    error, prefix);
}

static bool run_ls(struct crane_run *run, GError **error)
{
    CRANE_IMAGE(image);
    const char *text = run->arguments[0];
    g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func(g_free);
    bool is_full = flags_boolean(run->flags, "full-ref");
    /* A repository has no tag: what is wrong with one is said in the library's words for names. */
    if (!crane_image_parse(text, &image, NULL) || image.reference->tag != NULL ||
        image.reference->digest != NULL)
        return crane_fail_unknown(error);
    const struct crane_options *options = run->options;
    if (options->has_all_tags != NULL &&
        !options->has_all_tags(options->self, image.reference->path))
        return crane_fail_unknown(error);
    if (!list(run, &image, tags, error))
        return false;
    g_autofree char *name = ggcr_repository_name(image.reference);
    for (guint i = 0; i < tags->len; i++) {
        const char *tag = g_ptr_array_index(tags, i);
        if (flags_boolean(run->flags, "omit-digest-tags") && g_str_has_prefix(tag, "sha256-"))
            continue;
        command_print(run->call, "%s%s%s\n", is_full ? name : "", is_full ? ":" : "", tag);
    }
    return true;
}

const struct crane_command crane_ls = {
    .name = "ls",
    .flags = ls_flags,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_ls,
};
