/* Images as archives: what the Engine loads, there and back, and what it says of broken ones. */
#include "archives.h"

#include "base/gzip.h"

/* ---- there and back ---- */

static char *inspected(struct bench *bench, const char *name)
{
    cr_assert_eq(ask(bench, "GET", format("/v1.41/images/%s/json", name), NULL), 200, "%s", name);
    g_autoptr(json_t) image = json_of(bench);
    json_object_del(image, "RepoDigests"); /* an archive does not tell where an image is from */
    return json_text(image);
}

static void round_trip(struct bench *bench)
{
    pull_app(bench, "1");
    g_autofree char *before = inspected(bench, "localhost:5000/team/app:1");
    int64_t used_bytes = disk_account_bytes(bench->disk, DISK_IMAGES);
    g_autoptr(GBytes) tar = save_images(bench, "names=localhost:5000/team/app:1");

    drop_image(bench, "localhost:5000/team/app:1");
    cr_expect_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
    expect_loaded(bench, tar, "{\"stream\":\"Loaded image: localhost:5000/team/app:1\\n\"}\r\n");
    g_autofree char *after = inspected(bench, "localhost:5000/team/app:1");
    cr_expect_str_eq(after, before);
    cr_expect_eq(disk_account_bytes(bench->disk, DISK_IMAGES), used_bytes);
    cr_expect_eq(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);
    cr_expect_eq(ask(bench, "POST", "/v1.41/images/localhost:5000/team/app/push?tag=1", NULL), 200);
    AUTO(image_facts) facts = registry_find(bench->registry, "team/app", "1");
    cr_assert_not_null(facts);
    cr_expect(facts->is_complete);
    cr_expect_str_eq(facts->platforms->pdata[0], "linux/amd64");
}

static void load_twice(struct bench *bench)
{
    pull_app(bench, "1");
    int64_t used_bytes = disk_account_bytes(bench->disk, DISK_IMAGES);
    g_autoptr(GBytes) tar = save_images(bench, "names=localhost:5000/team/app:1");

    expect_loaded(bench, tar, "{\"stream\":\"Loaded image: localhost:5000/team/app:1\\n\"}\r\n");
    cr_expect_eq(disk_account_bytes(bench->disk, DISK_IMAGES), used_bytes);
}

/* By an Engine before 25, by one of today, and by one with the containerd store. */
static void run_with_each_store(void (*body)(struct bench *bench))
{
    static const char *const profiles[] = {NULL, "ubuntu-24.04", "ubuntu-26.04"};
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++) {
        const struct plan plan = {.profile = profiles[i]};
        bench_run(&plan, body);
    }
}

Test(archives, a_loaded_image_is_the_one_that_was_saved_and_can_be_pushed, .timeout = 60)
{
    run_with_each_store(round_trip);
}

Test(archives, loading_what_is_there_takes_no_disk, .timeout = 60)
{
    run_with_each_store(load_twice);
}

static void packed(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save_images(bench, "names=bb");
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    g_autoptr(GBytes) small = gzip_compress(bytes, length_bytes);
    g_autofree char *before = inspected(bench, "bb:1");
    drop_image(bench, "bb:1");

    expect_loaded(bench, small, "{\"stream\":\"Loaded image: bb:1\\n\"}\r\n");

    g_autofree char *after = inspected(bench, "bb:1");
    cr_expect_str_eq(after, before);
}

Test(archives, an_archive_may_be_compressed)
{
    bench_run(NULL, packed);
}

static void nameless(struct bench *bench)
{
    preload_busybox(bench);
    cr_assert_eq(ask(bench, "GET", "/v1.41/images/bb:1/json", NULL), 200);
    g_autoptr(json_t) image = json_of(bench);
    g_autofree char *id = g_strdup(json_get_string(image, "Id", ""));
    cr_assert_eq(ask(bench, "GET", format("/v1.41/images/%s/get", id), NULL), 200);
    g_autoptr(GBytes) tar = g_bytes_ref(bench->response.body);

    expect_loaded(bench, tar, format("{\"stream\":\"Loaded image ID: %s\\n\"}\r\n", id));
}

Test(archives, an_image_saved_by_its_id_comes_without_a_name)
{
    bench_run(NULL, nameless);
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, nameless);
}

static void taken_name(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save_images(bench, "names=bb:1");
    drop_image(bench, "bb:1");
    dockerd_preload(bench->dockerd, "other:1", "linux/amd64", 5000);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/other:1/tag?repo=bb&tag=1", NULL), 201);

    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load", tar), 200);
    g_autofree char *text = text_of(bench);
    cr_expect_not_null(strstr(text, "The image bb:1 already exists, renaming the old one with ID "),
                       "%s", text);
}

Test(archives, the_one_that_had_the_name_loses_it_and_the_engine_says_so)
{
    bench_run(NULL, taken_name);
}

static void telling(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save_images(bench, "names=bb:1");
    drop_image(bench, "bb:1");

    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load?quiet=0", tar), 200);
    g_autofree char *text = text_of(bench);
    cr_expect_not_null(strstr(text, "\"status\":\"Loading layer\""), "%s", text);
}

Test(archives, a_client_that_wants_to_know_is_told_of_layers)
{
    bench_run(NULL, telling);
}

/* ---- what goes wrong ---- */

static void broken_archives(struct bench *bench)
{
    static const struct {
        const char *name;
        const char *text;
        const char *error;
    } rows[] = {
        {"bin/sh", "x",
         "open /var/lib/docker/tmp/docker-import-2532866637/bin/json: no such file or directory"},
        {"manifest.json", "[{\"Config\":\"a.json\",\"Layers\":[]}]",
         "open /var/lib/docker/tmp/docker-import-2532866637/a.json: no such file or directory"},
        {"manifest.json", "[{\"Config\":\"manifest.json\",\"Layers\":[]}]",
         "invalid JSON in manifest.json"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) tar = TAR(rows[i].name, rows[i].text);
        cr_expect_str_eq(load_failure(bench, tar), rows[i].error);
    }
}

static void broken_bytes(struct bench *bench)
{
    g_autoptr(GBytes) garbage = g_bytes_new_static("no archive at all, not even nearly one", 38);
    g_autoptr(GBytes) whole = TAR("manifest.json", "[{\"Config\":\"a.json\",\"Layers\":[]}]");
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, 520);

    cr_expect_str_eq(load_failure(bench, garbage),
                     "Error processing tar file(exit status 1): archive/tar: invalid tar header");
    cr_expect_str_eq(load_failure(bench, cut),
                     "Error processing tar file(exit status 1): unexpected EOF");
}

Test(archives, a_broken_archive_is_refused_in_the_daemons_words)
{
    bench_run(NULL, broken_archives);
    bench_run(NULL, broken_bytes);
}

static void no_images(struct bench *bench)
{
    g_autoptr(GBytes) tar = TAR("manifest.json", "[]");
    expect_loaded(bench, tar, "");
}

Test(archives, an_archive_of_no_images_is_loaded_without_a_word)
{
    bench_run(NULL, no_images);
}

static void unknown_format(struct bench *bench)
{
    g_autoptr(GBytes) tar = TAR("bin/sh", "x");
    cr_expect_str_eq(load_failure(bench, tar), "unrecognized image format");
}

Test(archives, the_containerd_store_wants_a_layout)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, unknown_format);
}

/* The archive needs its place beside what it becomes. */
static void on_a_full_disk(struct bench *bench)
{
    pull_app(bench, "1");
    g_autoptr(GBytes) tar = save_images(bench, "names=localhost:5000/team/app:1");
    drop_image(bench, "localhost:5000/team/app:1");
    int64_t free_bytes = disk_free_bytes(bench->disk);
    cr_assert(disk_take(bench->disk, DISK_OTHER, "ballast", free_bytes - 80 * MIB_BYTES, NULL));

    const char *failure = load_failure(bench, tar);

    cr_expect(g_str_has_prefix(failure, "write /"), "%s", failure);
    cr_expect(g_str_has_suffix(failure, ": no space left on device"), "%s", failure);
    cr_expect_eq(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);
    cr_expect_eq(disk_free_bytes(bench->disk), 80 * MIB_BYTES);
}

Test(archives, a_full_disk_ends_a_load_and_keeps_nothing)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, on_a_full_disk);
}
