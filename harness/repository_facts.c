/* Reads a repository for what it tells of the public world. */
#include "harness/repository_facts.h"

#include "base/limits.h"
#include "mocks/dockerfile/expand.h"
#include "oci/reference.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

struct repository_facts {
    char *folder;
    bool is_read;
    GHashTable *digests; /* sets of texts; looked up, never iterated */
    GHashTable *modules;
    GHashTable *images; /* "docker.io/acme/base:1" and, for any tag, "docker.io/acme/base" */
    GRegex *digest;     /* while it is read */
    GRegex *image;      /* the name is its first group */
    GRegex *argument;   /* an ARG with a default: its name, its value */
    int file_count;
};

static void read_digests(struct repository_facts *facts, const char *text)
{
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(facts->digest, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL))
        g_hash_table_add(facts->digests, g_match_info_fetch(match, 0));
}

/* "path version hash" on each line. */
static void read_modules(struct repository_facts *facts, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        gsize length = strcspn(*line, " ");
        if (length > 0 && (*line)[length] == ' ')
            g_hash_table_add(facts->modules, g_strndup(*line, length));
    }
}

/* Defaults of a Dockerfile's ARGs: what it stands on unless a build says otherwise. Those of all
   its stages, since a name in FROM can only be one of the first. */
static GPtrArray *read_defaults(struct repository_facts *facts, const char *text)
{
    GPtrArray *defaults = variables_new();
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(facts->argument, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        g_autofree char *word = g_match_info_fetch(match, 2);
        g_autofree char *value = expand_word(word, '\\', defaults, EXPAND_WORD, NULL);
        bool is_name = value != NULL && strlen(value) <= REPOSITORY_FACTS_DEFAULT_BYTES_MAX;
        if (is_name && variables_get(defaults, name) == NULL)
            variables_set(defaults, name, value);
    }
    return defaults;
}

/* A name with a variable in it that has no default names nothing. */
static void add_image(struct repository_facts *facts, const char *text, const GPtrArray *defaults)
{
    REFERENCE(reference);
    g_autofree char *shown = expand_word(text, '\\', defaults, EXPAND_TEXT, NULL);
    if (shown == NULL || strchr(shown, '$') != NULL ||
        !oci_reference_parse(shown, &reference, NULL))
        return;
    g_autofree char *name = g_strdup_printf("%s/%s", reference.registry, reference.repository);
    if (!reference.is_digest)
        g_hash_table_add(facts->images, g_strdup_printf("%s:%s", name, reference.wanted));
    g_hash_table_add(facts->images, g_steal_pointer(&name));
}

static void read_images(struct repository_facts *facts, const char *text)
{
    g_autoptr(GPtrArray) defaults = read_defaults(facts, text);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(facts->image, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *image = g_match_info_fetch(match, 1);
        add_image(facts, image, defaults);
    }
}

static bool names_images(const char *path, const char *name)
{
    return strstr(name, "ockerfile") != NULL || strstr(name, "ontainerfile") != NULL ||
           strstr(path, "/.github/") != NULL;
}

static void read_file(struct repository_facts *facts, const char *path, const char *name)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL) || memchr(text, '\0', length) != NULL ||
        !g_utf8_validate_len(text, length, NULL))
        return;
    if (names_images(path, name))
        read_images(facts, text);
    if (strcmp(name, "go.sum") == 0)
        read_modules(facts, text);
    else if (strstr(text, "sha256:") != NULL)
        read_digests(facts, text);
}

static void read_folder(struct repository_facts *facts, const char *folder, int depth);

static void read_entry(struct repository_facts *facts, const char *path, const char *name,
                       int depth)
{
    static const char *const left_out[] = {".git", "vendor", "node_modules", NULL};
    GStatBuf status;
    if (g_lstat(path, &status) != 0)
        return;
    if (S_ISDIR(status.st_mode) && !g_strv_contains(left_out, name))
        read_folder(facts, path, depth + 1);
    if (S_ISREG(status.st_mode) && status.st_size <= REPOSITORY_FACTS_FILE_BYTES_MAX &&
        ++facts->file_count <= REPOSITORY_FACTS_FILES_MAX)
        read_file(facts, path, name);
}

static void read_folder(struct repository_facts *facts, const char *folder, int depth)
{
    g_autoptr(GDir) entries =
        depth <= RUNNER_CHECKOUT_DEPTH_MAX ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;
    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        read_entry(facts, path, name, depth);
    }
}

static void read_once(struct repository_facts *facts)
{
    if (facts->is_read)
        return;
    facts->is_read = true;
    /* A key's text without a tag may as well be the name of what the workflow makes. */
    facts->image = g_regex_new(
        "^\\s*(?|(?:FROM\\s+(?:--platform=\\S+\\s+)?|COPY\\s+--from=|#\\s*syntax\\s*=\\s*)"
        "(\\S+)|"
        "(?:-\\s+)?[\\w-]*(?:image|container):\\s*[\"']?([^\\s\"'#]+[:@][^\\s\"'#]+))",
        G_REGEX_OPTIMIZE | G_REGEX_MULTILINE | G_REGEX_CASELESS, 0, NULL);
    facts->argument = g_regex_new("^\\s*ARG\\s+([A-Za-z_]\\w*)=(\\S+)",
                                  G_REGEX_OPTIMIZE | G_REGEX_MULTILINE | G_REGEX_CASELESS, 0, NULL);
    facts->digest = g_regex_new("\\bsha256:[0-9a-f]{64}\\b", G_REGEX_OPTIMIZE, 0, NULL);
    read_folder(facts, facts->folder, 0);
    g_regex_unref(facts->digest);
    g_regex_unref(facts->image);
    g_regex_unref(facts->argument);
}

struct repository_facts *repository_facts_new(const char *folder)
{
    struct repository_facts *facts = g_new0(struct repository_facts, 1);
    facts->folder = g_strdup(folder);
    facts->digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    facts->modules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    facts->images = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return facts;
}

void repository_facts_free(struct repository_facts *facts)
{
    if (facts == NULL)
        return;
    g_hash_table_unref(facts->digests);
    g_hash_table_unref(facts->modules);
    g_hash_table_unref(facts->images);
    g_free(facts->folder);
    g_free(facts);
}

bool repository_facts_pins(struct repository_facts *facts, const char *digest)
{
    read_once(facts);
    return g_hash_table_contains(facts->digests, digest);
}

bool repository_facts_stands_on(struct repository_facts *facts, const char *name, const char *tag)
{
    read_once(facts);
    g_autofree char *whole =
        g_strdup_printf("%s%s%s", name, tag != NULL ? ":" : "", tag != NULL ? tag : "");
    return g_hash_table_contains(facts->images, whole);
}

bool repository_facts_lists_module(struct repository_facts *facts, const char *path)
{
    read_once(facts);
    return g_hash_table_contains(facts->modules, path);
}
