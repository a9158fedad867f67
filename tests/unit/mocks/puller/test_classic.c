/* Pulls of dockerd's own stores, side by side with captures/faults and registry.md 4. */
#include "bench.h"

#define PULL_REQUESTS                                                                              \
    "GET /v2/ 200@0s\n"                                                                            \
    "HEAD /v2/o/img/manifests/1 200@0s\n"                                                          \
    "GET /v2/o/img/manifests/<manifest> 200@0s\n"

Test(classic, a_pull_asks_in_dockerds_order)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(outcome.requests, PULL_REQUESTS "GET /v2/o/img/blobs/<config> 200@0s\n"
                                                     "GET /v2/o/img/blobs/<layer1> 200@0s\n");
}

Test(classic, a_pull_tells_what_dockerd_tells)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10});

    cr_assert_str_eq(outcome.progress,
                     "1: Pulling from o/img\n"
                     "<layer1>: Pulling fs layer\n"
                     "<layer1>: Downloading 41943040/41943040\n"
                     "<layer1>: Verifying Checksum\n"
                     "<layer1>: Download complete\n"
                     "<layer1>: Extracting 10485760/41943040\n"
                     "<layer1>: Extracting 20971520/41943040\n"
                     "<layer1>: Extracting 31457280/41943040\n"
                     "<layer1>: Extracting 41943040/41943040\n"
                     "<layer1>: Extracting 41943040/41943040\n"
                     "<layer1>: Pull complete\n"
                     "Digest: <manifest>\n"
                     "Status: Downloaded newer image for localhost:5000/o/img:1\n");
}
