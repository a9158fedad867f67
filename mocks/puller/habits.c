/* The table of what each program does in its own way. */
#include "mocks/puller/habits.h"

#define GO_1_20_PREFIX "tls: failed to verify certificate: "

static const struct puller_habits habits_table[] = {
    [PULLER_DOCKER_20_10] =
        {
            .kind = PULLER_DOCKER_20_10,
            .user_agent = "docker/20.10.24 go/go1.19.8 os/linux arch/amd64",
            .is_classic = true,
            .layer_tries = 6,
            .handler_tries = 1,
            .ingest_folder = "tmp",
            .register_words = "Error processing tar file(exit status 1): ",
            .certificate_prefix = "",
            .name_server_of_missing = " on 127.0.0.53:53",
            .address = "10.1.0.4",
        },
    [PULLER_DOCKER_24] =
        {
            .kind = PULLER_DOCKER_24,
            .user_agent = "docker/24.0.9 go/go1.20.13 os/linux arch/amd64",
            .is_classic = true,
            .layer_tries = 5,
            .handler_tries = 1,
            .ingest_folder = "tmp",
            .register_words = "ApplyLayer exit status 1 stdout:  stderr: ",
            .certificate_prefix = GO_1_20_PREFIX,
            .name_server_of_missing = " on 127.0.0.53:53",
            .address = "10.1.0.4",
        },
    [PULLER_DOCKER_28] =
        {
            .kind = PULLER_DOCKER_28,
            .user_agent = "docker/28.0.4 go/go1.23.7 os/linux arch/amd64",
            .is_classic = true,
            .layer_tries = 5,
            .reads_content_type = true,
            .handler_tries = 1,
            .ingest_folder = "tmp",
            .register_words = "ApplyLayer exit status 1 stdout:  stderr: ",
            .certificate_prefix = GO_1_20_PREFIX,
            .name_server_of_missing = " on 127.0.0.53:53",
            .address = "10.1.0.4",
        },
    [PULLER_CONTAINERD] =
        {
            .kind = PULLER_CONTAINERD,
            .user_agent =
                "docker/29.4.2 go/go1.25.6 containerd-client/2.2.1 storage-driver/overlayfs",
            .names_registry = true,
            .handler_tries = 1,
            .ingest_folder = "containerd/daemon/io.containerd.content.v1.content/ingest",
            .certificate_prefix = GO_1_20_PREFIX,
            .name_server_of_missing = " on 127.0.0.53:53",
            .address = "10.1.0.4",
        },
    [PULLER_BUILDKIT] =
        {
            .kind = PULLER_BUILDKIT,
            .user_agent = "buildkit/v0.23",
            .handler_tries = 4,
            .ingest_folder = "runc-overlayfs/content/ingest",
            .certificate_prefix = GO_1_20_PREFIX,
            .name_server_of_missing = "",
            .address = "172.17.0.2",
        },
};

const struct puller_habits *puller_habits_of(enum puller_kind kind)
{
    g_assert((gsize)kind < G_N_ELEMENTS(habits_table));
    return &habits_table[kind];
}
