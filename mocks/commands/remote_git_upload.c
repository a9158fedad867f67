/* What a fetch gets: git's protocol version 2 (gitprotocol-v2(5)), as far as git asks for it here.
 */
#include "mocks/commands/remote_git.h"

#include <string.h>

enum {
    LENGTH_HEX = 4,
    PACKET_BYTES_MAX = 65520,
    BAND_PACK = 1,
};

/* Commit GIT_NOTHING_ID, its empty tree, and the SHA-1 over both. */
static const guint8 nothing_pack[] = {
    0x50, 0x41, 0x43, 0x4b, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x98, 0x0d, 0x78, 0x9c,
    0xa5, 0x8c, 0x41, 0x0a, 0xc3, 0x20, 0x10, 0x00, 0xef, 0xbe, 0x62, 0xef, 0x85, 0x60, 0x45, 0x8d,
    0x42, 0x29, 0x7d, 0x41, 0xff, 0xa0, 0x66, 0x93, 0x48, 0x1b, 0x37, 0xe8, 0x4a, 0xe9, 0xef, 0x1b,
    0x68, 0x7f, 0xd0, 0x39, 0x0d, 0x73, 0x18, 0xae, 0x88, 0xa0, 0xa3, 0x53, 0x66, 0x4a, 0x56, 0xab,
    0x14, 0x2d, 0x46, 0x1f, 0xa4, 0x95, 0x68, 0x74, 0x9c, 0xdd, 0x64, 0xbd, 0x72, 0x6e, 0x8e, 0x88,
    0xda, 0x4b, 0x2d, 0x42, 0xe7, 0x95, 0x2a, 0x50, 0x62, 0x4a, 0x81, 0xe1, 0xf2, 0x93, 0x5b, 0x6f,
    0x58, 0xdb, 0x50, 0xa8, 0xe2, 0xfe, 0x7c, 0x0f, 0x4b, 0xe6, 0xb5, 0xc7, 0x21, 0xd1, 0x76, 0x85,
    0xf3, 0x68, 0x47, 0xa5, 0x8c, 0x95, 0x12, 0x4e, 0xf2, 0x40, 0x1c, 0x75, 0xcb, 0xcc, 0xf8, 0xdf,
    0x45, 0xdc, 0x89, 0xd7, 0x5c, 0x16, 0xc8, 0x0d, 0x1e, 0x85, 0x5e, 0x05, 0x68, 0x86, 0xa3, 0x34,
    0xf8, 0xfe, 0xc5, 0x07, 0x99, 0x90, 0x46, 0x44, 0x20, 0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x48, 0x8b, 0xd1, 0xc4, 0x7a, 0xa1, 0x52, 0xa1, 0xf0, 0x0a, 0x52, 0x28, 0x03, 0xfe, 0x44,
    0xdf, 0x2d, 0xab, 0xb0, 0x69,
};

/* ---- packets ---- */

enum packet {
    PACKET_FLUSH = 0,
    PACKET_DELIMITER = 1,
    PACKET_END = 2, /* of a response */
    PACKET_TEXT = LENGTH_HEX,
    PACKET_NONE = -1, /* nothing more, or nonsense */
};

/* A text is without its newline; caller frees. */
static enum packet read_packet(struct remote_git *remote, char **text)
{
    char digits[LENGTH_HEX + 1] = {0};
    *text = NULL;
    if (!remote_git_await(remote, LENGTH_HEX))
        return PACKET_NONE;
    memcpy(digits, remote->input->data, LENGTH_HEX);
    if (strspn(digits, "0123456789abcdefABCDEF") != LENGTH_HEX)
        return PACKET_NONE;
    gsize length = (gsize)g_ascii_strtoull(digits, NULL, 16);
    if (length > PACKET_BYTES_MAX || !remote_git_await(remote, length))
        return PACKET_NONE;
    if (length >= LENGTH_HEX) {
        *text = g_strndup((const char *)remote->input->data + LENGTH_HEX, length - LENGTH_HEX);
        g_strchomp(*text);
    }
    g_byte_array_remove_range(remote->input, 0, (guint)MAX(length, LENGTH_HEX));
    return length >= LENGTH_HEX ? PACKET_TEXT : (enum packet)length;
}

static void put(GString *reply, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void put(GString *reply, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_string_append_printf(reply, "%04x%s\n", (unsigned)(LENGTH_HEX + strlen(line) + 1), line);
}

static void put_mark(GString *reply, enum packet mark)
{
    g_string_append_printf(reply, "%04x", (unsigned)mark);
}

static void put_pack(GString *reply)
{
    const char band = BAND_PACK;
    g_string_append_printf(reply, "%04x",
                           (unsigned)(LENGTH_HEX + sizeof(band) + sizeof(nothing_pack)));
    g_string_append_len(reply, &band, sizeof(band));
    g_string_append_len(reply, (const char *)nothing_pack, sizeof(nothing_pack));
}

/* ---- a request ---- */

struct request {
    char *command;
    GHashTable *prefixes; /* of names, a set */
    GPtrArray *wants;     /* ids */
    bool is_done;
};

static void request_free(struct request *request)
{
    if (request == NULL)
        return;
    g_free(request->command);
    g_hash_table_unref(request->prefixes);
    g_ptr_array_unref(request->wants);
    g_free(request);
}
CLEANUP(request, request_free)

static bool take_argument(struct request *request, const char *text)
{
    if (g_str_has_prefix(text, "command=") && request->command == NULL)
        request->command = g_strdup(text + strlen("command="));
    else if (g_str_has_prefix(text, "ref-prefix "))
        g_hash_table_add(request->prefixes, g_strdup(text + strlen("ref-prefix ")));
    else if (g_str_has_prefix(text, "want "))
        g_ptr_array_add(request->wants, g_strdup(text + strlen("want ")));
    else if (strcmp(text, "done") == 0)
        request->is_done = true;
    return request->wants->len <= GIT_REFERENCES_MAX &&
           g_hash_table_size(request->prefixes) <= GIT_REFERENCES_MAX;
}

/* NULL: there is none, or it is none. */
static struct request *read_request(struct remote_git *remote)
{
    AUTO(request) request = g_new0(struct request, 1);
    request->prefixes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    request->wants = g_ptr_array_new_with_free_func(g_free);
    for (;;) {
        g_autofree char *text = NULL;
        enum packet packet = read_packet(remote, &text);
        if (packet == PACKET_FLUSH)
            return request->command != NULL ? g_steal_pointer(&request) : NULL;
        if (packet == PACKET_NONE || (text != NULL && !take_argument(request, text)))
            return NULL;
    }
}

/* ---- references ---- */

/* "v1.2" is rather a tag's name. */
static bool looks_like_version(const char *name)
{
    return g_ascii_isdigit(name[0]) || (name[0] == 'v' && g_ascii_isdigit(name[1]));
}

static bool is_known(const struct remote_git *remote, const char *name)
{
    return g_hash_table_contains(remote->heads, name) || g_hash_table_contains(remote->tags, name);
}

static void make_up(GHashTable *references, const struct remote_git *remote, char *name)
{
    if (g_hash_table_contains(references, name))
        g_free(name);
    else
        g_hash_table_insert(references, name, g_strdup(remote->commit));
}

/* git asks for everything that a name may stand for: "x" comes with "refs/heads/x" beside it. */
static void make_up_asked(GHashTable *references, const struct remote_git *remote,
                          const struct request *request)
{
    GHashTableIter iterator;
    gpointer key;
    g_hash_table_iter_init(&iterator, request->prefixes);
    while (g_hash_table_iter_next(&iterator, &key, NULL)) {
        const char *name = key;
        g_autofree char *as_branch = g_strconcat("refs/heads/", name, NULL);
        if (g_str_has_suffix(name, "/") || strcmp(name, "HEAD") == 0 || is_known(remote, name) ||
            !g_hash_table_contains(request->prefixes, as_branch))
            continue;
        if (g_str_has_prefix(name, "refs/"))
            make_up(references, remote, g_strdup(name));
        else
            make_up(
                references, remote,
                g_strconcat(looks_like_version(name) ? "refs/tags/" : "refs/heads/", name, NULL));
    }
}

static void take_all(GHashTable *references, GHashTable *names, const char *prefix)
{
    GHashTableIter iterator;
    gpointer name, id;
    g_hash_table_iter_init(&iterator, names);
    while (g_hash_table_iter_next(&iterator, &name, &id))
        g_hash_table_insert(references, g_strconcat(prefix, name, NULL), g_strdup(id));
}

static const char *default_branch(GHashTable *references)
{
    return g_hash_table_contains(references, "refs/heads/master") ? "refs/heads/master"
                                                                  : "refs/heads/main";
}

static GHashTable *references_of(const struct remote_git *remote, const struct request *request)
{
    GHashTable *references = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *base = command_variable(remote->call, "GITHUB_BASE_REF");
    take_all(references, remote->heads, "refs/heads/");
    take_all(references, remote->tags, "refs/tags/");
    if (base != NULL && *base != '\0' && strcmp(remote->commit, GIT_NOTHING_ID) != 0)
        make_up(references, remote, g_strconcat("refs/heads/", base, NULL));
    make_up_asked(references, remote, request);
    make_up(references, remote, g_strdup(default_branch(references)));
    return references;
}

static bool is_asked_for(const struct request *request, const char *name)
{
    GHashTableIter iterator;
    gpointer prefix;
    if (g_hash_table_size(request->prefixes) == 0)
        return true;
    g_hash_table_iter_init(&iterator, request->prefixes);
    while (g_hash_table_iter_next(&iterator, &prefix, NULL))
        if (g_str_has_prefix(name, prefix))
            return true;
    return false;
}

static gint compare_texts(gconstpointer left, gconstpointer right)
{
    return strcmp(left, right);
}

static void list_references(const struct remote_git *remote, const struct request *request,
                            GString *reply)
{
    g_autoptr(GHashTable) references = references_of(remote, request);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(references), compare_texts);
    const char *branch = default_branch(references);

    if (is_asked_for(request, "HEAD"))
        put(reply, "%s HEAD symref-target:%s",
            (const char *)g_hash_table_lookup(references, branch), branch);
    for (const GList *each = names; each != NULL; each = each->next)
        if (is_asked_for(request, each->data))
            put(reply, "%s %s", (const char *)g_hash_table_lookup(references, each->data),
                (const char *)each->data);
    put_mark(reply, PACKET_FLUSH);
}

/* ---- objects ---- */

static bool is_made_of_refs(const struct remote_git *remote, const char *id)
{
    GHashTable *const tables[] = {remote->heads, remote->tags};
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        GHashTableIter iterator;
        gpointer known;
        g_hash_table_iter_init(&iterator, tables[i]);
        while (g_hash_table_iter_next(&iterator, NULL, &known))
            if (strcmp(known, id) == 0)
                return true;
    }
    return strcmp(id, remote->commit) == 0 || strcmp(id, GIT_NOTHING_ID) == 0;
}

/* What was known before is there already; what is wanted beside it is pinned by its id. */
static void give_objects(const struct remote_git *remote, const struct request *request,
                         GString *reply)
{
    for (guint i = 0; i < request->wants->len; i++)
        if (!is_made_of_refs(remote, g_ptr_array_index(request->wants, i)))
            remote_git_pin(remote, g_ptr_array_index(request->wants, i));
    if (!request->is_done) {
        put(reply, "acknowledgments");
        put(reply, "ready");
        put_mark(reply, PACKET_DELIMITER);
    }
    put(reply, "packfile");
    put_pack(reply);
    put_mark(reply, PACKET_FLUSH);
}

/* ---- the server ---- */

static void advertise(const struct remote_git *remote)
{
    g_autoptr(GString) reply = g_string_new(NULL);
    put(reply, "version 2");
    put(reply, "agent=git/2.51.0");
    put(reply, "ls-refs");
    put(reply, "fetch=shallow filter");
    put(reply, "object-format=sha1");
    put_mark(reply, PACKET_FLUSH);
    command_write(remote->call, 1, reply->str, (gssize)reply->len);
}

bool remote_git_upload(struct remote_git *remote)
{
    advertise(remote);
    while (remote_git_await(remote, 1)) {
        AUTO(request) request = read_request(remote);
        g_autoptr(GString) reply = g_string_new(NULL);
        if (request == NULL)
            return false;
        if (strcmp(request->command, "ls-refs") == 0)
            list_references(remote, request, reply);
        else if (strcmp(request->command, "fetch") == 0)
            give_objects(remote, request, reply);
        else
            return false;
        put_mark(reply, PACKET_END);
        command_write(remote->call, 1, reply->str, (gssize)reply->len);
    }
    return true;
}
