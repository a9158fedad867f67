/* The start of a BuildKit container: driver/docker-container/driver.go, engine-contract.md E. */
#include "mocks/commands/buildx/node.h"

#include "base/archive.h"
#include "base/units.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_IMAGE "moby/buildkit:buildx-stable-1"
#define PROBE_STEP_US (120 * MILLISECOND_US)

enum {
    PROBES_MAX = 16,
    CONFLICT = 409,
    MINOR_READING_STREAMS = 21 /* before, an error inside a pull was lost (failures.md 0) */
};

static const char *image_of(const struct builder_node *node)
{
    const char *own = builder_node_option(node, "image");
    return own != NULL && *own != '\0' ? own : DEFAULT_IMAGE;
}

static bool post(struct plugin_run *run, const char *path, const json_t *body, json_t **answer,
                 GError **error)
{
    const struct docker_call call = {.method = "POST", .path = path, .json = body};
    return answer != NULL ? docker_perform_json(run->docker, &call, answer, error)
                          : docker_perform_plain(run->docker, &call, error);
}

/* ---- pulling ---- */

static bool request_pull(struct plugin_run *run, const char *image, GError **error)
{
    AUTO(reference) reference = reference_parse(image, /* default_tag= */ true, error);
    g_autofree char *header = run_auth_header(run, image);
    g_autoptr(GString) path = g_string_new("/images/create");
    if (reference == NULL)
        return false;
    g_autofree char *name = reference_name(reference);
    docker_query_append(path, "fromImage", name);
    docker_query_append(path, "tag",
                        reference->digest != NULL ? reference->digest : reference->tag);
    const struct docker_call call = {.method = "POST", .path = path->str, .header = header};
    g_autoptr(GError) reason = NULL;
    if (docker_stream_messages(run->docker, &call, run_ignore_message, NULL, &reason))
        return true;
    bool is_in_stream = reason->domain == DOCKER_ERROR && reason->code == 0;
    if (is_in_stream && run_minor(run) < MINOR_READING_STREAMS)
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

static bool has_image(struct plugin_run *run, const char *image, GError **error)
{
    g_autofree char *escaped = docker_path_escape(image);
    g_autofree char *path = g_strconcat("/images/", escaped, "/json", NULL);
    g_autoptr(json_t) facts = NULL;
    return docker_perform_json(run->docker, &(struct docker_call){.path = path}, &facts, error);
}

/* failures.md G1: a pull that fails is no matter where the image is already here. */
static bool pull(struct plugin_run *run, const char *image, struct voice *voice, GError **error)
{
    g_autofree char *name = g_strconcat("pulling image ", image, NULL);
    g_autoptr(GError) reason = NULL;
    g_autoptr(GError) second = NULL;
    struct voice_work work;

    voice_work_begin(&work, voice, name);
    bool is_pulled = request_pull(run, image, &reason);
    voice_work_end(&work);
    if (is_pulled)
        return true;
    if (reason->domain == FIBER_ERROR || !has_image(run, image, &second)) {
        run_word_error(&reason);
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    voice_line(voice, "pulling failed, using local image %s 0.0s done", image);
    return true;
}

/* ---- creating ---- */

static json_t *config_of(const char *image, json_t *entrypoint, json_t *command,
                         json_t *environment)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:o, s:o, s:s, s:n, s:s, s:o, "
                     "s:n, s:n}",
                     "Hostname", "", "Domainname", "", "User", "", "AttachStdin", 0, "AttachStdout",
                     0, "AttachStderr", 0, "Tty", 0, "OpenStdin", 0, "StdinOnce", 0, "Env",
                     environment, "Cmd", command, "Image", image, "Volumes", "WorkingDir", "",
                     "Entrypoint", entrypoint, "OnBuild", "Labels");
}

/* Always, not behind an option: an Engine without the runtime answers 500 to the start, and the
   container stays (engine-contract.md E 3). */
static bool has_gpu(struct plugin_run *run, const char *image, GError **error)
{
    g_autoptr(json_t) body =
        config_of(image, json_pack("[s]", "/bin/true"), json_null(), json_null());
    json_object_set_new(body, "HostConfig",
                        json_pack("{s:s, s:b, s:[{s:s, s:i, s:n, s:[[s]], s:{}}]}", "NetworkMode",
                                  "none", "AutoRemove", 1, "DeviceRequests", "Driver", "", "Count",
                                  -1, "DeviceIDs", "Capabilities", "gpu", "Options"));
    g_autoptr(json_t) answer = NULL;
    if (!post(run, "/containers/create", body, &answer, error))
        return false;
    g_autofree char *path =
        g_strconcat("/containers/", json_get_string(answer, "Id", ""), "/start", NULL);
    return post(run, path, NULL, NULL, error);
}

static json_t *flags_of(const struct builder_node *node)
{
    json_t *words = json_array();
    if (json_get_string(json_get_object(node->json, "Files"), "buildkitd.toml", NULL) != NULL) {
        json_array_append_new(words, json_string("--config"));
        json_array_append_new(words, json_string("/etc/buildkit/buildkitd.toml"));
    }
    json_t *own = json_get_array(node->json, "Flags");
    if (own != NULL)
        json_array_extend(words, own);
    if (json_array_size(words) > 0)
        return words;
    json_decref(words);
    return json_null();
}

static json_t *environment_of(const struct builder_node *node)
{
    json_t *list = json_array();
    const char *name;
    json_t *value;
    json_object_foreach (json_get_object(node->json, "DriverOpts"), name, value) {
        if (!g_str_has_prefix(name, "env."))
            continue;
        g_autofree char *pair =
            g_strconcat(name + strlen("env."), "=", json_string_value(value), NULL);
        json_array_append_new(list, json_string(pair));
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return json_null();
}

/* "2g" as docker reads sizes: powers of 1024. */
static int64_t size_of(const char *text)
{
    char *end = NULL;
    double value = g_ascii_strtod(text, &end);
    const char *units = "bkmgt";
    const char *unit = *end != '\0' ? strchr(units, g_ascii_tolower(*end)) : NULL;
    for (gssize i = unit != NULL ? unit - units : 0; i > 0; i--)
        value *= (double)KIB_BYTES;
    return (int64_t)value;
}

static const struct limit_row {
    const char *option;
    const char *member;
    bool is_size;
    bool is_text;
} limit_rows[] = {
    {"memory", "Memory", true, false},          {"memory-swap", "MemorySwap", true, false},
    {"cpu-period", "CpuPeriod", false, false},  {"cpu-quota", "CpuQuota", false, false},
    {"cpu-shares", "CpuShares", false, false},  {"cpuset-cpus", "CpusetCpus", false, true},
    {"cpuset-mems", "CpusetMems", false, true},
};

static void add_limits(const struct builder_node *node, json_t *host)
{
    for (gsize i = 0; i < G_N_ELEMENTS(limit_rows); i++) {
        const struct limit_row *row = &limit_rows[i];
        const char *value = builder_node_option(node, row->option);
        if (value == NULL)
            continue;
        json_object_set_new(host, row->member,
                            row->is_text   ? json_string(value)
                            : row->is_size ? json_integer(size_of(value))
                                           : json_integer(strtol(value, NULL, 10)));
    }
}

static json_t *host_config_of(const struct builder_node *node, const json_t *info)
{
    const char *network = builder_node_option(node, "network");
    const char *policy = builder_node_option(node, "restart-policy");
    const char *parent = builder_node_option(node, "cgroup-parent");
    bool is_cgroupfs = strcmp(json_get_string(info, "CgroupDriver", ""), "cgroupfs") == 0;
    g_autofree char *volume = g_strconcat(node->container, "_state", NULL);
    json_t *host = json_pack("{s:s, s:{s:s, s:i}, s:b, s:b, s:s, s:[{s:s, s:s, s:s}], s:b}",
                             "NetworkMode", network != NULL ? network : "", "RestartPolicy", "Name",
                             policy != NULL ? policy : "unless-stopped", "MaximumRetryCount", 0,
                             "AutoRemove", 0, "Privileged", 1, "CgroupParent",
                             !is_cgroupfs     ? ""
                             : parent != NULL ? parent
                                              : "/docker/buildx",
                             "Mounts", "Type", "volume", "Source", volume, "Target",
                             "/var/lib/buildkit", "Init", 1);
    add_limits(node, host);
    return host;
}

/* *is_new false: the name is taken, and whatever container has it is waited for (failures.md G10).
 */
static bool create(struct plugin_run *run, const struct builder_node *node, bool *is_new,
                   GError **error)
{
    const char *image = image_of(node);
    g_autoptr(GError) ignored = NULL;
    g_autoptr(json_t) info = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autofree char *path = g_strconcat("/containers/create?name=", node->container, NULL);

    if (!has_gpu(run, image, &ignored))
        g_clear_error(&ignored);
    if (!docker_perform_json(run->docker, &(struct docker_call){.path = "/info"}, &info, &ignored))
        g_clear_error(&ignored);
    g_autoptr(json_t) body = config_of(image, json_null(), flags_of(node), environment_of(node));
    json_object_set_new(body, "HostConfig", host_config_of(node, info));
    json_object_set_new(body, "NetworkingConfig", json_pack("{s:n}", "EndpointsConfig"));
    *is_new = post(run, path, body, &answer, error);
    if (*is_new || !g_error_matches(*error, DOCKER_ERROR, CONFLICT))
        return *is_new;
    g_clear_error(error);
    return true;
}

/* Sent even when there is nothing in it. */
static bool put_files(struct plugin_run *run, const struct builder_node *node, GError **error)
{
    AUTO(archive_writer) writer = archive_writer_new();
    const char *name;
    json_t *value;
    json_object_foreach (json_get_object(node->json, "Files"), name, value) {
        gsize length_bytes = 0;
        g_autofree guchar *bytes = g_base64_decode(json_string_value(value), &length_bytes);
        g_autofree char *path = g_strconcat("buildkit/", name, NULL);
        archive_writer_add_file(writer, path, 0600, bytes, length_bytes);
    }
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    g_autofree char *path = g_strconcat("/containers/", node->container,
                                        "/archive?noOverwriteDirNonDir=true&path=%2Fetc", NULL);
    const struct docker_call call = {.method = "PUT", .path = path, .body = tar};
    return docker_perform_plain(run->docker, &call, error);
}

static bool start(struct plugin_run *run, const struct builder_node *node, GError **error)
{
    g_autofree char *path = g_strconcat("/containers/", node->container, "/start", NULL);
    return post(run, path, NULL, NULL, error);
}

/* ---- waiting ---- */

static void log_text(struct voice *voice, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++)
        if (*lines[i] != '\0' || lines[i + 1] != NULL)
            voice_log(voice, lines[i]);
}

static void copy_logs(struct plugin_run *run, const struct builder_node *node, struct voice *voice)
{
    g_autofree char *logs = NULL;
    g_autoptr(GError) ignored = NULL;
    if (docker_container_logs(run->docker, node->container, &logs, &ignored))
        log_text(voice, logs);
}

static bool probe(struct plugin_run *run, const struct builder_node *node,
                  struct builder_exec *exec, GError **error)
{
    static const char *const command[] = {"buildctl", "debug", "workers", NULL};
    if (!builder_node_run(run, node, command, exec, error))
        return false;
    return exec->exit_code == 0 || run_fail(error, "exit code %d", exec->exit_code);
}

/* failures.md G2: 16 probes, 14.4 s. */
static bool wait_until_up(struct plugin_run *run, const struct builder_node *node,
                          struct voice *voice, GError **error)
{
    for (int try = 1;; try++) {
        BUILDER_EXEC(exec);
        g_autoptr(GError) reason = NULL;
        if (probe(run, node, &exec, &reason))
            return true;
        if (try >= PROBES_MAX || reason->domain == FIBER_ERROR) {
            copy_logs(run, node, voice);
            for (gsize i = 1; i < G_N_ELEMENTS(exec.streams); i++)
                if (exec.streams[i] != NULL)
                    log_text(voice, exec.streams[i]->str);
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
        if (!fiber_sleep(run_loop(run), try * PROBE_STEP_US, error))
            return false;
    }
}

/* ---- the whole ---- */

static bool create_and_start(struct plugin_run *run, const struct builder_node *node,
                             struct voice *voice, GError **error)
{
    bool is_new = false;
    if (!create(run, node, &is_new, error))
        return false;
    if (is_new && (!put_files(run, node, error) || !start(run, node, error)))
        return false;
    return wait_until_up(run, node, voice, error);
}

static bool boot_new(struct plugin_run *run, const struct builder_node *node, struct voice *voice,
                     GError **error)
{
    g_autofree char *name = g_strconcat("creating container ", node->container, NULL);
    struct voice_work work;
    if (!pull(run, image_of(node), voice, error))
        return false;
    voice_work_begin(&work, voice, name);
    bool is_up = create_and_start(run, node, voice, error);
    voice_work_end(&work);
    return is_up;
}

static bool boot_old(struct plugin_run *run, const struct builder_node *node, struct voice *voice,
                     GError **error)
{
    g_autofree char *name = g_strconcat("starting container ", node->container, NULL);
    struct voice_work work;
    voice_work_begin(&work, voice, name);
    bool is_up = start(run, node, error) && wait_until_up(run, node, voice, error);
    voice_work_end(&work);
    return is_up;
}

bool builder_node_boot(struct plugin_run *run, struct builder_node *node, struct voice *voice,
                       GError **error)
{
    g_autoptr(GError) reason = NULL;
    voice_begin(voice, "[internal] booting buildkit");
    bool is_fine = builder_node_look(run, node, &reason);
    if (is_fine && strcmp(node->status, "inactive") == 0)
        is_fine = boot_new(run, node, voice, &reason);
    else if (is_fine)
        is_fine = boot_old(run, node, voice, &reason);
    if (is_fine) {
        voice_end(voice);
        run_note(run, "booted", node->builder->name, node->container);
        return true;
    }
    run_word_error(&reason);
    run_note(run, "boot failed", node->builder->name, reason->message);
    voice_fail(voice, reason->domain == FIBER_ERROR ? "context canceled" : reason->message);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

/* driver.go Boot: looks, boots, dials. */
bool builder_boot(struct plugin_run *run, GPtrArray *nodes, struct voice *voice, bool *is_booted,
                  GError **error)
{
    *is_booted = false;
    for (guint i = 0; i < nodes->len; i++) {
        struct builder_node *node = g_ptr_array_index(nodes, i);
        if (node->container == NULL || node->error != NULL || node->status == NULL ||
            strcmp(node->status, "running") == 0)
            continue;
        if (!builder_node_look(run, node, error) || !builder_node_boot(run, node, voice, error) ||
            !builder_node_ask(run, node, "listing workers", error))
            return false;
        *is_booted = true;
    }
    return true;
}
