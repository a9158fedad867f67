/*
 * The skopeo command of a fake machine: images copied between registries and files, inspected,
 * listed and deleted over HTTP, as Ubuntu 24.04's skopeo 1.13.3 does. Debian and Ubuntu build it
 * with the libraries that they package, not with those of its release: containers/image v5.29.2 and
 * containers/common v0.57.4, for v5.26.2 and v0.55.4. Requests, texts and exit codes were measured
 * of such a build against our own registry; tests/clients/skopeo_command.sh holds both side by
 * side.
 *
 * Blobs are copied up to six at a time, as by the real one. A layer is fetched whole before it is
 * sent on, where the real one passes it through. Between a registry and itself the real one keeps
 * connections, which answers to resets: so does this one, for one command.
 *
 * What a virtual layer declares goes along between registries, folders and OCI's archives; one that
 * went through docker-archive: or docker-daemon: is no larger than its bytes.
 *
 * Not modelled, and so assumed: `sync`, `login` without a password, signatures and encryption,
 * schema 1, credential helpers, `--dest-compress…`, `--dest-decompress`, registries.conf,
 * certificates of its own, what `--debug` adds to the log, containers-storage:, ostree:, sif: and
 * tarball:, and whatever prints a help text. What is not modelled may come to light in the midst of
 * a copy.
 */
#pragma once

#include "base/command.h"
#include "http/http.h"

struct skopeo_options {
    struct http *http; /* of this one process: connections are kept in it */
    struct loop *loop;
    const char *version;      /* "1.13.3" */
    const char *architecture; /* of the machine, as Go names it: "amd64" */
    int64_t date_us;          /* now, since 1970 */
    /* Whether all tags of "acme/app" are known: of what others have pushed the world shows only
       what was asked for. NULL: they are. */
    bool (*has_all_tags)(void *self, const char *repository);
    /* What this command says, "inspect" or "list-tags", the real registry may answer otherwise:
       environment and labels of an image of others are made up, as the image is, and a repository
       that nothing here makes may well be there. NULL: nobody wants to know. */
    void (*note_doubt)(void *self, const char *command);
    /* What a registry gives for a digest whose content nobody has here, and which counts as it.
       NULL: nothing does. */
    const char *(*stand_in)(void *self, const char *digest);
    void *self;
};

/* Not modelled: nobody knows how it ends. */
#define SKOPEO_UNKNOWN (-1)

/* The exit code, or SKOPEO_UNKNOWN. */
int skopeo_run(const struct skopeo_options *options, const struct command_call *call);
/* Whether this call would change what registries hold, or what others take for an image. */
bool skopeo_call_moves_images(const struct command_call *call);
