/* Taking up a request of the Engine API: headers, versions, weather, the handler, its error. */
#include "mocks/dockerd/api.h"

#include "base/limits.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

static struct request *request_new(struct dockerd *dockerd, struct exchange *exchange)
{
    struct request *request = g_new0(struct request, 1);
    request->dockerd = dockerd;
    request->exchange = exchange;
    dockerd_enter(dockerd);
    return request;
}

static void request_free(struct request *request)
{
    struct dockerd *dockerd = request->dockerd;
    g_free(request->name);
    g_free(request);
    dockerd_leave(dockerd);
}

/* ---- replies ---- */

void api_reply_json(struct request *request, unsigned status, json_t *value)
{
    g_autofree char *text = json_text(value);
    g_autofree char *line = g_strconcat(text, "\n", NULL); /* Go's encoder ends with a newline */
    exchange_reply_text(request->exchange, status, "application/json", line);
    json_decref(value);
}

void api_reply_empty(struct request *request, unsigned status)
{
    exchange_reply(request->exchange, status, NULL);
}

static unsigned status_of(const GError *error)
{
    if ((error->domain == ENGINE_ERROR || error->domain == PULLER_ERROR) && error->code >= 400)
        return (unsigned)error->code;
    return 500;
}

static void reply_error(struct request *request, const GError *error)
{
    if (exchange_has_reply(request->exchange))
        return;
    api_reply_json(request, status_of(error),
                   json_pack("{s:o}", "message", json_text_or_null(error->message)));
}

/* ---- versions ---- */

/* "/v1.41/info" is minor 41 and "/info"; without a version it is the daemon's own. */
static const char *split_version(const char *path, int *major, int *minor)
{
    char *end = NULL;
    if (!g_str_has_prefix(path, "/v") || !g_ascii_isdigit(path[2]))
        return path;
    guint64 first = g_ascii_strtoull(path + 2, &end, 10);
    if (*end != '.' || !g_ascii_isdigit(end[1]))
        return path;
    guint64 second = g_ascii_strtoull(end + 1, &end, 10);
    if (*end != '/')
        return path;
    *major = (int)MIN(first, G_MAXINT);
    *minor = (int)MIN(second, G_MAXINT);
    return end;
}

static int minor_of(const char *version)
{
    const char *dot = strchr(version, '.');
    return dot == NULL ? 0 : (int)g_ascii_strtoll(dot + 1, NULL, 10);
}

/* moby api/server/middleware/version.go; failures.md F3, F4. */
static bool check_version(struct request *request, int major, int minor, GError **error)
{
    const struct machine_profile *profile = request->dockerd->options.profile;

    request->api_minor = minor;
    if (major == 1 && minor < minor_of(profile->api_version_min))
        return engine_fail(error, 400,
                           "client version %d.%d is too old. Minimum supported API version is %s, "
                           "please upgrade your client to a newer version",
                           major, minor, profile->api_version_min);
    if (major != 1 || minor > minor_of(profile->api_version))
        return engine_fail(error, 400,
                           "client version %d.%d is too new. Maximum supported API version is %s",
                           major, minor, profile->api_version);
    return true;
}

static void set_common_headers(struct request *request)
{
    const struct machine_profile *profile = request->dockerd->options.profile;
    g_autofree char *server = g_strdup_printf("Docker/%s (linux)", profile->engine_version);
    g_autoptr(GDateTime) now =
        g_date_time_new_from_unix_utc(dockerd_unix_time(dockerd_now_us(request->dockerd)));
    g_autofree char *date = g_date_time_format(now, "%a, %d %b %Y %H:%M:%S GMT");

    exchange_set_header(request->exchange, "Api-Version", profile->api_version);
    exchange_set_header(request->exchange, "Docker-Experimental",
                        request->dockerd->configuration->is_experimental ? "true" : "false");
    exchange_set_header(request->exchange, "Ostype", "linux");
    exchange_set_header(request->exchange, "Server", server);
    exchange_set_header(request->exchange, "Date", date);
}

/* ---- the way of a request ---- */

static bool route(struct request *request, GError **error)
{
    int major = 1;
    int minor = minor_of(request->dockerd->options.profile->api_version);
    const char *path = split_version(exchange_path(request->exchange), &major, &minor);

    if (!check_version(request, major, minor, error))
        return false;
    request->row = route_row_find(exchange_method(request->exchange), path, &request->name);
    return request->row != NULL || engine_fail(error, 404, "page not found");
}

static void answer(struct request *request)
{
    g_autoptr(GError) error = NULL;
    if (!request->row->answer(request, &error))
        reply_error(request, error);
}

/* The daemon takes the request up late, never, or breaks (failures.md F5). */
static bool pass_weather(struct request *request, const struct point_effect *effect, GError **error)
{
    struct loop *loop = request->dockerd->loop;
    if (effect->delay_us > 0 && !fiber_sleep(loop, effect->delay_us, error))
        return false;
    while (effect->is_hang)
        if (!fiber_park(loop, "a Docker Engine that hangs", error))
            return false;
    if (effect->is_failure)
        return engine_fail(error, 500, "%s",
                           effect->message != NULL ? effect->message : "internal server error");
    return true;
}

static void answer_in_fiber(struct exchange *exchange, void *context)
{
    struct request *request = context;
    (void)exchange;
    answer(request);
    request_free(request);
}

struct disturbed_request {
    struct request *request;
    struct point_effect effect;
    GError *route_error; /* what the request would get in clear weather, or NULL */
};

static void answer_disturbed(struct exchange *exchange, void *context)
{
    g_autofree struct disturbed_request *disturbed = context;
    g_autoptr(GError) error = disturbed->route_error;
    g_autoptr(GError) weather_error = NULL;
    (void)exchange;

    if (!pass_weather(disturbed->request, &disturbed->effect, &weather_error))
        reply_error(disturbed->request, weather_error);
    else if (error != NULL)
        reply_error(disturbed->request, error);
    else
        answer(disturbed->request);
    request_free(disturbed->request);
}

static bool is_clear(const struct point_effect *effect)
{
    return !effect->is_failure && !effect->is_hang && effect->delay_us == 0;
}

static void handle_disturbed(struct request *request, const struct point_effect *effect,
                             GError *route_error)
{
    struct disturbed_request *disturbed = g_new0(struct disturbed_request, 1);
    disturbed->request = request;
    disturbed->effect = *effect;
    disturbed->route_error = route_error;
    exchange_spawn(request->exchange, answer_disturbed, disturbed);
}

static struct point_effect consult(struct dockerd *dockerd, struct exchange *exchange)
{
    g_autofree char *subject =
        g_strdup_printf("%s %s", exchange_method(exchange), exchange_path(exchange));
    return dockerd_consult(dockerd, POINT_ENGINE_REQUEST, subject, NULL);
}

/* The service manager starts the daemon for whoever has come to its socket; when that fails all
   connections are cut. */
static void answer_when_up(struct exchange *exchange, void *context)
{
    struct request *request = context;
    g_autoptr(GError) error = NULL;

    if (dockerd_start(request->dockerd, &error)) {
        struct point_effect effect = consult(request->dockerd, exchange);
        set_common_headers(request);
        if (pass_weather(request, &effect, &error) && route(request, &error))
            answer(request);
        else
            reply_error(request, error);
    }
    request_free(request);
}

void api_handle(void *context, struct exchange *exchange)
{
    struct dockerd *dockerd = context;
    struct request *request = request_new(dockerd, exchange);
    g_autoptr(GError) error = NULL;

    if (dockerd->is_dormant) {
        exchange_spawn(exchange, answer_when_up, request);
        return;
    }
    set_common_headers(request);
    struct point_effect effect = consult(dockerd, exchange);
    bool is_routed = route(request, &error);
    if (!is_clear(&effect)) {
        handle_disturbed(request, &effect, g_steal_pointer(&error));
    } else if (is_routed && request->row->has_fiber) {
        exchange_spawn(exchange, answer_in_fiber, request);
    } else {
        if (is_routed)
            answer(request);
        else
            reply_error(request, error);
        request_free(request);
    }
}

/* ---- for handlers ---- */

json_t *api_read_json(struct request *request, GError **error)
{
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GError) reason = NULL;

    if (!exchange_read_all(request->exchange, ENGINE_BODY_BYTES_MAX, &body, error))
        return NULL;
    if (g_bytes_get_size(body) == 0)
        return json_object();
    json_t *value = json_parse_gbytes(body, &reason);
    if (json_is_object(value))
        return value;
    json_decref(value);
    engine_fail(error, 400, "invalid JSON: %s", reason != NULL ? reason->message : "not an object");
    return NULL;
}

bool api_query_flag(struct request *request, const char *key)
{
    static const char *const negatives[] = {"", "0", "no", "false", "none"};
    const char *value = exchange_query_value(request->exchange, key);
    if (value == NULL)
        return false;
    g_autofree char *lower = g_ascii_strdown(value, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(negatives); i++)
        if (g_str_equal(g_strstrip(lower), negatives[i]))
            return false;
    return true;
}

GPtrArray *api_filter_values(struct request *request, const char *key)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    const char *text = exchange_query_value(request->exchange, "filters");
    if (text == NULL || *text == '\0') /* `builder prune` sends it empty */
        return values;
    g_autoptr(json_t) filters = json_parse_bytes(text, strlen(text), NULL);
    json_t *filter = json_object_get(filters, key);
    const char *name;
    json_t *value;
    size_t index;
    json_object_foreach (filter, name, value)
        g_ptr_array_add(values, g_strdup(name));
    json_array_foreach (filter, index, value)
        g_ptr_array_add(values, g_strdup(json_is_string(value) ? json_string_value(value) : ""));
    return values;
}

bool api_filter_has(struct request *request, const char *key, const char *value)
{
    g_autoptr(GPtrArray) values = api_filter_values(request, key);
    return g_ptr_array_find_with_equal_func(values, value, g_str_equal, NULL);
}

static char *decode_auth(const char *header)
{
    g_autofree char *plain = g_strdup(header);
    g_strdelimit(plain, "-", '+');
    g_strdelimit(plain, "_", '/');
    gsize padding = (4 - strlen(plain) % 4) % 4;
    g_autofree char *padded = g_strconcat(plain, &"==="[3 - padding], NULL);
    gsize length_bytes = 0;
    g_autofree guchar *bytes = g_base64_decode(padded, &length_bytes);
    return g_strndup((const char *)bytes, length_bytes);
}

static char *non_empty(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : g_strdup(text);
}

struct credentials *api_credentials(struct request *request)
{
    const char *header = exchange_header(request->exchange, "X-Registry-Auth");
    if (header == NULL)
        return NULL;
    g_autofree char *text = decode_auth(header);
    g_autoptr(json_t) auth = json_parse_bytes(text, strlen(text), NULL);
    struct credentials *credentials = g_new0(struct credentials, 1);
    credentials->username = non_empty(json_get_string(auth, "username", NULL));
    credentials->password = non_empty(json_get_string(auth, "password", NULL));
    return credentials;
}

void api_credentials_free(struct credentials *credentials)
{
    if (credentials == NULL)
        return;
    g_free((char *)credentials->username);
    g_free((char *)credentials->password);
    g_free(credentials);
}

const char *api_stream_type(const struct request *request, bool has_terminal)
{
    return request->api_minor >= 42 && !has_terminal ? "application/vnd.docker.multiplexed-stream"
                                                     : "application/vnd.docker.raw-stream";
}
