/* Masking: all places of all secrets are found first, then replaced run by run. */
#include "runner/mask.h"
#include "base/limits.h"

#include <string.h>

enum {
    BYTE_COUNT = 256
};

struct masks {
    GPtrArray *secrets;                   /* char * */
    GPtrArray *by_first_byte[BYTE_COUNT]; /* the same, lent; NULL: none. A script may add as many
                                             secrets as it likes and print as many lines. */
};

struct masks *masks_new(void)
{
    struct masks *masks = g_new0(struct masks, 1);
    masks->secrets = g_ptr_array_new_with_free_func(g_free);
    return masks;
}

void masks_free(struct masks *masks)
{
    if (masks == NULL)
        return;
    for (gsize i = 0; i < BYTE_COUNT; i++)
        g_clear_pointer(&masks->by_first_byte[i], g_ptr_array_unref);
    g_ptr_array_unref(masks->secrets);
    g_free(masks);
}

static bool add_one(struct masks *masks, const char *secret)
{
    if (secret[0] == '\0' ||
        g_ptr_array_find_with_equal_func(masks->secrets, secret, g_str_equal, NULL))
        return true;
    if (masks->secrets->len >= RUNNER_MASKS_MAX)
        return false;
    GPtrArray **same_byte = &masks->by_first_byte[(unsigned char)secret[0]];
    char *copy = g_strdup(secret);
    if (*same_byte == NULL)
        *same_byte = g_ptr_array_new();
    g_ptr_array_add(masks->secrets, copy);
    g_ptr_array_add(*same_byte, copy);
    return true;
}

bool masks_add(struct masks *masks, const char *secret)
{
    g_auto(GStrv) lines = g_strsplit_set(secret, "\r\n", -1);
    bool is_whole = add_one(masks, secret);
    for (char **line = lines; *line != NULL; line++)
        is_whole = add_one(masks, g_strstrip(*line)) && is_whole;
    return is_whole;
}

/* Marks the bytes of every secret that stands here. */
static bool mark(const char *at, const GPtrArray *secrets, char *marks)
{
    bool is_found = false;
    for (guint i = 0; secrets != NULL && i < secrets->len; i++) {
        if (!g_str_has_prefix(at, secrets->pdata[i]))
            continue;
        memset(marks, 1, strlen(secrets->pdata[i]));
        is_found = true;
    }
    return is_found;
}

char *masks_apply(const struct masks *masks, const char *text)
{
    gsize length = strlen(text);
    g_autofree char *marks = g_malloc0(length + 1);
    bool is_found = false;
    for (gsize i = 0; i < length; i++)
        is_found =
            mark(text + i, masks->by_first_byte[(unsigned char)text[i]], marks + i) || is_found;
    if (!is_found)
        return g_strdup(text);
    GString *shown = g_string_new(NULL);
    for (gsize i = 0; i < length; i++)
        if (!marks[i])
            g_string_append_c(shown, text[i]);
        else if (i == 0 || !marks[i - 1])
            g_string_append(shown, "***");
    return g_string_free(shown, FALSE);
}
