/* Guesses what a file is by where it comes from. */
#include "mocks/commands/download.h"

#include "base/archive.h"

#include <string.h>

/* ---- names ---- */

static const struct {
    const char *ending;
    enum archive_packing packing;
    bool is_bare; /* one packed file */
} packings[] = {
    {".tar.gz", ARCHIVE_TAR_GZIP, false},   {".tgz", ARCHIVE_TAR_GZIP, false},
    {".tar.xz", ARCHIVE_TAR_XZ, false},     {".txz", ARCHIVE_TAR_XZ, false},
    {".tar.bz2", ARCHIVE_TAR_BZIP2, false}, {".tbz", ARCHIVE_TAR_BZIP2, false},
    {".tbz2", ARCHIVE_TAR_BZIP2, false},    {".tar.zst", ARCHIVE_TAR_ZSTD, false},
    {".zip", ARCHIVE_ZIP, false},           {".gz", ARCHIVE_BARE_GZIP, true},
    {".xz", ARCHIVE_BARE_XZ, true},         {".bz2", ARCHIVE_BARE_BZIP2, true},
};

/* "tool_1.2_linux.tar.gz" of a URL, without query and fragment; g_free. */
static char *file_name(const char *url)
{
    g_autofree char *path = g_strndup(url, strcspn(url, "?#"));
    const char *slash = strrchr(path, '/');
    return g_strdup(slash != NULL ? slash + 1 : path);
}

/* The row of packings, or -1; *stem_length is what comes before the ending. */
static int packing_of(const char *name, gsize *stem_length)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(packings); i++) {
        if (!g_str_has_suffix(lower, packings[i].ending))
            continue;
        *stem_length = strlen(name) - strlen(packings[i].ending);
        return (int)i;
    }
    *stem_length = strlen(name);
    return -1;
}

/* Versions, systems and architectures come after the name. */
static char *name_of_stem(const char *stem)
{
    g_autoptr(GRegex) tail =
        g_regex_new("([-_.]v?[0-9]|[-_.](linux|darwin|macos|windows|amd64|x86|x64|i386|arm|aarch64|"
                    "static|musl|gnu|unknown|universal|main|latest)|^v?[0-9]).*$",
                    G_REGEX_CASELESS, 0, NULL);
    g_autofree char *name = g_regex_replace_literal(tail, stem, -1, 0, "", 0, NULL);
    bool is_name = name != NULL && *name != '\0'; /* NULL: no UTF-8 */
    return is_name ? g_steal_pointer(&name) : NULL;
}

char *download_program_name(const char *url)
{
    gsize length;
    g_autofree char *name = file_name(url);
    (void)packing_of(name, &length);
    name[length] = '\0';
    return name_of_stem(name);
}

/* ---- the program ---- */

/* No `exec`: who sources a file that is no program goes on. */
static char *program_text(const char *name)
{
    g_autofree char *quoted = g_shell_quote(name);
    return g_strdup_printf("#!/bin/sh\n# " COMMAND_UNKNOWN_WORD
                           ": downloaded\n" FETCHED_PROGRAM_COMMAND " %s \"$0\" \"$@\"\n",
                           quoted);
}

/* ---- archives ---- */

/* What projects put into an archive of another name. */
static const struct {
    const char *archive;
    const char *programs[4];
} contents[] = {
    {"binaries-manifest-tool", {"manifest-tool-linux-amd64", "manifest-tool-linux-arm64", NULL}},
    {"go-containerregistry", {"crane", "gcrane", "krane", NULL}},
};

static void add_program(struct archive_writer *writer, const char *folder, const char *name)
{
    g_autofree char *text = program_text(name);
    g_autofree char *path = folder != NULL ? g_strconcat(folder, "/", name, NULL) : g_strdup(name);
    archive_writer_add_file(writer, path, 0755, text, strlen(text));
}

/* "linux-amd64", or NULL; g_free. */
static char *platform_folder(const char *stem)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) platform = g_regex_new("linux[-_](amd64|arm64|x86_64)", 0, 0, NULL);
    return g_regex_match(platform, stem, 0, &match) ? g_match_info_fetch(match, 0) : NULL;
}

static void add_places(struct archive_writer *writer, const char *stem, const char *name)
{
    g_autofree char *inner = g_strconcat(stem, "/bin", NULL);
    g_autofree char *platform = platform_folder(stem);
    add_program(writer, NULL, name);
    add_program(writer, "bin", name);
    if (strcmp(stem, name) != 0)
        add_program(writer, stem, name);
    if (strcmp(stem, name) != 0)
        add_program(writer, inner, name);
    if (platform != NULL && strcmp(platform, stem) != 0)
        add_program(writer, platform, name);
}

static void add_contents(struct archive_writer *writer, const char *stem, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        if (strcmp(contents[i].archive, name) != 0)
            continue;
        for (const char *const *each = contents[i].programs; *each != NULL; each++)
            add_places(writer, stem, *each);
        return;
    }
    add_places(writer, stem, name);
}

/* "app-1.2" of "https://github.com/acme/app/archive/refs/tags/v1.2.tar.gz", or NULL; g_free. */
static char *source_folder(const char *url, const char *stem)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) pattern =
        g_regex_new("^https://github\\.com/[^/]+/([^/]+)/archive/", 0, 0, NULL);
    if (!g_regex_match(pattern, url, 0, &match))
        return NULL;
    g_autofree char *repository = g_match_info_fetch(match, 1);
    const char *version = stem[0] == 'v' && g_ascii_isdigit(stem[1]) ? stem + 1 : stem;
    return g_strconcat(repository, "-", version, NULL);
}

static GBytes *archive_of(const char *url, const char *stem, enum archive_packing packing)
{
    g_autofree char *folder = source_folder(url, stem);
    g_autofree char *name = folder == NULL ? name_of_stem(stem) : NULL;
    if (folder == NULL && name == NULL)
        return NULL;
    AUTO(archive_writer) writer = archive_writer_new_packed(packing);
    if (folder != NULL)
        archive_writer_add_directory(writer, folder, 0755);
    else
        add_contents(writer, stem, name);
    return archive_writer_finish(writer);
}

static GBytes *bare_of(const char *stem, enum archive_packing packing)
{
    g_autofree char *name = name_of_stem(stem);
    if (name == NULL)
        return NULL;
    AUTO(archive_writer) writer = archive_writer_new_packed(packing);
    add_program(writer, NULL, name);
    return archive_writer_finish(writer);
}

/* ---- the whole ---- */

/* An ending of letters is that of data or of a script ("install.sh", "key.asc"): nothing is best.
 */
static bool may_be_program(const char *name)
{
    return !g_regex_match_simple("\\.[a-z]+[0-9]?$", name, G_REGEX_CASELESS, 0);
}

/* An address without any of these may as well be that of an answer in JSON. */
static bool is_about_programs(const char *url)
{
    return g_regex_match_simple(
        "/(releases?|downloads?|bin)/|linux|amd64|x86_64|arm64|://(dl|downloads?)\\.", url,
        G_REGEX_CASELESS, 0);
}

GBytes *download_stand_in(const char *url, const char *path, bool is_kept)
{
    gsize stem_length;
    g_autofree char *name = file_name(url);
    int packing = packing_of(name, &stem_length);
    g_autofree char *stem = g_strndup(name, stem_length);
    if (packing >= 0)
        return packings[packing].is_bare ? bare_of(stem, packings[packing].packing)
                                         : archive_of(url, stem, packings[packing].packing);
    g_autofree char *program = name_of_stem(stem);
    g_autofree char *kept = path != NULL ? g_path_get_basename(path) : NULL;
    if (!is_kept || program == NULL || !may_be_program(name) || !is_about_programs(url) ||
        (kept != NULL && strcmp(kept, name) != 0 && !may_be_program(kept)))
        return NULL;
    char *text = program_text(program);
    return g_bytes_new_take(text, strlen(text));
}
