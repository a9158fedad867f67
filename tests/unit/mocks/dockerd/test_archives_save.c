/* Images as archives: what the Engine saves, and when it cannot. */
#include "archives.h"

/* ---- what an archive looks like ---- */

/* The names of an archive, joined by blanks, with hexadecimal names cut to three digits; g_free. */
static char *names_of(GBytes *tar)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, true);
    const struct archive_member *member = NULL;
    g_autoptr(GString) names = g_string_new(NULL);
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "", member->name);
    g_autoptr(GRegex) hex = g_regex_new("[0-9a-f]{64}", 0, 0, NULL);
    return g_regex_replace_literal(hex, names->str, -1, 0, "HEX", 0, NULL);
}

static void look_at_old(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save_images(bench, "names=bb:1");
    g_autofree char *names = names_of(tar);
    g_autoptr(json_t) manifest = document_of(tar, "manifest.json");
    g_autoptr(json_t) repositories = document_of(tar, "repositories");
    const json_t *tags = json_object_get(json_array_get(manifest, 0), "RepoTags");

    cr_expect_str_eq(header(bench, "Content-Type"), "application/x-tar");
    cr_expect_str_eq(names, "HEX HEX/VERSION HEX/json HEX/layer.tar HEX.json manifest.json "
                            "repositories");
    cr_expect_str_eq(json_string_value(json_array_get(tags, 0)), "bb:1");
    cr_expect_not_null(json_get_string(json_object_get(repositories, "bb"), "1", NULL));
}

Test(archives, an_engine_before_25_saves_in_dockers_own_layout)
{
    bench_run(NULL, look_at_old);
}

static void look_at_oci(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save_images(bench, "names=bb:1");
    g_autofree char *names = names_of(tar);
    g_autoptr(json_t) index = document_of(tar, "index.json");
    const json_t *entry = json_array_get(json_object_get(index, "manifests"), 0);
    const json_t *annotations = json_object_get(entry, "annotations");

    cr_expect_str_eq(names, "blobs blobs/sha256 blobs/sha256/HEX blobs/sha256/HEX blobs/sha256/HEX "
                            "index.json manifest.json oci-layout repositories");
    cr_expect_str_eq(json_get_string(annotations, "io.containerd.image.name", ""),
                     "docker.io/library/bb:1");
    cr_expect_str_eq(json_get_string(annotations, "org.opencontainers.image.ref.name", ""), "1");
}

Test(archives, a_newer_engine_saves_an_oci_layout_with_dockers_files_beside_it)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, look_at_oci);
}

/* ---- what goes wrong ---- */

static void missing_classic(struct bench *bench)
{
    cr_expect_eq(ask(bench, "GET", "/v1.41/images/get?names=no:1", NULL), 404);
    cr_expect_str_eq(message_of(bench), "reference does not exist");
    cr_expect_eq(ask(bench, "GET", "/v1.41/images/get?names=no", NULL), 500);
    cr_expect_str_eq(message_of(bench), "No such image: no");
    cr_expect_eq(ask(bench, "GET", "/v1.41/images/get?names=No:1", NULL), 500);
}

static void missing_containerd(struct bench *bench)
{
    cr_expect_eq(ask(bench, "GET", "/v1.41/images/get?names=no", NULL), 404);
    cr_expect_str_eq(message_of(bench), "No such image: no:latest");
}

Test(archives, an_image_that_is_not_there_is_told_in_the_stores_own_words)
{
    bench_run(NULL, missing_classic);
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, missing_containerd);
}

static void full_for_saving(struct bench *bench)
{
    pull_app(bench, "1");
    int64_t free_bytes = disk_free_bytes(bench->disk);
    cr_assert(disk_take(bench->disk, DISK_OTHER, "ballast", free_bytes - MIB_BYTES, NULL));

    cr_expect_eq(ask(bench, "GET", "/v1.41/images/localhost:5000/team/app:1/get", NULL), 500);
    const char *message = message_of(bench);
    cr_expect(g_str_has_prefix(message, "write /var/lib/docker/tmp/docker-export-"), "%s", message);
    cr_expect(g_str_has_suffix(message, ": no space left on device"), "%s", message);
}

Test(archives, a_full_disk_ends_a_save)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, full_for_saving);
}
