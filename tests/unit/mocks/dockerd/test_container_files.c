/* Files of a container: in and out as tar, what the disk has of them, volumes that keep them. */
#include "bench.h"

#define SLEEPS ",\"Cmd\":[\"sleep\",\"infinity\"]"

/* The container s1, not started. */
static void create_sleeper(struct bench *bench, const char *options)
{
    dockerd_preload(bench->dockerd, "bb:1", "linux/amd64", 1000);
    create(bench, "s1", "bb:1", format(SLEEPS "%s", options));
}

static void put_and_get(struct bench *bench)
{
    g_autoptr(GBytes) tar = TAR("deep/hn", "vm\n");
    int exit_code = 0;
    create_sleeper(bench, ""); /* as it is: buildx relies on it (capture 42) */

    cr_assert_eq(ask_bytes(bench, "PUT", "/v1.41/containers/s1/archive?path=%2Fbin", tar), 200u);
    cr_assert_str_eq(header(bench, "Content-Length"), "0");

    cr_assert_eq(ask(bench, "HEAD", "/v1.41/containers/s1/archive?path=%2Fbin%2Fdeep%2Fhn", NULL),
                 200u);
    gsize length_bytes = 0;
    g_autofree guchar *stat =
        g_base64_decode(header(bench, "X-Docker-Container-Path-Stat"), &length_bytes);
    g_autoptr(json_t) facts = json_parse_bytes(stat, length_bytes, NULL);
    g_autofree char *keys = keys_of(facts);
    cr_assert_str_eq(keys, "linkTarget mode mtime name size");
    cr_assert_eq(json_get_integer(facts, "mode", 0), 493);
    cr_assert_eq(json_get_integer(facts, "size", 0), 3);

    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/s1/archive?path=%2Fbin%2Fdeep", NULL), 200u);
    cr_assert_str_eq(header(bench, "Content-Type"), "application/x-tar");
    const void *bytes = g_bytes_get_data(bench->response.body, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, true);
    const struct archive_member *member = NULL;
    cr_assert(archive_reader_next(reader, &member, NULL));
    cr_assert_str_eq(member->name, "deep");
    cr_assert(archive_reader_next(reader, &member, NULL));
    cr_assert_str_eq(member->name, "deep/hn");
    cr_assert_eq(g_bytes_get_size(member->contents), 3u);

    cr_assert_eq(disk_account_bytes(bench->disk, DISK_CONTAINERS), 3);
    ask(bench, "POST", "/v1.41/containers/s1/start", NULL);
    g_autofree char *text = run_exec(bench, "s1", "[\"cat\",\"/bin/deep/hn\"]", 1, &exit_code);
    cr_assert_str_eq(text, "vm\n");
    g_autofree char *listing = run_exec(bench, "s1", "[\"ls\",\"/bin\"]", 1, &exit_code);
    cr_assert_str_eq(listing, "deep\n");
    g_free(run_exec(bench, "s1", "[\"rm\",\"-rf\",\"/bin/deep\"]", 1, &exit_code));
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_CONTAINERS), 0);
    g_autofree char *missing = run_exec(bench, "s1", "[\"cat\",\"/bin/deep/hn\"]", 2, &exit_code);
    cr_assert_str_eq(missing, "cat: can't open '/bin/deep/hn': No such file or directory\n");
    cr_assert_eq(exit_code, 1);
}

/* captures 22, 42 */
Test(dockerd_files, files_go_in_and_out_as_tar_and_count_on_the_disk)
{
    bench_run(NULL, put_and_get);
}

static void miss_a_path(struct bench *bench)
{
    g_autoptr(GBytes) tar = TAR("f", "x");
    g_autoptr(GBytes) garbage = g_bytes_new_static("no tar at all, surely", 21);
    create_sleeper(bench, "");
    cr_assert_eq(ask(bench, "GET", "/v1.41/containers/s1/archive?path=%2Ftmp%2Fx", NULL), 404u);
    cr_assert_str_eq(message_of(bench), "Could not find the file /tmp/x in container s1");
    cr_assert_eq(ask(bench, "HEAD", "/v1.41/containers/s1/archive?path=%2Fno", NULL), 404u);
    cr_assert_eq(ask_bytes(bench, "PUT", "/v1.41/containers/s1/archive?path=%2Fp", tar), 404u);
    cr_assert_str_eq(message_of(bench), "Could not find the file /p in container s1");
    cr_assert_eq(ask_bytes(bench, "PUT", "/v1.41/containers/s1/archive?path=%2Ftmp", garbage),
                 500u);
    cr_assert_eq(ask_bytes(bench, "PUT", "/v1.41/containers/s9/archive?path=%2Ftmp", tar), 404u);
}

Test(dockerd_files, missing_paths_and_broken_archives_are_refused)
{
    bench_run(NULL, miss_a_path);
}

static void fill_the_disk(struct bench *bench)
{
    g_autofree char *big = g_strnfill(4096, 'x');
    g_autoptr(GBytes) tar = TAR("big", big);
    create_sleeper(bench, "");
    cr_assert_eq(ask_bytes(bench, "PUT", "/v1.41/containers/s1/archive?path=%2Ftmp", tar), 500u);
    cr_assert_str_eq(message_of(bench), "Error processing tar file(exit status 1): write /tmp/big: "
                                        "no space left on device");
}

Test(dockerd_files, a_full_disk_shows_when_files_are_put)
{
    const struct plan full = {.disk_free_bytes = 3000};
    bench_run(&full, fill_the_disk);
}

static void show_df(struct bench *bench)
{
    int exit_code = 0;
    create_sleeper(bench, "");
    ask(bench, "POST", "/v1.41/containers/s1/start", NULL);
    g_autofree char *text = run_exec(bench, "s1", "[\"df\",\"-P\",\"/\"]", 1, &exit_code);
    cr_assert(strstr(text, "overlay              104857600 20971520 83886079  20% /\n") != NULL,
              "%s", text);
}

Test(dockerd_files, df_inside_a_container_shows_the_hosts_disk)
{
    bench_run(NULL, show_df);
}

static void keep_files_in_a_volume(struct bench *bench)
{
    static const char options[] = ",\"HostConfig\":{\"Mounts\":[{\"Type\":\"volume\","
                                  "\"Source\":\"state\",\"Target\":\"/var/lib/state\"}]}";
    g_autoptr(GBytes) tar = TAR("f", "hello");
    int exit_code = 0;
    create_sleeper(bench, options);
    cr_assert_eq(
        ask_bytes(bench, "PUT", "/v1.41/containers/s1/archive?path=%2Fvar%2Flib%2Fstate", tar),
        200u);
    ask(bench, "DELETE", "/v1.41/containers/s1?force=1&v=1", NULL);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_VOLUMES), 5);
    cr_assert(dockerd_volume_take(bench->dockerd, "state", "cache", 100, NULL));
    run(bench, "s2", "bb:1", format(SLEEPS "%s", options));
    g_autofree char *text = run_exec(bench, "s2", "[\"cat\",\"/var/lib/state/f\"]", 1, &exit_code);
    cr_assert_str_eq(text, "hello");
    ask(bench, "DELETE", "/v1.41/containers/s2?force=1&v=1", NULL);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/volumes/state", NULL), 204u);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_VOLUMES), 0);
}

Test(dockerd_files, a_volume_outlives_its_containers_with_its_files)
{
    bench_run(NULL, keep_files_in_a_volume);
}
