/* actions/attest and its wrappers: what they push to the registry of the image. */
#include "actions/actions.h"

#include "fake_attest.h"

#include <criterion/criterion.h>
#include <string.h>

Test(attest_registry, pushes_a_manifest_whose_subject_is_the_image)
{
    FAKE_RUN(run, &action_attest, "v4.1.0");
    fake_name_image(run, "ghcr.io/Acme/App");
    fake_let_push(run, /* has_referrers= */ true);
    fake_reply(run, "GET https://api.github.com/repos/acme/app", 200,
               "{\"owner\":{\"type\":\"User\"}}");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_requests(run), "\"artifactType\":\"application/vnd.dev.sigstore.bundle."
                                         "v0.3+json\"");
    fake_expect_part(fake_requests(run),
                     "\"subject\":{\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                     "\"digest\":\"" ATTEST_DIGEST "\",\"size\":856}");
    fake_expect_part(fake_log(run), "Attestation uploaded to registry");
    cr_expect_null(strstr(fake_requests(run), "sha256-"));
}

Test(attest_registry, keeps_a_list_by_tag_where_there_is_no_list_of_referrers)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    fake_name_image(run, "ghcr.io/acme/app");
    fake_let_push(run, /* has_referrers= */ false);

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_requests(run),
                     "PUT " ATTEST_GHCR "manifests/sha256-" ATTEST_HEX " {\"mediaType\":"
                     "\"application/vnd.oci.image.index.v1+json\"");
}

Test(attest_registry, is_red_when_the_registry_is)
{
    static const struct {
        const char *request;
        unsigned status;
        const char *cause;
    } cases[] = {
        {"HEAD " ATTEST_GHCR "manifests/*", 404,
         "Error: Error fetching " ATTEST_GHCR "manifests/" ATTEST_DIGEST
         " - expected 200, received 404"},
        {"PUT " ATTEST_GHCR "manifests/*", 403, " - expected 201, received 403"},
        {"POST " ATTEST_GHCR "blobs/uploads/", 202, "Error: Invalid challenge: "},
        {"GET https://ghcr.io/token*", 401,
         "Error: Error fetching https://ghcr.io/token?service=ghcr.io&scope="
         "repository%3Aacme%2Fapp%3Apull%2Cpush - expected 200, received 401"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_attest_build_provenance, "v3");
        fake_name_image(run, "ghcr.io/acme/app");
        fake_let_push(run, /* has_referrers= */ true);
        fake_reply(run, cases[i].request, cases[i].status, "");
        fake_main(run);
        fake_expect_text(fake_failure(run),
                         "OCIError: Error uploading artifact to container registry");
        fake_expect_part(fake_log(run), cases[i].cause);
        cr_expect_null(fake_output(run, "attestation-id"));
    }
}

Test(attest_registry, wants_a_bare_name_and_a_login)
{
    static const struct {
        const char *ref, *name, *configuration, *failure;
    } cases[] = {
        {"v4.1.0", "ghcr.io/acme/app:v1", "{}", "Error: Invalid image name: ghcr.io/acme/app:v1"},
        {"v4", "ghcr.io/acme/app:v1", "{}", "Error: No credentials found for registry ghcr.io"},
        {"v4", "acme/app", "{}", "Error: No credentials found for registry acme"},
        {"v4", "ghcr.io/acme/app", NULL,
         "Error: No credential file found at /home/runner/.docker/config.json"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_attest, cases[i].ref);
        fake_name_image(run, cases[i].name);
        fake_input(run, "push-to-registry", "true");
        if (cases[i].configuration != NULL)
            fake_file(run, "/home/runner/.docker/config.json", cases[i].configuration);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
    }
}

Test(attest_registry, finds_the_login_of_docker_hub_by_any_of_its_names)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    fake_name_image(run, "docker.io/acme/app");
    fake_input(run, "push-to-registry", "true");
    fake_file(run, "/home/runner/.docker/config.json",
              "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"b2N0bzpzZWNyZXQ=\"}}}");

    fake_main(run);

    fake_expect_part(fake_requests(run),
                     "POST https://registry-1.docker.io/v2/acme/app/blobs/uploads/");
}

Test(attest_registry, warns_when_an_organization_keeps_no_record)
{
    FAKE_RUN(run, &action_attest, "v4");
    fake_name_image(run, "ghcr.io/acme/app");
    fake_let_push(run, /* has_referrers= */ true);
    fake_reply(run, "GET https://api.github.com/repos/acme/app", 200,
               "{\"owner\":{\"type\":\"Organization\"}}");
    fake_reply(run, "POST https://api.github.com/orgs/acme/artifacts/metadata/storage-record", 403,
               "{\"message\":\"Resource not accessible by integration\"}");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_warnings(run),
                     "Failed to create storage record: Error: Failed to persist storage record: "
                     "Resource not accessible by integration");
}
