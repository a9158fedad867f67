/* skopeo reading what anybody may have written: logins, its cache, layouts and saved archives that
   are JSON of other kinds than they should be. Nothing of it may end the program, and nothing that
   nobody can make sense of may count as done. */
#include "image_tools.h"

#include "base/archive.h"
#include "base/gzip.h"
#include "mocks/commands/skopeo/folder.h"
#include "mocks/commands/skopeo/skopeo_private.h"

#define IMAGE  "docker://" API
#define MIRROR "docker://" API_MIRROR

#define CACHE ".local/share/containers/cache/blob-info-cache-v1.sqlite"

static const char *const odd_values[] = {"null", "5", "\"x\"", "true", "[]", "[5]", "{}", "[null]"};

/* How often something was assumed. */
static guint64 asked(const struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    return host->gap_count(host->self);
}

static void expect_assumed(struct bench *bench, const char *line)
{
    guint64 before = asked(bench);
    int code = run(bench, line);
    cr_assert(code != 0 || asked(bench) > before, "%s is done, and nobody is told that it is not",
              line);
}

/* ---- logins ---- */

static void auth_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    static const char *const forms[] = {"%s", "{\"auths\":%s}", "{\"auths\":{\"reg.example\":%s}}",
                                        "{\"auths\":{\"reg.example\":{\"auth\":%s}}}",
                                        "{\"credHelpers\":%s}"};
    bench->environment[0] = "HOME=/home/runner";
    for (gsize form = 0; form < G_N_ELEMENTS(forms); form++)
        for (gsize i = 0; i < G_N_ELEMENTS(odd_values); i++) {
            char **parts = g_strsplit(forms[form], "%s", 2);
            g_autofree char *text = g_strconcat(parts[0], odd_values[i], parts[1], NULL);
            g_strfreev(parts);
            put_file(bench, "docker/config.json", text);
            bench->environment[1] = "DOCKER_CONFIG=/home/runner/docker";
            (void)run(bench, "skopeo login -u me -p pw reg.example");
            put_file(bench, "docker/config.json", text);
            (void)run(bench, "skopeo logout reg.example");
            put_file(bench, "docker/config.json", text);
            (void)run(bench, "skopeo logout --all");
            put_file(bench, "docker/config.json", text);
            (void)run(bench, "skopeo inspect -n " IMAGE ":1");
        }
}
Test(skopeo_hostile, reads_logins_of_any_kind)
{
    bench_run(&with_mirror, auth_body);
}

/* ---- the cache ---- */

static void cache_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    static const char *const keys[] = {"places", "known", "packed"};
    bench->environment[0] = "HOME=/home/runner";
    for (gsize key = 0; key < G_N_ELEMENTS(keys); key++)
        for (gsize i = 0; i < G_N_ELEMENTS(odd_values); i++) {
            g_autofree char *text = g_strdup_printf("{\"%s\":%s}", keys[key], odd_values[i]);
            g_autofree char *inner =
                g_strdup_printf("{\"%s\":{\"reg.example\":%s,\"mirror.example\":%s}}", keys[key],
                                odd_values[i], odd_values[i]);
            put_file(bench, CACHE, text);
            cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 " MIRROR ":1"), 0);
            put_file(bench, CACHE, inner);
            cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 " MIRROR ":2"), 0);
            g_autofree char *kept = get_file(bench, CACHE);
            cr_assert_not_null(strstr(kept, "\"mirror.example\":{\"sha256:"), "%s", kept);
        }
}
Test(skopeo_hostile, does_without_a_cache_that_makes_no_sense)
{
    bench_run(&with_mirror, cache_body);
}

/* ---- layouts and archives ---- */

static void save(struct bench *bench, const char *manifest, const char *config)
{
    g_autofree char *path = g_build_filename(bench->root, "saved.tar", NULL);
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, "manifest.json", 0644, manifest, strlen(manifest));
    archive_writer_add_file(writer, "config.json", 0644, config, strlen(config));
    archive_writer_add_symlink(writer, "layer.tar", "/nowhere");
    g_autoptr(GBytes) bytes = archive_writer_finish(writer);
    cr_assert(g_file_set_contents(path, g_bytes_get_data(bytes, NULL),
                                  (gssize)g_bytes_get_size(bytes), NULL));
}

static void saved_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    static const char *const manifests[] = {
        "%", "[%]", "[{\"Config\":%}]", "[{\"Config\":\"config.json\",\"Layers\":[%]}]",
        "[{\"Config\":\"config.json\",\"RepoTags\":%,\"Layers\":[\"layer.tar\"]}]"};
    static const char *const configs[] = {"%", "{\"rootfs\":%}", "{\"rootfs\":{\"diff_ids\":[%]}}"};
    for (gsize m = 0; m < G_N_ELEMENTS(manifests); m++)
        for (gsize c = 0; c < G_N_ELEMENTS(configs); c++)
            for (gsize i = 0; i < G_N_ELEMENTS(odd_values); i++) {
                g_autoptr(GString) manifest = g_string_new(manifests[m]);
                g_autoptr(GString) config = g_string_new(configs[c]);
                g_string_replace(manifest, "%", odd_values[i], 0);
                g_string_replace(config, "%", odd_values[i], 0);
                save(bench, manifest->str, config->str);
                expect_assumed(bench, "skopeo copy docker-archive:saved.tar " MIRROR ":saved");
                expect_assumed(bench, "skopeo copy docker-archive:saved.tar:a:1 dir:out");
            }
}
Test(skopeo_hostile, reads_saved_images_of_any_kind)
{
    bench_run(&with_mirror, saved_body);
}

static void layout_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    static const char *const forms[] = {
        "%", "{\"manifests\":%}", "{\"manifests\":[{\"digest\":%}]}",
        "{\"manifests\":[{\"mediaType\":%,\"digest\":\"sha256:../../../etc/passwd\"}]}"};
    for (gsize form = 0; form < G_N_ELEMENTS(forms); form++)
        for (gsize i = 0; i < G_N_ELEMENTS(odd_values); i++) {
            g_autoptr(GString) index = g_string_new(forms[form]);
            g_string_replace(index, "%", odd_values[i], 0);
            put_file(bench, "layout/index.json", index->str);
            expect_assumed(bench, "skopeo copy -a oci:layout " MIRROR ":layout");
            put_file(bench, "image/manifest.json", index->str);
            expect_assumed(bench, "skopeo copy -a dir:image " MIRROR ":dir");
            expect_assumed(bench, "skopeo inspect dir:image");
        }
}
Test(skopeo_hostile, reads_layouts_of_any_kind)
{
    bench_run(&with_mirror, layout_body);
}

/* Go appends to a list that is not there; what is no object it does not read. */
static void index_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    put_file(bench, "layout/index.json", "{\"schemaVersion\":2}");
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 oci:layout:one"), 0);
    cr_assert_eq(run(bench, "skopeo copy oci:layout:one " MIRROR ":1"), 0);
    put_file(bench, "layout/index.json", "not JSON");
    expect_assumed(bench, "skopeo copy " IMAGE ":1 oci:layout:one");
    g_autofree char *index = get_file(bench, "layout/index.json");
    cr_assert_str_eq(index, "not JSON");
}
Test(skopeo_hostile, adds_to_an_index_and_replaces_none)
{
    bench_run(&with_mirror, index_body);
}

/* ---- ceilings ---- */

/* The members of an archive, a blank behind each; g_free. */
static char *names_of(GBytes *archive)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(archive, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, true);
    const struct archive_member *member = NULL;
    GString *names = g_string_new(NULL);
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        g_string_append_printf(names, "%s ", member->name);
    return g_string_free(names, FALSE);
}

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_HEX     "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" /* of "{}" */
#define EMPTY(type)                                                                                \
    "{\"mediaType\":\"application/vnd.oci.image." type                                             \
    "\",\"size\":2,\"digest\":\"sha256:" EMPTY_HEX "\"}"

/* A layout of one image with as many layers, all of them one file, which is its config as well. */
static void put_layout(struct bench *bench, gsize layer_count)
{
    g_autoptr(GString) text =
        g_string_new("{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE
                     "\",\"config\":" EMPTY("config.v1+json") ",\"layers\":[");
    for (gsize i = 0; i < layer_count; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "," : "", EMPTY("layer.v1.tar"));
    g_string_append(text, "]}");
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
    g_autofree char *path = g_strconcat("layout/blobs/sha256/", digest, NULL);
    g_autofree char *index = g_strdup_printf(
        "{\"manifests\":[{\"mediaType\":\"" MANIFEST_TYPE "\",\"digest\":\"sha256:%s\"}]}", digest);
    put_file(bench, path, text->str);
    put_file(bench, "layout/blobs/sha256/" EMPTY_HEX, "{}");
    put_file(bench, "layout/index.json", index);
}

static void layers_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    put_layout(bench, IMAGE_LAYERS_MAX);
    cr_assert_eq(run(bench, "skopeo copy -q oci:layout dir:image"), 0);
    cr_assert_eq(asked(bench), 0u);
    put_layout(bench, FIBERS_MAX + 1);
    cr_assert_eq(run(bench, "skopeo copy -q oci:layout " MIRROR ":1"), 0);
    cr_assert_eq(asked(bench), 1u);
}
Test(skopeo_hostile, assumes_a_copy_of_more_layers_than_there_may_be)
{
    bench_run(&with_mirror, layers_body);
}

/* An archive that is nearly full, so that nobody has to fill it: it is made in memory. */
static void nearly_full_body(struct bench *bench)
{
    SKOPEO_TARGET(target);
    g_autoptr(GError) error = NULL;
    (void)bench;
    target.archive = archive_writer_new();
    cr_assert(skopeo_folder_write_text(&target, "first", "12345", NULL));
    cr_assert_eq(target.archive_bytes, 5u);
    target.archive_bytes = IMAGE_ARCHIVE_BYTES_MAX - 3;

    cr_expect(skopeo_folder_write_text(&target, "second", "12", NULL));
    cr_expect(skopeo_folder_write_text(&target, "third", "1", NULL));
    cr_expect_not(skopeo_folder_write_text(&target, "fourth", "1", &error));

    cr_expect(!skopeo_is_said(error), "it is not modelled: %s", error->message);
    cr_expect_eq(target.archive_bytes, (gsize)IMAGE_ARCHIVE_BYTES_MAX);
    g_autoptr(GBytes) archive = archive_writer_finish(target.archive);
    g_autofree char *names = names_of(archive);
    cr_expect_str_eq(names, "first second third ");
}
Test(skopeo_hostile, writes_no_archive_above_its_ceiling)
{
    bench_run(NULL, nearly_full_body);
}

/* A folder of one image of one layer. */
static void put_image_of(struct bench *bench, GBytes *layer)
{
    g_autofree char *hex = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, layer);
    g_autofree char *path = g_build_filename(bench->root, "image", hex, NULL);
    g_autofree char *manifest = g_strdup_printf(
        "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE "\",\"config\":" EMPTY(
            "config.v1+json") ",\"layers\":["
                              "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\","
                              "\"size\":1,\"digest\":\"sha256:%s\"}]}",
        hex);
    put_file(bench, "image/" EMPTY_HEX, "{}");
    put_file(bench, "image/manifest.json", manifest);
    cr_assert(g_file_set_contents(path, g_bytes_get_data(layer, NULL),
                                  (gssize)g_bytes_get_size(layer), NULL));
}

/* Layers are unpacked on their way: one that is a byte too large, and one that is none. */
static void unpack_body(struct bench *bench)
{
    g_autofree char *zeros = g_malloc0(HTTP_BODY_BYTES_MAX + 1);
    g_autoptr(GBytes) large = gzip_compress(zeros, HTTP_BODY_BYTES_MAX + 1);
    g_autoptr(GBytes) broken = g_bytes_new_from_bytes(large, 0, 100);
    GBytes *const layers[] = {large, broken};
    bench->directory = "/home/runner";
    for (gsize i = 0; i < G_N_ELEMENTS(layers); i++) {
        put_image_of(bench, layers[i]);
        cr_assert_eq(run(bench, "skopeo copy -q dir:image docker-archive:saved.tar"), 0);
        cr_assert_eq(asked(bench), i + 1);
        cr_assert_null(get_file(bench, "saved.tar"));
    }

    g_autoptr(GBytes) fine = gzip_compress(zeros, 1000);
    put_image_of(bench, fine);
    cr_assert_eq(run(bench, "skopeo copy -q dir:image docker-archive:saved.tar"), 0);
    cr_assert_eq(asked(bench), 2u);
    g_autofree char *saved = get_file(bench, "saved.tar");
    cr_assert_not_null(saved);
}
Test(skopeo_hostile, assumes_an_archive_of_a_layer_that_it_cannot_unpack)
{
    bench_run(&with_mirror, unpack_body);
}

/* ---- what cannot be written ---- */

static void part_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    put_file(bench, "layout/x", "");
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 dir:image"), 0);
    AUTO(image_facts) image = registry_find(bench->registry, "acme/api", "1");
    const char *digest = g_ptr_array_index(image->manifests, 0);
    g_autofree char *path =
        g_strconcat("layout/blobs/sha256/", digest + strlen("sha256:"), "/x", NULL);
    put_file(bench, path, "");
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 oci:layout:1"), 1);
    cr_assert_not_null(strstr(bench->err->str, "level=fatal msg=\"copying image 1/2 from"));
}
Test(skopeo_hostile, fails_where_an_instance_of_a_list_cannot_be_written)
{
    bench_run(&with_mirror, part_body);
}

/* ---- blobs side by side ---- */

struct pings {
    bool is_counting;
    int count;
};

/* From the second on, none is answered well: the first is the source's. */
static bool count_pings(void *context, struct exchange *exchange)
{
    struct pings *pings = context;
    if (!pings->is_counting || strcmp(exchange_path(exchange), "/v2/") != 0 || ++pings->count == 1)
        return false;
    exchange_reply_text(exchange, 503, "text/plain", "no\n");
    return true;
}

static void ping_body(struct bench *bench)
{
    struct pings *pings = bench->plan->weather->context;
    bench->directory = "/home/runner";
    put_layout(bench, 6);
    cr_assert_eq(run(bench, "skopeo copy -q oci:layout " IMAGE ":six"), 0);
    cr_assert_eq(asked(bench), 0u);

    pings->is_counting = true;
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":six " MIRROR ":1"), 1);

    cr_assert_not_null(strstr(bench->err->str, "pinging container registry mirror.example: "), "%s",
                       bench->err->str);
    cr_assert_eq(pings->count, 2);
}
Test(skopeo_hostile, pings_once_whoever_of_the_blobs_comes_first)
{
    struct pings pings = {0};
    run_in_weather(count_pings, &pings, ping_body);
}

static void killed_body(struct bench *bench)
{
    bench->directory = "/home/runner";
    put_layout(bench, 20);
    cr_assert_eq(run(bench, "skopeo copy -q oci:layout " IMAGE ":many"), 0);
    for (int tag = 1; tag <= 80; tag++) {
        g_autofree char *line = g_strdup_printf("timeout 0.%04d skopeo copy " IMAGE
                                                ":many docker://mirror.example/k/%d:1",
                                                tag * 3, tag);
        int code = run(bench, line);
        cr_assert(code == 124 || code == 0, "%s: %d %s", line, code, bench->err->str);
    }
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":many " MIRROR ":many"), 0);
}
Test(skopeo_hostile, may_be_killed_at_any_moment)
{
    bench_run(&with_mirror, killed_body);
}
