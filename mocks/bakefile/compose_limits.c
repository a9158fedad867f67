/* What a build section allows its containers: hosts, limits and shared memory, in the words that a
   target has for them (buildx v0.26.1 bake/compose.go; compose-go types/hostList.go; go-units). */
#include "mocks/bakefile/compose_project.h"

#include <math.h>
#include <string.h>

/* What mapstructure says around an error of a type. */
#define DECODING "decoding failed due to the following error(s):\n\n'services[%s].build.%s' "

/* ---- extra_hosts ---- */

/* "[::1]" is "::1". */
static char *address_of(const char *text)
{
    gsize length = strlen(text);
    bool is_bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
    return is_bracketed ? g_strndup(text + 1, length - 2) : g_strdup(text);
}

/* Hosts while they are read. */
struct hosts {
    struct bake *bake;
    const char *service;
    json_t *map;
};

static bool add_host(const struct hosts *hosts, const char *host, const char *addresses)
{
    g_auto(GStrv) each = g_strsplit(addresses, ",", -1);
    g_autoptr(GString) all = g_string_new(json_get_string(hosts->map, host, NULL));
    if (*host == '\0' || strpbrk(host, ":=") != NULL)
        return bake_fail(hosts->bake, BAKEFILE_ERROR_INVALID, DECODING "bad host name '%s'",
                         hosts->service, "extra_hosts", host) != NULL;
    for (gsize i = 0; each[i] != NULL; i++) {
        g_autofree char *address = address_of(each[i]);
        g_string_append_printf(all, "%s%s", all->len > 0 ? "," : "", address);
    }
    return json_object_set_new(hosts->map, host, json_string(all->str)) == 0;
}

/* "host=ip" or "host:ip" */
static bool add_pair(const struct hosts *hosts, const json_t *value)
{
    g_autofree char *pair = compose_scalar(value);
    gsize length = pair == NULL                ? 0
                   : strchr(pair, '=') != NULL ? strcspn(pair, "=")
                                               : strcspn(pair, ":");
    g_autofree char *host = g_strndup(pair, length);
    if (pair == NULL || pair[length] == '\0')
        return bake_fail(hosts->bake, BAKEFILE_ERROR_INVALID,
                         DECODING "invalid additional host, missing IP: %s", hosts->service,
                         "extra_hosts", pair != NULL ? pair : "") != NULL;
    return add_host(hosts, host, pair + length + 1);
}

static bool add_entry(const struct hosts *hosts, const char *host, const json_t *value)
{
    g_autofree char *single = json_is_null(value) ? NULL : compose_scalar(value);
    if (single != NULL)
        return add_host(hosts, host, single);
    if (!json_is_array(value))
        return bake_fail(hosts->bake, BAKEFILE_ERROR_INVALID,
                         "services.%s.build.extra_hosts.%s must be a string", hosts->service,
                         host) != NULL;
    for (gsize i = 0; i < json_array_size(value); i++) {
        g_autofree char *address = compose_scalar(json_array_get(value, i));
        if (!add_host(hosts, host, address != NULL ? address : ""))
            return false;
    }
    return true;
}

json_t *compose_hosts(struct bake *bake, const char *service, const json_t *value)
{
    g_autoptr(json_t) map = json_object();
    const struct hosts hosts = {bake, service, map};
    const char *host;
    json_t *addresses;
    for (gsize i = 0; i < json_array_size(value); i++)
        if (!add_pair(&hosts, json_array_get(value, i)))
            return NULL;
    json_object_foreach ((json_t *)value, host, addresses)
        if (!add_entry(&hosts, host, addresses))
            return NULL;
    return g_steal_pointer(&map);
}

/* ---- ulimits ---- */

/* units.ParseUlimit() */
static char *checked(struct bake *bake, const char *name, json_int_t soft, json_int_t hard)
{
    static const char *const names[] = {
        "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
        "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack",    NULL};
    if (!g_strv_contains(names, name))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "invalid ulimit type: %s", name);
    if (hard != -1 && soft == -1)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "ulimit soft limit must be less than or "
                         "equal to hard limit: soft: -1 (unlimited), hard: %lld",
                         (long long)hard);
    if (hard != -1 && soft > hard)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "ulimit soft limit must be less than or "
                         "equal to hard limit: %lld > %lld",
                         (long long)soft, (long long)hard);
    return g_strdup_printf("%s=%lld:%lld", name, (long long)soft, (long long)hard);
}

static bool check_ulimit(struct bake *bake, const char *service, const char *name,
                         const json_t *value)
{
    if (json_is_string(value))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "services.%s.build.ulimits.%s: invalid type string for external", service,
                         name) != NULL;
    return json_is_integer(value) ||
           (json_is_integer(json_object_get(value, "soft")) &&
            json_is_integer(json_object_get(value, "hard"))) ||
           bake_fail(bake, BAKEFILE_ERROR_INVALID,
                     "services.%s.build.ulimits.%s must be a integer or string", service,
                     name) != NULL;
}

/* The real one lists them in the order of a map, which is none. */
static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *compose_ulimits(struct bake *bake, const char *service, const json_t *value)
{
    (void)service;
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    json_t *limit;
    json_object_foreach ((json_t *)value, name, limit) {
        /* A number alone is another field of compose's, at which bake does not look. */
        char *text = checked(bake, name, json_get_integer(limit, "soft", 0),
                             json_get_integer(limit, "hard", 0));
        if (text == NULL)
            return NULL;
        g_ptr_array_add(texts, text);
    }
    g_ptr_array_sort(texts, by_name);
    json_t *list = json_array();
    for (guint i = 0; i < texts->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(texts, i)));
    return list;
}

/* ---- shm_size ---- */

/* RAMInBytes(): "64m", "1.5 GiB", "1024"; NULL, or what is wrong with it; g_free. */
static char *read_memory(const char *text, double *bytes)
{
    static const char units[] = "kmgtp";
    char *end = NULL;
    *bytes = g_ascii_strtod(text, &end);
    if (end == text || *bytes < 0)
        return g_strdup_printf("invalid size: '%s'", text);
    g_autofree char *unit = g_ascii_strdown(end + (*end == ' '), -1);
    const char *found = *unit != '\0' ? strchr(units, *unit) : NULL;
    bool is_known = *unit == '\0' || strcmp(unit, "b") == 0 ||
                    (found != NULL && (unit[1] == '\0' || strcmp(unit + 1, "b") == 0 ||
                                       strcmp(unit + 1, "ib") == 0));
    if (found != NULL)
        *bytes *= pow(1024, (double)(found - units + 1));
    return is_known ? NULL : g_strdup_printf("invalid suffix: '%s'", unit);
}

/* BytesSize() */
static char *memory_text(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    gsize unit = 0;
    for (; bytes >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++)
        bytes /= 1024;
    return g_strdup_printf("%.4g%s", bytes, units[unit]);
}

json_t *compose_shm_size(struct bake *bake, const char *service, const json_t *value)
{
    g_autofree char *text = compose_scalar(value);
    double bytes = 0;
    g_autofree char *problem = read_memory(text != NULL ? text : "", &bytes);
    if (problem != NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, DECODING "%s", service, "shm_size", problem);
    g_autofree char *said = memory_text(floor(bytes));
    return bytes < 1 ? json_null() : json_string(said);
}

bool compose_check_limits(struct bake *bake, const char *service, const json_t *build)
{
    const json_t *hosts = json_object_get(build, "extra_hosts");
    const json_t *memory = json_object_get(build, "shm_size");
    g_autoptr(json_t) map = hosts != NULL ? compose_hosts(bake, service, hosts) : json_null();
    g_autoptr(json_t) size = memory != NULL ? compose_shm_size(bake, service, memory) : json_null();
    const char *name;
    json_t *limit;
    json_object_foreach (json_object_get(build, "ulimits"), name, limit)
        if (!check_ulimit(bake, service, name, limit))
            return false;
    return map != NULL && size != NULL;
}
