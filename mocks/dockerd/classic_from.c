/* The classic builder's images: the base of a stage, and what a stage leaves behind. */
#include "mocks/dockerd/classic_build.h"

#include "base/digest.h"

#include <string.h>

static void layer_free(void *pointer)
{
    struct layer *layer = pointer;
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_free(layer);
}

static struct layer *layer_copy(const struct layer *layer)
{
    struct layer *copy = g_new0(struct layer, 1);
    *copy = *layer;
    copy->digest = g_strdup(layer->digest);
    copy->diff_id = g_strdup(layer->diff_id);
    copy->bytes = layer->bytes != NULL ? g_bytes_ref(layer->bytes) : NULL;
    return copy;
}

static void begin_empty(struct classic_stage *stage, const char *platform)
{
    stage->platform = g_strdup(platform);
    stage->layers = g_ptr_array_new_with_free_func(layer_free);
    stage->files = build_files_new();
    stage->is_cached = true;
}

/* ---- bases ---- */

/* The entry of X-Registry-Config for the image's registry. */
static struct credentials read_credentials(const struct classic_build *build, const char *name)
{
    AUTO(reference) reference = reference_parse(name, /* default_tag= */ true, NULL);
    const json_t *entry =
        reference != NULL ? json_get_object(build->registry_config, reference->domain) : NULL;
    if (entry == NULL && reference != NULL && strcmp(reference->domain, "docker.io") == 0)
        entry = json_get_object(build->registry_config, "https://index.docker.io/v1/");
    return (struct credentials){
        .username = json_get_string(entry, "username", NULL),
        .password = json_get_string(entry, "password", NULL),
    };
}

static bool is_local(const struct classic_build *build, const char *name, const char *platform)
{
    GBytes *config = NULL;
    GPtrArray *layers = NULL;
    if (!dockerd_image_content(build->dockerd, name, platform, &config, &layers))
        return false;
    /* Before 25 whatever is there is taken, of any platform (capture 31). */
    if (build->dockerd->personality->has_old_words)
        return true;
    g_autofree char *found = image_config_platform(config);
    return strcmp(found, platform) == 0;
}

bool classic_obtain_image(struct classic_build *build, const char *name, const char *platform,
                          GError **error)
{
    struct credentials credentials = read_credentials(build, name);
    if (!build->pulls_always && is_local(build, name, platform))
        return true;
    return dockerd_pull(build->dockerd, name, platform, &credentials, job_tell_progress,
                        build->outlet, error);
}

static bool begin_on_image(struct classic_build *build, struct classic_stage *stage, GError **error)
{
    const char *name = stage->stage->base_name;
    GBytes *config = NULL;
    GPtrArray *layers = NULL;
    if (!classic_obtain_image(build, name, stage->stage->platform, error))
        return false;
    if (!dockerd_image_content(build->dockerd, name, stage->stage->platform, &config, &layers))
        return engine_fail(error, 404, "No such image: %s", name);
    g_autofree char *platform = image_config_platform(config);
    begin_empty(stage, platform);
    stage->base = json_parse_gbytes(config, error);
    stage->key = digest_of_bytes(config);
    build_files_open(stage->files, "");
    for (guint i = 0; i < layers->len; i++)
        g_ptr_array_add(stage->layers, layer_of_stored(g_ptr_array_index(layers, i)));
    AUTO(local_image_facts) facts = dockerd_find_image(build->dockerd, name);
    stage->image_id = g_strdup(facts->id);
    classic_say_image(build, stage->image_id);
    return stage->base != NULL;
}

static void begin_on_stage(struct classic_build *build, struct classic_stage *stage,
                           const struct classic_stage *other)
{
    begin_empty(stage, other->platform);
    stage->key = g_strdup(other->key);
    stage->image_id = g_strdup(other->image_id);
    stage->base = json_incref(other->base);
    build_files_put_all(stage->files, other->files);
    for (guint i = 0; i < other->layers->len; i++)
        g_ptr_array_add(stage->layers, layer_copy(g_ptr_array_index(other->layers, i)));
    classic_say_image(build, stage->image_id);
}

bool classic_begin_stage(struct classic_build *build, struct classic_stage *stage, GError **error)
{
    const struct plan_stage *plan_stage = stage->stage;
    if (plan_stage->platform_error != NULL)
        return engine_fail(error, 400, "%s", plan_stage->platform_error);
    if (plan_stage->base_stage != STAGE_NONE) {
        begin_on_stage(build, stage,
                       g_ptr_array_index(build->stages, (guint)plan_stage->base_stage));
        return true;
    }
    if (!plan_stage->is_scratch)
        return begin_on_image(build, stage, error);
    begin_empty(stage, plan_stage->platform);
    stage->key = digest_of("scratch", strlen("scratch"));
    stage->image_id = g_strdup(stage->key);
    classic_say(build, " ---> \n");
    return true;
}

/* ---- results ---- */

static GBytes *make_config(const struct classic_stage *stage)
{
    g_auto(GStrv) parts = g_strsplit(stage->platform, "/", 3);
    /* The same steps give the same image, whenever they are run: so does a build from the cache. */
    g_autofree char *created = dockerd_time_text(0);
    g_autoptr(json_t) diff_ids = json_array();
    for (guint i = 0; i < stage->layers->len; i++)
        json_array_append_new(
            diff_ids, json_string(((struct layer *)g_ptr_array_index(stage->layers, i))->diff_id));
    g_autoptr(json_t) config =
        json_pack("{s:s, s:O, s:s, s:s, s:{s:s, s:O}}", "architecture", parts[1], "config",
                  stage->stage->config, "created", created, "os", parts[0], "rootfs", "type",
                  "layers", "diff_ids", diff_ids);
    if (parts[2] != NULL)
        json_object_set_new(config, "variant", json_string(parts[2]));
    return json_bytes(config);
}

bool classic_store_stage(struct classic_build *build, struct classic_stage *stage,
                         const char *const *tags, GError **error)
{
    if (stage->stage->steps->len == 0 && tags == NULL)
        return true; /* the base itself */
    /* FROM scratch with nothing after it; a LABEL is enough to make an image without layers. */
    if (stage->layers->len == 0 && stage->stage->instructions->len == 0)
        return engine_fail(error, 400, "No image was generated. Is your Dockerfile empty?");
    g_autoptr(GBytes) config = make_config(stage);
    g_free(stage->image_id);
    stage->image_id = NULL;
    return dockerd_store_image(build->dockerd, tags, config, stage->layers, &stage->image_id,
                               error);
}
