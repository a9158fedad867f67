/* What COPY and ADD take from a set of files, and where it comes to lie. */
#include "mocks/dockerfile/file_mode.h"
#include "mocks/dockerfile/files.h"

#include "base/archive.h"
#include "base/units.h"

#include <fnmatch.h>
#include <string.h>

#define REMOTE_BYTES MIB_BYTES

static bool has_wildcard(const char *source)
{
    return strpbrk(source, "*?[") != NULL;
}

static bool is_remote(const char *source)
{
    return g_regex_match_simple("^(https?|git|ssh)://|^git@", source, 0, 0);
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
    const char *file_mode; /* or NULL */
    bool unpacks;
    const struct ignore *excluded;
    bool is_one; /* one source without wildcards: may name the file it becomes */
};

static void put_file(struct copying *copying, const char *target, const struct build_file *file)
{
    unsigned mode =
        copying->file_mode != NULL ? file_mode_change(copying->file_mode, file->mode) : file->mode;
    build_files_put(copying->to, target, file->bytes, mode, file->declared_bytes);
}

/* ---- ADD of archives ---- */

/* Links may lead anywhere. */
static void put_member(struct copying *copying, const struct archive_member *member)
{
    g_autofree char *target = g_strconcat(copying->destination, "/", member->name, NULL);
    if (member->kind == ARCHIVE_FILE)
        build_files_put(copying->to, target, member->contents, member->mode,
                        (int64_t)g_bytes_get_size(member->contents));
    else if (member->kind == ARCHIVE_DIRECTORY)
        build_files_put_folder(copying->to, target);
    else
        build_files_open(copying->to, copying->destination);
}

/* One that breaks off, or is above a ceiling, has more than was read. */
static bool unpack_bytes(struct copying *copying, GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    const struct archive_member *member = NULL;
    bool is_archive = false;
    if (length_bytes == 0)
        return false;
    AUTO(archive_reader)
    reader = archive_reader_new_packed(data, length_bytes, /* is_confined= */ true);
    while (archive_reader_next(reader, &member, NULL)) {
        if (member == NULL)
            return is_archive;
        is_archive = true;
        put_member(copying, member);
    }
    if (is_archive)
        build_files_open(copying->to, copying->destination);
    return is_archive;
}

/* Of a file that is too large to be here the name has to tell. */
static bool is_called_archive(const char *path)
{
    return g_regex_match_simple("\\.(tar(\\.(gz|bz2|xz|zst))?|tgz|tbz2?|txz)$", path, 0, 0);
}

static bool unpack(struct copying *copying, const struct build_file *file)
{
    if (file->declared_bytes == (int64_t)g_bytes_get_size(file->bytes))
        return unpack_bytes(copying, file->bytes);
    if (is_called_archive(file->path))
        build_files_open(copying->to, copying->destination);
    return false;
}

/* ---- taking ---- */

/* Below a file that is listed there is nothing else, unless it may be a folder. */
static void take_open(struct copying *copying, const char *source)
{
    const char *rest = NULL;
    if (build_files_may_have(copying->from, source) &&
        build_files_find(copying->from, source) == NULL)
        build_files_open(copying->to, copying->destination);
    for (guint i = 0; i < build_files_open_count(copying->from); i++)
        if (build_path_is_below(build_files_open_at(copying->from, i), source, &rest)) {
            g_autofree char *target = g_strconcat(copying->destination, "/", rest, NULL);
            build_files_open(copying->to, target);
        }
}

/* Folders without files, at or below the source. */
static bool take_folders(struct copying *copying, const char *source)
{
    bool is_any = false;
    const char *rest = NULL;
    for (guint i = 0; i < build_files_folder_count(copying->from); i++) {
        if (!build_path_is_below(build_files_folder_at(copying->from, i), source, &rest))
            continue;
        g_autofree char *target = g_strconcat(copying->destination, "/", rest, NULL);
        build_files_put_folder(copying->to, target);
        is_any = true;
    }
    return is_any;
}

/* By its path below the source, or its name if it is the source. */
static bool is_excluded(const struct copying *copying, const char *source, const char *rest)
{
    g_autofree char *name = g_path_get_basename(source);
    return copying->excluded != NULL &&
           ignore_excludes(copying->excluded, *rest != '\0' ? rest : name);
}

/* Takes one file, or a folder's contents. */
static bool take(struct copying *copying, const char *source)
{
    bool is_any = false;
    take_open(copying, source);
    for (guint i = 0; i < build_files_count(copying->from); i++) {
        const struct build_file *file = build_files_at(copying->from, i);
        const char *rest = NULL;
        if (!build_path_is_below(file->path, source, &rest))
            continue;
        is_any = true;
        if (is_excluded(copying, source, rest))
            continue;
        if (copying->unpacks && *rest == '\0' && unpack(copying, file))
            continue;
        g_autofree char *target =
            *rest == '\0' ? build_copy_target(source, copying->destination, copying->is_one)
                          : g_strconcat(copying->destination, "/", rest, NULL);
        put_file(copying, target, file);
    }
    return take_folders(copying, source) || is_any;
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

/* Whether there is anything below the folder that a pattern looks in. */
static bool has_folder_of(const struct build_files *files, const char *pattern)
{
    g_autofree char *plain = g_strndup(pattern, strcspn(pattern, "*?["));
    char *end = strrchr(plain, '/');
    const char *rest = NULL;
    *(end != NULL ? end : plain) = '\0';
    for (guint i = 0; i < build_files_count(files); i++)
        if (build_path_is_below(build_files_at(files, i)->path, plain, &rest) && *rest != '\0')
            return true;
    return *plain == '\0' || build_files_have(files, plain);
}

/* A pattern, and what it has named so far. */
struct matching {
    const char *pattern;
    gsize depth; /* how many parts it has */
    GHashTable *seen;
};

/* The file or folder above this path that the pattern names, once. */
static bool take_head(struct copying *copying, const struct matching *matching, const char *path)
{
    g_autofree char *head = path_head(path, matching->depth);
    if (head == NULL || g_hash_table_contains(matching->seen, head) ||
        fnmatch(matching->pattern, head, FNM_PATHNAME) != 0)
        return false;
    bool is_taken = take(copying, head);
    g_hash_table_add(matching->seen, g_steal_pointer(&head));
    return is_taken;
}

/* Every file or folder that the pattern names, each once; none is fine (AllowEmptyWildcard in
   dockerfile2llb; dockerd's copyWithWildcards()), but BuildKit wants the folder. */
static bool take_matching(struct copying *copying, const char *pattern)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const struct build_files *from = copying->from;
    struct matching matching = {pattern, 1, seen};
    bool is_any = false;
    take_open(copying, pattern);
    for (const char *next = pattern; *next != '\0'; next++)
        matching.depth += *next == '/' ? 1 : 0;
    for (guint i = 0; i < build_files_count(from); i++)
        is_any = take_head(copying, &matching, build_files_at(from, i)->path) || is_any;
    for (guint i = 0; i < build_files_folder_count(from); i++)
        is_any = take_head(copying, &matching, build_files_folder_at(from, i)) || is_any;
    return is_any || (!build_files_may_have(from, pattern) && has_folder_of(from, pattern));
}

/* A file of its name stands for a remote source, whose size nobody knows; of a git repository it
   may be a folder. */
static bool take_remote(struct copying *copying, const char *source)
{
    g_autoptr(GBytes) bytes = g_bytes_new(source, strlen(source));
    g_autofree char *target = build_copy_target(source, copying->destination, copying->is_one);
    build_files_put(copying->to, target, bytes, 0600, REMOTE_BYTES);
    build_files_open(copying->to, target);
    return true;
}

/* Below the root of the context, out of which no ".." leads: BuildKit strips it (dockerfile
   reference, COPY: "../something" is "/something"). */
static char *below_root(const char *source)
{
    g_autofree char *whole = g_canonicalize_filename(source + strspn(source, "/"), "/");
    return g_strdup(whole + 1);
}

/* --parents: what the pattern includes, "**" and all, with its path from a pivot "/./" on
   (IncludePatterns in dispatchCopy). */
static bool take_with_parents(struct copying *copying, const char *source)
{
    const char *pivot = strstr(source, "/./");
    g_autofree char *before =
        pivot != NULL ? g_strndup(source, (gsize)(pivot - source)) : g_strdup("");
    g_autofree char *root = below_root(before);
    g_autofree char *pattern = below_root(pivot != NULL ? pivot + strlen("/./") : source);
    AUTO(ignore) included = ignore_parse(pattern, strlen(pattern));
    bool is_any = has_wildcard(source);
    take_open(copying, root);
    for (guint i = 0; i < build_files_count(copying->from); i++) {
        const struct build_file *file = build_files_at(copying->from, i);
        const char *rest = NULL;
        if (!build_path_is_below(file->path, root, &rest) || !ignore_excludes(included, rest))
            continue;
        is_any = true;
        g_autofree char *target = g_strconcat(copying->destination, "/", rest, NULL);
        if (!is_excluded(copying, root, rest))
            put_file(copying, target, file);
    }
    return is_any;
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

struct build_files *build_files_copy(const struct build_copy *copy, char **missing)
{
    AUTO(build_files) to = build_files_new();
    char *const *sources = copy->sources;
    struct copying copying = {
        .from = copy->from,
        .to = to,
        .destination = copy->destination,
        .file_mode = copy->file_mode,
        .unpacks = copy->unpacks,
        .excluded = copy->excluded,
        .is_one = sources[0] != NULL && sources[1] == NULL && !has_wildcard(sources[0]),
    };
    for (gsize i = 0; sources[i] != NULL; i++) {
        bool is_taken = copy->keeps_parents && !is_remote(sources[i])
                            ? take_with_parents(&copying, sources[i])
                            : take_source(&copying, sources[i]);
        if (is_taken)
            continue;
        g_autofree char *clean = below_root(sources[i]);
        *missing = g_strconcat("/", clean, NULL);
        return NULL;
    }
    return g_steal_pointer(&to);
}
