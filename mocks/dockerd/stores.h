/*
 * What the Engine keeps, by the place where it keeps it. Another data-root is a fresh Engine; in
 * another image store of the same one images, containers and the build cache are not seen, but stay
 * (docs.docker.com/engine/storage/containerd). The containerd store lies in containerd's own
 * folder, whatever the data-root: both packages of Docker's run containerd as a service.
 */
#pragma once

#include "mocks/dockerd/dockerd_private.h"

/* What is not seen now. */
struct hidden_store {
    char *data_root;
    struct image_store images;
    GPtrArray *containers;
    GPtrArray *build_cache;
    GPtrArray *volumes;  /* shared by the stores of one data-root */
    GPtrArray *networks; /* the same */
    struct container *builder;
};

/* Which store this configuration asks for: moby daemon/image_store_choice.go. */
bool stores_choose(const struct dockerd *dockerd, const struct configuration *configuration);
/* Shows what is there for this configuration, which is not the Engine's yet. No request and no
   process may run. */
void stores_show(struct dockerd *dockerd, const struct configuration *configuration);
/* All of them, with the containers that are hidden. Those that are seen must be gone. */
void stores_free(struct dockerd *dockerd);
