/* What compose refuses of a file before it does anything: keys and kinds that its schema does not
   have, and names that stand for nothing (compose-go's schema/ and loader/validate.go). */
#include "mocks/commands/docker/compose_private.h"

#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* Kinds a value may have. */
enum kind {
    TEXT = 1 << 0,
    NUMBER = 1 << 1,
    SWITCH = 1 << 2,
    LIST = 1 << 3,
    MAP = 1 << 4,
    SCALAR = TEXT | NUMBER | SWITCH,
    TEXTS = TEXT | LIST,
    PAIRS = LIST | MAP,
    /* Of a choice the first is told; an empty value is none of the others. */
    EMPTY = 1 << 5,
    LIST_FIRST = 1 << 6,
};

struct schema_key {
    const char *name; /* NULL ends the table */
    unsigned kinds;
};

static const struct schema_key top_keys[] = {
    {"version", TEXT},         {"name", TEXT},
    {"include", LIST | EMPTY}, {"services", MAP},
    {"models", MAP},           {"networks", MAP},
    {"volumes", MAP},          {"secrets", MAP},
    {"configs", MAP},          {0},
};

static const struct schema_key service_keys[] = {
    {"annotations", PAIRS},
    {"attach", SCALAR},
    {"blkio_config", MAP},
    {"build", TEXT | MAP},
    {"cap_add", LIST},
    {"cap_drop", LIST},
    {"cgroup", TEXT},
    {"cgroup_parent", TEXT},
    {"command", TEXTS | EMPTY},
    {"configs", LIST},
    {"container_name", TEXT},
    {"cpu_count", SCALAR},
    {"cpu_percent", SCALAR},
    {"cpu_period", SCALAR},
    {"cpu_quota", SCALAR},
    {"cpu_rt_period", SCALAR},
    {"cpu_rt_runtime", SCALAR},
    {"cpu_shares", SCALAR},
    {"cpus", SCALAR},
    {"cpuset", TEXT},
    {"credential_spec", MAP},
    {"depends_on", PAIRS | LIST_FIRST},
    {"deploy", MAP | EMPTY},
    {"develop", MAP | EMPTY},
    {"device_cgroup_rules", LIST},
    {"devices", LIST},
    {"dns", TEXTS},
    {"dns_opt", LIST},
    {"dns_search", TEXTS},
    {"domainname", TEXT},
    {"entrypoint", TEXTS | EMPTY},
    {"env_file", TEXTS},
    {"environment", PAIRS},
    {"expose", LIST},
    {"extends", TEXT | MAP},
    {"external_links", LIST},
    {"extra_hosts", PAIRS},
    {"gpus", TEXTS},
    {"group_add", LIST},
    {"healthcheck", MAP},
    {"hostname", TEXT},
    {"image", TEXT},
    {"init", SCALAR},
    {"ipc", TEXT},
    {"isolation", TEXT},
    {"label_file", TEXTS},
    {"labels", PAIRS},
    {"links", LIST},
    {"logging", MAP},
    {"mac_address", TEXT},
    {"mem_limit", SCALAR},
    {"mem_reservation", SCALAR},
    {"mem_swappiness", SCALAR},
    {"memswap_limit", SCALAR},
    {"models", PAIRS | LIST_FIRST},
    {"network_mode", TEXT},
    {"networks", PAIRS | LIST_FIRST},
    {"oom_kill_disable", SCALAR},
    {"oom_score_adj", SCALAR},
    {"pid", TEXT | EMPTY},
    {"pids_limit", SCALAR},
    {"platform", TEXT},
    {"ports", LIST},
    {"post_start", LIST},
    {"pre_start", LIST},
    {"pre_stop", LIST},
    {"privileged", SCALAR},
    {"profiles", LIST},
    {"provider", MAP},
    {"pull_policy", TEXT},
    {"pull_refresh_after", TEXT},
    {"read_only", SCALAR},
    {"restart", TEXT},
    {"runtime", TEXT},
    {"scale", SCALAR},
    {"secrets", LIST},
    {"security_opt", LIST},
    {"shm_size", SCALAR},
    {"stdin_open", SCALAR},
    {"stop_grace_period", TEXT},
    {"stop_signal", TEXT},
    {"storage_opt", MAP},
    {"sysctls", PAIRS},
    {"tmpfs", TEXTS},
    {"tty", SCALAR},
    {"ulimits", MAP},
    {"use_api_socket", SCALAR},
    {"user", TEXT},
    {"userns_mode", TEXT},
    {"uts", TEXT},
    {"volumes", LIST},
    {"volumes_from", LIST},
    {"working_dir", TEXT},
    {0},
};

static const struct schema_key build_keys[] = {
    {"additional_contexts", PAIRS},
    {"args", PAIRS},
    {"cache_from", LIST},
    {"cache_to", LIST},
    {"context", TEXT},
    {"dockerfile", TEXT},
    {"dockerfile_inline", TEXT},
    {"entitlements", LIST},
    {"extra_hosts", PAIRS},
    {"isolation", TEXT},
    {"labels", PAIRS},
    {"network", TEXT},
    {"no_cache", SCALAR},
    {"no_cache_filter", TEXTS},
    {"platforms", LIST},
    {"privileged", SCALAR},
    {"provenance", SCALAR},
    {"pull", SCALAR},
    {"sbom", SCALAR},
    {"secrets", LIST},
    {"shm_size", SCALAR},
    {"ssh", PAIRS},
    {"tags", LIST},
    {"target", TEXT},
    {"ulimits", MAP},
    {0},
};

/* ---- the schema ---- */

static unsigned kind_of(const json_t *value)
{
    if (value == NULL || json_is_null(value))
        return EMPTY;
    if (json_is_string(value))
        return TEXT;
    if (json_is_number(value))
        return NUMBER;
    if (json_is_boolean(value))
        return SWITCH;
    return json_is_array(value) ? LIST : MAP;
}

static bool fail_kind(const char *file, const char *place, unsigned kinds, GError **error)
{
    static const struct {
        unsigned kind;
        const char *text;
    } rows[] = {
        {EMPTY, "null"},  {LIST_FIRST, "array"}, {SWITCH, "boolean or string"},
        {TEXT, "string"}, {MAP, "mapping"},      {LIST, "array"},
    };
    gsize i = 0;
    while ((rows[i].kind & kinds) == 0)
        i++;
    return cli_refuse(error, "validating %s: %s must be a %s", file, place, rows[i].text);
}

static bool check_map(const char *file, const char *place, const json_t *map,
                      const struct schema_key *keys, GError **error)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)map, name, value) {
        const struct schema_key *key = keys;
        while (key->name != NULL && strcmp(key->name, name) != 0)
            key++;
        if (key->name == NULL && g_str_has_prefix(name, "x-"))
            continue;
        if (key->name == NULL)
            return cli_refuse(error, "validating %s: %s additional properties '%s' not allowed",
                              file, place, name);
        g_autofree char *inner = g_strconcat(place, *place != '\0' ? "." : "", name, NULL);
        if ((kind_of(value) & key->kinds) == 0)
            return fail_kind(file, inner, key->kinds, error);
    }
    return true;
}

static bool check_service_map(const char *file, const char *name, const json_t *service,
                              GError **error)
{
    g_autofree char *place = g_strconcat("services.", name, NULL);
    g_autofree char *build = g_strconcat(place, ".build", NULL);
    if (!json_is_object(service))
        return fail_kind(file, place, MAP, error);
    return check_map(file, place, service, service_keys, error) &&
           check_map(file, build, json_get_object(service, "build"), build_keys, error);
}

bool compose_check_schema(const char *file, const json_t *model, GError **error)
{
    const char *name;
    json_t *service;
    if (!check_map(file, "", model, top_keys, error))
        return false;
    json_object_foreach (json_get_object(model, "services"), name, service)
        if (!check_service_map(file, name, service, error))
            return false;
    return true;
}

/* ---- names ---- */

static const char *name_of(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value)
                                 : json_get_string(value, "source", NULL);
}

/* list: of names or {source}; top: the section where they are to be. */
static bool check_list(const struct project *project, const char *service, const json_t *list,
                       const char *top, const char *what, GError **error)
{
    const json_t *section = json_get_object(project->model, top);
    size_t i;
    json_t *value;
    json_array_foreach ((json_t *)list, i, value) {
        const char *name = name_of(value);
        if (name != NULL && json_object_get(section, name) == NULL)
            return cli_refuse(error,
                              "service \"%s\" refers to undefined %s %s: invalid compose project",
                              service, what, name);
    }
    return true;
}

static bool check_networks(const struct project *project, const char *name, const json_t *service,
                           GError **error)
{
    const json_t *section = json_get_object(project->model, "networks");
    g_autoptr(GPtrArray) networks = model_texts(json_object_get(service, "networks"));
    for (guint i = 0; i < networks->len; i++) {
        const char *network = g_ptr_array_index(networks, i);
        if (strcmp(network, "default") != 0 && json_object_get(section, network) == NULL)
            return cli_refuse(error,
                              "service \"%s\" refers to undefined network %s: invalid compose "
                              "project",
                              name, network);
    }
    return true;
}

/* "data:/var/lib" names a volume, "./data:/x" and "/data" do not; one letter is a drive. */
static bool check_volumes(const struct project *project, const char *name, const json_t *service,
                          GError **error)
{
    const json_t *section = json_get_object(project->model, "volumes");
    size_t i;
    json_t *value;
    json_array_foreach (json_get_array(service, "volumes"), i, value) {
        const char *text = json_is_string(value) ? json_string_value(value) : "";
        const char *colon = strchr(text, ':');
        g_autofree char *volume =
            json_is_object(value)
                ? g_strdup(strcmp(json_get_string(value, "type", ""), "volume") == 0
                               ? json_get_string(value, "source", "")
                               : "")
                : g_strndup(text, colon != NULL ? (gsize)(colon - text) : 0);
        bool is_named = strlen(volume) > 1 && strchr("./~", *volume) == NULL;
        if (is_named && json_object_get(section, volume) == NULL)
            return cli_refuse(error,
                              "service \"%s\" refers to undefined volume %s: invalid compose "
                              "project",
                              name, volume);
    }
    return true;
}

static bool is_required(const json_t *needs, const char *need)
{
    const json_t *entry = json_object_get(needs, need);
    return !json_is_object(entry) || json_get_boolean(entry, "required", true);
}

static bool check_needs(const struct project *project, const char *name, const json_t *service,
                        GError **error)
{
    const json_t *value = json_object_get(service, "depends_on");
    g_autoptr(GPtrArray) needs = model_texts(value);
    for (guint i = 0; i < needs->len; i++) {
        const char *need = g_ptr_array_index(needs, i);
        if (project_service(project, need) == NULL && is_required(value, need))
            return cli_refuse(error,
                              "service \"%s\" depends on undefined service \"%s\": invalid compose "
                              "project",
                              name, need);
    }
    return true;
}

static bool check_platform(const json_t *service, GError **error)
{
    const char *platform = json_get_string(service, "platform", "");
    const json_t *build = json_object_get(service, "build");
    g_autoptr(GPtrArray) platforms = model_texts(json_object_get(build, "platforms"));
    return *platform == '\0' || platforms->len == 0 ||
           g_ptr_array_find_with_equal_func(platforms, platform, g_str_equal, NULL) ||
           cli_refuse(error,
                      "service.build.platforms MUST include service.platform \"%s\": invalid "
                      "compose project",
                      platform);
}

static bool check_service(const struct project *project, const char *name, const json_t *service,
                          GError **error)
{
    const json_t *build = json_object_get(service, "build");
    if (json_object_get(service, "image") == NULL && json_object_get(service, "provider") == NULL &&
        (build == NULL || json_is_null(build)))
        return cli_refuse(error,
                          "service \"%s\" has neither an image nor a build context specified: "
                          "invalid compose project",
                          name);
    return check_networks(project, name, service, error) &&
           check_volumes(project, name, service, error) &&
           check_list(project, name, json_get_array(service, "secrets"), "secrets", "secret",
                      error) &&
           check_list(project, name, json_get_array(service, "configs"), "configs", "config",
                      error) &&
           check_list(project, name, json_get_array(build, "secrets"), "secrets", "build secret",
                      error) &&
           check_platform(service, error) && check_needs(project, name, service, error);
}

bool compose_check_services(const struct project *project, GError **error)
{
    const char *name;
    json_t *service;
    json_object_foreach (json_get_object(project->model, "services"), name, service)
        if (!check_service(project, name, service, error))
            return false;
    return true;
}

/* ---- env_file ---- */

static bool check_env_file(const struct project *project, const json_t *value, GError **error)
{
    const char *path =
        json_is_string(value) ? json_string_value(value) : json_get_string(value, "path", NULL);
    if (path == NULL || !json_get_boolean(value, "required", true))
        return true;
    g_autofree char *whole = g_canonicalize_filename(path, project->directory);
    g_autofree char *host = command_host_path(project->call, whole);
    return host == NULL || g_file_test(host, G_FILE_TEST_EXISTS) ||
           cli_refuse(error, "env file %s not found: stat %s: no such file or directory", whole,
                      whole);
}

bool compose_check_env_files(const struct project *project, GError **error)
{
    const char *name;
    json_t *service;
    json_object_foreach (json_get_object(project->model, "services"), name, service) {
        json_t *files = json_object_get(service, "env_file");
        size_t i;
        json_t *file;
        if (files != NULL && !json_is_array(files) && !check_env_file(project, files, error))
            return false;
        json_array_foreach (files, i, file)
            if (!check_env_file(project, file, error))
                return false;
    }
    return true;
}
