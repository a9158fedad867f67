/* Endpoints about the Engine itself: _ping, version, info, system/df, events. */
#include "mocks/dockerd/api.h"

#include "base/limits.h"
#include "base/units.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

HANDLER(system_ping)
{
    struct exchange *exchange = request->exchange;
    const char *builder = request->dockerd->personality->builder_version;
    bool is_head = g_str_equal(exchange_method(exchange), "HEAD");

    (void)error;
    exchange_set_header(exchange, "Cache-Control", "no-cache, no-store, must-revalidate");
    exchange_set_header(exchange, "Pragma", "no-cache");
    if (builder != NULL) {
        exchange_set_header(exchange, "Builder-Version", builder);
        exchange_set_header(exchange, "Swarm", "inactive");
    }
    exchange_reply_text(exchange, 200, "text/plain; charset=utf-8", is_head ? "" : "OK");
    return true;
}

static const char *processor_of(const struct dockerd *dockerd)
{
    return dockerd->options.profile->platform + strlen("linux/");
}

static json_t *component(const char *name, const char *version, json_t *details)
{
    return json_pack("{s:s, s:s, s:o}", "Name", name, "Version", version, "Details", details);
}

/* capture 01 */
HANDLER(system_version)
{
    const struct machine_profile *profile = request->dockerd->options.profile;
    const struct personality *words = request->dockerd->personality;
    const char *processor = processor_of(request->dockerd);
    const char *kernel = "6.8.0-1041-azure";
    const char *platform_name = words->builder_version != NULL ? "Docker Engine - Community" : "";
    json_t *engine = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "ApiVersion", profile->api_version, "Arch",
        processor, "BuildTime", words->build_time, "Experimental",
        request->dockerd->configuration->is_experimental ? "true" : "false", "GitCommit",
        words->git_commit, "GoVersion", words->go_version, "KernelVersion", kernel, "MinAPIVersion",
        profile->api_version_min, "Os", "linux");
    json_t *components = json_array();

    (void)error;
    json_array_append_new(components, component("Engine", profile->engine_version, engine));
    json_array_append_new(components, component("containerd", words->containerd_version,
                                                json_pack("{s:s}", "GitCommit", "")));
    json_array_append_new(
        components, component("runc", words->runc_version, json_pack("{s:s}", "GitCommit", "")));
    json_array_append_new(components,
                          component("docker-init", "0.19.0", json_pack("{s:s}", "GitCommit", "")));
    api_reply_json(
        request, 200,
        json_pack("{s:{s:s}, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "Platform", "Name",
                  platform_name, "Components", components, "Version", profile->engine_version,
                  "ApiVersion", profile->api_version, "MinAPIVersion", profile->api_version_min,
                  "GitCommit", words->git_commit, "GoVersion", words->go_version, "Os", "linux",
                  "Arch", processor, "KernelVersion", kernel, "BuildTime", words->build_time));
    return true;
}

/* What /info says on every machine (capture 02); the rest is set below. */
static const char info_template[] =
    "{\"ID\":\"\",\"Containers\":0,\"ContainersRunning\":0,\"ContainersPaused\":0,"
    "\"ContainersStopped\":0,\"Images\":0,\"Driver\":\"\",\"DriverStatus\":[],"
    "\"Plugins\":{\"Volume\":[\"local\"],\"Network\":[\"bridge\",\"host\",\"ipvlan\",\"macvlan\","
    "\"null\",\"overlay\"],\"Authorization\":null,\"Log\":[\"awslogs\",\"fluentd\",\"gcplogs\","
    "\"gelf\",\"journald\",\"json-file\",\"local\",\"logentries\",\"splunk\",\"syslog\"]},"
    "\"MemoryLimit\":true,\"SwapLimit\":true,\"KernelMemory\":true,\"KernelMemoryTCP\":true,"
    "\"CpuCfsPeriod\":true,\"CpuCfsQuota\":true,\"CPUShares\":true,\"CPUSet\":true,"
    "\"PidsLimit\":true,\"IPv4Forwarding\":true,\"BridgeNfIptables\":true,"
    "\"BridgeNfIp6tables\":true,\"Debug\":false,\"NFd\":22,\"OomKillDisable\":true,"
    "\"NGoroutines\":39,\"SystemTime\":\"\",\"LoggingDriver\":\"json-file\",\"CgroupDriver\":\"\","
    "\"CgroupVersion\":\"\",\"NEventsListener\":0,\"KernelVersion\":\"6.8.0-1041-azure\","
    "\"OperatingSystem\":\"Ubuntu\",\"OSVersion\":\"\",\"OSType\":\"linux\",\"Architecture\":\"\","
    "\"IndexServerAddress\":\"https://index.docker.io/v1/\",\"RegistryConfig\":{"
    "\"AllowNondistributableArtifactsCIDRs\":[],\"AllowNondistributableArtifactsHostnames\":[],"
    "\"InsecureRegistryCIDRs\":[\"127.0.0.0/8\"],\"IndexConfigs\":{\"docker.io\":{"
    "\"Name\":\"docker.io\",\"Mirrors\":[],\"Secure\":true,\"Official\":true}},\"Mirrors\":[]},"
    "\"NCPU\":0,\"MemTotal\":0,\"GenericResources\":null,\"DockerRootDir\":\"/var/lib/docker\","
    "\"HttpProxy\":\"\",\"HttpsProxy\":\"\",\"NoProxy\":\"\",\"Name\":\"\",\"Labels\":[],"
    "\"ExperimentalBuild\":false,\"ServerVersion\":\"\",\"Runtimes\":{"
    "\"io.containerd.runc.v2\":{\"path\":\"runc\"},\"runc\":{\"path\":\"runc\"}},"
    "\"DefaultRuntime\":\"runc\",\"Swarm\":{\"NodeID\":\"\",\"NodeAddr\":\"\","
    "\"LocalNodeState\":\"inactive\",\"ControlAvailable\":false,\"Error\":\"\","
    "\"RemoteManagers\":null},\"LiveRestoreEnabled\":false,\"Isolation\":\"\","
    "\"InitBinary\":\"docker-init\",\"ContainerdCommit\":{\"ID\":\"\",\"Expected\":\"\"},"
    "\"RuncCommit\":{\"ID\":\"\",\"Expected\":\"\"},\"InitCommit\":{\"ID\":\"\",\"Expected\":\"\"},"
    "\"SecurityOptions\":[\"name=seccomp,profile=default\"],\"Warnings\":null}";

static json_t *driver_status(const struct dockerd *dockerd)
{
    if (dockerd->images.has_containerd_layout)
        return json_pack("[[s, s]]", "driver-type", "io.containerd.snapshotter.v1");
    return json_pack("[[s, s], [s, s], [s, s], [s, s]]", "Backing Filesystem", "extfs",
                     "Supports d_type", "true", "Native Overlay Diff", "true", "userxattr",
                     "false");
}

static void count_containers(const struct dockerd *dockerd, json_t *info)
{
    int running_count = 0;
    for (guint i = 0; i < dockerd->containers->len; i++)
        if (container_is_running(g_ptr_array_index(dockerd->containers, i)))
            running_count++;
    int count = (int)dockerd->containers->len;
    json_object_set_new(info, "Containers", json_integer(count));
    json_object_set_new(info, "ContainersRunning", json_integer(running_count));
    json_object_set_new(info, "ContainersStopped", json_integer(count - running_count));
    json_object_set_new(info, "Images", json_integer(dockerd->images.images->len));
}

HANDLER(system_info)
{
    struct dockerd *dockerd = request->dockerd;
    const struct machine_profile *profile = dockerd->options.profile;
    const struct personality *words = dockerd->personality;
    if (dockerd->info_defaults == NULL)
        dockerd->info_defaults = json_parse_bytes(info_template, strlen(info_template), error);
    if (dockerd->info_defaults == NULL)
        return false;
    json_t *info = json_copy(dockerd->info_defaults);
    g_autofree char *now = dockerd_time_text(dockerd_now_us(dockerd));
    bool is_arm = g_str_equal(processor_of(dockerd), "arm64");

    count_containers(dockerd, info);
    json_object_set_new(info, "ID", json_string(dockerd->id));
    json_object_set_new(info, "Driver", json_string(dockerd_storage_driver(dockerd)));
    json_object_set_new(info, "DriverStatus", driver_status(dockerd));
    json_object_set_new(info, "SystemTime", json_string(now));
    info_add_configuration(dockerd, info);
    json_object_set_new(info, "CgroupVersion", json_string(words->cgroup_version));
    json_object_set_new(info, "Architecture", json_string(is_arm ? "aarch64" : "x86_64"));
    json_object_set_new(info, "NCPU", json_integer(profile->cores));
    json_object_set_new(info, "MemTotal", json_integer(profile->memory_bytes));
    json_object_set_new(info, "Name", json_string(dockerd->options.machine));
    json_object_set_new(info, "ServerVersion", json_string(profile->engine_version));
    api_reply_json(request, 200, info);
    return true;
}

/* ---- system df ---- */

static json_t *build_cache_shape(const struct dockerd *dockerd, int64_t *size_bytes)
{
    if (dockerd->build_cache->len == 0)
        return json_null(); /* capture 23 */
    json_t *list = json_array();
    for (guint i = 0; i < dockerd->build_cache->len; i++) {
        const struct build_record *record = g_ptr_array_index(dockerd->build_cache, i);
        g_autofree char *created = dockerd_time_text(record->created_us);
        if (!record->is_shared)
            *size_bytes += record->size_bytes;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:s, s:s, s:i}",
                                              "ID", record->id, "Parent", "", "Type", record->type,
                                              "Description", record->description, "InUse", 0,
                                              "Shared", record->is_shared, "Size",
                                              (json_int_t)record->size_bytes, "CreatedAt", created,
                                              "LastUsedAt", created, "UsageCount", 1));
    }
    return list;
}

/* captures 23, 23c */
HANDLER(system_df)
{
    struct dockerd *dockerd = request->dockerd;
    json_t *images = json_array();
    json_t *containers = json_array();
    json_t *volumes = json_array();
    int64_t cache_bytes = 0;

    (void)error;
    for (guint i = dockerd->images.images->len; i > 0; i--)
        json_array_append_new(
            images, image_summary(dockerd, g_ptr_array_index(dockerd->images.images, i - 1),
                                  request->api_minor, /* is_for_usage= */ true));
    for (guint i = dockerd->containers->len; i > 0; i--)
        json_array_append_new(containers,
                              container_summary(g_ptr_array_index(dockerd->containers, i - 1),
                                                /* has_size= */ true));
    for (guint i = 0; i < dockerd->volumes->len; i++)
        json_array_append_new(volumes, volume_shape(dockerd, g_ptr_array_index(dockerd->volumes, i),
                                                    /* is_for_usage= */ true));
    json_t *cache = build_cache_shape(dockerd, &cache_bytes);
    api_reply_json(request, 200,
                   json_pack("{s:I, s:o, s:o, s:o, s:o, s:I}", "LayersSize",
                             (json_int_t)image_store_layer_bytes(&dockerd->images), "Images",
                             images, "Containers", containers, "Volumes", volumes, "BuildCache",
                             cache, "BuilderSize", (json_int_t)cache_bytes));
    return true;
}

/* ---- events ---- */

static void tell_subscribers(struct dockerd *dockerd, const char *kind, const char *action,
                             const char *name)
{
    int64_t now_us = dockerd_now_us(dockerd);
    g_autoptr(json_t) event =
        json_pack("{s:s, s:s, s:{s:s, s:{s:s}}, s:s, s:I, s:I}", "Type", kind, "Action", action,
                  "Actor", "ID", name, "Attributes", "name", name, "scope", "local", "time",
                  (json_int_t)dockerd_unix_time(now_us), "timeNano",
                  (json_int_t)(dockerd_unix_time(now_us) * SECOND_US + now_us % SECOND_US) * 1000);
    g_autofree char *text = json_text(event);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    for (guint i = 0; i < dockerd->subscribers->len; i++)
        outlet_offer(g_ptr_array_index(dockerd->subscribers, i), line, strlen(line));
}

void dockerd_note(struct dockerd *dockerd, const char *kind, const char *action, const char *name,
                  const char *detail)
{
    struct trace *trace = world_trace(dockerd->world);
    trace_begin(trace, "engine");
    trace_string(trace, "machine", dockerd->options.machine);
    trace_string(trace, "kind", kind);
    trace_string(trace, "action", action);
    if (name != NULL)
        trace_string(trace, "name", name);
    if (detail != NULL)
        trace_string(trace, "detail", detail);
    trace_end(trace);
    if (dockerd->subscribers->len > 0)
        tell_subscribers(dockerd, kind, action, name == NULL ? "" : name);
}

/* Ends with ?until=UNIX-TIME, else with the connection. */
HANDLER(system_events)
{
    struct dockerd *dockerd = request->dockerd;
    const char *until = exchange_query_value(request->exchange, "until");
    AUTO(outlet) outlet = outlet_new(dockerd->loop);
    DEADLINE(limit);

    if (until != NULL) {
        int64_t now_s = dockerd_unix_time(dockerd_now_us(dockerd));
        int64_t end_s =
            CLAMP(g_ascii_strtoll(until, NULL, 10), now_s, now_s + VIRTUAL_TIME_US_MAX / SECOND_US);
        deadline_begin(dockerd->loop, &limit, "until", (end_s - now_s) * SECOND_US);
    }
    exchange_set_header(request->exchange, "Content-Type", "application/json");
    exchange_stream_begin(request->exchange, 200);
    g_ptr_array_add(dockerd->subscribers, outlet_ref(outlet));
    bool is_over = outlet_pump(outlet, request->exchange, error);
    g_ptr_array_remove(dockerd->subscribers, outlet);
    if (is_over || limit.has_expired)
        exchange_stream_end(request->exchange);
    return true;
}
