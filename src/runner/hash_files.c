/* hashFiles(): the SHA-256 over the SHA-256 of each file that fits (actions-semantics.md 3.6; the
   runner's hashFiles.ts with @actions/glob). */
#include "base/digest.h"
#include "base/limits.h"
#include "base/regular_file.h"
#include "runner/leg.h"
#include "workflow/pattern.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* A line of a pattern. A folder that it names stands for all below it. */
struct line {
    char *bare;  /* relative */
    char *below; /* the same with all below */
    char *name; /* its last part, when that is plain text: it is in every path that fits; or NULL */
    bool is_exclusion;
};

struct hashing {
    const char *folder;
    GPtrArray *lines; /* struct line */
    GPtrArray *found; /* char *, relative paths */
};

static struct line *line_new(const char *text)
{
    struct line *line = g_new0(struct line, 1);
    line->is_exclusion = text[0] == '!';
    line->bare = g_strdup(text + (line->is_exclusion ? 1 : 0));
    line->below = g_strconcat(line->bare, "/**", NULL);
    const char *slash = strrchr(line->bare, '/');
    const char *last = slash != NULL ? slash + 1 : line->bare;
    if (strpbrk(last, "*?+[]!\\") == NULL)
        line->name = g_strdup(last);
    return line;
}

static void line_free(void *memory)
{
    struct line *line = memory;
    g_free(line->bare);
    g_free(line->below);
    g_free(line->name);
    g_free(line);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool line_fits(const struct line *line, const char *path)
{
    return (line->name == NULL || strstr(path, line->name) != NULL) &&
           (pattern_fits(line->bare, path) || pattern_fits(line->below, path));
}

static bool fits(const struct hashing *hashing, const char *path)
{
    bool does_fit = false;
    for (guint i = 0; i < hashing->lines->len; i++) {
        const struct line *line = hashing->lines->pdata[i];
        if (does_fit == line->is_exclusion && line_fits(line, path))
            does_fit = !line->is_exclusion;
    }
    return does_fit;
}

enum kind {
    KIND_FILE, /* or what leads to one, or nowhere */
    KIND_FOLDER,
    KIND_LINK_TO_FOLDER,
};

static enum kind kind_of(const char *path)
{
    GStatBuf facts;
    if (g_lstat(path, &facts) != 0)
        return KIND_FILE;
    if (S_ISLNK(facts.st_mode))
        return g_file_test(path, G_FILE_TEST_IS_DIR) ? KIND_LINK_TO_FOLDER : KIND_FILE;
    return S_ISDIR(facts.st_mode) ? KIND_FOLDER : KIND_FILE;
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
        enum kind kind = kind_of(full);
        if (kind == KIND_FOLDER && depth < RUNNER_CHECKOUT_DEPTH_MAX)
            search(hashing, path, depth + 1);
        else if (kind == KIND_FILE && fits(hashing, path))
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
    g_autoptr(GPtrArray) lines_read = g_ptr_array_new_with_free_func(line_free);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    struct hashing hashing = {.folder = folder, .lines = lines_read, .found = found};
    for (; *patterns != NULL; patterns++) {
        g_auto(GStrv) lines = g_strsplit(*patterns, "\n", -1);
        for (char **line = lines; *line != NULL; line++) {
            const char *text = g_strstrip(*line);
            while (g_str_has_prefix(text, "./") || text[0] == '/')
                text += text[0] == '/' ? 1 : 2;
            if (text[0] != '\0' && text[0] != '#')
                g_ptr_array_add(lines_read, line_new(text));
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
