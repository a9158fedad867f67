/* Bake files: the same bytes as HCL, as JSON and as a compose file, read and resolved. */
#include "fuzz.h"

#include "mocks/bakefile/bakefile.h"

static const char *environment(const char *name, const void *context)
{
    (void)context;
    return name[0] == 'T' ? "1" : NULL;
}

static void try_as(const char *name, GBytes *bytes)
{
    const struct bakefile_source source = {name, bytes};
    const struct bake_request request = {.environment = environment};
    g_autoptr(GError) error = NULL;
    AUTO(bakefile) file = bakefile_read(&source, 1, &error);
    g_assert((file == NULL) == (error != NULL));
    AUTO(bake_result) result = file == NULL ? NULL : bakefile_resolve(file, &request, &error);
    g_assert((result == NULL) == (error != NULL));
    if (error != NULL)
        g_free(bakefile_error_excerpt(&source, 1, error));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autoptr(GBytes) copy = g_bytes_new(bytes, length_bytes);
    try_as("docker-bake.hcl", copy);
    try_as("docker-bake.json", copy);
    try_as("compose.yaml", copy);
    return 0;
}
