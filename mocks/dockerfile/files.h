/*
 * Files of a build: a context, what COPY takes from it, the file system that a stage has made so
 * far. Paths are relative and clean ("cmd/main.go"), kept sorted; folders are there by their files,
 * or are told when they have none.
 *
 * Below some paths a set is open: there may be any files besides those it lists, because a RUN or
 * an image that is not looked into may have made them.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct build_file {
    char *path;
    GBytes *bytes;
    unsigned mode;
    int64_t declared_bytes; /* what it stands for; usually its length */
};

struct build_files;

struct build_files *build_files_new(void);
void build_files_free(struct build_files *files);
CLEANUP(build_files, build_files_free)
/* Opens the set below a path: "" is the root. */
void build_files_open(struct build_files *files, const char *path);
bool build_files_is_open(const struct build_files *files);
guint build_files_open_count(const struct build_files *files);
const char *build_files_open_at(const struct build_files *files, guint index);
/* Whether the path is open, whatever the set lists. */
bool build_files_may_have(const struct build_files *files, const char *path);
/* Replaces a file of that path. The path is cleaned; one that leads nowhere ("..") is dropped. */
void build_files_put(struct build_files *files, const char *path, GBytes *bytes, unsigned mode,
                     int64_t declared_bytes);
/* A folder; one that has something below it is there already. */
void build_files_put_folder(struct build_files *files, const char *path);
guint build_files_folder_count(const struct build_files *files);
const char *build_files_folder_at(const struct build_files *files, guint index);
/* Whether there is, or may be, a file or a folder of that path. */
bool build_files_have(const struct build_files *files, const char *path);
/* With what it is open for. */
void build_files_put_all(struct build_files *files, const struct build_files *more);
guint build_files_count(const struct build_files *files);
const struct build_file *build_files_at(const struct build_files *files, guint index);
const struct build_file *build_files_find(const struct build_files *files, const char *path);
int64_t build_files_bytes(const struct build_files *files); /* declared */
/* SHA-256 over paths, modes and bytes; g_free. */
char *build_files_digest(const struct build_files *files);
/* The regular files and folders of a tar, up to its own ceilings. NULL on errors. */
struct build_files *build_files_read_tar(GBytes *tar, GError **error) MUST_USE;

/*
 * A large file goes into a build as a small one that says how large it is and what it begins and
 * ends with, so that contexts of hundreds of megabytes are not held in memory. The size is what it
 * declares from then on; its contents are never looked at, but an output of files would have them.
 * NULL: it cannot be read.
 */
GBytes *build_stand_in_read(const char *path, int64_t size_bytes);
/* What these bytes stand for: their own length unless they are a stand-in. */
int64_t build_stand_in_bytes(GBytes *bytes);

/* Whether a clean path is the folder's or lies below it; *rest is then the part below ("" for
   itself). */
bool build_path_is_below(const char *path, const char *folder, const char **rest);
/* "a/b" of "/a//./b/", "" of "/"; NULL if it climbs above the root; g_free. */
char *build_path_clean(const char *path);

struct ignore;

struct build_copy {
    const struct build_files *from;
    char *const *sources;
    const char *destination;       /* absolute */
    bool unpacks;                  /* ADD: a tar becomes its contents (BuildKit's AttemptUnpack) */
    bool keeps_parents;            /* --parents */
    const struct ignore *excluded; /* --exclude, or NULL */
    const char *file_mode;         /* what --chmod says, or NULL */
};

/*
 * What COPY and ADD take, at the paths where it comes to lie: patterns, folders with their
 * contents, a destination that ends with a slash or not. A pattern may match nothing. What the
 * sources may have besides is open in the answer. *missing is the first source that is not listed
 * ("/x", g_free), and the answer then NULL.
 */
struct build_files *build_files_copy(const struct build_copy *copy, char **missing);
/* A folder that takes several sources, or none: where one file comes to lie (g_free). */
char *build_copy_target(const char *source, const char *destination, bool is_one_file);

/* Layers unpack to two and a half times their size. */
enum {
    LAYER_UNPACKED_TIMES_TWO = 5
};

/* gzip and tar of the files; equal files give equal bytes. Digests are g_free. */
struct packed_layer {
    GBytes *bytes;
    char *digest;
    char *diff_id;
    int64_t declared_bytes; /* compressed, of what the files stand for */
    int64_t unpacked_bytes;
};
void build_files_pack(const struct build_files *files, struct packed_layer *layer);
void packed_layer_clear(struct packed_layer *layer);

/* ---- .dockerignore ---- */

/* Patterns of moby/patternmatcher: **, !, comments; the last that matches a path or one of its
   folders decides. A broken pattern is skipped. */
struct ignore *ignore_parse(const char *text, gsize length_bytes);
void ignore_free(struct ignore *ignore);
CLEANUP(ignore, ignore_free)
bool ignore_excludes(const struct ignore *ignore, const char *path);
/* Those that are not excluded, with what it is open for. */
struct build_files *build_files_filter(const struct build_files *files,
                                       const struct ignore *ignore);
