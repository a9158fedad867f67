/* A pull into a containerd store, dockerd's or BuildKit's: HEAD, manifests by digest, then config
   and layers side by side, unpacked from the bottom (engine-contract.md B, C; capture 46). */
#include "mocks/puller/resolver.h"

#include <string.h>

static bool is_buildkit(const struct pull *pull)
{
    return pull->puller->options.kind == PULLER_BUILDKIT;
}

/* ---- manifests ---- */

static void say_pulling_from(struct pull *pull)
{
    g_autofree char *whole = reference_text(pull->reference);
    if (pull->needs_layers && !is_buildkit(pull))
        pull_say_format(pull, pull->reference->tag != NULL ? pull->reference->tag : whole,
                        "Pulling from %s", pull->reference->path);
}

static struct content *get_manifest(struct pull *pull, struct resolver *resolver,
                                    const struct descriptor *descriptor, GError **error)
{
    bool is_index = strstr(descriptor->media_type, "index") != NULL ||
                    strstr(descriptor->media_type, "list") != NULL;
    struct content *known = pull_find_content(pull, descriptor->digest);
    const struct fetch fetch = {
        .resolver = resolver,
        .pull = pull,
        .descriptor = descriptor,
        .kind = is_index ? "index" : "manifest",
    };
    g_autoptr(GBytes) bytes = NULL;

    if (!is_index)
        say_pulling_from(pull); /* the handler speaks before it fetches */
    if (known != NULL)
        return known;
    if (!fetch_content(&fetch, &bytes, error))
        return NULL;
    struct content *content = content_read(bytes, descriptor->media_type, error);
    return content != NULL ? puller_keep_content(pull->puller, content) : NULL;
}

#define MISSING_WORDS "no match for platform in manifest: not found"

static bool choose_manifest(struct pull *pull, struct resolver *resolver, GError **error)
{
    if (!pull_suffer_resolve(pull, MISSING_WORDS, error))
        return false;
    if (!pull->top->is_index) {
        pull->manifest = pull->top;
        return true;
    }
    const struct descriptor *child = content_choose(pull->top, pull->platform);
    if (child == NULL) {
        mishap_set(error, MISHAP_NO_PLATFORM, 0, MISSING_WORDS);
        return false;
    }
    pull->manifest = get_manifest(pull, resolver, child, error);
    return pull->manifest != NULL;
}

/* dockerd tells the reference with the failure; BuildKit's solver does so itself. */
static bool find_top(struct pull *pull, struct resolver *resolver, GError **error)
{
    const char *pinned = pull->reference->digest;
    AUTO(descriptor) descriptor = NULL;

    if (is_buildkit(pull) && pinned != NULL) {
        pull->top = pull_find_content(pull, pinned);
        if (pull->top != NULL)
            return true;
    }
    if (!resolver_resolve(resolver, &descriptor, error)) {
        g_autofree char *name = reference_text(pull->reference);
        bool is_told = is_buildkit(pull) || (*error != NULL && mishap_kind(*error) == MISHAP_CODED);
        if (!is_told)
            mishap_prefix(error, "failed to resolve reference \"%s\": ", name);
        return false;
    }
    pull->top = get_manifest(pull, resolver, descriptor, error);
    return pull->top != NULL;
}

/* ---- the whole ---- */

static bool fetch_image(struct pull *pull, struct resolver *resolver, GError **error)
{
    if (pull->manifest->config == NULL) {
        mishap_set(error, MISHAP_OTHER, 0, "invalid rootfs in image configuration");
        return false;
    }
    g_autoptr(GBytes) config = puller_find_config(pull->puller, pull->manifest->config->digest);
    if (config != NULL) /* the whole image is here: not even its layers are told */
        return pull_take_config(pull, config, error);
    pull->has_fetched = true;
    return parts_fetch(pull, resolver, error);
}

bool containerd_pull(struct pull *pull, GError **error)
{
    struct resolver resolver;
    resolver_init(&resolver, pull->puller, pull->reference, pull->credentials, "pull");
    bool is_fine = find_top(pull, &resolver, error) && choose_manifest(pull, &resolver, error) &&
                   fetch_image(pull, &resolver, error);
    resolver_clear(&resolver);
    if (is_fine && pull->needs_layers && !is_buildkit(pull))
        pull_say_status(pull);
    return is_fine;
}
