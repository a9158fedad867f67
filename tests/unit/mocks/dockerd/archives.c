/* What tests of image archives share. */
#include "archives.h"

void pull_app(struct bench *bench, const char *tag)
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

void drop_image(struct bench *bench, const char *name)
{
    cr_assert_eq(ask(bench, "DELETE", format("/v1.41/images/%s?force=1", name), NULL), 200);
}

GBytes *save_images(struct bench *bench, const char *query)
{
    unsigned status = ask(bench, "GET", format("/v1.41/images/get?%s", query), NULL);
    g_autofree char *text = text_of(bench);
    cr_assert_eq(status, 200, "%s", text);
    return g_bytes_ref(bench->response.body);
}

void expect_loaded(struct bench *bench, GBytes *tar, const char *text)
{
    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load?quiet=1", tar), 200);
    g_autofree char *got = text_of(bench);
    cr_expect_str_eq(got, text);
}

const char *load_failure(struct bench *bench, GBytes *tar)
{
    cr_expect_eq(ask_bytes(bench, "POST", "/v1.41/images/load?quiet=1", tar), 200);
    g_autoptr(json_t) object = json_of(bench);
    return format("%s", json_get_string(object, "error", "none"));
}

json_t *document_of(GBytes *tar, const char *name)
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
