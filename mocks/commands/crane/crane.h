/*
 * The crane command of a fake machine: images in the world's registries read, tagged, copied and
 * deleted over HTTP, with the login of `docker login` (google/go-containerregistry, cmd/crane and
 * pkg/crane at v0.21.6). Requests, texts and exit codes were measured against our own registry;
 * tests/clients/crane.sh holds both side by side. The real one copies up to GOMAXPROCS blobs at a
 * time, and tells of them in any order; this one copies one after another.
 *
 * Not modelled, and so assumed: archives (`push`, `pull`, `export`, `--tarball`), what makes new
 * images (`append`, `flatten`, `mutate`, `rebase`, `index`), `--all-tags`, `catalog`, `validate`,
 * `blob`, `auth get` and `auth token`, `--verbose`.
 */
#pragma once

#include "base/command.h"
#include "http/http.h"

struct crane_options {
    struct http *http; /* sees the sites */
    struct loop *loop;
    const char *version; /* "v0.21.6" */
    int64_t date_us;     /* now, since 1970 */
    /* Whether all tags of "acme/app" are known: of what others have pushed the world shows only
       what was asked for. NULL: they are. */
    bool (*has_all_tags)(void *self, const char *repository);
    void *self;
};

/* Not modelled: nothing was done, and nothing said. */
#define CRANE_UNKNOWN (-1)

/* The exit code, or CRANE_UNKNOWN. */
int crane_run(const struct crane_options *options, const struct command_call *call);
/* Whether this call would change what registries hold. */
bool crane_call_moves_images(const struct command_call *call);
