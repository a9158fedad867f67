/* The machines a rehearsal can run on, as data. */
#include "mocks/dockerd/dockerd.h"

#include "base/units.h"

/* A hosted runner promises 14 GiB free of its 72 GiB disk, four cores and 16 GiB of memory. */
#define HOSTED                                                                                     \
    .cores = 4, .disk_bytes = 72 * GIB_BYTES, .disk_used_bytes = 58 * GIB_BYTES,                   \
    .memory_bytes = 16 * GIB_BYTES
#define ENGINE_28                                                                                  \
    .engine_version = "28.0.4", .api_version = "1.48", .api_version_min = "1.24",                  \
    .puller = PULLER_DOCKER_28
#define ENGINE_29                                                                                  \
    .engine_version = "29.4.2", .api_version = "1.54", .api_version_min = "1.40",                  \
    .puller = PULLER_CONTAINERD

static const struct machine_profile profiles[] = {
    {
        .name = "ubuntu-24.04",
        .summary = "GitHub-hosted, Docker 28.0.4 with the classic store",
        ENGINE_28,
        .platform = "linux/amd64",
        HOSTED,
    },
    {
        .name = "ubuntu-24.04-arm",
        .summary = "GitHub-hosted on arm64, Docker 28.0.4 with the classic store",
        ENGINE_28,
        .platform = "linux/arm64",
        HOSTED,
    },
    {
        .name = "ubuntu-22.04",
        .summary = "GitHub-hosted, the older image, Docker 28.0.4 with the classic store",
        ENGINE_28,
        .platform = "linux/amd64",
        HOSTED,
    },
    {
        .name = "ubuntu-26.04",
        .summary = "GitHub-hosted, Docker 29.4.2 with the containerd store",
        ENGINE_29,
        .platform = "linux/amd64",
        HOSTED,
    },
    {
        .name = "ubuntu-26.04-arm",
        .summary = "GitHub-hosted on arm64, Docker 29.4.2 with the containerd store",
        ENGINE_29,
        .platform = "linux/arm64",
        HOSTED,
    },
    {
        .name = "self-hosted-20.10",
        .summary = "self-hosted, Docker 20.10.24 as Debian 12 ships it",
        .engine_version = "20.10.24+dfsg1",
        .api_version = "1.41",
        .api_version_min = "1.12",
        .puller = PULLER_DOCKER_20_10,
        .platform = "linux/amd64",
        .cores = 2,
        .disk_bytes = 100 * GIB_BYTES,
        .disk_used_bytes = 20 * GIB_BYTES,
        .memory_bytes = 8 * GIB_BYTES,
    },
    {
        .name = "self-hosted-24",
        .summary = "self-hosted, Docker 24.0.9 with the classic store",
        .engine_version = "24.0.9",
        .api_version = "1.43",
        .api_version_min = "1.12",
        .puller = PULLER_DOCKER_24,
        .platform = "linux/amd64",
        .cores = 4,
        .disk_bytes = 100 * GIB_BYTES,
        .disk_used_bytes = 20 * GIB_BYTES,
        .memory_bytes = 16 * GIB_BYTES,
    },
};

const struct machine_profile *machine_profile_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++)
        if (g_str_equal(profiles[i].name, name))
            return &profiles[i];
    return NULL;
}

const struct machine_profile *const *machine_profiles(gsize *count)
{
    static const struct machine_profile *const rows[] = {
        &profiles[0], &profiles[1], &profiles[2], &profiles[3],
        &profiles[4], &profiles[5], &profiles[6],
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(rows) == G_N_ELEMENTS(profiles));
    *count = G_N_ELEMENTS(rows);
    return rows;
}
