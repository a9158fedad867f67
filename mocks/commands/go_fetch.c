/* Modules through the proxy, and Go's words for what goes wrong on the way. */
#include "mocks/commands/go.h"

#include "base/json.h"
#include "http/status.h"

#include <string.h>

void go_module_clear(struct go_module *module)
{
    g_clear_pointer(&module->path, g_free);
    g_clear_pointer(&module->version, g_free);
    g_clear_pointer(&module->go_line, g_free);
}

/* ---- words (net, net/http) ---- */

#define PROXY_ADDRESS "142.250.72.145"

struct word_row {
    enum http_error error;
    const char *before_host; /* NULL: text alone */
    const char *text;
};

static const struct word_row word_rows[] = {
    {HTTP_ERROR_NAME_NOT_FOUND, "dial tcp: lookup ", " on 127.0.0.53:53: no such host"},
    {HTTP_ERROR_NAME_SERVER, "dial tcp: lookup ", " on 127.0.0.53:53: server misbehaving"},
    {HTTP_ERROR_NAME_TIMED_OUT, "dial tcp: lookup ", ": i/o timeout"},
    {HTTP_ERROR_REFUSED, NULL, "dial tcp " PROXY_ADDRESS ":443: connect: connection refused"},
    {HTTP_ERROR_CONNECT_TIMED_OUT, NULL, "dial tcp " PROXY_ADDRESS ":443: i/o timeout"},
    {HTTP_ERROR_UNANSWERED, NULL, "dial tcp " PROXY_ADDRESS ":443: connect: connection timed out"},
    {HTTP_ERROR_TLS_TIMED_OUT, NULL, "net/http: TLS handshake timeout"},
    {HTTP_ERROR_RESET, NULL,
     "read tcp 10.1.0.4:40000->" PROXY_ADDRESS ":443: read: connection reset by peer"},
    {HTTP_ERROR_EMPTY_REPLY, NULL, "EOF"},
    {HTTP_ERROR_TRUNCATED, NULL, "unexpected EOF"},
    {HTTP_ERROR_MALFORMED, NULL,
     "net/http: HTTP/1.x transport connection broken: malformed HTTP "
     "response"},
};

/* The fault's own words stand after the last "tls: " or "x509: " of the message. */
static char *tls_words(const char *message)
{
    const char *reason = strstr(message, "x509: ");
    if (reason != NULL)
        return g_strconcat("tls: failed to verify certificate: ", reason, NULL);
    reason = strstr(message, "remote error: ");
    return g_strdup(reason != NULL ? reason : message);
}

static char *words_of(const GError *error, const char *host)
{
    if (error->domain != HTTP_ERROR)
        return g_strdup(error->message);
    if (error->code == HTTP_ERROR_TLS_REFUSED)
        return tls_words(error->message);
    for (gsize i = 0; i < G_N_ELEMENTS(word_rows); i++)
        if ((int)word_rows[i].error == error->code)
            return word_rows[i].before_host == NULL
                       ? g_strdup(word_rows[i].text)
                       : g_strconcat(word_rows[i].before_host, host, word_rows[i].text, NULL);
    return g_strdup(error->message);
}

static char *transport_problem(const char *url, const GError *error)
{
    g_autofree char *host = NULL;
    int port;
    if (!http_url_split(url, &host, &port, NULL))
        host = g_strdup("");
    g_autofree char *words = words_of(error, host);
    return g_strdup_printf("Get \"%s\": %s", url, words);
}

/* Go shows at most eight lines of what a proxy says, each indented. */
static char *status_problem(const char *url, const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    gsize length;
    const char *bytes = g_bytes_get_data(response->body, &length);
    g_autofree char *body = g_strndup(bytes != NULL ? bytes : "", length);
    bool is_text = type != NULL && g_str_has_prefix(type, "text/plain");

    g_strchomp(body);
    if (!is_text || *body == '\0')
        return g_strdup_printf("reading %s: %u %s", url, response->status,
                               http_status_text(response->status));
    return g_strdup_printf("reading %s: %u %s\n\tserver response: %s", url, response->status,
                           http_status_text(response->status), body);
}

/* ---- requests ---- */

static GBytes *fetch_url(struct go *go, const char *url, char **problem, bool *is_missing)
{
    static const char *const headers[] = {"User-Agent: Go-http-client/1.1", NULL};
    const struct http_request request = {.url = url, .headers = headers};
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;

    if (!http_perform(go->set->options.http, &request, &response, &error)) {
        *problem = transport_problem(url, error);
        return NULL;
    }
    if (response.status != 200) {
        *is_missing = response.status == 404 || response.status == 410;
        *problem = status_problem(url, &response);
        return NULL;
    }
    return g_bytes_ref(response.body);
}

GBytes *go_fetch(struct go *go, const char *suffix, char **problem, bool *is_missing)
{
    g_autofree char *url = NULL;
    *is_missing = false;
    if (go->proxy == NULL) {
        *problem = g_strdup("module lookup disabled by GOPROXY=off");
        return NULL;
    }
    if (!go->is_proxy_there) {
        const char *const words[] = {"go", "modules", NULL};
        assumed_note(go->set, words, /* touches_images= */ false);
        return g_bytes_new_static("", 0);
    }
    url = g_strconcat(go->proxy, "/", suffix, NULL);
    return fetch_url(go, url, problem, is_missing);
}

static char *escape(const char *text)
{
    GString *escaped = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        if (g_ascii_isupper(*text))
            g_string_append_c(escaped, '!');
        g_string_append_c(escaped, g_ascii_tolower(*text));
    }
    return g_string_free(escaped, FALSE);
}

static char *fetch_text(struct go *go, const char *path, const char *name, char **problem,
                        bool *is_missing)
{
    g_autofree char *escaped = escape(path);
    g_autofree char *suffix = g_strconcat(escaped, "/@v/", name, NULL);
    g_autoptr(GBytes) bytes = go_fetch(go, suffix, problem, is_missing);
    gsize length;
    if (bytes == NULL)
        return NULL;
    const char *text = g_bytes_get_data(bytes, &length);
    return g_strndup(text != NULL ? text : "", length);
}

/* The highest release of a list, g_free; NULL: it holds none. */
static char *highest(const char *list)
{
    g_auto(GStrv) lines = g_strsplit(list, "\n", -1);
    const char *best = NULL;
    for (gsize i = 0; lines[i] != NULL; i++)
        if (strchr(lines[i], '-') == NULL && go_semver_is_valid(lines[i]) &&
            (best == NULL || go_semver_compare(lines[i], best) > 0))
            best = lines[i];
    return g_strdup(best);
}

/* The version that the proxy's answer is about: a branch is answered with that of its tip. g_free.
 */
static char *version_of_info(const struct go *go, const char *text, gsize length, char **problem)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) info = json_parse_bytes(text, length, &error);
    const char *version = json_get_string(info, "Version", NULL);
    if (version == NULL)
        *problem = g_strdup_printf("invalid response from proxy \"%s\": %s", go->proxy,
                                   error != NULL ? error->message : "no version");
    return g_strdup(version);
}

static char *latest_by_endpoint(struct go *go, const char *path, char **problem, bool *is_missing)
{
    g_autofree char *escaped = escape(path);
    g_autofree char *suffix = g_strconcat(escaped, "/@latest", NULL);
    g_autoptr(GBytes) bytes = go_fetch(go, suffix, problem, is_missing);
    gsize length;
    if (bytes == NULL)
        return NULL;
    const char *text = g_bytes_get_data(bytes, &length);
    return version_of_info(go, text, length, problem);
}

static char *latest_of(struct go *go, const char *path, char **problem, bool *is_missing)
{
    g_autofree char *list = fetch_text(go, path, "list", problem, is_missing);
    char *version = list != NULL ? highest(list) : NULL;
    return version != NULL || list == NULL ? version
                                           : latest_by_endpoint(go, path, problem, is_missing);
}

/* The go line of its go.mod. */
static bool read_go_line(struct go *go, struct go_module *module, char **problem, bool *is_missing)
{
    g_autofree char *version = escape(module->version);
    g_autofree char *name = g_strconcat(version, ".mod", NULL);
    g_autofree char *text = fetch_text(go, module->path, name, problem, is_missing);
    g_autoptr(GError) error = NULL;
    if (text == NULL)
        return false;
    /* Lines of dependencies are read leniently, whatever runs. */
    AUTO(go_mod) mod = go_mod_parse(text, "go.mod", "1.99", &error);
    module->go_line = mod != NULL ? g_strdup(mod->go_line) : NULL;
    return true;
}

/* Without a proxy in the world the bundled table speaks. */
static bool assume_module(const struct go *go, const char *path, const char *version,
                          struct go_module *module)
{
    int64_t date_s = command_set_date_us(go->set) / G_USEC_PER_SEC;
    const struct go_module_version *known = strcmp(version, "latest") == 0
                                                ? go_module_latest(path, date_s)
                                                : go_module_find(path, version);
    const char *const words[] = {"go", "modules", NULL};

    assumed_note(go->set, words, /* touches_images= */ false);
    module->path = g_strdup(path);
    module->version = g_strdup(known != NULL                    ? known->version
                               : strcmp(version, "latest") == 0 ? "v1.0.0"
                                                                : version);
    module->go_line = known != NULL && *known->go_line != '\0' ? g_strdup(known->go_line) : NULL;
    return true;
}

bool go_query(struct go *go, const char *path, const char *version, struct go_module *module,
              char **problem, bool *is_missing)
{
    bool is_latest = strcmp(version, "latest") == 0 || strcmp(version, "upgrade") == 0;
    g_autofree char *found = NULL;

    *is_missing = false;
    if (go->proxy != NULL && !go->is_proxy_there)
        return assume_module(go, path, is_latest ? "latest" : version, module);
    found = is_latest ? latest_of(go, path, problem, is_missing) : g_strdup(version);
    if (found == NULL)
        return false;
    g_autofree char *escaped = escape(found);
    g_autofree char *name = g_strconcat(escaped, ".info", NULL);
    g_autofree char *info = fetch_text(go, path, name, problem, is_missing);
    if (info == NULL)
        return false;
    module->path = g_strdup(path);
    module->version = version_of_info(go, info, strlen(info), problem);
    return module->version != NULL && read_go_line(go, module, problem, is_missing);
}

bool go_is_cached(const struct go *go, const char *path, const char *version)
{
    g_autofree char *key = g_strconcat(path, "@", version, NULL);
    return g_hash_table_contains(go->set->go_modules, key);
}

bool go_download(struct go *go, const struct go_module *module, bool is_quiet, char **problem)
{
    g_autofree char *path = escape(module->path);
    g_autofree char *version = escape(module->version);
    g_autofree char *suffix = g_strdup_printf("%s/@v/%s.zip", path, version);
    bool is_missing;

    if (go_is_cached(go, module->path, module->version))
        return true;
    if (!is_quiet)
        command_complain(go->call, "go: downloading %s %s\n", module->path, module->version);
    g_autoptr(GBytes) zip = go_fetch(go, suffix, problem, &is_missing);
    if (zip == NULL)
        return false;
    g_hash_table_add(go->set->go_modules, g_strconcat(module->path, "@", module->version, NULL));
    return true;
}
