/* Scripts of containers: parsed, and what came of them looked through. */
#include "fuzz.h"

#include "mocks/dockerd/shell_private.h"

static void look_through(const struct shell_node *node)
{
    for (guint i = 0; node->words != NULL && i < node->words->len; i++)
        g_assert_nonnull(g_ptr_array_index(node->words, i));
    for (guint i = 0; node->redirections != NULL && i < node->redirections->len; i++) {
        const struct shell_redirection *redirection = g_ptr_array_index(node->redirections, i);
        g_assert(redirection->word != NULL || redirection->from >= 0);
    }
    for (guint i = 0; node->children != NULL && i < node->children->len; i++)
        look_through(g_ptr_array_index(node->children, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autofree char *script = g_strndup((const char *)bytes, length_bytes);
    AUTO(shell_node) node = shell_parse(script);
    if (node != NULL)
        look_through(node);
    return 0;
}
