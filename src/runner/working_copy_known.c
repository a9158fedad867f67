/* What the user's repository knows already of the files of a work tree, so that they need be
   neither read nor packed anew: big ones cost more than all the rest of a checkout. */
#include "runner/working_copy_private.h"

#include <sys/stat.h>

static bool is_at(const git_index_time *known, const struct timespec *seen)
{
    return known->seconds == (int32_t)seen->tv_sec && known->nanoseconds == (uint32_t)seen->tv_nsec;
}

/* A file that was written in the moment in which the index was may have been written again, which
   nothing would show (git's Documentation/technical/racy-git.txt). */
static bool is_older(const struct stat *file, const char *index)
{
    struct stat status;
    if (index == NULL || lstat(index, &status) != 0)
        return false;
    return file->st_mtim.tv_sec < status.st_mtim.tv_sec ||
           (file->st_mtim.tv_sec == status.st_mtim.tv_sec &&
            file->st_mtim.tv_nsec < status.st_mtim.tv_nsec);
}

/* As git tells it by itself (ie_match_stat() of its read-cache.c). */
static bool is_unchanged(const struct working_copy *copy, const git_index_entry *entry)
{
    struct stat status;
    g_autofree char *file = g_build_filename(copy->options.source, entry->path, NULL);
    bool is_link = entry->mode == GIT_FILEMODE_LINK;
    return lstat(file, &status) == 0 &&
           (is_link ? S_ISLNK(status.st_mode) : S_ISREG(status.st_mode)) &&
           entry->file_size == (uint32_t)status.st_size && entry->ino == (uint32_t)status.st_ino &&
           is_at(&entry->mtime, &status.st_mtim) && is_at(&entry->ctime, &status.st_ctim) &&
           is_older(&status, git_index_path(copy->tracked));
}

/* A clone may lack objects. */
static bool has_object(const struct working_copy *copy, const git_oid *id)
{
    git_odb *objects = NULL;
    bool is_there = git_repository_odb(&objects, copy->user) == 0 &&
                    git_odb_exists_ext(objects, id, GIT_ODB_LOOKUP_NO_REFRESH) != 0;
    git_odb_free(objects);
    return is_there;
}

bool working_copy_find_known(const struct working_copy *copy, const char *path, git_oid *id)
{
    if (copy->head == NULL || copy->tracked == NULL)
        return false;
    const git_index_entry *entry = git_index_get_bypath(copy->tracked, path, 0);
    if (entry == NULL || entry->mode == GIT_FILEMODE_COMMIT ||
        !(copy->is_elsewhere || is_unchanged(copy, entry)) || !has_object(copy, &entry->id))
        return false;
    *id = entry->id;
    return true;
}
