/* The services of the world: the host names a registry answers under, as a table. */
#include "mocks/registry/registry.h"

#include <string.h>

/*
 * Host names and token paths as the services' own challenges give them: Docker Hub's are in
 * failures.md B1 and C2; a service without blob_site serves its blobs itself. GHCR answers 404 for
 * referrers, and no OCI-Subject (actions/attest-build-provenance issues 71 and 91, NVIDIA/aicr
 * issue 1957); its token service says "denied: denied" of a wrong login and "denied" of a package
 * that is private or not there (failures.md B5; muchobien/pocketbase-docker issue 3,
 * imagegenius/docker-ai-chat-app issue 1, kserve/kserve issue 4195).
 */
static const struct registry_service services[] = {
    {"docker.io", "registry-1.docker.io", "auth.docker.io", "/token", "registry.docker.io",
     "production.cloudflare.docker.com", true, NULL, NULL, false},
    {"ghcr.io", "ghcr.io", "ghcr.io", "/token", "ghcr.io", "pkg-containers.githubusercontent.com",
     true, "permission_denied: write_package", "denied", true},
    {"quay.io", "quay.io", "quay.io", "/v2/auth", "quay.io", "cdn01.quay.io", false, NULL, NULL,
     false},
    {"mirror.gcr.io", "mirror.gcr.io", "mirror.gcr.io", "/v2/token", "mirror.gcr.io", NULL, false,
     NULL, NULL, false},
    {"gcr.io", "gcr.io", "gcr.io", "/v2/token", "gcr.io", NULL, false, NULL, NULL, false},
    {"public.ecr.aws", "public.ecr.aws", "public.ecr.aws", "/token/", "public.ecr.aws",
     "d5l0dvt14r5h8.cloudfront.net", false, NULL, NULL, false},
    {"registry.k8s.io", "registry.k8s.io", NULL, NULL, NULL, NULL, false, NULL, NULL, false},
    {"localhost:5000", "localhost:5000", NULL, NULL, NULL, NULL, false, NULL, NULL, false},
};

const struct registry_service *registry_service_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(services); i++)
        if (strcmp(services[i].name, name) == 0)
            return &services[i];
    return NULL;
}
