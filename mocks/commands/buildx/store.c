/* The files of buildx's state. */
#include "mocks/commands/buildx/store.h"

#include "base/digest.h"

#include <string.h>

enum {
    HASH_CHARACTERS = 20
};

void builder_free(struct builder *builder)
{
    if (builder == NULL)
        return;
    g_free(builder->name);
    g_free(builder->driver);
    json_decref(builder->json);
    g_free(builder);
}

json_t *builder_nodes(const struct builder *builder)
{
    return json_get_array(builder->json, "Nodes");
}

const char *run_endpoint(const struct plugin_run *run)
{
    const char *host = command_variable(run->call, "DOCKER_HOST");
    return host != NULL && *host != '\0' ? host : "unix:///var/run/docker.sock";
}

/* ---- paths ---- */

static char *path_of(const struct plugin_run *run, const char *folder, const char *name)
{
    const char *own = command_variable(run->call, "BUILDX_CONFIG");
    if (own != NULL && *own != '\0')
        return g_build_filename(own, folder, name, NULL);
    g_autofree char *config = docker_cli_config_folder(run->call);
    return g_build_filename(config, "buildx", folder, name, NULL);
}

static char *hash_path(const struct plugin_run *run)
{
    const char *endpoint = run_endpoint(run);
    g_autofree char *digest = digest_of(endpoint, strlen(endpoint));
    g_autofree char *hash = g_strndup(strchr(digest, ':') + 1, HASH_CHARACTERS);
    return path_of(run, "defaults", hash);
}

bool store_open(struct plugin_run *run, GError **error)
{
    static const char *const folders[] = {"instances", "defaults", "activity"};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = path_of(run, folders[i], NULL);
        if (!run_make_folder(run, path, error))
            return false;
    }
    return true;
}

/* ---- names ---- */

char *builder_name_check(const char *name, GError **error)
{
    if (g_regex_match_simple("^[a-zA-Z][a-zA-Z0-9.\\-_]*$", name, G_REGEX_DOLLAR_ENDONLY, 0))
        return g_ascii_strdown(name, -1);
    run_fail(error,
             "invalid name %s, name needs to start with a letter and may not contain symbols, "
             "except ._-",
             name);
    return NULL;
}

/* A few of docker/pkg/namesgenerator's words. */
static const char *const adjectives[] = {"admiring", "bold",   "clever",  "dazzling", "eager",
                                         "focused",  "gifted", "hopeful", "jolly",    "kind",
                                         "loving",   "modest", "nifty",   "peaceful", "quirky",
                                         "serene",   "tender", "upbeat",  "vibrant",  "wizardly"};
static const char *const surnames[] = {"allen",    "babbage", "curie",   "darwin",  "euclid",
                                       "feynman",  "galileo", "hopper",  "johnson", "kepler",
                                       "lovelace", "moore",   "noether", "pasteur", "ritchie",
                                       "shannon",  "turing",  "villani", "wiles",   "yalow"};

char *builder_name_make(struct plugin_run *run)
{
    struct rng *rng = &run->buildx->rng;
    for (;;) {
        g_autofree char *name =
            g_strdup_printf("%s_%s", adjectives[rng_below(rng, G_N_ELEMENTS(adjectives))],
                            surnames[rng_below(rng, G_N_ELEMENTS(surnames))]);
        AUTO(builder) taken = store_find(run, name, NULL);
        if (taken == NULL)
            return g_steal_pointer(&name);
    }
}

/* ---- instances ---- */

static char *read_text(struct plugin_run *run, const char *path)
{
    g_autoptr(GBytes) bytes = run_read_file(run, path, NULL);
    gsize length_bytes = 0;
    const char *data = bytes != NULL ? g_bytes_get_data(bytes, &length_bytes) : NULL;
    return data != NULL ? g_strndup(data, length_bytes) : NULL;
}

static int64_t read_activity(struct plugin_run *run, const char *name)
{
    g_autofree char *path = path_of(run, "activity", name);
    g_autofree char *text = read_text(run, path);
    g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    return time != NULL ? g_date_time_to_unix(time) : 0;
}

struct builder *store_find(struct plugin_run *run, const char *name, GError **error)
{
    g_autofree char *key = builder_name_check(name, error);
    if (key == NULL)
        return NULL;
    g_autofree char *path = path_of(run, "instances", key);
    g_autoptr(GBytes) bytes = run_read_file(run, path, error);
    g_autoptr(json_t) json = bytes != NULL ? json_parse_gbytes(bytes, error) : NULL;
    if (json == NULL)
        return NULL;
    struct builder *builder = g_new0(struct builder, 1);
    builder->name = g_strdup(json_get_string(json, "Name", name));
    builder->driver = g_strdup(json_get_string(json, "Driver", ""));
    builder->json = g_steal_pointer(&json);
    builder->last_activity_s = read_activity(run, builder->name);
    return builder;
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    const struct builder *const *a = left;
    const struct builder *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

GPtrArray *store_list(struct plugin_run *run)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)builder_free);
    g_autofree char *path = path_of(run, "instances", NULL);
    g_autofree char *host = command_host_path(run->call, path);
    GDir *folder = host != NULL ? g_dir_open(host, 0, NULL) : NULL;
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        struct builder *builder = store_find(run, name, NULL);
        if (builder != NULL)
            g_ptr_array_add(list, builder);
    }
    if (folder != NULL)
        g_dir_close(folder);
    g_ptr_array_sort(list, compare_names);
    return list;
}

bool store_touch(struct plugin_run *run, const char *name, GError **error)
{
    g_autofree char *path = path_of(run, "activity", name);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(run_unix_now(run));
    g_autofree char *text = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    return run_write_file(run, path, text, strlen(text), error);
}

bool store_save(struct plugin_run *run, const struct builder *builder, GError **error)
{
    g_autofree char *key = builder_name_check(builder->name, error);
    if (key == NULL || !store_touch(run, builder->name, error))
        return false;
    g_autofree char *path = path_of(run, "instances", key);
    g_autofree char *text = json_text(builder->json);
    return run_write_file(run, path, text, strlen(text), error);
}

void store_remove(struct plugin_run *run, const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    g_autofree char *path = path_of(run, "instances", key);
    g_autofree char *activity = path_of(run, "activity", key);
    run_remove_file(run, path);
    run_remove_file(run, activity);
}

/* ---- which one is current ---- */

bool store_set_current(struct plugin_run *run, const char *name, bool is_global, bool is_default,
                       GError **error)
{
    g_autofree char *path = path_of(run, "current", NULL);
    g_autofree char *hash = hash_path(run);
    g_autoptr(json_t) current =
        json_pack("{s:s, s:s, s:b}", "Key", run_endpoint(run), "Name", name, "Global", is_global);
    g_autofree char *text = json_text(current);
    if (!run_write_file(run, path, text, strlen(text), error))
        return false;
    run_note(run, "current", *name != '\0' ? name : "default", NULL);
    if (is_default)
        return run_write_file(run, hash, name, strlen(name), error);
    run_remove_file(run, hash);
    return true;
}

/* *is_decided: the file says it, even if that builder is gone. */
static struct builder *find_current(struct plugin_run *run, bool *is_decided)
{
    g_autofree char *path = path_of(run, "current", NULL);
    g_autoptr(GBytes) bytes = run_read_file(run, path, NULL);
    g_autoptr(json_t) current = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    const char *name = json_get_string(current, "Name", "");
    bool is_global = json_get_boolean(current, "Global", false);
    bool is_ours = strcmp(json_get_string(current, "Key", ""), run_endpoint(run)) == 0;
    if (*name == '\0' || (!is_global && !is_ours))
        return NULL;
    struct builder *builder = store_find(run, name, NULL);
    *is_decided = builder != NULL || is_ours;
    return builder;
}

static struct builder *find_default(struct plugin_run *run)
{
    g_autofree char *hash = hash_path(run);
    g_autofree char *name = read_text(run, hash);
    g_autoptr(GError) ignored = NULL;
    if (name == NULL)
        return NULL;
    struct builder *builder = store_find(run, name, NULL);
    if (!store_set_current(run, name, false, true, &ignored))
        g_clear_error(&ignored);
    return builder;
}

struct builder *builder_of_context(struct plugin_run *run, const char *name)
{
    struct builder *builder = g_new0(struct builder, 1);
    builder->name = g_strdup(name);
    builder->driver = g_strdup("");
    builder->is_context = true;
    builder->json = json_pack("{s:s, s:s, s:[{s:s, s:s, s:n, s:n, s:n, s:n}], s:b}", "Name", name,
                              "Driver", "", "Nodes", "Name", name, "Endpoint", name, "Platforms",
                              "DriverOpts", "Flags", "Files", "Dynamic", 0);
    builder->last_activity_s = read_activity(run, name);
    return builder;
}

struct builder *builder_find(struct plugin_run *run, const char *name, GError **error)
{
    g_autoptr(GError) reason = NULL;
    bool is_decided = false;
    if (!store_open(run, error))
        return NULL;
    if (name == NULL) {
        struct builder *current = find_current(run, &is_decided);
        if (current == NULL && !is_decided)
            current = find_default(run);
        return current != NULL ? current : builder_of_context(run, "default");
    }
    struct builder *builder = store_find(run, name, &reason);
    if (builder != NULL)
        return builder;
    if (strcmp(name, "default") == 0 || docker_cli_has_context(run->call, name))
        return builder_of_context(run, name);
    run_fail(error, "no builder \"%s\" found", name);
    return NULL;
}
