/* The table of Engine versions. */
#include "mocks/dockerd/personality.h"

static const struct personality personalities[] = {
    {
        .kind = PULLER_DOCKER_20_10,
        .git_commit = "5d6db84",
        .go_version = "go1.19.8",
        .build_time = "2026-05-07T21:09:36.000000000+00:00",
        .containerd_version = "1.6.20~ds1",
        .runc_version = "1.1.5+ds1",
        .storage_driver = "overlay2",
        .cgroup_driver = "cgroupfs",
        .cgroup_version = "1",
        .exec_format_exit_code = 1,
        .not_found_exit_code = 126,
        .has_old_words = true,
        .says_no_such_image_twice = true,
    },
    {
        .kind = PULLER_DOCKER_24,
        .git_commit = "fca702d",
        .go_version = "go1.20.13",
        .build_time = "2024-02-01T00:48:45.000000000+00:00",
        .containerd_version = "1.6.28",
        .runc_version = "1.1.12",
        .storage_driver = "overlay2",
        .cgroup_driver = "systemd",
        .cgroup_version = "2",
        .builder_version = "2",
        .exec_format_exit_code = 1,
        .not_found_exit_code = 126,
        .has_old_words = true,
    },
    {
        .kind = PULLER_DOCKER_28,
        .git_commit = "6430e49",
        .go_version = "go1.23.7",
        .build_time = "2025-03-25T15:07:22.000000000+00:00",
        .containerd_version = "1.7.27",
        .runc_version = "1.2.5",
        .storage_driver = "overlay2",
        .cgroup_driver = "systemd",
        .cgroup_version = "2",
        .builder_version = "2",
        .exec_format_exit_code = 255,
        .not_found_exit_code = 127,
    },
    {
        .kind = PULLER_CONTAINERD,
        .git_commit = "c6ee2a7",
        .go_version = "go1.26.2",
        .build_time = "2026-04-20T12:00:00.000000000+00:00",
        .containerd_version = "2.2.3",
        .runc_version = "1.3.5",
        .storage_driver = "overlayfs",
        .has_containerd_store = true,
        .cgroup_driver = "systemd",
        .cgroup_version = "2",
        .builder_version = "2",
        .exec_format_exit_code = 255,
        .not_found_exit_code = 127,
    },
};

const struct personality *personality_find(enum puller_kind kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(personalities); i++)
        if (personalities[i].kind == kind)
            return &personalities[i];
    g_assert_not_reached();
}
