/* buildkitd.toml, as the fake builder reads it. */
#include "fuzz.h"

#include "base/limits.h"
#include "mocks/buildkit/config.h"
#include "mocks/buildkit/toml.h"

static void check_entries(const GPtrArray *entries)
{
    for (guint i = 0; i < entries->len; i++) {
        const struct toml_entry *entry = entries->pdata[i];
        g_assert(entry->path->len > 0 && entry->line >= 1 && entry->column >= 1);
        g_assert(entry->text != NULL && toml_go_type(entry->kind) != NULL);
        g_assert((entry->kind == TOML_ARRAY) <= (entry->items != NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GPtrArray) entries = toml_parse(bytes, length_bytes, &error);
    AUTO(buildkitd_config) config = buildkitd_config_parse(bytes, length_bytes, &reason);

    g_assert((entries == NULL) == (error != NULL));
    g_assert((config == NULL) == (reason != NULL));
    g_assert(entries != NULL || config == NULL);
    if (entries != NULL)
        check_entries(entries);
    return 0;
}
