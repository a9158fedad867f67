/* What a repository tells of the public world. */
#include "harness/repository_facts.h"

#include "base/limits.h"
#include "harness/folders.h"

#include <criterion/criterion.h>
#include <string.h>

#define DIGEST "sha256:f8f0e809a4281714c33edf86f6da6cc2d4058c8549e44d8c83303c28b3123072"
#define OTHER  "sha256:5eed30ce9cdde08f8761eb05a71e1aa3d81413f1e9e24bd088ec92cf8b8c61ba"

static void write_text(const char *root, const char *name, const char *text, gssize length)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, length, NULL));
}

Test(repository_facts, are_pinned_digests_and_the_modules_of_go_sum)
{
    g_autofree char *root = g_dir_make_tmp("facts-XXXXXX", NULL);
    write_text(root, "app/Dockerfile", "FROM redis:6.2@" DIGEST " AS base\n", -1);
    write_text(root, "app/go.sum",
               "github.com/aws/aws-sdk-go-v2/config v1.32.37 h1:x=\n"
               "github.com/aws/aws-sdk-go-v2/config v1.32.37/go.mod h1:y=\n",
               -1);

    struct repository_facts *facts = repository_facts_new(root);

    cr_expect(repository_facts_pins(facts, DIGEST));
    cr_expect(!repository_facts_pins(facts, OTHER));
    cr_expect(repository_facts_lists_module(facts, "github.com/aws/aws-sdk-go-v2/config"));
    cr_expect(!repository_facts_lists_module(facts, "github.com/aws/aws-sdk-go-v2"));
    repository_facts_free(facts);
    folder_remove(root);
}

Test(repository_facts, are_images_that_dockerfiles_and_workflows_stand_on)
{
    g_autofree char *root = g_dir_make_tmp("facts-XXXXXX", NULL);
    write_text(root, "app/Dockerfile",
               "FROM --platform=$BUILDPLATFORM ghcr.io/acme/base:2 AS build\n"
               "FROM acme/run\nCOPY --from=acme/tools:1 /a /b\nFROM acme/of-$VERSION\n",
               -1);
    write_text(root, ".github/workflows/ci.yml",
               "    container: ghcr.io/acme/builder:3\n"
               "      - image: \"ghcr.io/acme/db:4@" DIGEST "\" # x\n"
               "      - image: ghcr.io/acme/app\n"
               "  BUILDER_IMAGE: acme/buildkit:latest\n",
               -1);
    write_text(root, "compose.yaml", "image: ghcr.io/acme/app:1\n", -1);

    struct repository_facts *facts = repository_facts_new(root);

    cr_expect(repository_facts_stands_on(facts, "ghcr.io/acme/base", "2"));
    cr_expect(!repository_facts_stands_on(facts, "ghcr.io/acme/base", "3"));
    cr_expect(repository_facts_stands_on(facts, "ghcr.io/acme/base", NULL));
    cr_expect(repository_facts_stands_on(facts, "docker.io/acme/run", "latest"));
    cr_expect(repository_facts_stands_on(facts, "docker.io/acme/tools", "1"));
    cr_expect(repository_facts_stands_on(facts, "ghcr.io/acme/builder", "3"));
    cr_expect(repository_facts_stands_on(facts, "ghcr.io/acme/db", NULL));
    cr_expect(repository_facts_stands_on(facts, "docker.io/acme/buildkit", "latest"));
    cr_expect(!repository_facts_stands_on(facts, "ghcr.io/acme/app", NULL));
    repository_facts_free(facts);
    folder_remove(root);
}

Test(repository_facts, are_images_by_the_defaults_of_arguments)
{
    g_autofree char *root = g_dir_make_tmp("facts-XXXXXX", NULL);
    write_text(root, "Dockerfile",
               "# syntax=acme/frontend:1\nARG VERSION=v2\nARG "
               "BASE=\"ghcr.io/acme/base:${VERSION}\"\nARG OPEN\n"
               "FROM ${BASE} AS build\nFROM acme/tool:lint-$VERSION\nFROM acme/open:$OPEN\n"
               "FROM acme/run:${TAG:-9}\n",
               -1);

    struct repository_facts *facts = repository_facts_new(root);

    cr_expect(repository_facts_stands_on(facts, "ghcr.io/acme/base", "v2"));
    cr_expect(repository_facts_stands_on(facts, "docker.io/acme/tool", "lint-v2"));
    cr_expect(repository_facts_stands_on(facts, "docker.io/acme/frontend", "1"));
    cr_expect(!repository_facts_stands_on(facts, "docker.io/acme/open", NULL));
    repository_facts_free(facts);
    folder_remove(root);
}

Test(repository_facts, leave_out_what_is_brought_from_elsewhere_and_what_is_no_text)
{
    g_autofree char *root = g_dir_make_tmp("facts-XXXXXX", NULL);
    static const char binary[] = "\0 " DIGEST;
    write_text(root, "node_modules/x/Dockerfile", "FROM a@" DIGEST "\n", -1);
    write_text(root, "vendor/x/Dockerfile", "FROM a@" DIGEST "\n", -1);
    write_text(root, ".git/packed", "FROM a@" DIGEST "\n", -1);
    write_text(root, "image.bin", binary, sizeof binary - 1);

    struct repository_facts *facts = repository_facts_new(root);

    cr_expect(!repository_facts_pins(facts, DIGEST));
    repository_facts_free(facts);
    folder_remove(root);
}

Test(repository_facts, of_a_file_above_the_ceiling_are_none)
{
    g_autofree char *root = g_dir_make_tmp("facts-XXXXXX", NULL);
    g_autoptr(GString) text = g_string_new(DIGEST "\n");
    while (text->len < REPOSITORY_FACTS_FILE_BYTES_MAX)
        g_string_append_c(text, ' ');
    write_text(root, "at", text->str, (gssize)text->len);
    g_string_append_c(text, ' ');
    memcpy(text->str, OTHER, strlen(OTHER));
    write_text(root, "above", text->str, (gssize)text->len);

    struct repository_facts *facts = repository_facts_new(root);

    cr_expect(repository_facts_pins(facts, DIGEST));
    cr_expect(!repository_facts_pins(facts, OTHER));
    repository_facts_free(facts);
    folder_remove(root);
}

Test(repository_facts, of_no_folder_are_none)
{
    struct repository_facts *facts = repository_facts_new("/nowhere");
    cr_expect(!repository_facts_pins(facts, DIGEST));
    repository_facts_free(facts);
}
