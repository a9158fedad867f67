/* Local images: import, list, inspect, tag, delete, and what the disk has of them. */
#include "bench.h"

static void import(struct bench *bench)
{
    g_autofree char *content = g_strnfill(5000, 'x');
    g_autoptr(GBytes) tar = TAR("bin/busybox", content);
    cr_assert_eq(ask_bytes(bench, "POST", "/v1.41/images/create?fromSrc=-&repo=bb%3A1", tar), 200u);
    g_autofree char *text = text_of(bench);
    cr_assert(g_str_has_prefix(text, "{\"status\":\"sha256:"));
    cr_assert_eq(strlen(text), 0x56u); /* as long as the chunk of capture 03 */
}

static void show_images(struct bench *bench)
{
    import(bench);
    ask(bench, "GET", "/v1.41/images/json", NULL);
    g_autoptr(json_t) list = json_of(bench);
    json_t *first = json_array_get(list, 0);
    g_autofree char *list_keys = keys_of(first);
    cr_assert_str_eq(list_keys, "Containers Created Id Labels ParentId RepoDigests RepoTags "
                                "SharedSize Size VirtualSize");
    cr_assert(json_is_null(json_object_get(first, "RepoDigests")));
    cr_assert_eq(json_get_integer(first, "SharedSize", 0), -1);

    ask(bench, "GET", "/v1.41/images/bb:1/json", NULL);
    g_autoptr(json_t) shape = json_of(bench);
    g_autofree char *keys = keys_of(shape);
    cr_assert_str_eq(keys, "Architecture Author Comment Config Container ContainerConfig Created "
                           "DockerVersion GraphDriver Id Metadata Os Parent RepoDigests RepoTags "
                           "RootFS Size VirtualSize");
    g_autofree char *config_keys = keys_of(json_get_object(shape, "Config"));
    cr_assert_str_eq(config_keys,
                     "AttachStderr AttachStdin AttachStdout Cmd Domainname Entrypoint Env Hostname "
                     "Image Labels OnBuild OpenStdin StdinOnce Tty User Volumes WorkingDir");
    cr_assert_str_eq(json_get_string(shape, "Comment", ""), "Imported from -");
    cr_assert_str_eq(json_get_string(shape, "Architecture", ""), "amd64");

    cr_assert_eq(ask(bench, "GET", "/v1.41/images/bb:2/json", NULL), 404u);
    cr_assert_str_eq(message_of(bench), "no such image: bb:2: No such image: bb:2");
    cr_assert_eq(ask(bench, "GET", "/v1.41/images/bb:1/history", NULL), 200u);
}

/* captures 03, 05, 20, 76 */
Test(dockerd_images, an_imported_image_is_listed_and_inspected_as_the_captured_one)
{
    bench_run(NULL, show_images);
}

static void tag_and_delete(struct bench *bench)
{
    import(bench);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/bb:1/tag?repo=localhost%3A5000%2Ft&tag=2", NULL),
                 201u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/bb:1/tag?repo=UPPER&tag=2", NULL), 400u);
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/no:1/tag?repo=b&tag=2", NULL), 404u);
    cr_assert_str_eq(message_of(bench), "No such image: no:1");
    create(bench, "user", "bb:1", "");

    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/bb:1", NULL), 200u);
    g_autofree char *first = text_of(bench);
    cr_assert_str_eq(first, "[{\"Untagged\":\"bb:1\"}]\n");
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/localhost:5000/t:2", NULL), 409u);
    cr_assert(strstr(message_of(bench),
                     "conflict: unable to remove repository reference "
                     "\"localhost:5000/t:2\" (must force) - container ") != NULL);
    ask(bench, "DELETE", "/v1.41/containers/user", NULL);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/localhost:5000/t:2", NULL), 200u);
    g_autoptr(json_t) deleted = json_of(bench);
    cr_assert_eq(json_array_size(deleted), 3u);
    cr_assert_str_eq(json_get_string(json_array_get(deleted, 0), "Untagged", ""),
                     "localhost:5000/t:2");
    cr_assert(json_object_get(json_array_get(deleted, 2), "Deleted") != NULL);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

/* captures 06, 08 */
Test(dockerd_images, tags_are_taken_off_one_by_one_and_the_last_deletes)
{
    bench_run(NULL, tag_and_delete);
}

static void share_layers(struct bench *bench)
{
    g_autoptr(GBytes) first =
        g_bytes_new_static("{\"os\":\"linux\",\"architecture\":\"arm64\"}", 37);
    g_autoptr(GBytes) second =
        g_bytes_new_static("{\"os\":\"linux\",\"architecture\":\"amd64\"}", 37);
    struct layer layer = {.digest = (char *)"sha256:aa",
                          .diff_id = (char *)"sha256:bb",
                          .declared_bytes = 10,
                          .unpacked_bytes = 100};
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    const char *const tags[] = {"one:1", NULL};
    const char *const other_tags[] = {"two:1", NULL};
    g_autofree char *id = NULL;
    g_ptr_array_add(layers, &layer);

    cr_assert(dockerd_store_image(bench->dockerd, tags, first, layers, &id, NULL));
    cr_assert(dockerd_store_image(bench->dockerd, other_tags, second, layers, NULL, NULL));

    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 100);
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, id);
    cr_assert_str_eq(facts->platform, "linux/arm64");
    ask(bench, "DELETE", "/v1.41/images/one:1", NULL);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 100);
    ask(bench, "DELETE", "/v1.41/images/two:1", NULL);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

Test(dockerd_images, layers_are_shared_and_freed_with_the_last_image)
{
    bench_run(NULL, share_layers);
}
