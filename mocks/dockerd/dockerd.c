/* A fake Docker Engine: its making and its end, and what its parts share. */
#include "mocks/dockerd/dockerd_private.h"

#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/dockerd/api.h"
#include "mocks/dockerd/stores.h"
#include "mocks/dockerd/volume.h"

#include <stdarg.h>
#include <string.h>

enum {
    FIRST_HOST_PID = 4001
};

GQuark engine_error_quark(void)
{
    return g_quark_from_static_string("seatrial-engine-error");
}

bool engine_fail(GError **error, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, ENGINE_ERROR, status, text);
    return false;
}

/* ---- making ---- */

static bool has_layer(void *context, const char *digest)
{
    struct dockerd *dockerd = context;
    return image_store_find_layer(&dockerd->images, digest) != NULL;
}

static void on_layer(void *context, const struct layer *layer)
{
    struct dockerd *dockerd = context;
    image_store_add_layer(&dockerd->images, layer);
}

static GBytes *find_config(void *context, const char *config_digest)
{
    struct dockerd *dockerd = context;
    for (guint i = 0; i < dockerd->images.images->len; i++) {
        const struct image *image = g_ptr_array_index(dockerd->images.images, i);
        for (guint j = 0; j < image->variants->len; j++) {
            const struct image_variant *variant = g_ptr_array_index(image->variants, j);
            if (g_str_equal(variant->config_digest, config_digest))
                return g_bytes_ref(variant->config);
        }
    }
    return NULL;
}

static char *find_named(void *context, const struct reference *reference)
{
    const struct dockerd *dockerd = context;
    g_autofree char *name = reference_familiar(reference);
    const struct image *image = image_store_find(&dockerd->images, name);
    return image != NULL ? g_strdup(image->id) : NULL;
}

/* A store of containerd's fetches as version 29 does, whatever the version; that of 29 which has
   the classic one, as 28. */
static enum puller_kind puller_kind_of(const struct dockerd *dockerd)
{
    enum puller_kind usual = dockerd->options.profile->puller;
    if (dockerd->images.has_containerd_layout)
        return PULLER_CONTAINERD;
    return usual == PULLER_CONTAINERD ? PULLER_DOCKER_28 : usual;
}

const char *dockerd_storage_driver(const struct dockerd *dockerd)
{
    return dockerd->images.has_containerd_layout ? "overlayfs" : "overlay2";
}

struct puller *dockerd_make_puller(struct dockerd *dockerd)
{
    const struct configuration *configuration = dockerd->configuration;
    const struct puller_options options = {
        .world = dockerd->world,
        .machine = dockerd->options.machine,
        .role = "dockerd",
        .kind = puller_kind_of(dockerd),
        .disk = dockerd->disk,
        .data_root = configuration->data_root,
        .download_slots = configuration->downloads,
        .upload_slots = configuration->uploads,
        .layer_tries = configuration->layer_tries,
        .mirrors = dockerd->options.registry_mirrors,
        .context = dockerd,
        .has_layer = has_layer,
        .on_layer = on_layer,
        .find_config = find_config,
        .find_named = find_named,
    };
    return puller_new(&options);
}

/* What the machine's image has in its daemon.json, and the mirrors that somebody wants there. */
static struct configuration *first_configuration(const struct dockerd *dockerd,
                                                 const struct dockerd_options *options)
{
    const char *text = options->profile->settings;
    g_autoptr(GBytes) bytes = g_bytes_new(text, text != NULL ? strlen(text) : 0);
    const struct configuration_source source = {
        .path = DOCKERD_SETTINGS_FILE, .text = bytes, .flags = configuration_unit_flags};
    struct configuration *configuration =
        text != NULL ? configuration_parse(&source, dockerd->personality, NULL)
                     : configuration_default();
    g_assert(configuration != NULL);
    if (options->registry_mirrors != NULL) {
        g_strfreev(configuration->registry_mirrors);
        configuration->registry_mirrors = g_strdupv((char **)options->registry_mirrors);
    }
    return configuration;
}

static void copy_options(struct dockerd *dockerd, const struct dockerd_options *options)
{
    dockerd->options = *options;
    dockerd->options.machine = g_strdup(options->machine);
    dockerd->configuration = first_configuration(dockerd, options);
    dockerd->options.registry_mirrors =
        (const char *const *)dockerd->configuration->registry_mirrors;
    dockerd->options.emulators = NULL; /* kept in a list of its own, which binfmt makes longer */
    dockerd->emulators = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; options->emulators != NULL && options->emulators[i] != NULL; i++)
        g_ptr_array_add(dockerd->emulators, g_strdup(options->emulators[i]));
}

static void make_lists(struct dockerd *dockerd)
{
    image_store_init(&dockerd->images, dockerd->personality->has_containerd_store);
    dockerd->containers = g_ptr_array_new();
    dockerd->old_pullers = g_ptr_array_new_with_free_func((GDestroyNotify)puller_free);
    dockerd->hidden = g_ptr_array_new();
    dockerd->volumes = g_ptr_array_new_with_free_func((GDestroyNotify)volume_free);
    dockerd->networks = g_ptr_array_new_with_free_func((GDestroyNotify)network_free);
    dockerd->build_cache = g_ptr_array_new_with_free_func((GDestroyNotify)build_record_free);
    dockerd->subscribers = g_ptr_array_new_with_free_func((GDestroyNotify)outlet_unref);
    dockerd->running_prunes = g_hash_table_new(g_str_hash, g_str_equal);
    network_add_predefined(dockerd);
}

/* "ILP4:3TTY:…", twelve groups of base 32. */
static char *make_engine_id(struct dockerd *dockerd)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    GString *id = g_string_new(NULL);
    for (int i = 0; i < 48; i++) {
        if (i > 0 && i % 4 == 0)
            g_string_append_c(id, ':');
        g_string_append_c(id, letters[rng_below(&dockerd->rng, 32)]);
    }
    return g_string_free(id, FALSE);
}

struct dockerd *dockerd_new(const struct dockerd_options *options)
{
    struct dockerd *dockerd = g_new0(struct dockerd, 1);
    dockerd->world = options->world;
    dockerd->loop = world_loop(options->world);
    dockerd->disk = options->disk;
    dockerd->personality = personality_find(options->profile->puller);
    dockerd->rng = world_rng(options->world, "dockerd", options->machine);
    dockerd->next_pid = FIRST_HOST_PID;
    dockerd->is_idle = true;
    copy_options(dockerd, options);
    make_lists(dockerd);
    dockerd->id = make_engine_id(dockerd);
    dockerd->http =
        http_new(dockerd->loop, world_opener(dockerd->world, dockerd->options.machine, "dockerd"),
                 "dockerd");
    dockerd->puller = dockerd_make_puller(dockerd);
    g_autofree char *site = g_strconcat(options->machine, ":/var/run/docker.sock", NULL);
    dockerd->site = world_add_site(dockerd->world, site, api_handle, dockerd);
    return dockerd;
}

/* ---- its end ---- */

void dockerd_listen(struct dockerd *dockerd, bool is_listening)
{
    site_set_listening(dockerd->site, is_listening);
    if (dockerd->own_site != NULL)
        site_set_listening(dockerd->own_site, is_listening);
}

void dockerd_halt(struct dockerd *dockerd)
{
    dockerd->is_down = true;
    if (dockerd->restart_fiber != NULL)
        fiber_cancel(dockerd->restart_fiber);
    dockerd_listen(dockerd, false);
    for (guint i = 0; i < dockerd->containers->len; i++)
        container_halt(g_ptr_array_index(dockerd->containers, i));
}

static void wait_until_idle(struct dockerd *dockerd)
{
    g_autoptr(GError) error = NULL;
    g_assert(fiber_current(dockerd->loop) == NULL);
    if (!loop_run(dockerd->loop, &dockerd->is_idle, &error))
        g_error("the Docker Engine of %s does not end: %s", dockerd->options.machine,
                error->message);
}

void dockerd_free(struct dockerd *dockerd)
{
    if (dockerd == NULL)
        return;
    dockerd_halt(dockerd);
    while (dockerd->containers->len > 0)
        container_remove(g_ptr_array_index(dockerd->containers, 0), /* has_volumes= */ false);
    wait_until_idle(dockerd);
    stores_free(dockerd);
    puller_free(dockerd->puller);
    g_ptr_array_unref(dockerd->old_pullers);
    http_free(dockerd->http);
    g_ptr_array_unref(dockerd->subscribers);
    g_ptr_array_unref(dockerd->emulators);
    g_hash_table_unref(dockerd->running_prunes);
    configuration_free(dockerd->configuration);
    g_free(dockerd->refusal);
    g_free((char *)dockerd->own_profile.engine_version);
    g_queue_clear(&dockerd->started.waiters);
    g_free((char *)dockerd->options.machine);
    g_free(dockerd->id);
    json_decref(dockerd->info_defaults);
    json_decref(dockerd->host_config_defaults);
    g_free(dockerd);
}

void dockerd_enter(struct dockerd *dockerd)
{
    dockerd->activity_count++;
    dockerd->is_idle = false;
}

void dockerd_leave(struct dockerd *dockerd)
{
    g_assert(dockerd->activity_count > 0);
    dockerd->is_idle = --dockerd->activity_count == 0;
}

/* ---- accessors ---- */

struct world *dockerd_world(const struct dockerd *dockerd)
{
    return dockerd->world;
}

const char *dockerd_machine(const struct dockerd *dockerd)
{
    return dockerd->options.machine;
}

const struct machine_profile *dockerd_profile(const struct dockerd *dockerd)
{
    return dockerd->options.profile;
}

struct disk *dockerd_disk(const struct dockerd *dockerd)
{
    return dockerd->disk;
}

const struct dockerd_options *dockerd_options_of(const struct dockerd *dockerd)
{
    return &dockerd->options;
}

const char *dockerd_data_root(const struct dockerd *dockerd)
{
    return dockerd->configuration->data_root;
}

unsigned dockerd_configuration_count(const struct dockerd *dockerd)
{
    return dockerd->configuration_count;
}

int64_t dockerd_now_us(const struct dockerd *dockerd)
{
    return loop_now_us(dockerd->loop);
}

int64_t dockerd_unix_time(int64_t now_us)
{
    return VCLOCK_EPOCH_S + now_us / SECOND_US;
}

int64_t dockerd_unix_now(const struct dockerd *dockerd)
{
    return dockerd_unix_time(dockerd_now_us(dockerd));
}

char *dockerd_time_text(int64_t now_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(dockerd_unix_time(now_us));
    g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%06d000Z", seconds, (int)(now_us % SECOND_US));
}

char *dockerd_new_id(struct dockerd *dockerd)
{
    GString *id = g_string_sized_new(64);
    for (int i = 0; i < 4; i++)
        g_string_append_printf(id, "%016" G_GINT64_MODIFIER "x", (guint64)rng_next(&dockerd->rng));
    return g_string_free(id, FALSE);
}

/* ---- shared by the parts ---- */

bool dockerd_take_disk(struct dockerd *dockerd, enum disk_account account, const char *purpose,
                       int64_t bytes, GError **error)
{
    return disk_take(dockerd->disk, account, purpose, bytes, error);
}

void dockerd_give_disk(struct dockerd *dockerd, enum disk_account account, int64_t bytes)
{
    disk_give(dockerd->disk, account, "free", bytes);
}

struct point_effect dockerd_consult(struct dockerd *dockerd, enum point point, const char *subject,
                                    const char *detail)
{
    const struct point_event event = {
        .point = point,
        .machine = dockerd->options.machine,
        .subject = subject,
        .detail = detail,
    };
    return world_consult(dockerd->world, &event);
}

/* What an amd64 or arm64 processor runs by itself. */
static bool runs_natively(const char *host, const char *platform)
{
    static const char *const pairs[][2] = {
        {"linux/amd64", "linux/386"},
        {"linux/amd64", "linux/amd64/v2"},
        {"linux/amd64", "linux/amd64/v3"},
        {"linux/arm64", "linux/arm64/v8"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (g_str_equal(pairs[i][0], host) && g_str_equal(pairs[i][1], platform))
            return true;
    return g_str_equal(host, platform);
}

static bool is_emulated(const struct dockerd *dockerd, const char *platform)
{
    return g_ptr_array_find_with_equal_func(dockerd->emulators, platform, g_str_equal, NULL);
}

/* qemu-arm runs all variants, though binfmt tells of v6 and v7 only. */
bool dockerd_runs_platform(const struct dockerd *dockerd, const char *platform)
{
    return runs_natively(dockerd->options.profile->platform, platform) ||
           is_emulated(dockerd, platform) ||
           (g_str_equal(platform, "linux/arm/v5") && is_emulated(dockerd, "linux/arm/v6"));
}
