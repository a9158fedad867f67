/* The machines a rehearsal can run on, as data. */
#include "mocks/dockerd/dockerd.h"

#include "base/units.h"

#define GIB(tenths) ((tenths)*GIB_BYTES / 10)

/*
 * As users measured them with du and df, which round to tenths: RSSNext/Folo #4786 and
 * peer-observer #447 (ubuntu-24.04, 2025 and 2026), actions/runner-images #10386 (2024) and
 * conda-smithy #1750 (ubuntu-22.04, 2023); times of rm from conda-smithy #1750 and uutils/coreutils
 * #10276. What is not in these lists frees nothing here when it is removed, packages neither.
 */
static const struct machine_folder folders_24_04[] = {
    {"/usr/local/lib/android", GIB(80), 45 * SECOND_US},
    {"/usr/local/.ghcup", GIB(64), 5 * SECOND_US},
    {"/usr/share/dotnet", GIB(40), 5 * SECOND_US},
    {"/opt/hostedtoolcache/other", GIB(35), 4 * SECOND_US},
    {"/usr/share/swift", GIB(32), SECOND_US / 5},
    {"/opt/hostedtoolcache/CodeQL", GIB(17), SECOND_US},
    {"/usr/local/julia1.12.2", GIB(10), SECOND_US / 5},
    {"/usr/local/share/powershell", GIB(10), SECOND_US / 5},
    {"/usr/lib/jvm", GIB(8), SECOND_US},
    {0},
};
static const struct machine_folder folders_22_04[] = {
    {"/usr/local/lib/android", GIB(120), 45 * SECOND_US},
    {"/usr/local/.ghcup", GIB(55), 5 * SECOND_US},
    {"/opt/hostedtoolcache/CodeQL", GIB(50), SECOND_US},
    {"/opt/hostedtoolcache/other", GIB(35), 4 * SECOND_US},
    {"/usr/share/dotnet", GIB(18), 5 * SECOND_US},
    {"/usr/share/swift", GIB(17), SECOND_US / 5},
    {"/usr/local/share/powershell", GIB(10), SECOND_US / 5},
    {"/usr/lib/jvm", GIB(8), SECOND_US},
    {0},
};

/* What 22.04 has and 24.04 has not any more: terascope/teraslice's and bitnami's workflows;
   actions/runner-images #10697, #11408. */
#define SETTINGS_22_04                                                                             \
    "{ \"exec-opts\": [\"native.cgroupdriver=cgroupfs\"], \"cgroup-parent\": \"/actions_job\" }\n"

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
        .folders = folders_24_04,
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
        .folders = folders_22_04,
        .settings = SETTINGS_22_04,
    },
    {
        .name = "ubuntu-26.04",
        .summary = "GitHub-hosted, Docker 29.4.2 with the containerd store",
        ENGINE_29,
        .platform = "linux/amd64",
        HOSTED,
        .folders = folders_24_04,
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
