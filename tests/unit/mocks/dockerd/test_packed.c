/* Layers that the machines of a world pack once. */
#include "bench.h"

#include "mocks/dockerd/packed.h"

#include <criterion/criterion.h>
#include <string.h>

enum {
    LARGE_BYTES = 256 * 1024
};

static struct build_files *files_at(const char *path, char filling)
{
    char *text = g_malloc(LARGE_BYTES);
    memset(text, filling, LARGE_BYTES);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, LARGE_BYTES);
    struct build_files *files = build_files_new();
    build_files_put(files, path, bytes, 0644, LARGE_BYTES);
    return files;
}

static void get_twice(struct bench *bench)
{
    AUTO(build_files) files = files_at("app/a", 'a');
    AUTO(build_files) same = files_at("app/a", 'a');
    AUTO(build_files) other = files_at("app/b", 'a');
    struct packed_layer layers[4] = {0};

    build_files_pack(files, &layers[0]);
    packed_layer_get(bench->world, files, &layers[1]);
    packed_layer_get(bench->world, same, &layers[2]);
    packed_layer_get(bench->world, other, &layers[3]);

    cr_assert_eq(layers[1].bytes, layers[2].bytes, "packed once");
    for (int i = 1; i <= 2; i++) {
        cr_assert_str_eq(layers[i].digest, layers[0].digest);
        cr_assert_str_eq(layers[i].diff_id, layers[0].diff_id);
        cr_assert_eq(layers[i].declared_bytes, layers[0].declared_bytes);
        cr_assert_eq(layers[i].unpacked_bytes, layers[0].unpacked_bytes);
    }
    cr_assert_str_neq(layers[3].digest, layers[0].digest);
    for (gsize i = 0; i < G_N_ELEMENTS(layers); i++)
        packed_layer_clear(&layers[i]);
}

Test(packed, a_layer_of_the_same_files_is_packed_once)
{
    bench_run(NULL, get_twice);
}
