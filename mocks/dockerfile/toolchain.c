/* Go's toolchain against go.mod: fails exactly when the go line demands more than the image has. */
#include "mocks/dockerfile/cost.h"
#include "mocks/dockerfile/expand.h"

#include <string.h>

enum {
    VERSION_PARTS = 3,
    TOOLCHAIN_MINOR_MIN = 21
}; /* go 1.21 brought toolchain switching */

struct version {
    int parts[VERSION_PARTS];
    int part_count;
};

static struct version read_version(const char *text)
{
    struct version version = {0};
    g_auto(GStrv) parts = g_strsplit(text, ".", VERSION_PARTS);
    for (; version.part_count < VERSION_PARTS && parts[version.part_count] != NULL;
         version.part_count++)
        version.parts[version.part_count] =
            (int)g_ascii_strtoll(parts[version.part_count], NULL, 10);
    return version;
}

static bool is_older(const struct version *left, const struct version *right)
{
    for (int i = 0; i < VERSION_PARTS; i++)
        if (left->parts[i] != right->parts[i])
            return left->parts[i] < right->parts[i];
    return false;
}

/* The version of the "go" line and where it stands; NULL: there is none; g_free. */
static char *go_line(const struct build_file *file, int *line)
{
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    g_autofree char *text = g_strndup(bytes, length_bytes);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        g_strstrip(lines[i]);
        *line = (int)i + 1;
        if (g_str_has_prefix(lines[i], "go ") && g_ascii_isdigit(lines[i][3]))
            return g_strndup(lines[i] + 3, strspn(lines[i] + 3, "0123456789."));
    }
    return NULL;
}

static bool reads_go_mod(const char *command)
{
    return g_regex_match_simple("\\bgo (mod|build|install|test|vet|generate|list|run|get)\\b",
                                command, 0, 0) &&
           !g_regex_match_simple("\\bgo install [^&;]*@", command, 0, 0);
}

char *toolchain_refusal(const char *command, const GPtrArray *variables,
                        const struct build_files *files, const char *folder)
{
    g_autofree char *path = g_strconcat(folder, "/go.mod", NULL);
    const struct build_file *file = build_files_find(files, path);
    const char *running = variables_get(variables, "GOLANG_VERSION");
    const char *toolchain = variables_get(variables, "GOTOOLCHAIN");
    int line = 0;
    g_autofree char *wanted = file != NULL ? go_line(file, &line) : NULL;

    if (wanted == NULL || running == NULL || !reads_go_mod(command))
        return NULL;
    struct version has = read_version(running);
    struct version needs = read_version(wanted);
    if (has.parts[1] < TOOLCHAIN_MINOR_MIN)
        return needs.part_count < VERSION_PARTS
                   ? NULL
                   : g_strdup_printf("go: errors parsing go.mod:\n%s:%d: invalid go version '%s': "
                                     "must match format 1.23",
                                     path, line, wanted);
    if (g_strcmp0(toolchain, "local") != 0 || !is_older(&has, &needs))
        return NULL;
    return g_strdup_printf("go: go.mod requires go >= %s (running go %s; GOTOOLCHAIN=local)",
                           wanted, running);
}
