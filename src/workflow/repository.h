/*
 * Where `uses:` leads: its text as parts, and the file on disk that stands for them. Nothing is
 * fetched: files of the workflow's own repository are found below its root, those of others only
 * where a map says so, `owner/repo[/path]@ref=PATH`. Owner and repository ignore case as on GitHub,
 * paths and refs do not. Of several maps that fit, the one with the longest path counts.
 *
 * A local action (`./path`) is always one of the workspace, which is the workflow's own repository
 * even in files of others; a local workflow is one of the repository whose file calls it, at the
 * same ref (actions/runner 2.336.0, ReusableWorkflowsLoader.cs, FullyQualifyWorkflowRef).
 */
#pragma once

#include "base/error.h"

enum uses_kind {
    USES_LOCAL_ACTION,    /* ./path */
    USES_REMOTE_ACTION,   /* owner/repo[/path]@ref */
    USES_IMAGE,           /* docker://image */
    USES_LOCAL_WORKFLOW,  /* ./.github/workflows/x.yml */
    USES_REMOTE_WORKFLOW, /* owner/repo/.github/workflows/x.yml@ref */
};

/* What does not belong to the kind is NULL; path may be "". */
struct uses {
    enum uses_kind kind;
    char *owner;
    char *repository;
    char *path; /* without "./" and slashes at its ends */
    char *ref;
    char *image; /* without "docker://" */
};

/* "$/path": an action of the workflow's own repository as it is at the run's commit, whatever a
   checkout has put into the workspace (actions/runner PipelineConstants.SelfRepositoryPrefix). */
bool uses_is_of_own_commit(const char *text);
/* NULL: of none of the forms, which GitHub refuses. "$/path" is a USES_LOCAL_ACTION. */
struct uses *uses_of_step(const char *text);
struct uses *uses_of_job(const char *text);
void uses_free(struct uses *uses);
CLEANUP(uses, uses_free)

struct repository_map;

/* The root of the repository that a workflow file lies in: the nearest folder above it with a .git
   or a .github in it, else the file's own folder. Relative to the current folder when the path is.
   g_free. */
char *repository_root_of(const char *workflow_path);

/* root: that of the workflow's own repository; copied. */
struct repository_map *repository_map_new(const char *root);
void repository_map_free(struct repository_map *map);
CLEANUP(repository_map, repository_map_free)
/* Lent. */
const char *repository_map_root(const struct repository_map *map);

/* Adds `owner/repo[/path]@ref=PATH`. PATH must exist; with a path before the ref it stands for that
   folder or file alone. At most REPOSITORY_MAPS_MAX. */
bool repository_map_add(struct repository_map *map, const char *text, GError **error) MUST_USE;
/* Adds the maps of a file, one a line; blank lines and those that begin with '#' are passed over,
   relative PATHs begin at the file's folder. Every mistake is added to errors as a GError with its
   place. */
bool repository_map_add_file(struct repository_map *map, const char *path,
                             GPtrArray *errors) MUST_USE;

enum destination_kind {
    DESTINATION_FILE,       /* an action.yml, action.yaml or workflow */
    DESTINATION_DOCKERFILE, /* an action without a file of its own */
    DESTINATION_IMAGE,
    DESTINATION_NOT_MAPPED, /* another repository, or outside the root */
    DESTINATION_MISSING,    /* mapped, but there is no such file */
};

struct destination {
    enum destination_kind kind;
    char *path;   /* of the file; where it was looked for when missing; the image; else NULL */
    char *origin; /* "owner/repo@ref"; NULL: the workflow's own repository */
};

/* origin: that of the file in which the uses stands, as a destination gave it; NULL: the workflow's
   own repository. The caller owns the answer. */
struct destination *repository_map_find(const struct repository_map *map, const struct uses *uses,
                                        const char *origin);
void destination_free(struct destination *destination);
CLEANUP(destination, destination_free)
