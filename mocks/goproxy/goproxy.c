/* The module proxy as a site: paths, replies, what is assumed. */
#include "mocks/goproxy/goproxy_private.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "mocks/goproxy/zip.h"

#include <string.h>

#define TEXT_TYPE "text/plain; charset=UTF-8"
#define TOOLCHAIN "golang.org/toolchain"

/* One request, taken apart. */
struct question {
    struct goproxy *proxy;
    struct exchange *exchange;
    char *path;       /* of the module, "!g" read as "G" */
    char *version;    /* or NULL for list and @latest */
    const char *kind; /* "list", "latest", "info", "mod", "zip"; static */
};

static void question_clear(struct question *question)
{
    g_free(question->path);
    g_free(question->version);
}

/* Upper-case letters travel as '!' and the lower-case one. */
static char *unescape(const char *text, gsize length)
{
    GString *plain = g_string_sized_new(length);
    for (gsize i = 0; i < length; i++) {
        bool is_upper = text[i] == '!' && i + 1 < length;
        if (is_upper)
            i++;
        g_string_append_c(plain, is_upper ? g_ascii_toupper(text[i]) : text[i]);
    }
    return g_string_free(plain, FALSE);
}

static bool read_version(struct question *question, const char *name)
{
    static const char *const kinds[] = {"info", "mod", "zip"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *suffix = g_strconcat(".", kinds[i], NULL);
        if (!g_str_has_suffix(name, suffix))
            continue;
        question->kind = kinds[i];
        question->version = unescape(name, strlen(name) - strlen(suffix));
        return true;
    }
    return false;
}

/* "/google.golang.org/protobuf/@v/v1.36.6.info" */
static bool read_question(struct question *question, const char *target)
{
    const char *versions = strstr(target, "/@v/");
    const char *latest = strstr(target, "/@latest");
    const char *end = versions != NULL ? versions : latest;

    if (end == NULL || end == target)
        return false;
    question->path = unescape(target + 1, (gsize)(end - target - 1));
    if (versions == NULL) {
        question->kind = "latest";
        return latest[strlen("/@latest")] == '\0';
    }
    question->kind = "list";
    return strcmp(versions, "/@v/list") == 0 || read_version(question, versions + strlen("/@v/"));
}

/* ---- replies ---- */

static void reply_missing(const struct question *question)
{
    g_autofree char *text =
        question->version != NULL
            ? g_strdup_printf("not found: %s@%s: invalid version: unknown revision %s\n",
                              question->path, question->version, question->version)
            : g_strdup_printf("not found: module %s: no matching versions for query \"latest\"\n",
                              question->path);
    exchange_reply_text(question->exchange, 404, TEXT_TYPE, text);
}

static void reply_info(const struct question *question, const char *version, int64_t date_s)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_s);
    g_autofree char *time = g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
    g_autoptr(json_t) info = json_object();
    json_object_set_new(info, "Version", json_string(version));
    json_object_set_new(info, "Time", json_string(time));
    g_autofree char *text = json_text(info);
    exchange_reply_text(question->exchange, 200, "application/json", text);
}

static char *go_mod_text(const char *path, const char *go_line)
{
    return go_line == NULL || *go_line == '\0'
               ? g_strdup_printf("module %s\n", path)
               : g_strdup_printf("module %s\n\ngo %s\n", path, go_line);
}

static void reply_zip(const struct question *question, const char *go_line, int64_t declared_bytes)
{
    g_autofree char *go_mod = go_mod_text(question->path, go_line);
    g_autofree char *name = g_strdup_printf("%s@%s/go.mod", question->path, question->version);
    g_autoptr(GBytes) zip = zip_of_file(name, go_mod);
    exchange_set_header(question->exchange, "Content-Type", "application/zip");
    exchange_set_declared_bytes(question->exchange, declared_bytes);
    exchange_reply(question->exchange, 200, zip);
}

static void reply_version(const struct question *question, const char *version, int64_t date_s,
                          const char *go_line)
{
    g_autofree char *go_mod = go_mod_text(question->path, go_line);
    if (strcmp(question->kind, "mod") == 0)
        exchange_reply_text(question->exchange, 200, TEXT_TYPE, go_mod);
    else if (strcmp(question->kind, "zip") == 0)
        reply_zip(question, go_line, GOPROXY_MODULE_BYTES);
    else
        reply_info(question, version, date_s);
}

/* ---- who is asked for ---- */

static void note_assumed(const struct question *question, const char *version)
{
    trace_note(world_trace(question->proxy->world), "goproxy", "action", "assumed", "module",
               question->path, "version", version, NULL);
}

/* A branch or a commit: "main", "5a3f0d2". */
static bool is_revision(const struct question *question)
{
    return strcmp(question->kind, "info") == 0 && question->version != NULL &&
           !go_semver_is_valid(question->version);
}

/* A version that stands for a commit (go.dev/ref/mod#pseudo-versions). */
static bool is_pseudo(const char *version)
{
    return g_regex_match_simple("[-.][0-9]{14}-[0-9a-f]{12}$", version, 0, 0);
}

/* Which revisions there are nobody knows here: each is taken for the tip of its branch, today. The
   major version is that of the path. */
static void answer_revision(const struct question *question)
{
    int64_t date_s = world_date_s(question->proxy->world);
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_s);
    g_autofree char *time = g_date_time_format(date, "%Y%m%d%H%M%S");
    g_autofree char *last = g_path_get_basename(question->path);
    bool has_major = g_regex_match_simple("^v[0-9]+$", last, 0, 0);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, question->version, -1);
    g_autofree char *version =
        g_strdup_printf("%s.0.0-%s-%.12s", has_major ? last : "v0", time, digest);
    note_assumed(question, version);
    reply_info(question, version, date_s);
}

/* One that the table leaves out: with the go line of the one before it, a commit's with that of the
   latest. */
static void answer_between(const struct question *question)
{
    const struct go_module_version *below =
        is_pseudo(question->version)
            ? shelf_latest(question->proxy, question->path)
            : shelf_below(question->proxy, question->path, question->version);
    note_assumed(question, question->version);
    reply_version(question, question->version,
                  below != NULL ? below->date_s : world_date_s(question->proxy->world),
                  below != NULL ? below->go_line : NULL);
}

static void answer_known(const struct question *question)
{
    const struct go_module_version *version;
    if (strcmp(question->kind, "list") == 0) {
        g_autofree char *list = shelf_list(question->proxy, question->path);
        exchange_reply_text(question->exchange, 200, TEXT_TYPE, list);
        return;
    }
    if (is_revision(question) && shelf_latest(question->proxy, question->path) != NULL) {
        answer_revision(question);
        return;
    }
    version = question->version != NULL
                  ? shelf_find(question->proxy, question->path, question->version)
                  : shelf_latest(question->proxy, question->path);
    if (version == NULL && question->version != NULL &&
        shelf_may_have(question->proxy, question->path, question->version))
        answer_between(question);
    else if (version == NULL)
        reply_missing(question);
    else
        reply_version(question, version->version, version->date_s, version->go_line);
}

/* By the habits of hosts, or because somebody knows it. */
static bool names_module(const struct question *question)
{
    const struct goproxy *proxy = question->proxy;
    g_autofree char *module = go_module_of_package(question->path);
    return strcmp(module, question->path) == 0 ||
           (proxy->is_module != NULL && proxy->is_module(proxy->is_module_context, question->path));
}

static void answer_unknown(const struct question *question)
{
    const char *version = question->version != NULL ? question->version : "v1.0.0";

    bool is_module = names_module(question) && strchr(question->path, '.') != NULL;
    if (is_module && is_revision(question)) {
        answer_revision(question);
        return;
    }
    if (!is_module || !go_semver_is_valid(version)) {
        reply_missing(question);
        return;
    }
    note_assumed(question, version);
    if (strcmp(question->kind, "list") == 0)
        exchange_reply_text(question->exchange, 200, TEXT_TYPE, "v1.0.0\n");
    else
        reply_version(question, version, world_date_s(question->proxy->world), NULL);
}

static void answer_toolchain(const struct question *question)
{
    const char *version = question->version != NULL ? question->version : "";
    const char *name = g_str_has_prefix(version, "v0.0.1-go") ? version + strlen("v0.0.1-go") : "";
    const char *machine = strstr(name, ".linux-");
    g_autofree char *release = machine != NULL ? g_strndup(name, (gsize)(machine - name)) : NULL;
    int64_t date_s = world_date_s(question->proxy->world);

    if (release == NULL || !go_release_exists(release, date_s))
        reply_missing(question);
    else if (strcmp(question->kind, "zip") == 0)
        reply_zip(question, NULL, GOPROXY_TOOLCHAIN_BYTES);
    else
        reply_version(question, version, date_s, NULL);
}

static void on_request(void *context, struct exchange *exchange)
{
    __attribute__((cleanup(question_clear))) struct question question = {.proxy = context,
                                                                         .exchange = exchange};
    const char *method = exchange_method(exchange);

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        exchange_reply_text(exchange, 405, TEXT_TYPE, "method not allowed\n");
    else if (!read_question(&question, exchange_path(exchange)))
        exchange_reply_text(exchange, 404, TEXT_TYPE, "not found\n");
    else if (strcmp(question.path, TOOLCHAIN) == 0)
        answer_toolchain(&question);
    else if (shelf_knows(question.proxy, question.path))
        answer_known(&question);
    else
        answer_unknown(&question);
}

/* The checksum database signs its answers, which nobody here verifies. */
static void on_sum_request(void *context, struct exchange *exchange)
{
    (void)context;
    bool is_lookup = g_str_has_prefix(exchange_path(exchange), "/lookup/") ||
                     g_str_has_prefix(exchange_path(exchange), "/tile/") ||
                     strcmp(exchange_path(exchange), "/latest") == 0;
    exchange_reply_text(exchange, is_lookup ? 200 : 404, TEXT_TYPE,
                        is_lookup ? "go.sum database tree\n1\n" : "not found\n");
}

/* ---- the whole ---- */

static void version_free(void *data)
{
    struct go_module_version *version = data;
    g_free((char *)version->path);
    g_free((char *)version->version);
    g_free((char *)version->go_line);
    g_free(version);
}

struct goproxy *goproxy_new(struct world *world)
{
    struct goproxy *proxy = g_new0(struct goproxy, 1);
    proxy->world = world;
    proxy->added = g_ptr_array_new_with_free_func(version_free);
    proxy->removed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    world_add_site(world, GOPROXY_SITE, on_request, proxy);
    world_add_site(world, GOSUM_SITE, on_sum_request, proxy);
    return proxy;
}

void goproxy_free(struct goproxy *proxy)
{
    if (proxy == NULL)
        return;
    g_ptr_array_unref(proxy->added);
    g_hash_table_unref(proxy->removed);
    g_free(proxy);
}

static void forget(struct goproxy *proxy, const struct go_module_version *version)
{
    for (guint i = 0; i < proxy->added->len; i++) {
        const struct go_module_version *each = g_ptr_array_index(proxy->added, i);
        if (strcmp(each->path, version->path) == 0 &&
            strcmp(each->version, version->version) == 0) {
            g_ptr_array_remove_index(proxy->added, i);
            return;
        }
    }
}

void goproxy_trust(struct goproxy *proxy, bool (*is_module)(void *context, const char *path),
                   void *context)
{
    proxy->is_module = is_module;
    proxy->is_module_context = context;
}

bool goproxy_add(struct goproxy *proxy, const struct go_module_version *version, GError **error)
{
    struct go_module_version *copy;
    if (!go_semver_is_valid(version->version)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "'%s' is no version of a Go module; one looks like 'v1.2.3'", version->version);
        return false;
    }
    forget(proxy, version);
    if (proxy->added->len >= PROXY_ADDED_VERSIONS_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "more than %d versions of Go modules",
                    PROXY_ADDED_VERSIONS_MAX);
        return false;
    }
    copy = g_new0(struct go_module_version, 1);
    copy->path = g_strdup(version->path);
    copy->version = g_strdup(version->version);
    copy->go_line = g_strdup(version->go_line != NULL ? version->go_line : "");
    copy->date_s = version->date_s;
    g_ptr_array_add(proxy->added, copy);
    return true;
}

void goproxy_remove(struct goproxy *proxy, const char *path, const char *version)
{
    g_hash_table_add(proxy->removed, g_strconcat(path, "@", version, NULL));
}
