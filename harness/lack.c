/* Says what is missing. */
#include "harness/lack.h"

#include <string.h>

static bool has_text(const GPtrArray *texts, const char *text)
{
    return texts != NULL &&
           g_ptr_array_find_with_equal_func((GPtrArray *)(uintptr_t)texts, text, g_str_equal, NULL);
}

/* "linux/arm64, linux/s390x": those wanted that are not present; g_free. */
static char *missing(const GPtrArray *wanted, const GPtrArray *present)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; wanted != NULL && i < wanted->len; i++) {
        const char *platform = g_ptr_array_index(wanted, i);
        if (!has_text(present, platform))
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", platform);
    }
    return g_string_free(text, FALSE);
}

static char *lack_of_hollow(const struct effect *effect)
{
    if (effect->after == NULL)
        return g_strdup_printf("%s is not there", effect->image);
    if (!effect->is_from_this_run)
        return g_strdup_printf("%s is still the image from before", effect->image);
    return g_strdup_printf("%s lacks parts of itself", effect->image);
}

char *lack_of_image(const struct effect *effect)
{
    g_autofree char *platforms =
        missing(effect->fate == FATE_SHRUNK ? effect->before : effect->promised, effect->after);
    switch (effect->fate) {
    case FATE_HOLLOW:
        return lack_of_hollow(effect);
    case FATE_SHRUNK:
        return g_strdup_printf("%s has lost %s", effect->image, platforms);
    case FATE_DEGRADED:
        return effect->side_image != NULL
                   ? g_strdup_printf("%s instead of %s", effect->side_image, effect->image)
                   : g_strdup_printf("%s lacks %s", effect->image, platforms);
    case FATE_SKIPPED:
    case FATE_DELIVERED:
    case FATE_CANCELLED:
    case FATE_FAILED:
    case FATE_UNKNOWN:
        break;
    }
    return NULL;
}

char *lack_of_attachment(const struct effect *effect, const char *leg)
{
    for (guint i = 0; effect->owed != NULL && i < effect->owed->len; i++) {
        const struct attachment *owed = g_ptr_array_index(effect->owed, i);
        if (strcmp(owed->leg, leg) == 0 && effect->is_from_this_run &&
            !attachments_have(effect->attached, owed->what))
            return g_strdup_printf("%s lacks its %s", effect->image, owed->what);
    }
    return NULL;
}
