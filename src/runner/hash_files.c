/* hashFiles(): the SHA-256 over the SHA-256 of each file that fits (actions-semantics.md 3.6; the
   runner's hashFiles.ts with @actions/glob). */
#include "base/digest.h"
#include "base/limits.h"
#include "base/regular_file.h"
#include "runner/leg.h"
#include "workflow/pattern.h"

#include <string.h>

struct hashing {
    const char *folder;
    GPtrArray *patterns; /* char *, relative */
    GPtrArray *found;    /* char *, relative paths */
};

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A folder that a pattern names stands for all below it. */
static bool fits(const struct hashing *hashing, const char *path)
{
    bool does_fit = false;
    for (guint i = 0; i < hashing->patterns->len; i++) {
        const char *pattern = hashing->patterns->pdata[i];
        bool is_exclusion = pattern[0] == '!';
        const char *bare = pattern + (is_exclusion ? 1 : 0);
        g_autofree char *below = g_strconcat(bare, "/**", NULL);
        if (pattern_fits(bare, path) || pattern_fits(below, path))
            does_fit = !is_exclusion;
    }
    return does_fit;
}

static void search(struct hashing *hashing, const char *relative, int depth)
{
    g_autofree char *folder = g_build_filename(hashing->folder, relative, NULL);
    GDir *entries = g_dir_open(folder, 0, NULL);
    const char *name;
    if (entries == NULL)
        return;
    while ((name = g_dir_read_name(entries)) != NULL &&
           hashing->found->len < RUNNER_CHECKOUT_FILES_MAX) {
        g_autofree char *path =
            relative[0] == '\0' ? g_strdup(name) : g_strconcat(relative, "/", name, NULL);
        g_autofree char *full = g_build_filename(hashing->folder, path, NULL);
        bool is_folder = g_file_test(full, G_FILE_TEST_IS_DIR);
        if (is_folder && !g_file_test(full, G_FILE_TEST_IS_SYMLINK) &&
            depth < RUNNER_CHECKOUT_DEPTH_MAX)
            search(hashing, path, depth + 1);
        else if (!is_folder && fits(hashing, path))
            g_ptr_array_add(hashing->found, g_steal_pointer(&path));
    }
    g_dir_close(entries);
}

static bool add_file(struct hasher *hasher, const char *folder, const char *path, GError **error)
{
    enum {
        HEX_DIGITS_PER_BYTE = 2,
        DIGEST_BYTES = 32
    };
    g_autofree char *full = g_build_filename(folder, path, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    guint8 raw[DIGEST_BYTES];
    if (!regular_file_read(full, &bytes, &length, error))
        return false;
    g_autofree char *digest = digest_of(bytes, length);
    const char *hex = digest + strlen("sha256:");
    for (gsize i = 0; i < DIGEST_BYTES; i++)
        raw[i] = (guint8)(g_ascii_xdigit_value(hex[HEX_DIGITS_PER_BYTE * i]) << 4 |
                          g_ascii_xdigit_value(hex[HEX_DIGITS_PER_BYTE * i + 1]));
    hasher_update(hasher, raw, sizeof raw);
    return true;
}

bool hash_files(const char *folder, const char *const *patterns, char **digest, GError **error)
{
    g_autoptr(GPtrArray) bare = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    struct hashing hashing = {.folder = folder, .patterns = bare, .found = found};
    for (; *patterns != NULL; patterns++) {
        g_auto(GStrv) lines = g_strsplit(*patterns, "\n", -1);
        for (char **line = lines; *line != NULL; line++) {
            const char *text = g_strstrip(*line);
            while (g_str_has_prefix(text, "./") || text[0] == '/')
                text += text[0] == '/' ? 1 : 2;
            if (text[0] != '\0' && text[0] != '#')
                g_ptr_array_add(bare, g_strdup(text));
        }
    }
    search(&hashing, "", 0);
    g_ptr_array_sort(found, compare_texts);
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA256);
    for (guint i = 0; i < found->len; i++)
        if (!add_file(hasher, folder, found->pdata[i], error))
            return false;
    g_autofree char *whole = found->len > 0 ? hasher_digest(hasher) : NULL;
    *digest = g_strdup(whole != NULL ? whole + strlen("sha256:") : "");
    return true;
}
