/* Images as archives: what is saved, what is loaded, what is said of broken ones. */
#include "bench.h"

#include "base/gzip.h"
#include "base/limits.h"

/* ---- helpers ---- */

static GBytes *body_of(const struct bench *bench)
{
    return g_bytes_ref(bench->response.body);
}

static GBytes *save(struct bench *bench, const char *query)
{
    unsigned status = ask(bench, "GET", format("/v1.41/images/get?%s", query), NULL);
    g_autofree char *text = text_of(bench);
    cr_assert_eq(status, 200, "%s", text);
    return body_of(bench);
}

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

static json_t *document_of(GBytes *tar, const char *name)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, true);
    const struct archive_member *member = NULL;
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        if (strcmp(member->name, name) == 0)
            return json_parse_gbytes(member->contents, NULL);
    return NULL;
}

static void expect_loaded(struct bench *bench, GBytes *tar, const char *text)
{
    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load?quiet=1", tar), 200);
    g_autofree char *got = text_of(bench);
    cr_expect_str_eq(got, text);
}

static char *inspected(struct bench *bench, const char *name)
{
    cr_assert_eq(ask(bench, "GET", format("/v1.41/images/%s/json", name), NULL), 200, "%s", name);
    g_autoptr(json_t) image = json_of(bench);
    json_object_del(image, "RepoDigests"); /* an archive does not tell where an image is from */
    return json_text(image);
}

static void drop(struct bench *bench, const char *name)
{
    cr_expect_eq(ask(bench, "DELETE", format("/v1.41/images/%s?force=1", name), NULL), 200);
}

static void pull(struct bench *bench, const char *tag)
{
    static const char *const platforms[] = {"linux/amd64", "linux/arm64", NULL};
    static const int64_t layers[] = {20 * MIB_BYTES, 3 * MIB_BYTES};
    const struct image_spec spec = {.repository = "team/app",
                                    .tag = tag,
                                    .platforms = platforms,
                                    .layer_bytes = layers,
                                    .layer_count = G_N_ELEMENTS(layers),
                                    .is_index = true};
    registry_add_image(bench->registry, &spec);
    cr_assert_eq(ask(bench, "POST",
                     format("/v1.41/images/create?fromImage=localhost:5000/team/app&tag=%s", tag),
                     NULL),
                 200);
}

/* ---- what an archive looks like ---- */

static void look_at_old(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save(bench, "names=bb:1");
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
    g_autoptr(GBytes) tar = save(bench, "names=bb:1");
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

/* ---- there and back ---- */

static void round_trip(struct bench *bench)
{
    pull(bench, "1");
    g_autofree char *before = inspected(bench, "localhost:5000/team/app:1");
    int64_t used_bytes = disk_account_bytes(bench->disk, DISK_IMAGES);
    g_autoptr(GBytes) tar = save(bench, "names=localhost:5000/team/app:1");

    drop(bench, "localhost:5000/team/app:1");
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
    pull(bench, "1");
    int64_t used_bytes = disk_account_bytes(bench->disk, DISK_IMAGES);
    g_autoptr(GBytes) tar = save(bench, "names=localhost:5000/team/app:1");

    expect_loaded(bench, tar, "{\"stream\":\"Loaded image: localhost:5000/team/app:1\\n\"}\r\n");
    cr_expect_eq(disk_account_bytes(bench->disk, DISK_IMAGES), used_bytes);
}

static const char *const profiles[] = {NULL, "ubuntu-24.04", "ubuntu-26.04"};

Test(archives, a_loaded_image_is_the_one_that_was_saved_and_can_be_pushed, .timeout = 60)
{
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++) {
        const struct plan plan = {.profile = profiles[i]};
        bench_run(&plan, round_trip);
    }
}

Test(archives, loading_what_is_there_takes_no_disk, .timeout = 60)
{
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++) {
        const struct plan plan = {.profile = profiles[i]};
        bench_run(&plan, load_twice);
    }
}

static void packed(struct bench *bench)
{
    preload_busybox(bench);
    g_autoptr(GBytes) tar = save(bench, "names=bb");
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    g_autoptr(GBytes) small = gzip_compress(bytes, length_bytes);

    expect_loaded(bench, small, "{\"stream\":\"Loaded image: bb:1\\n\"}\r\n");
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
    g_autoptr(GBytes) tar = body_of(bench);

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
    g_autoptr(GBytes) tar = save(bench, "names=bb:1");
    cr_assert_eq(ask(bench, "GET", "/v1.41/images/bb:1/json", NULL), 200);
    drop(bench, "bb:1");
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
    g_autoptr(GBytes) tar = save(bench, "names=bb:1");
    drop(bench, "bb:1");

    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load?quiet=0", tar), 200);
    g_autofree char *text = text_of(bench);
    cr_expect_not_null(strstr(text, "\"status\":\"Loading layer\""), "%s", text);
}

Test(archives, a_client_that_wants_to_know_is_told_of_layers)
{
    bench_run(NULL, telling);
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

static GBytes *tar_of(const char *name, const char *text)
{
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, name, 0644, text, strlen(text));
    return archive_writer_finish(writer);
}

static const char *failure_of(struct bench *bench, GBytes *tar)
{
    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load?quiet=1", tar), 200);
    g_autoptr(json_t) object = json_of(bench);
    return format("%s", json_get_string(object, "error", "none"));
}

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
        {"manifest.json", "[]", "none"},
        {"manifest.json", "[{\"Config\":\"manifest.json\",\"Layers\":[]}]",
         "invalid JSON in manifest.json"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) tar = tar_of(rows[i].name, rows[i].text);
        if (strcmp(rows[i].error, "none") == 0) {
            cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load", tar), 200);
            continue;
        }
        cr_expect_str_eq(failure_of(bench, tar), rows[i].error);
    }
}

static void broken_bytes(struct bench *bench)
{
    g_autoptr(GBytes) garbage = g_bytes_new_static("no archive at all, not even nearly one", 38);
    g_autoptr(GBytes) whole = tar_of("manifest.json", "[{\"Config\":\"a.json\",\"Layers\":[]}]");
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, 520);

    cr_expect_str_eq(failure_of(bench, garbage),
                     "Error processing tar file(exit status 1): archive/tar: invalid tar header");
    cr_expect_str_eq(failure_of(bench, cut),
                     "Error processing tar file(exit status 1): unexpected EOF");
}

Test(archives, a_broken_archive_is_refused_in_the_daemons_words)
{
    bench_run(NULL, broken_archives);
    bench_run(NULL, broken_bytes);
}

static void unknown_format(struct bench *bench)
{
    g_autoptr(GBytes) tar = tar_of("bin/sh", "x");
    cr_expect_str_eq(failure_of(bench, tar), "unrecognized image format");
}

Test(archives, the_containerd_store_wants_a_layout)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, unknown_format);
}

/* The archive needs its place beside what it becomes. */
static void on_a_full_disk(struct bench *bench)
{
    pull(bench, "1");
    g_autoptr(GBytes) tar = save(bench, "names=localhost:5000/team/app:1");
    drop(bench, "localhost:5000/team/app:1");
    int64_t free_bytes = disk_free_bytes(bench->disk);
    cr_assert(disk_take(bench->disk, DISK_OTHER, "ballast", free_bytes - 80 * MIB_BYTES, NULL));

    const char *failure = failure_of(bench, tar);

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

static void full_for_saving(struct bench *bench)
{
    pull(bench, "1");
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

/* ---- several platforms ---- */

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
    cr_expect_str_eq(failure_of(bench, tar),
                     "open /var/lib/docker/tmp/docker-import-2532866637/blobs/json: no such file "
                     "or directory");
}

Test(archives, the_classic_store_takes_a_layout_without_manifest_json_for_one_of_2015)
{
    const struct plan plan = {.profile = "ubuntu-24.04"};
    bench_run(&plan, refuse_two);
}
