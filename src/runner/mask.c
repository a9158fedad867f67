/* Masking: all places of all secrets are found first, then replaced run by run. */
#include "runner/mask.h"
#include "base/limits.h"

#include <string.h>

enum {
    BYTE_COUNT = 256
};

struct masks {
    GHashTable *secrets;                  /* that were added */
    GHashTable *texts;                    /* they and what encodings make of them */
    GPtrArray *by_first_byte[BYTE_COUNT]; /* the same, lent; NULL: none. A script may add as many
                                             secrets as it likes and print as many lines. */
};

struct masks *masks_new(void)
{
    struct masks *masks = g_new0(struct masks, 1);
    masks->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    masks->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return masks;
}

void masks_free(struct masks *masks)
{
    if (masks == NULL)
        return;
    for (gsize i = 0; i < BYTE_COUNT; i++)
        g_clear_pointer(&masks->by_first_byte[i], g_ptr_array_unref);
    g_hash_table_unref(masks->secrets);
    g_hash_table_unref(masks->texts);
    g_free(masks);
}

static void add_text(struct masks *masks, const char *text)
{
    GPtrArray **same_byte = &masks->by_first_byte[(unsigned char)text[0]];
    if (g_hash_table_contains(masks->texts, text))
        return;
    char *copy = g_strdup(text);
    g_hash_table_add(masks->texts, copy);
    if (*same_byte == NULL)
        *same_byte = g_ptr_array_new();
    g_ptr_array_add(*same_byte, copy);
}

static bool add_one(struct masks *masks, const char *secret)
{
    if (secret[0] == '\0' || g_hash_table_contains(masks->secrets, secret))
        return true;
    if (g_hash_table_size(masks->secrets) >= RUNNER_MASKS_MAX)
        return false;
    g_autoptr(GPtrArray) encodings = mask_encodings(secret);
    g_hash_table_add(masks->secrets, g_strdup(secret));
    add_text(masks, secret);
    for (guint i = 0; i < encodings->len; i++)
        add_text(masks, encodings->pdata[i]);
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
