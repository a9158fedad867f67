/* References as Docker reads them. */
#include "oci/reference.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEX64 "f59466bf257dbd385ab633fd32644f1d3bc9a997e2ade5d2d5cca55b734d511f"

Test(reference, is_read_as_docker_reads_it)
{
    static const struct {
        const char *text;
        const char *parts;
    } rows[] = {
        {"alpine", "docker.io registry-1.docker.io library/alpine latest"},
        {"moby/buildkit:buildx-stable-1",
         "docker.io registry-1.docker.io moby/buildkit buildx-stable-1"},
        {"docker.io/alpine:3", "docker.io registry-1.docker.io library/alpine 3"},
        {"index.docker.io/library/alpine", "docker.io registry-1.docker.io library/alpine latest"},
        {"registry-1.docker.io/o/a", "docker.io registry-1.docker.io o/a latest"},
        {"ghcr.io/o/app:main", "ghcr.io ghcr.io o/app main"},
        {"localhost/a", "localhost localhost a latest"},
        {"localhost:5000/a:1", "localhost:5000 localhost:5000 a 1"},
        {"127.0.0.1:5000/t/bb", "127.0.0.1:5000 127.0.0.1:5000 t/bb latest"},
        {"[::1]:5000/a", "[::1]:5000 [::1]:5000 a latest"},
        {"ghcr.io/o/a@sha256:" HEX64, "ghcr.io ghcr.io o/a sha256:" HEX64},
        {"ghcr.io/o/a:1@sha256:" HEX64, "ghcr.io ghcr.io o/a sha256:" HEX64},
        {"a__b/c-d.e_f", "docker.io registry-1.docker.io a__b/c-d.e_f latest"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        REFERENCE(reference);
        g_autoptr(GError) error = NULL;

        cr_assert(oci_reference_parse(rows[i].text, &reference, &error), "%s", rows[i].text);

        g_autofree char *parts = g_strjoin(" ", reference.registry, reference.host,
                                           reference.repository, reference.wanted, NULL);
        cr_expect_str_eq(parts, rows[i].parts);
        cr_expect_eq(reference.is_digest, strchr(rows[i].text, '@') != NULL);
    }
}

Test(reference, that_is_none_is_refused_with_what_is_wrong)
{
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = {
        {"", "its repository is none"},
        {"ghcr.io/Owner/Repo:t", "repository name must be lowercase"},
        {"ghcr.io/o/r:-abc1234", "its tag is none"},
        {"ghcr.io/o/r:", "its tag is none"},
        {"ghcr.io/o/r:a b", "its tag is none"},
        {"ghcr.io/o/r@sha256:short", "its digest is none"},
        {"ghcr.io/", "its repository is none"},
        {"ghcr.io/o//r", "its repository is none"},
        {"ghcr.io/../../etc", "its repository is none"},
        {"ghcr.io/o/-r", "its repository is none"},
        {"a?b.c/d", "its registry is no host name"},
        {"user@evil.example/x", "its digest is none"},
        {"ghcr.io/o/r?x=1", "its repository is none"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        REFERENCE(reference);
        g_autoptr(GError) error = NULL;
        g_autofree char *prefix =
            g_strdup_printf("invalid reference format: '%s': %s", rows[i].text, rows[i].reason);

        bool is_fine = oci_reference_parse(rows[i].text, &reference, &error);

        cr_assert(!is_fine, "%s", rows[i].text);
        cr_expect(g_str_has_prefix(error->message, prefix), "%s", error->message);
        cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_INVALID));
    }
}

Test(reference, has_ceilings_for_tag_and_repository)
{
    g_autofree char *long_tag = g_strnfill(128, 't');
    g_autofree char *long_name = g_strnfill(255, 'n');
    g_autofree char *fits = g_strdup_printf("ghcr.io/%s:%s", long_name, long_tag);
    g_autofree char *tag_too_long = g_strdup_printf("ghcr.io/o/a:%st", long_tag);
    g_autofree char *name_too_long = g_strdup_printf("ghcr.io/%sn", long_name);
    REFERENCE(reference);
    REFERENCE(second);
    REFERENCE(third);

    cr_assert(oci_reference_parse(fits, &reference, NULL));
    cr_assert(!oci_reference_parse(tag_too_long, &second, NULL));
    cr_assert(!oci_reference_parse(name_too_long, &third, NULL));
}

Test(reference, keeps_credentials_under_one_name_for_docker_hub)
{
    static const char *const names[] = {"docker.io", "index.docker.io", "registry-1.docker.io",
                                        "https://index.docker.io/v1/"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = reference_registry_name(names[i]);
        cr_assert_str_eq(name, "docker.io");
    }
    g_autofree char *other = reference_registry_name("https://ghcr.io");
    cr_assert_str_eq(other, "ghcr.io");
}
