/*
 * What differs between versions of the Engine, as one table: words, exit codes, shapes of answers.
 * Sources: engine-contract.md, captures of 20.10.24, moby's tags v24.0.9, v28.0.4, docker-v29.x.
 */
#pragma once

#include "mocks/dockerd/dockerd.h"

struct personality {
    enum puller_kind kind;
    const char *git_commit;
    const char *go_version;
    const char *build_time;
    const char *containerd_version;
    const char *runc_version;
    const char *storage_driver;
    bool has_containerd_store;
    const char *cgroup_driver;
    const char *cgroup_version;
    const char *builder_version;   /* header of /_ping, NULL: not sent (capture 01) */
    int exec_format_exit_code;     /* of a binary for another platform (capture 39, I1) */
    int not_found_exit_code;       /* of an exec whose binary is missing (engine-contract.md H) */
    bool has_old_words;            /* errors open with a capital: before 25 */
    bool says_no_such_image_twice; /* image inspect (capture 76) */
};

const struct personality *personality_find(enum puller_kind kind);
