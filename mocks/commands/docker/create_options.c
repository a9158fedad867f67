/* From options of docker run to the body of a container (cli command/container/opts.go::parse). */
#include "mocks/commands/docker/create_options.h"

#include "base/units.h"

#include "base/limits.h"

#include <string.h>

const struct flag_row create_flags[] = {
    {"add-host", 0, FLAG_LIST, NULL},
    {"attach", 'a', FLAG_LIST, NULL},
    {"cap-add", 0, FLAG_LIST, NULL},
    {"cap-drop", 0, FLAG_LIST, NULL},
    {"cidfile", 0, FLAG_TEXT, NULL},
    {"cpu-shares", 'c', FLAG_INTEGER, "0"},
    {"cpus", 0, FLAG_TEXT, NULL},
    {"device", 0, FLAG_LIST, NULL},
    {"disable-content-trust", 0, FLAG_BOOLEAN, "true"},
    {"dns", 0, FLAG_LIST, NULL},
    {"entrypoint", 0, FLAG_TEXT, NULL},
    {"env", 'e', FLAG_LIST, NULL},
    {"env-file", 0, FLAG_LIST, NULL},
    {"expose", 0, FLAG_LIST, NULL},
    {"gpus", 0, FLAG_TEXT, NULL},
    {"group-add", 0, FLAG_LIST, NULL},
    {"health-cmd", 0, FLAG_TEXT, NULL},
    {"health-interval", 0, FLAG_TEXT, NULL},
    {"health-retries", 0, FLAG_INTEGER, "0"},
    {"health-start-interval", 0, FLAG_TEXT, NULL},
    {"health-start-period", 0, FLAG_TEXT, NULL},
    {"health-timeout", 0, FLAG_TEXT, NULL},
    {"help", 0, FLAG_BOOLEAN, NULL},
    {"hostname", 'h', FLAG_TEXT, NULL},
    {"init", 0, FLAG_BOOLEAN, NULL},
    {"interactive", 'i', FLAG_BOOLEAN, NULL},
    {"ipc", 0, FLAG_TEXT, NULL},
    {"label", 'l', FLAG_LIST, NULL},
    {"link", 0, FLAG_LIST, NULL},
    {"log-driver", 0, FLAG_TEXT, NULL},
    {"log-opt", 0, FLAG_LIST, NULL},
    {"memory", 'm', FLAG_TEXT, NULL},
    {"mount", 0, FLAG_LIST, NULL},
    {"name", 0, FLAG_TEXT, NULL},
    {"network", 0, FLAG_TEXT, NULL},
    {"net", 0, FLAG_TEXT, NULL},
    {"network-alias", 0, FLAG_LIST, NULL},
    {"no-healthcheck", 0, FLAG_BOOLEAN, NULL},
    {"pid", 0, FLAG_TEXT, NULL},
    {"platform", 0, FLAG_TEXT, NULL},
    {"privileged", 0, FLAG_BOOLEAN, NULL},
    {"publish", 'p', FLAG_LIST, NULL},
    {"publish-all", 'P', FLAG_BOOLEAN, NULL},
    {"pull", 0, FLAG_TEXT, "missing"},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"read-only", 0, FLAG_BOOLEAN, NULL},
    {"restart", 0, FLAG_TEXT, "no"},
    {"rm", 0, FLAG_BOOLEAN, NULL},
    {"security-opt", 0, FLAG_LIST, NULL},
    {"shm-size", 0, FLAG_TEXT, NULL},
    {"stop-signal", 0, FLAG_TEXT, NULL},
    {"stop-timeout", 0, FLAG_INTEGER, "0"},
    {"sysctl", 0, FLAG_LIST, NULL},
    {"tmpfs", 0, FLAG_LIST, NULL},
    {"tty", 't', FLAG_BOOLEAN, NULL},
    {"ulimit", 0, FLAG_LIST, NULL},
    {"user", 'u', FLAG_TEXT, NULL},
    {"userns", 0, FLAG_TEXT, NULL},
    {"volume", 'v', FLAG_LIST, NULL},
    {"volumes-from", 0, FLAG_LIST, NULL},
    {"workdir", 'w', FLAG_TEXT, NULL},
    {0},
};

/* What the CLI sends when nothing is asked for, in its order (captures 11, 14). */
static const char plain_body[] =
    "{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\",\"AttachStdin\":false,"
    "\"AttachStdout\":true,\"AttachStderr\":true,\"Tty\":false,\"OpenStdin\":false,"
    "\"StdinOnce\":false,\"Env\":null,\"Cmd\":null,\"Image\":\"\",\"Volumes\":{},"
    "\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":{},\"HostConfig\":{"
    "\"Binds\":null,\"ContainerIDFile\":\"\",\"LogConfig\":{\"Type\":\"\",\"Config\":{}},"
    "\"NetworkMode\":\"default\",\"PortBindings\":{},\"RestartPolicy\":{\"Name\":\"no\","
    "\"MaximumRetryCount\":0},\"AutoRemove\":false,\"VolumeDriver\":\"\",\"VolumesFrom\":null,"
    "\"ConsoleSize\":[0,0],\"CapAdd\":null,\"CapDrop\":null,\"CgroupnsMode\":\"\",\"Dns\":[],"
    "\"DnsOptions\":[],\"DnsSearch\":[],\"ExtraHosts\":null,\"GroupAdd\":null,\"IpcMode\":\"\","
    "\"Cgroup\":\"\",\"Links\":null,\"OomScoreAdj\":0,\"PidMode\":\"\",\"Privileged\":false,"
    "\"PublishAllPorts\":false,\"ReadonlyRootfs\":false,\"SecurityOpt\":null,\"UTSMode\":\"\","
    "\"UsernsMode\":\"\",\"ShmSize\":0,\"Isolation\":\"\",\"CpuShares\":0,\"Memory\":0,"
    "\"NanoCpus\":0,\"CgroupParent\":\"\",\"BlkioWeight\":0,\"BlkioWeightDevice\":[],"
    "\"BlkioDeviceReadBps\":[],\"BlkioDeviceWriteBps\":[],\"BlkioDeviceReadIOps\":[],"
    "\"BlkioDeviceWriteIOps\":[],\"CpuPeriod\":0,\"CpuQuota\":0,\"CpuRealtimePeriod\":0,"
    "\"CpuRealtimeRuntime\":0,\"CpusetCpus\":\"\",\"CpusetMems\":\"\",\"Devices\":[],"
    "\"DeviceCgroupRules\":null,\"DeviceRequests\":null,\"MemoryReservation\":0,"
    "\"MemorySwap\":0,\"MemorySwappiness\":-1,\"OomKillDisable\":false,\"PidsLimit\":0,"
    "\"Ulimits\":[],\"CpuCount\":0,\"CpuPercent\":0,\"IOMaximumIOps\":0,"
    "\"IOMaximumBandwidth\":0,\"MaskedPaths\":null,\"ReadonlyPaths\":null},"
    "\"NetworkingConfig\":{\"EndpointsConfig\":{}}}";

static json_t *texts_json(const char *const *texts)
{
    json_t *list = json_array();
    for (gsize i = 0; texts[i] != NULL; i++)
        json_array_append_new(list, json_text_or_null(texts[i]));
    return list;
}

/* ---- options that are carried over as they are ---- */

static const struct {
    const char *flag;
    const char *member;
    bool is_of_host;
} carried[] = {
    {"hostname", "Hostname", false},
    {"user", "User", false},
    {"workdir", "WorkingDir", false},
    {"stop-signal", "StopSignal", false},
    {"cidfile", "ContainerIDFile", true},
    {"ipc", "IpcMode", true},
    {"pid", "PidMode", true},
    {"userns", "UsernsMode", true},
    {"cap-add", "CapAdd", true},
    {"cap-drop", "CapDrop", true},
    {"dns", "Dns", true},
    {"add-host", "ExtraHosts", true},
    {"group-add", "GroupAdd", true},
    {"link", "Links", true},
    {"security-opt", "SecurityOpt", true},
    {"volumes-from", "VolumesFrom", true},
    {"rm", "AutoRemove", true},
    {"privileged", "Privileged", true},
    {"publish-all", "PublishAllPorts", true},
    {"read-only", "ReadonlyRootfs", true},
    {"init", "Init", true},
    {"cpu-shares", "CpuShares", true},
    {"tty", "Tty", false},
    {"interactive", "OpenStdin", false},
};

static enum flag_kind kind_of(const char *name)
{
    for (const struct flag_row *row = create_flags; row->name != NULL; row++)
        if (g_str_equal(row->name, name))
            return row->kind;
    g_assert_not_reached();
}

static json_t *flag_json(const struct flags *flags, const char *name)
{
    switch (kind_of(name)) {
    case FLAG_BOOLEAN:
        return json_boolean(flags_boolean(flags, name));
    case FLAG_INTEGER:
        return json_integer(flags_integer(flags, name));
    case FLAG_LIST:
    case FLAG_FILTER:
        return texts_json(flags_list(flags, name));
    case FLAG_TEXT:
    case FLAG_OPTIONAL:
        return json_text_or_null(flags_text(flags, name));
    }
    g_assert_not_reached();
}

static void carry_over(struct making *making)
{
    for (gsize i = 0; i < G_N_ELEMENTS(carried); i++)
        if (flags_has(making->flags, carried[i].flag))
            json_object_set_new(carried[i].is_of_host ? making->host : making->body,
                                carried[i].member, flag_json(making->flags, carried[i].flag));
}

/* ---- variables and labels ---- */

/* "NAME" alone takes the caller's value, if there is one. */
static void add_variable(struct making *making, json_t *list, const char *text)
{
    const char *value =
        strchr(text, '=') != NULL ? NULL : command_variable(making->invocation->call, text);
    g_autofree char *line = value != NULL ? g_strconcat(text, "=", value, NULL) : g_strdup(text);
    if (strchr(line, '=') != NULL)
        json_array_append_new(list, json_text_or_null(line));
}

static bool add_variable_file(struct making *making, json_t *list, const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = world_read_file(making->invocation->call, path, DOC_BYTES_MAX, error);
    if (bytes == NULL)
        return false;
    gsize length_bytes = 0;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *text = g_strndup(data, length_bytes);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        const char *line = g_strchug(lines[i]);
        if (*line != '\0' && *line != '#')
            add_variable(making, list, g_strdelimit(lines[i], "\r", '\0'));
    }
    return true;
}

static bool set_environment(struct making *making, GError **error)
{
    const char *const *files = flags_list(making->flags, "env-file");
    const char *const *variables = flags_list(making->flags, "env");
    g_autoptr(json_t) list = json_array();

    for (gsize i = 0; files[i] != NULL; i++)
        if (!add_variable_file(making, list, files[i], error))
            return false;
    for (gsize i = 0; variables[i] != NULL; i++) {
        if (*variables[i] == '=' || *variables[i] == '\0')
            return cli_refuse(error, "invalid environment variable: %s", variables[i]);
        add_variable(making, list, variables[i]);
    }
    if (json_array_size(list) > 0)
        json_object_set(making->body, "Env", list);
    return true;
}

/* ---- the rest ---- */

/* Names of its own take their aliases along; the default one is sent as it is. */
static void set_network(struct making *making)
{
    const char *option = flags_has(making->flags, "network") ? "network" : "net";
    const char *asked = flags_text(making->flags, option);
    const char *name = *asked != '\0' ? asked : "default";
    const char *const *aliases = flags_list(making->flags, "network-alias");
    bool is_plain = g_str_equal(name, "host") || g_str_equal(name, "none") ||
                    g_str_has_prefix(name, "container:");
    json_t *endpoints =
        json_get_object(json_get_object(making->body, "NetworkingConfig"), "EndpointsConfig");

    json_object_set_new(making->host, "NetworkMode", json_string(name));
    if (is_plain)
        return;
    json_object_set_new(
        endpoints, name,
        json_pack("{s:n, s:n, s:o, s:s, s:n, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:n}",
                  "IPAMConfig", "Links", "Aliases",
                  aliases[0] != NULL ? texts_json(aliases) : json_null(), "MacAddress", "",
                  "DriverOpts", "GwPriority", 0, "NetworkID", "", "EndpointID", "", "Gateway", "",
                  "IPAddress", "", "IPPrefixLen", 0, "IPv6Gateway", "", "GlobalIPv6Address", "",
                  "GlobalIPv6PrefixLen", 0, "DNSNames"));
}

static bool set_restart(struct making *making, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(flags_text(making->flags, "restart"), ":", 2);
    const char *name = parts[0] != NULL && *parts[0] != '\0' ? parts[0] : "no";
    const char *count = parts[0] != NULL && parts[1] != NULL ? parts[1] : "0";
    guint64 retries = 0;

    if (!g_ascii_string_to_unsigned(count, 10, 0, G_MAXINT, &retries, NULL))
        return cli_refuse(error,
                          "invalid restart policy format: maximum retry count must be an integer");
    if (flags_boolean(making->flags, "rm") && !g_str_equal(name, "no"))
        return cli_refuse(error, "conflicting options: cannot specify both --restart and --rm");
    json_object_set_new(
        making->host, "RestartPolicy",
        json_pack("{s:s, s:I}", "Name", name, "MaximumRetryCount", (json_int_t)retries));
    return true;
}

/* "512m": what units.RAMInBytes takes. */
static bool set_bytes(struct making *making, const char *flag, const char *member, GError **error)
{
    const char *text = flags_text(making->flags, flag);
    const char *units = "bkmgt";
    char *end = NULL;

    if (*text == '\0')
        return true;
    double size = g_ascii_strtod(text, &end);
    const char *unit = *end != '\0' ? strchr(units, g_ascii_tolower(*end)) : units;
    for (const char *each = units; unit != NULL && each < unit; each++)
        size *= 1024;
    if (end == text || unit == NULL || !(size >= 0 && size < (double)INT64_MAX))
        return cli_refuse(error, "invalid argument \"%s\" for \"--%s\" flag: invalid size: '%s'",
                          text, flag, text);
    json_object_set_new(making->host, member, json_integer((json_int_t)size));
    return true;
}

static void set_command(struct making *making)
{
    const struct invocation *invocation = making->invocation;
    const char *entrypoint = flags_text(making->flags, "entrypoint");

    json_object_set_new(making->body, "Image", json_text_or_null(invocation->arguments[0]));
    if (invocation->argument_count > 1)
        json_object_set_new(making->body, "Cmd", texts_json(invocation->arguments + 1));
    if (flags_has(making->flags, "entrypoint"))
        json_object_set_new(making->body, "Entrypoint",
                            json_pack("[o]", json_text_or_null(entrypoint)));
}

static void set_streams(struct making *making, bool is_detached)
{
    const char *const *asked = flags_list(making->flags, "attach");
    bool has_input = flags_boolean(making->flags, "interactive");
    bool wants_all = asked[0] == NULL;

    json_object_set_new(
        making->body, "AttachStdin",
        json_boolean(!is_detached && (has_input || g_strv_contains(asked, "stdin"))));
    json_object_set_new(
        making->body, "AttachStdout",
        json_boolean(!is_detached && (wants_all || g_strv_contains(asked, "stdout"))));
    json_object_set_new(
        making->body, "AttachStderr",
        json_boolean(!is_detached && (wants_all || g_strv_contains(asked, "stderr"))));
    json_object_set_new(making->body, "StdinOnce", json_boolean(!is_detached && has_input));
}

/* One duration, as the API has it: in nanoseconds. */
static bool set_period(const struct flags *flags, const char *flag, const char *member,
                       json_t *health, GError **error)
{
    const char *text = flags_text(flags, flag);
    int64_t period_us = 0;
    if (*text == '\0')
        return true;
    if (!go_duration_parse(text, &period_us))
        return cli_refuse(
            error, "invalid argument \"%s\" for \"--%s\" flag: time: invalid duration \"%s\"", text,
            flag, text);
    json_object_set_new(health, member, json_integer(period_us * 1000));
    return true;
}

static bool set_periods(const struct flags *flags, json_t *health, GError **error)
{
    static const char *const periods[][2] = {{"health-interval", "Interval"},
                                             {"health-timeout", "Timeout"},
                                             {"health-start-period", "StartPeriod"},
                                             {"health-start-interval", "StartInterval"}};
    for (gsize i = 0; i < G_N_ELEMENTS(periods); i++)
        if (!set_period(flags, periods[i][0], periods[i][1], health, error))
            return false;
    gint64 retries = g_ascii_strtoll(flags_text(flags, "health-retries"), NULL, 10);
    if (retries > 0)
        json_object_set_new(health, "Retries", json_integer(retries));
    return true;
}

/* Periods alone change those of the image's own check. */
static bool set_health(struct making *making, GError **error)
{
    const char *command = flags_text(making->flags, "health-cmd");
    g_autoptr(json_t) health = json_object();
    if (flags_boolean(making->flags, "no-healthcheck"))
        json_object_set_new(health, "Test", json_pack("[s]", "NONE"));
    else if (*command != '\0')
        json_object_set_new(health, "Test", json_pack("[s,s]", "CMD-SHELL", command));
    if (!set_periods(making->flags, health, error))
        return false;
    if (json_object_size(health) > 0)
        json_object_set(making->body, "Healthcheck", health);
    return true;
}

json_t *create_body(struct invocation *invocation, bool is_detached, GError **error)
{
    g_autoptr(json_t) body = json_parse_bytes(plain_body, strlen(plain_body), error);
    struct making making = {.invocation = invocation, .flags = invocation->flags, .body = body};

    making.host = json_get_object(body, "HostConfig");
    carry_over(&making);
    set_command(&making);
    set_streams(&making, is_detached);
    set_network(&making);
    json_object_set_new(body, "Labels", flags_pairs(flags_list(invocation->flags, "label")));
    if (!set_health(&making, error) || !set_environment(&making, error) ||
        !create_set_volumes(&making, error) || !create_set_ports(&making, error) ||
        !set_restart(&making, error) || !set_bytes(&making, "memory", "Memory", error) ||
        !set_bytes(&making, "shm-size", "ShmSize", error))
        return NULL;
    return g_steal_pointer(&body);
}
