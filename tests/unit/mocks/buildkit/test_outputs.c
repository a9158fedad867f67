/* Outputs and what goes beside images: attestations, annotations, files for the client. */
#include "bench.h"

#define TO_REGISTRY "--output type=image,name=localhost:5000/o/app:1,push=true"

static void put_simple(struct bench *bench)
{
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
}

/* What the tag names, as JSON; the caller owns it. */
static json_t *pushed_document(struct bench *bench)
{
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");
    cr_assert_not_null(facts);
    cr_assert(facts->is_complete);
    g_autoptr(GBytes) bytes = registry_blob(bench->local, facts->digest);
    return json_parse_gbytes(bytes, NULL);
}

static void attests(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);

    ANSWER(answer) = build(bench, "--opt attest:provenance=mode=min " TO_REGISTRY);

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    g_autoptr(json_t) index = pushed_document(bench);
    const json_t *manifests = json_get_array(index, "manifests");
    const json_t *image = json_array_get(manifests, 0);
    const json_t *second = json_array_get(manifests, 1);
    cr_assert_eq(json_array_size(manifests), 2);
    cr_assert_str_eq(json_get_string(json_get_object(second, "platform"), "os", ""), "unknown");
    cr_assert_str_eq(
        json_get_string(json_get_object(second, "annotations"), "vnd.docker.reference.digest", ""),
        json_get_string(image, "digest", "-"));
}

Test(buildkit_outputs, an_attestation_makes_an_index_and_names_its_image)
{
    bench_run(NULL, attests);
}

static void annotates(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);

    ANSWER(answer) = build(bench, TO_REGISTRY ",annotation.who=us");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    g_autoptr(json_t) manifest = pushed_document(bench);
    cr_assert_str_eq(json_get_string(json_get_object(manifest, "annotations"), "who", ""), "us");
}

Test(buildkit_outputs, annotations_stand_in_the_manifest)
{
    bench_run(NULL, annotates);
}

static void writes_files(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);

    ANSWER(layout) = build(bench, "--output type=oci,dest=/out.tar");
    ANSWER(nowhere) = build(bench, "--output type=tar");
    ANSWER(unknown) = build(bench, "--output type=zip,dest=/out.zip");

    cr_assert_eq(layout.exit_code, 0, "%s", layout.text);
    g_autofree char *tar = file_text(bench, "/out.tar");
    cr_assert(g_str_has_prefix(tar, "oci-layout"));
    cr_assert_not_null(strstr(nowhere.text, "dest file is required for tar exporter"));
    cr_assert_not_null(strstr(unknown.text, "exporter \"zip\" could not be found"));
}

Test(buildkit_outputs, files_for_the_client_need_a_place_and_a_known_format)
{
    bench_run(NULL, writes_files);
}

static void names_contexts(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM base\nCOPY --from=data x /x\n", "/data/x", "x\n",
              NULL);

    ANSWER(answer) = build(bench, "--local data=/data --opt context:data=local:data --opt "
                                  "context:base=docker-image://alpine:3 " TO_REGISTRY);

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert(image_has_file(bench, "o/app", "1", "x"));
}

Test(buildkit_outputs, named_contexts_stand_for_images_and_folders)
{
    bench_run(NULL, names_contexts);
}

static void stands_on_repository(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile",
              "FROM other AS o\nFROM scratch\nCOPY --from=other /x /x\nCOPY --from=o /y /y\n",
              NULL);

    ANSWER(answer) = build(bench, "--opt context:other=https://github.com/o/r.git#main");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
}

Test(buildkit_outputs, a_named_context_of_the_net_may_have_any_file)
{
    bench_run(NULL, stands_on_repository);
}

static void stands_on_a_folder(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM base\nCOPY y /y\n", "/ctx/y", "y\n", "/root/bin/sh",
              "sh\n", NULL);

    ANSWER(answer) = build(bench, "--local root=/root --opt context:base=local:root " TO_REGISTRY);

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "[context base] load from client"), "%s", answer.text);
    cr_assert_null(strstr(answer.text, "library/base"), "%s", answer.text);
    cr_assert(image_has_file(bench, "o/app", "1", "bin/sh"));
    cr_assert(image_has_file(bench, "o/app", "1", "y"));
}

Test(buildkit_outputs, a_stage_stands_on_a_named_context_that_is_a_folder)
{
    bench_run(NULL, stands_on_a_folder);
}
