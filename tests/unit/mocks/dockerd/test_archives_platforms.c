/* Images as archives: a layout of several platforms, as BuildKit's exporter writes it. */
#include "archives.h"

static json_t *add_blob(struct archive_writer *writer, const char *media_type,
                        const json_t *document)
{
    g_autofree char *text = json_text(document);
    g_autofree char *digest = digest_of(text, strlen(text));
    g_autofree char *name = g_strconcat("blobs/sha256/", strchr(digest, ':') + 1, NULL);
    archive_writer_add_file(writer, name, 0644, text, strlen(text));
    return json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest, "size",
                     (json_int_t)strlen(text));
}

static json_t *add_platform(struct archive_writer *writer, const char *os, const char *processor)
{
    g_autoptr(json_t) config =
        json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:[]}}", "architecture", processor, "os", os,
                  "config", "User", processor, "rootfs", "type", "layers", "diff_ids");
    g_autoptr(json_t) manifest =
        json_pack("{s:i, s:s, s:o, s:[]}", "schemaVersion", 2, "mediaType",
                  "application/vnd.oci.image.manifest.v1+json", "config",
                  add_blob(writer, "application/vnd.oci.image.config.v1+json", config), "layers");
    json_t *entry = add_blob(writer, "application/vnd.oci.image.manifest.v1+json", manifest);
    json_object_set_new(entry, "platform",
                        json_pack("{s:s, s:s}", "os", os, "architecture", processor));
    return entry;
}

/* As BuildKit's oci exporter writes two platforms with an attestation. */
static GBytes *two_platforms(void)
{
    AUTO(archive_writer) writer = archive_writer_new();
    g_autoptr(json_t) index =
        json_pack("{s:i, s:s, s:[o, o, o]}", "schemaVersion", 2, "mediaType",
                  "application/vnd.oci.image.index.v1+json", "manifests",
                  add_platform(writer, "linux", "amd64"), add_platform(writer, "linux", "arm64"),
                  add_platform(writer, "unknown", "unknown"));
    json_t *entry = add_blob(writer, "application/vnd.oci.image.index.v1+json", index);
    json_object_set_new(entry, "annotations",
                        json_pack("{s:s}", "io.containerd.image.name", "localhost:5000/two:1"));
    g_autoptr(json_t) top = json_pack("{s:i, s:[o]}", "schemaVersion", 2, "manifests", entry);
    g_autofree char *text = json_text(top);
    archive_writer_add_file(writer, "index.json", 0644, text, strlen(text));
    archive_writer_add_file(writer, "oci-layout", 0644, "{}", 2);
    return archive_writer_finish(writer);
}

static void load_and_push_two(struct bench *bench)
{
    g_autoptr(GBytes) tar = two_platforms();
    expect_loaded(bench, tar, "{\"stream\":\"Loaded image: localhost:5000/two:1\\n\"}\r\n");

    cr_expect_eq(ask(bench, "POST", "/v1.41/images/localhost:5000/two/push?tag=1", NULL), 200);
    AUTO(image_facts) facts = registry_find(bench->registry, "two", "1");
    cr_assert_not_null(facts);
    cr_expect_eq(facts->platforms->len, 2);
    cr_expect(facts->is_complete);
}

Test(archives, the_containerd_store_loads_and_pushes_all_platforms)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, load_and_push_two);
}

static void load_one_of_two(struct bench *bench)
{
    static const char with[] = "/v1.48/images/load?quiet=1&platform=%7B%22os%22%3A%22linux%22%2C"
                               "%22architecture%22%3A%22ARCH%22%7D";
    g_autoptr(GBytes) tar = two_platforms();
    g_auto(GStrv) parts = g_strsplit(with, "ARCH", 2);
    g_autofree char *arm = g_strjoinv("arm64", parts), *none = g_strjoinv("s390x", parts);

    cr_expect_eq(ask_bytes(bench, "POST", none, tar), 200);
    g_autofree char *refused = text_of(bench);
    cr_expect_eq(ask_bytes(bench, "POST", arm, tar), 200);
    g_autofree char *loaded = text_of(bench);
    cr_expect_eq(ask(bench, "POST", "/v1.41/images/localhost:5000/two/push?tag=1", NULL), 200);
    AUTO(image_facts) facts = registry_find(bench->registry, "two", "1");

    cr_expect(strstr(refused, "image localhost:5000/two:1 was loaded, but doesn't provide the "
                              "requested platform (linux/s390x)") != NULL,
              "%s", refused);
    cr_expect_str_eq(loaded, "{\"stream\":\"Loaded image: localhost:5000/two:1\\n\"}\r\n");
    cr_assert_not_null(facts);
    cr_expect_eq(facts->platforms->len, 1);
}

Test(archives, the_containerd_store_loads_the_platform_that_is_asked_for)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, load_one_of_two);
}

static void refuse_two(struct bench *bench)
{
    g_autoptr(GBytes) tar = two_platforms();
    cr_expect_str_eq(load_failure(bench, tar),
                     "open /var/lib/docker/tmp/docker-import-2532866637/blobs/json: no such file "
                     "or directory");
}

Test(archives, the_classic_store_takes_a_layout_without_manifest_json_for_one_of_2015)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, refuse_two);
}
