/* What the Engine shows of a container: its row of the list and inspect (captures 18, 21, 23c). */
#include "mocks/dockerd/api.h"

#include "base/units.h"
#include "mocks/dockerd/container_config.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

/* ---- words ---- */

/* go-units HumanDuration, as far as containers of a rehearsal get. */
static char *human_duration(int64_t duration_us)
{
    int64_t seconds = duration_us / SECOND_US;
    if (seconds < 1)
        return g_strdup("Less than a second");
    if (seconds == 1)
        return g_strdup("1 second");
    if (seconds < 60)
        return g_strdup_printf("%d seconds", (int)seconds);
    if (seconds < 120)
        return g_strdup("About a minute");
    if (seconds < 3600)
        return g_strdup_printf("%d minutes", (int)(seconds / 60));
    if (seconds < 7200)
        return g_strdup("About an hour");
    return g_strdup_printf("%d hours", (int)(seconds / 3600));
}

/* moby container/state.go: State.String and Health.String */
static char *up_text(struct container *container, const char *up)
{
    const char *health = container_health(container);
    if (health == NULL)
        return g_strdup_printf("Up %s", up);
    bool is_starting = g_str_equal(health, "starting");
    return g_strdup_printf("Up %s (%s%s)", up, is_starting ? "health: " : "", health);
}

static char *status_text(struct container *container)
{
    int64_t now_us = dockerd_now_us(container->dockerd);
    g_autofree char *up = human_duration(now_us - container->started_us);
    g_autofree char *ago = human_duration(now_us - container->finished_us);

    switch (container->state) {
    case CONTAINER_CREATED:
        return g_strdup("Created");
    case CONTAINER_RUNNING:
        return up_text(container, up);
    case CONTAINER_RESTARTING:
        return g_strdup_printf("Restarting (%d) %s ago", container->exit_code, ago);
    case CONTAINER_EXITED:
        return g_strdup_printf("Exited (%d) %s ago", container->exit_code, ago);
    case CONTAINER_REMOVED:
        return g_strdup("Removal In Progress");
    }
    g_assert_not_reached();
}

/* Arguments with blanks are shown in single quotes (capture 21). */
static char *command_text(const struct container *container)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; container->arguments[i] != NULL; i++) {
        const char *argument = container->arguments[i];
        bool is_quoted = i > 0 && strchr(argument, ' ') != NULL;
        g_string_append_printf(text, "%s%s%s%s", i > 0 ? " " : "", is_quoted ? "'" : "", argument,
                               is_quoted ? "'" : "");
    }
    return g_string_free(text, FALSE);
}

static json_t *mounts_shape(const struct container *container)
{
    json_t *list = json_array();
    for (guint i = 0; i < container->mounts->len; i++) {
        const struct mount *mount = g_ptr_array_index(container->mounts, i);
        g_autofree char *source = g_strdup_printf(
            "%s/volumes/%s/_data", dockerd_data_root(container->dockerd), mount->volume->name);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "Type",
                                              "volume", "Name", mount->volume->name, "Source",
                                              source, "Destination", mount->target, "Driver",
                                              "local", "Mode", "z", "RW", 1, "Propagation", ""));
    }
    return list;
}

/* ---- list ---- */

static int64_t image_bytes(const struct container *container)
{
    const struct image *image =
        image_store_find_id(&container->dockerd->images, container->image_id);
    return image == NULL ? 0 : image_size_bytes(image);
}

json_t *container_summary(struct container *container, bool has_size)
{
    g_autofree char *name = g_strconcat("/", container->name, NULL);
    g_autofree char *command = command_text(container);
    g_autofree char *status = status_text(container);
    json_t *summary =
        json_pack("{s:s, s:[s], s:s, s:s, s:s, s:I, s:o, s:o, s:s, s:s, s:{s:s}, s:{s:o}, s:o}",
                  "Id", container->id, "Names", name, "Image", container->image_name, "ImageID",
                  container->image_id, "Command", command, "Created",
                  (json_int_t)dockerd_unix_time(container->created_us), "Ports",
                  container_port_list(container), "Labels", container_labels(container), "State",
                  container_state_text(container), "Status", status, "HostConfig", "NetworkMode",
                  container_network_mode(container), "NetworkSettings", "Networks",
                  container_networks(container), "Mounts", mounts_shape(container));
    if (!has_size)
        return summary;
    int64_t own_bytes = container_size_bytes(container);
    if (own_bytes > 0) /* left out when zero (capture 23c) */
        json_object_set_new(summary, "SizeRw", json_integer(own_bytes));
    json_object_set_new(summary, "SizeRootFs", json_integer(image_bytes(container) + own_bytes));
    return summary;
}

/* ---- inspect ---- */

/* Defaults that the daemon fills in where create left them empty (capture 18). */
static const char host_config_template[] =
    "{\"Binds\":null,\"ContainerIDFile\":\"\",\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{}},"
    "\"NetworkMode\":\"default\",\"PortBindings\":{},\"RestartPolicy\":{\"Name\":\"no\","
    "\"MaximumRetryCount\":0},\"AutoRemove\":false,\"VolumeDriver\":\"\",\"VolumesFrom\":null,"
    "\"CapAdd\":null,\"CapDrop\":null,\"CgroupnsMode\":\"host\",\"Dns\":[],\"DnsOptions\":[],"
    "\"DnsSearch\":[],\"ExtraHosts\":null,\"GroupAdd\":null,\"IpcMode\":\"private\",\"Cgroup\":"
    "\"\","
    "\"Links\":null,\"OomScoreAdj\":0,\"PidMode\":\"\",\"Privileged\":false,"
    "\"PublishAllPorts\":false,\"ReadonlyRootfs\":false,\"SecurityOpt\":null,\"UTSMode\":\"\","
    "\"UsernsMode\":\"\",\"ShmSize\":67108864,\"Runtime\":\"runc\",\"ConsoleSize\":[0,0],"
    "\"Isolation\":\"\",\"CpuShares\":0,\"Memory\":0,\"NanoCpus\":0,\"CgroupParent\":\"\","
    "\"BlkioWeight\":0,\"BlkioWeightDevice\":[],\"BlkioDeviceReadBps\":[],"
    "\"BlkioDeviceWriteBps\":[],\"BlkioDeviceReadIOps\":[],\"BlkioDeviceWriteIOps\":[],"
    "\"CpuPeriod\":0,\"CpuQuota\":0,\"CpuRealtimePeriod\":0,\"CpuRealtimeRuntime\":0,"
    "\"CpusetCpus\":\"\",\"CpusetMems\":\"\",\"Devices\":[],\"DeviceCgroupRules\":null,"
    "\"DeviceRequests\":null,\"KernelMemory\":0,\"KernelMemoryTCP\":0,\"MemoryReservation\":0,"
    "\"MemorySwap\":0,\"MemorySwappiness\":null,\"OomKillDisable\":false,\"PidsLimit\":null,"
    "\"Ulimits\":[],\"CpuCount\":0,\"CpuPercent\":0,\"IOMaximumIOps\":0,\"IOMaximumBandwidth\":0,"
    "\"MaskedPaths\":[\"/proc/asound\",\"/proc/acpi\",\"/proc/kcore\",\"/proc/keys\","
    "\"/proc/latency_stats\",\"/proc/timer_list\",\"/proc/timer_stats\",\"/proc/sched_debug\","
    "\"/proc/scsi\",\"/sys/firmware\"],\"ReadonlyPaths\":[\"/proc/bus\",\"/proc/fs\","
    "\"/proc/irq\",\"/proc/sys\",\"/proc/sysrq-trigger\"]}";

static bool is_empty(json_t *value)
{
    return json_is_null(value) || json_integer_value(value) == -1 ||
           (json_is_string(value) && *json_string_value(value) == '\0') ||
           (json_is_integer(value) && json_integer_value(value) == 0);
}

static json_t *host_config_shape(const struct container *container)
{
    struct dockerd *dockerd = container->dockerd;
    if (dockerd->host_config_defaults == NULL)
        dockerd->host_config_defaults =
            json_parse_bytes(host_config_template, strlen(host_config_template), NULL);
    json_t *shape = json_copy(dockerd->host_config_defaults);
    const char *key;
    json_t *value;

    json_object_foreach (container->host_config, key, value)
        if (!is_empty(value) && !g_str_equal(key, "LogConfig"))
            json_object_set(shape, key, value);
    if (!container_is_privileged(container))
        return shape;
    json_object_set_new(shape, "SecurityOpt", json_pack("[s]", "label=disable"));
    json_object_set_new(shape, "MaskedPaths", json_null());
    json_object_set_new(shape, "ReadonlyPaths", json_null());
    return shape;
}

static json_t *state_shape(struct container *container)
{
    static const char never[] = "0001-01-01T00:00:00Z";
    bool was_started = container->main_task != NULL;
    bool is_up = was_started && container->state == CONTAINER_RUNNING;
    g_autofree char *started = dockerd_time_text(container->started_us);
    g_autofree char *finished = dockerd_time_text(container->finished_us);

    const char *health = container_health(container);
    json_t *shape =
        json_pack("{s:s, s:b, s:b, s:b, s:b, s:b, s:i, s:i, s:s, s:s, s:s}", "Status",
                  container_state_text(container), "Running", container_is_running(container),
                  "Paused", 0, "Restarting", container->state == CONTAINER_RESTARTING, "OOMKilled",
                  container->is_out_of_memory, "Dead", 0, "Pid",
                  is_up ? container->main_task->host_pid : 0, "ExitCode", container->exit_code,
                  "Error", container->start_error != NULL ? container->start_error : "",
                  "StartedAt", was_started ? started : never, "FinishedAt",
                  container->exit_count > 0 && was_started ? finished : never);
    if (health != NULL)
        json_object_set_new(
            shape, "Health",
            json_pack("{s:s, s:i, s:[]}", "Status", health, "FailingStreak", 0, "Log"));
    return shape;
}

static json_t *network_settings_shape(const struct container *container)
{
    bool is_up = container->state == CONTAINER_RUNNING;
    g_autoptr(json_t) networks = container_networks(container);
    /* Of the default bridge alone, as it was before there were others. */
    g_autoptr(json_t) bridge = json_incref(json_get_object(networks, "bridge"));
    return json_pack(
        "{s:s, s:s, s:b, s:s, s:i, s:o, s:s, s:n, s:n, s:s, s:s, s:s, s:i, s:s, s:i, s:s, s:s, "
        "s:O}",
        "Bridge", "", "SandboxID", is_up ? container->id : "", "HairpinMode", 0,
        "LinkLocalIPv6Address", "", "LinkLocalIPv6PrefixLen", 0, "Ports",
        container_ports(container), "SandboxKey", is_up ? "/var/run/docker/netns/default" : "",
        "SecondaryIPAddresses", "SecondaryIPv6Addresses", "EndpointID",
        json_get_string(bridge, "EndpointID", ""), "Gateway",
        json_get_string(bridge, "Gateway", ""), "GlobalIPv6Address", "", "GlobalIPv6PrefixLen", 0,
        "IPAddress", json_get_string(bridge, "IPAddress", ""), "IPPrefixLen",
        (int)json_get_integer(bridge, "IPPrefixLen", 0), "IPv6Gateway", "", "MacAddress",
        json_get_string(bridge, "MacAddress", ""), "Networks", networks);
}

/* Running execs only; null when there is none (capture 18). */
static json_t *exec_ids(const struct container *container)
{
    json_t *list = json_array();
    for (guint i = 0; i < container->tasks->len; i++) {
        const struct task *task = g_ptr_array_index(container->tasks, i);
        if (task->is_running || !task->was_started)
            json_array_append_new(list, json_string(task->id));
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return json_null();
}

static json_t *config_shape(const struct container *container)
{
    g_autoptr(json_t) config = container_config(container);
    json_t *shape = whole_config(config);
    const char *hostname = json_get_string(shape, "Hostname", "");
    g_autofree char *short_id = g_strndup(container->id, 12);

    json_object_set_new(shape, "Labels", container_labels(container));
    if (*hostname == '\0')
        json_object_set_new(shape, "Hostname",
                            json_string(g_str_equal(container_network_mode(container), "host")
                                            ? container->dockerd->options.machine
                                            : short_id));
    return shape;
}

static void add_paths(const struct container *container, json_t *shape)
{
    static const struct {
        const char *key;
        const char *tail;
    } paths[] = {
        {"ResolvConfPath", "/resolv.conf"},
        {"HostnamePath", "/hostname"},
        {"HostsPath", "/hosts"},
    };
    g_autofree char *folder =
        g_strdup_printf("%s/containers/%s", dockerd_data_root(container->dockerd), container->id);
    g_autofree char *log = g_strdup_printf("%s/%s-json.log", folder, container->id);

    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *path = g_strconcat(folder, paths[i].tail, NULL);
        json_object_set_new(shape, paths[i].key, json_string(path));
    }
    json_object_set_new(shape, "LogPath", json_string(log));
}

HANDLER(containers_inspect)
{
    struct dockerd *dockerd = request->dockerd;
    struct container *container = container_find(dockerd, request->name, error);
    if (container == NULL)
        return false;
    g_autofree char *created = dockerd_time_text(container->created_us);
    g_autofree char *name = g_strconcat("/", container->name, NULL);
    json_t *arguments = json_array();
    for (gsize i = 1; container->arguments[i] != NULL; i++)
        json_array_append_new(arguments, json_string(container->arguments[i]));
    json_t *shape = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:{s:n, s:s}, "
        "s:o, s:o, s:o}",
        "Id", container->id, "Created", created, "Path", container->arguments[0], "Args", arguments,
        "State", state_shape(container), "Image", container->image_id, "Name", name, "RestartCount",
        container->restart_count, "Driver", dockerd_storage_driver(dockerd), "Platform", "linux",
        "MountLabel", "", "ProcessLabel", "", "AppArmorProfile", "", "ExecIDs", exec_ids(container),
        "HostConfig", host_config_shape(container), "GraphDriver", "Data", "Name",
        dockerd_storage_driver(dockerd), "Mounts", mounts_shape(container), "Config",
        config_shape(container), "NetworkSettings", network_settings_shape(container));
    add_paths(container, shape);
    api_reply_json(request, 200, shape);
    return true;
}
