/* Dockerfiles, as the fake builders read them. */
#include "fuzz.h"

#include "base/limits.h"
#include "mocks/dockerfile/dockerfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autoptr(GError) error = NULL;
    AUTO(dockerfile) dockerfile = dockerfile_parse(bytes, length_bytes, &error);
    g_assert((dockerfile == NULL) == (error != NULL));
    if (dockerfile == NULL)
        return 0;
    g_assert(dockerfile->instructions->len > 0 &&
             dockerfile->instructions->len <= DOCKERFILE_INSTRUCTIONS_MAX);
    for (guint i = 0; i < dockerfile->instructions->len; i++) {
        const struct instruction *each = dockerfile->instructions->pdata[i];
        g_autofree char *excerpt =
            dockerfile_excerpt(dockerfile, "Dockerfile", each->line, each->last_line);
        g_assert(each->line >= 1 && each->last_line >= each->line && excerpt != NULL);
    }
    return 0;
}
