/* Builds the world of a plan, and takes it down again. */
#include "harness/stage.h"

#include "base/units.h"
#include "harness/left_behind.h"
#include "harness/public_world.h"
#include "harness/world_default.h"
#include "mocks/buildkit/buildkit.h"

#include <string.h>

#define DEFAULT_LAYER_BYTES (30 * MIB_BYTES)

static const struct setting_registry *setting_of(const struct stage *stage, const char *service)
{
    const GPtrArray *registries = stage->plan->scenario->setting.registries;
    for (guint i = 0; i < registries->len; i++) {
        const struct setting_registry *each = g_ptr_array_index(registries, i);
        if (strcmp(each->service, service) == 0)
            return each;
    }
    return NULL;
}

/* A registry lets in whom the policy's credentials name. */
static void set_login(const struct stage *stage, struct registry_options *options)
{
    if (stage->plan->scenario->policy == NULL)
        return;
    const GPtrArray *credentials = stage->plan->scenario->policy->credentials;
    for (guint i = 0; i < credentials->len; i++) {
        const struct policy_credentials *each = g_ptr_array_index(credentials, i);
        if (strcmp(each->registry, options->service->name) != 0)
            continue;
        options->user = each->username;
        options->secret = each->password;
    }
}

void stage_add_registry(struct stage *stage, const struct registry_service *service,
                        bool needs_login_to_push)
{
    const struct setting_registry *wanted = setting_of(stage, service->name);
    struct registry_options options = {
        .service = service,
        .needs_login_to_push = needs_login_to_push,
        .is_virtual = true,
        .image_cache = stage->images,
    };
    if (wanted != NULL) {
        options.rate_limit = (struct registry_rate_limit){
            wanted->rate_limit.limit, wanted->rate_limit.window_us, wanted->rate_limit.used};
        options.needs_login_to_pull = wanted->needs_login_to_pull;
        options.needs_login_to_push = !wanted->is_push_open;
    }
    set_login(stage, &options);
    struct registry *registry = registry_new(stage->world, &options);
    if (stage->plan->scenario->pipeline != NULL)
        public_world_open(stage, registry);
    g_ptr_array_add(stage->registries, registry);
}

struct registry *stage_registry(const struct stage *stage, const char *domain)
{
    for (guint i = 0; i < stage->registries->len; i++) {
        struct registry *registry = g_ptr_array_index(stage->registries, i);
        if (strcmp(registry_service_of(registry)->name, domain) == 0)
            return registry;
    }
    return NULL;
}

/* Any known service, added to the world when it is first named. */
static struct registry *open_registry(struct stage *stage, const char *service)
{
    if (stage_registry(stage, service) == NULL)
        stage_add_registry(stage, registry_service_find(service),
                           /* needs_login_to_push= */ true);
    return stage_registry(stage, service);
}

static void add_registries(struct stage *stage)
{
    const GPtrArray *wanted = stage->plan->scenario->setting.registries;
    gsize count = 0;
    const struct default_registry *defaults = default_registries(&count);

    stage->registries = g_ptr_array_new();
    for (gsize i = 0; i < count; i++)
        stage_add_registry(stage, registry_service_find(defaults[i].service),
                           defaults[i].needs_login_to_push);
    for (guint i = 0; i < wanted->len; i++) {
        const struct setting_registry *each = g_ptr_array_index(wanted, i);
        open_registry(stage, each->service);
    }
}

static void add_default_images(struct stage *stage)
{
    gsize count = 0;
    const struct default_image *images = default_images(&count);
    for (gsize i = 0; i < count; i++) {
        const struct image_spec spec = default_image_spec(&images[i]);
        registry_add_image(stage_registry(stage, images[i].service), &spec);
    }
}

static void add_image(struct stage *stage, const struct setting_image *image)
{
    static const char *const default_platforms[] = {"linux/amd64", "linux/arm64", NULL};
    AUTO(reference) reference = reference_parse(image->name, /* default_tag= */ true, NULL);
    gsize layer_count = g_strv_length(image->layers);
    g_autofree int64_t *layer_bytes = g_new0(int64_t, layer_count + 1);

    for (gsize i = 0; i < layer_count; i++)
        if (!size_parse(image->layers[i], &layer_bytes[i], NULL))
            g_assert_not_reached(); /* setting.c has looked at it */
    if (layer_count == 0)
        layer_bytes[layer_count++] = DEFAULT_LAYER_BYTES;
    const struct image_spec spec = {
        .repository = reference->path,
        .tag = reference->tag,
        .platforms =
            image->platforms[0] != NULL ? (const char *const *)image->platforms : default_platforms,
        .layer_bytes = layer_bytes,
        .layer_count = layer_count,
        .environment = (const char *const *)image->environment,
        .is_index = !image->is_bare,
    };
    registry_add_image(open_registry(stage, reference->domain), &spec);
}

struct machine *stage_add_machine(struct stage *stage, const struct plan_leg *leg)
{
    static const struct container_program *const programs[] = {&buildkit_program, NULL};
    const struct setting_machine *wanted = &stage->plan->scenario->setting.machine;
    struct machine *machine = g_new0(struct machine, 1);
    g_autoptr(GError) error = NULL;

    machine->leg = leg;
    machine->disk = disk_new(stage->world, leg->machine, leg->disk_bytes, leg->disk_used_bytes);
    const struct dockerd_options options = {
        .world = stage->world,
        .machine = leg->machine,
        .profile = leg->profile,
        .disk = machine->disk,
        .programs = programs,
        .engine_builder = &buildkit_program,
        .emulators = (const char *const *)wanted->emulators,
        .emulation_factor = wanted->emulation_factor,
        .registry_mirrors = (const char *const *)wanted->registry_mirrors,
    };
    machine->dockerd = dockerd_new(&options);
    if (!left_behind_put(wanted, machine->dockerd, leg->profile->platform, &error))
        machine->misfit = g_strdup(error->message);
    machine->http =
        http_new(stage->loop, world_opener(stage->world, leg->machine, "engine"), "engine");
    g_ptr_array_add(stage->machines, machine);
    return machine;
}

const char *stage_misfit(const struct stage *stage)
{
    for (guint i = 0; i < stage->machines->len; i++) {
        const struct machine *machine = g_ptr_array_index(stage->machines, i);
        if (machine->misfit != NULL)
            return machine->misfit;
    }
    return NULL;
}

static void restart_engine(void *context, const char *machine, int64_t down_us)
{
    const struct stage *stage = context;
    for (guint i = 0; i < stage->machines->len; i++) {
        const struct machine *each = g_ptr_array_index(stage->machines, i);
        if (machine == NULL || strcmp(each->leg->machine, machine) == 0)
            dockerd_restart(each->dockerd, down_us);
    }
}

static void add_weather(struct stage *stage, bool is_clear)
{
    const struct faults_actions actions = {.context = stage, .restart_engine = restart_engine};
    stage->faults = faults_new(stage->plan->scenario->faults, stage->plan->seed);
    faults_set_actions(stage->faults, &actions);
    if (!is_clear)
        faults_attach(stage->faults, stage->world);
}

struct stage *stage_new(const struct plan *plan, struct loop *loop, struct trace *trace,
                        struct image_cache *images, bool is_clear, GError **error)
{
    const struct setting *setting = &plan->scenario->setting;
    const struct world_options options = {
        .seed = plan->seed, .network = plan->network, .trace = trace, .date_s = setting->date_s};
    struct world *world = world_new(loop, &options, error);
    if (world == NULL)
        return NULL;

    struct stage *stage = g_new0(struct stage, 1);
    stage->plan = plan;
    stage->loop = loop;
    stage->world = world;
    stage->images = images;
    stage->machines = g_ptr_array_new();
    if (plan->scenario->pipeline != NULL)
        public_world_begin(stage);
    add_registries(stage);
    add_default_images(stage);
    for (guint i = 0; i < setting->images->len; i++)
        add_image(stage, g_ptr_array_index(setting->images, i));
    for (guint i = 0; i < plan->legs->len; i++)
        stage_add_machine(stage, g_ptr_array_index(plan->legs, i));
    add_weather(stage, is_clear);
    return stage;
}

/* Clients first, then what handlers stand on, then the disks, the world last. */
void stage_free(struct stage *stage)
{
    if (stage == NULL)
        return;
    for (guint i = 0; i < stage->machines->len; i++)
        http_free(((struct machine *)g_ptr_array_index(stage->machines, i))->http);
    world_end_exchanges(stage->world);
    for (guint i = 0; i < stage->machines->len; i++) {
        struct machine *machine = g_ptr_array_index(stage->machines, i);
        dockerd_free(machine->dockerd);
        disk_free(machine->disk);
        g_free(machine->misfit);
        g_free(machine);
    }
    for (guint i = 0; i < stage->registries->len; i++)
        registry_free(g_ptr_array_index(stage->registries, i));
    public_world_end(stage);
    world_set_weather(stage->world, NULL);
    faults_free(stage->faults);
    world_free(stage->world);
    g_ptr_array_unref(stage->machines);
    g_ptr_array_unref(stage->registries);
    g_free(stage);
}
