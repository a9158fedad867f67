/* Archives, disk usage and prune of the Engine client. */
#include "engine_answers.h"

#include <criterion/criterion.h>
#include <string.h>

static void copy_files(struct scripted_site *site)
{
    g_autoptr(GBytes) tar = g_bytes_new_static("tar", 3);
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GBytes) got = NULL;
    g_autoptr(GBytes) missing = NULL;
    g_autoptr(GBytes) none = NULL;
    g_autoptr(GError) error = NULL;
    cr_assert(docker_archive_put(docker, "b0", "/etc", tar, NULL));
    cr_assert(docker_archive_get(docker, "b0", "/build/meta data.json", &got, NULL));
    cr_assert(docker_archive_get(docker, "b0", "/p", &missing, NULL));
    cr_assert(!docker_archive_get(docker, "b1", "/p", &none, &error));

    cr_assert_null(missing);
    note_error(site, error);
    g_string_append_printf(site->log, "%s %d\n", body_of(site, 1), (int)g_bytes_get_size(got));
    note_targets(site);
}

Test(archive, goes_in_and_out_and_a_missing_file_is_no_error)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", ""),
        ANSWER("200 OK", "0123456789"),
        ANSWER("404 Not Found", "{\"message\":\"Could not find the file /p in container b0\"}"),
        ANSWER("404 Not Found", "{\"message\":\"No such container: b1\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, copy_files);

    cr_assert_str_eq(log, "docker 404: No such container: b1\ntar 10\nHEAD /_ping\n"
                          "PUT /v1.41/containers/b0/archive?noOverwriteDirNonDir=true&path=%2Fetc\n"
                          "GET /v1.41/containers/b0/archive?path=%2Fbuild%2Fmeta%20data.json\n"
                          "GET /v1.41/containers/b0/archive?path=%2Fp\n"
                          "GET /v1.41/containers/b1/archive?path=%2Fp\n");
}

static void measure(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    struct docker_usage usage;
    cr_assert(docker_usage(docker, &usage, NULL));
    g_string_append_printf(site->log, "images %d %d containers %d %d volumes %d cache %d %d",
                           (int)usage.images_bytes, (int)usage.images_reclaimable_bytes,
                           (int)usage.containers_bytes, (int)usage.containers_reclaimable_bytes,
                           (int)usage.volumes_bytes, (int)usage.build_cache_bytes,
                           (int)usage.build_cache_reclaimable_bytes);
}

Test(housekeeping, counts_the_disk_as_docker_system_df_does)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER(
            "200 OK",
            "{\"LayersSize\":1000,\"Images\":[{\"Containers\":2,\"Size\":300,\"SharedSize\":100},"
            "{\"Containers\":0,\"Size\":500,\"SharedSize\":0},"
            "{\"Containers\":1,\"Size\":50,\"SharedSize\":-1}],"
            "\"Containers\":[{\"SizeRw\":7,\"State\":\"running\"},"
            "{\"SizeRw\":5,\"State\":\"exited\"},{\"State\":\"created\"}],"
            "\"Volumes\":[{\"UsageData\":{\"Size\":11,\"RefCount\":1}},{\"UsageData\":"
            "{\"Size\":-1}},{}],"
            "\"BuildCache\":[{\"Size\":3,\"InUse\":false,\"Shared\":false},"
            "{\"Size\":4,\"InUse\":true,\"Shared\":false},"
            "{\"Size\":9,\"InUse\":false,\"Shared\":true}]}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, measure);

    cr_assert_str_eq(log, "images 1000 800 containers 12 5 volumes 11 cache 7 3");
}

Test(housekeeping, takes_an_empty_engine_for_empty)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", "{\"LayersSize\":0,\"Images\":[],\"Containers\":[],\"Volumes\":[],"
                         "\"BuildCache\":null,\"BuilderSize\":0}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, measure);

    cr_assert_str_eq(log, "images 0 0 containers 0 0 volumes 0 cache 0 0");
}

static void prune(struct scripted_site *site, bool all_images)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    int64_t reclaimed_bytes = -1;
    if (!docker_prune(docker, all_images, &reclaimed_bytes, &error))
        note_error(site, error);
    g_string_append_printf(site->log, "%d\n", (int)reclaimed_bytes);
    note_targets(site);
}

static void prune_dangling(struct scripted_site *site)
{
    prune(site, /* all_images= */ false);
}

static void prune_all(struct scripted_site *site)
{
    prune(site, /* all_images= */ true);
}

/* captures 26b and 27 */
static const struct scripted_answer prune_answers[] = {
    PING,
    ANSWER("200 OK", "{\"ContainersDeleted\":[\"0870\"],\"SpaceReclaimed\":204800}"),
    ANSWER("200 OK", "{\"NetworksDeleted\":null}"),
    ANSWER("200 OK", "{\"ImagesDeleted\":[{\"Deleted\":\"sha256:23\"}],\"SpaceReclaimed\":2}"),
    ANSWER("200 OK", "{\"CachesDeleted\":null,\"SpaceReclaimed\":53}"),
    {0}};

Test(housekeeping, prunes_in_the_clients_order_and_adds_up)
{
    g_autofree char *log = scripted_site_run(prune_answers, prune_dangling);

    cr_assert_str_eq(log, "204855\nHEAD /_ping\nPOST /v1.41/containers/prune\n"
                          "POST /v1.41/networks/prune\n"
                          "POST /v1.41/images/prune?filters=%7B%22dangling%22%3A%7B%22true%22%3A"
                          "true%7D%7D\nPOST /v1.41/build/prune?filters=\n");
}

Test(housekeeping, prunes_all_images_when_asked)
{
    g_autofree char *log = scripted_site_run(prune_answers, prune_all);

    cr_assert(g_str_has_suffix(log, "POST /v1.41/images/prune?filters=%7B%22dangling%22%3A%7B%22"
                                    "false%22%3Atrue%7D%7D\n"
                                    "POST /v1.41/build/prune?all=1&filters=\n"));
}

Test(housekeeping, stops_at_the_first_prune_that_fails)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("409 Conflict", "{\"message\":\"a prune operation is already running\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, prune_dangling);

    cr_assert_str_eq(log, "docker 409: a prune operation is already running\n-1\nHEAD /_ping\n"
                          "POST /v1.41/containers/prune\n");
}
