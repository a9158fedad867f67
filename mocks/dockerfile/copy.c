/* What COPY and ADD take from a set of files, and where it comes to lie. */
#include "mocks/dockerfile/files.h"

#include <fnmatch.h>
#include <string.h>

static bool has_wildcard(const char *source)
{
    return strpbrk(source, "*?[") != NULL;
}

static bool is_remote(const char *source)
{
    return g_regex_match_simple("^(https?|git|ssh)://|^git@", source, 0, 0);
}

/* Whether the path is the folder's or lies below it; *rest is then the part below ("" for itself).
 */
static bool is_below(const char *path, const char *folder, const char **rest)
{
    gsize length = strlen(folder);
    if (length == 0) {
        *rest = path;
        return true;
    }
    if (strncmp(path, folder, length) != 0 || (path[length] != '\0' && path[length] != '/'))
        return false;
    *rest = path[length] == '/' ? path + length + 1 : path + length;
    return true;
}

static bool ends_with_slash(const char *text)
{
    return g_str_has_suffix(text, "/") || g_str_has_suffix(text, "/.");
}

char *build_copy_target(const char *source, const char *destination, bool is_one_file)
{
    if (is_one_file && !ends_with_slash(destination))
        return g_strdup(destination);
    g_autofree char *base = g_path_get_basename(source);
    return g_strconcat(destination, "/", base, NULL);
}

struct copying {
    const struct build_files *from;
    struct build_files *to;
    const char *destination;
    bool is_one; /* one source without wildcards: may name the file it becomes */
};

/* Takes one file, or a folder's contents. */
static bool take(struct copying *copying, const char *source)
{
    bool is_any = false;
    for (guint i = 0; i < build_files_count(copying->from); i++) {
        const struct build_file *file = build_files_at(copying->from, i);
        const char *rest = NULL;
        if (!is_below(file->path, source, &rest))
            continue;
        g_autofree char *target =
            *rest == '\0' ? build_copy_target(source, copying->destination, copying->is_one)
                          : g_strconcat(copying->destination, "/", rest, NULL);
        build_files_put(copying->to, target, file->bytes, file->mode, file->declared_bytes);
        is_any = true;
    }
    return is_any;
}

/* The first parts of a path, or NULL if it has fewer; g_free. */
static char *path_head(const char *path, gsize part_count)
{
    const char *end = path;
    for (gsize i = 0; i < part_count; i++) {
        if (end == NULL)
            return NULL;
        end = strchr(i == 0 ? path : end + 1, '/');
    }
    return end == NULL ? g_strdup(path) : g_strndup(path, (gsize)(end - path));
}

/* Every file or folder that the pattern names, each once. */
static bool take_matching(struct copying *copying, const char *pattern)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gsize depth = 1;
    bool is_any = false;
    for (const char *next = pattern; *next != '\0'; next++)
        depth += *next == '/' ? 1 : 0;
    for (guint i = 0; i < build_files_count(copying->from); i++) {
        g_autofree char *head = path_head(build_files_at(copying->from, i)->path, depth);
        if (head == NULL || g_hash_table_contains(seen, head) ||
            fnmatch(pattern, head, FNM_PATHNAME) != 0)
            continue;
        is_any = take(copying, head) || is_any;
        g_hash_table_add(seen, g_steal_pointer(&head));
    }
    return is_any;
}

/* A remote source stands for a small file of its name. */
static bool take_remote(struct copying *copying, const char *source)
{
    g_autoptr(GBytes) bytes = g_bytes_new(source, strlen(source));
    g_autofree char *target = build_copy_target(source, copying->destination, copying->is_one);
    build_files_put(copying->to, target, bytes, 0600, (int64_t)strlen(source));
    return true;
}

/* Below the root of the context, out of which no ".." leads: BuildKit strips it (dockerfile
   reference, COPY: "../something" is "/something"). */
static char *below_root(const char *source)
{
    g_autofree char *whole = g_canonicalize_filename(source + strspn(source, "/"), "/");
    return g_strdup(whole + 1);
}

static bool take_source(struct copying *copying, const char *source)
{
    g_autofree char *clean = below_root(source);
    if (is_remote(source))
        return take_remote(copying, source);
    if (has_wildcard(clean))
        return take_matching(copying, clean);
    return take(copying, clean) || *clean == '\0';
}

struct build_files *build_files_copy(const struct build_files *from, char *const *sources,
                                     const char *destination, char **missing)
{
    AUTO(build_files) to = build_files_new();
    struct copying copying = {
        .from = from,
        .to = to,
        .destination = destination,
        .is_one = sources[0] != NULL && sources[1] == NULL && !has_wildcard(sources[0]),
    };
    for (gsize i = 0; sources[i] != NULL; i++) {
        if (take_source(&copying, sources[i]))
            continue;
        g_autofree char *clean = below_root(sources[i]);
        *missing = g_strconcat("/", clean, NULL);
        return NULL;
    }
    return g_steal_pointer(&to);
}
