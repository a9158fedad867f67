/* Descriptions of programs to run, as wire.h lays them out. */
#include "process/sandbox_private.h"

#include <string.h>

static void add_text(GByteArray *bytes, const char *text)
{
    g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text) + 1);
}

static uint32_t count(const char *const *texts)
{
    return texts == NULL ? 0 : g_strv_length((char **)(uintptr_t)texts);
}

GBytes *description_build(const char *directory, const char *file, const char *const *arguments,
                          const char *const *environment)
{
    GByteArray *bytes = g_byte_array_new();
    struct wire_counts counts = {count(arguments) + (file != NULL), count(environment)};
    g_byte_array_append(bytes, (const guint8 *)&counts, sizeof(counts));
    add_text(bytes, directory);
    if (file != NULL)
        add_text(bytes, file);
    for (guint i = 0; i < count(arguments); i++)
        add_text(bytes, arguments[i]);
    for (guint i = 0; i < counts.variable_count; i++)
        add_text(bytes, environment[i]);
    return g_byte_array_free_to_bytes(bytes);
}

/* The next text, or NULL when the bytes end before it does. */
static const char *next_text(const GByteArray *bytes, gsize *at)
{
    const char *text = (const char *)bytes->data + *at;
    const char *end = *at < bytes->len ? memchr(text, '\0', bytes->len - *at) : NULL;
    if (end == NULL)
        return NULL;
    *at += (gsize)(end - text) + 1;
    return text;
}

static char **next_texts(const GByteArray *bytes, gsize *at, uint32_t number)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (uint32_t i = 0; i < number; i++) {
        const char *text = next_text(bytes, at);
        if (text == NULL)
            return NULL;
        g_ptr_array_add(texts, g_strdup(text));
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_steal(texts, NULL);
}

bool description_parse(const GByteArray *bytes, struct description *description)
{
    struct wire_counts counts;
    gsize at = sizeof(counts);
    *description = (struct description){0};
    if (bytes->len < sizeof(counts))
        return false;
    memcpy(&counts, bytes->data, sizeof(counts));
    const char *directory = next_text(bytes, &at);
    if (directory == NULL || directory[0] != '/' || counts.argument_count == 0)
        return false;
    description->directory = g_strdup(directory);
    description->arguments = next_texts(bytes, &at, counts.argument_count);
    description->environment = next_texts(bytes, &at, counts.variable_count);
    if (description->arguments != NULL && description->environment != NULL && at == bytes->len)
        return true;
    description_finish(description);
    return false;
}

void description_finish(struct description *description)
{
    g_free(description->directory);
    g_strfreev(description->arguments);
    g_strfreev(description->environment);
    *description = (struct description){0};
}
