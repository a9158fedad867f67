/*
 * Files of the machine in a container, through binds of its folders (`docker run -v "$PWD":/x`).
 * Paths are the container's, clean. Where nobody can tell what lies there, nothing is known of it:
 * after the command that runs the container has ended, outside of what that command may touch,
 * behind links, and of what is missing once something was assumed that may have made it. Files of
 * more than HOST_FILE_BYTES_MAX are not looked into.
 */
#pragma once

#include "mocks/dockerd/container.h"

/* Whether every bind among HostConfig.Mounts of a container's settings is of something that is
   there, as far as that is known: moby's volume/mounts/linux_parser.go. Unlike those of -v, they
   make no folder. */
bool host_files_check_mounts(const struct dockerd *dockerd, const json_t *settings,
                             GError **error) MUST_USE;
/* Whether a folder of the machine, or memory, lies over the path. */
bool container_is_of_host(const struct container *container, const char *path);
/* As container_look(), of a path that is. */
enum path_fact host_files_look(struct container *container, const char *path,
                               const struct file **file);
/* They fail where it is not known, or not to be written to. */
bool host_files_put(const struct container *container, const char *path, GBytes *bytes,
                    unsigned mode, GError **error) MUST_USE;
bool host_files_put_folder(const struct container *container, const char *path);
/* A file, or a folder with all below, but not the whole bind. */
bool host_files_remove(const struct container *container, const char *path);
/* Sorted names of what `ls` shows; NULL: not known; caller unrefs. */
GPtrArray *host_files_names(const struct container *container, const char *path);
