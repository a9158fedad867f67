/* Go's words for JSON that is none, and for quoted bodies; platforms and errors as pure functions.
 */
#include "mocks/puller/content.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

Test(words, json_errors_read_as_gos)
{
    static const struct {
        const char *text;
        const char *error; /* NULL: it is JSON */
    } rows[] = {
        {"{\"a\":[1,2.5e-3,true,null,\"x\\u00e9\"]}", NULL},
        {" [] ", NULL},
        {"", "unexpected end of JSON input"},
        {"{\"a\":", "unexpected end of JSON input"},
        {"\"open", "unexpected end of JSON input"},
        {"<html>", "invalid character '<' looking for beginning of value"},
        {"Too Many Requests\n", "invalid character 'T' looking for beginning of value"},
        {"bad gateway", "invalid character 'b' looking for beginning of value"},
        {"not found", "invalid character 'o' in literal null (expecting 'u')"},
        {"{a}", "invalid character 'a' looking for beginning of object key string"},
        {"{\"a\" 1}", "invalid character '1' after object key"},
        {"{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"},
        {"[1 2]", "invalid character '2' after array element"},
        {"{}x", "invalid character 'x' after top-level value"},
        {"-x", "invalid character 'x' in numeric literal"},
        {"1.x", "invalid character 'x' after decimal point in numeric literal"},
        {"\"\\q\"", "invalid character 'q' in string escape code"},
        {"\"a\nb\"", "invalid character '\\n' in string literal"},
        {"'a'", "invalid character '\\'' looking for beginning of value"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *error = go_json_error(rows[i].text, strlen(rows[i].text));

        cr_expect_str_eq(error != NULL ? error : "fine",
                         rows[i].error != NULL ? rows[i].error : "fine", "%s: %s", rows[i].text,
                         error);
    }
}

Test(words, json_is_followed_only_so_deep)
{
    g_autofree char *text = g_strnfill(JSON_DEPTH_MAX + 1, '[');
    g_autofree char *error = go_json_error(text, strlen(text));

    cr_assert_str_eq(error, "exceeded max depth");
}

Test(words, quoting_is_gos)
{
    g_autofree char *quoted = go_quote("a\"b\\\n\x01\xff\xc3\xa9", 9);

    cr_assert_str_eq(quoted, "\"a\\\"b\\\\\\n\\x01\\xff\xc3\xa9\"");
}

Test(words, statuses_have_their_phrases)
{
    g_autofree char *known = go_status(503);
    g_autofree char *unknown = go_status(599);

    cr_assert_str_eq(known, "503 Service Unavailable");
    cr_assert_str_eq(unknown, "599");
}

Test(words, the_url_before_a_cause_can_be_taken_off)
{
    cr_assert_str_eq(go_url_error_inner("Get \"https://h/v2/\": EOF"), "EOF");
    cr_assert_str_eq(go_url_error_inner("unexpected EOF"), "unexpected EOF");
}

/* ---- platforms ---- */

static const char index_text[] =
    "{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
    "{\"digest\":\"amd64\",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}},"
    "{\"digest\":\"arm64\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\","
    "\"variant\":\"v8\"}},"
    "{\"digest\":\"armv6\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\","
    "\"variant\":\"v6\"}},"
    "{\"digest\":\"armv7\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\","
    "\"variant\":\"v7\"}},"
    "{\"digest\":\"attestation\",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}},"
    "{\"digest\":\"nameless\"}]}";

Test(words, the_best_platform_of_an_index_is_chosen)
{
    static const struct {
        const char *platform;
        const char *digest;
    } rows[] = {
        {"linux/amd64", "amd64"},
        {"linux/arm64", "arm64"},
        {"linux/arm64/v8", "arm64"},
        {"linux/arm", "armv7"},
        {"linux/arm/v7", "armv7"},
        {"linux/arm/v6", "armv6"},
        {"linux/arm/v5", NULL},
        {"linux/s390x", NULL},
        {"windows/amd64", NULL},
        {"linux/x86_64", "amd64"},
        {"linux/amd64/v3", "amd64"},
        {"linux/386", NULL},
        {"", NULL},
    };
    g_autoptr(GBytes) bytes = g_bytes_new_static(index_text, strlen(index_text));
    AUTO(content) index = content_read(bytes, NULL, NULL);
    cr_assert(index->is_index);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct descriptor *chosen = content_choose(index, rows[i].platform);

        cr_expect_str_eq(chosen != NULL ? chosen->digest : "none",
                         rows[i].digest != NULL ? rows[i].digest : "none", "%s", rows[i].platform);
    }
}

Test(words, an_amd64_machine_takes_386_when_there_is_nothing_better)
{
    static const char text[] =
        "{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
        "{\"digest\":\"386\",\"platform\":{\"os\":\"linux\",\"architecture\":\"386\"}}]}";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    AUTO(content) index = content_read(bytes, NULL, NULL);

    const struct descriptor *on_amd64 = content_choose(index, "linux/amd64");
    const struct descriptor *on_arm64 = content_choose(index, "linux/arm64");

    cr_assert_not_null(on_amd64);
    cr_expect_str_eq(on_amd64->digest, "386");
    cr_expect_null(on_arm64);
}

Test(words, layers_declare_what_they_stand_for)
{
    static const char text[] =
        "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{},\"layers\":["
        "{\"size\":100},"
        "{\"size\":100,\"annotations\":{\"dev.seatrial.declared-bytes\":\"5000\"}},"
        "{\"size\":100,\"annotations\":{\"dev.seatrial.declared-bytes\":\"5000\","
        "\"dev.seatrial.unpacked-bytes\":\"7000\"}},"
        "{\"size\":-5,\"annotations\":{\"dev.seatrial.declared-bytes\":\"99999999999999999999\"}}]"
        "}";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    AUTO(content)
    manifest = content_read(bytes, "application/vnd.oci.image.manifest.v1+json", NULL);
    const struct descriptor *plain = g_ptr_array_index(manifest->layers, 0);
    const struct descriptor *declared = g_ptr_array_index(manifest->layers, 1);
    const struct descriptor *both = g_ptr_array_index(manifest->layers, 2);
    const struct descriptor *wild = g_ptr_array_index(manifest->layers, 3);

    cr_assert_eq(plain->declared_bytes, 100);
    cr_assert_eq(plain->unpacked_bytes, 250);
    cr_assert_eq(declared->declared_bytes, 5000);
    cr_assert_eq(declared->unpacked_bytes, 12500);
    cr_assert_eq(both->unpacked_bytes, 7000);
    cr_assert_eq(wild->size_bytes, 0);
    cr_assert_eq(wild->declared_bytes, BLOB_BYTES_MAX);
}

static GBytes *manifest_of(int layer_count)
{
    GString *text = g_string_new("{\"config\":{},\"layers\":[");
    for (int i = 0; i < layer_count; i++)
        g_string_append(text, i > 0 ? ",{}" : "{}");
    g_string_append(text, "]}");
    return g_string_free_to_bytes(text);
}

Test(words, a_manifest_has_so_many_layers_and_no_more)
{
    static const char type[] = "application/vnd.oci.image.manifest.v1+json";
    g_autoptr(GBytes) full = manifest_of(IMAGE_LAYERS_MAX);
    g_autoptr(GBytes) overfull = manifest_of(IMAGE_LAYERS_MAX + 1);
    g_autoptr(GError) error = NULL;
    AUTO(content) fits = content_read(full, type, NULL);
    AUTO(content) refused = content_read(overfull, type, &error);

    cr_assert_not_null(fits);
    cr_assert_null(refused);
    cr_assert_str_eq(error->message, "manifest is over the limit of 1000 layers");
}
