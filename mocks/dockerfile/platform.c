/* Names of platforms: taken apart, and made normal. */
#include "mocks/dockerfile/plan.h"

#include <string.h>

char **platform_split(const char *platform, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(platform, "/", -1);
    guint count = g_strv_length(parts);
    const char *broken = count == 0 ? "" : NULL; /* as with an empty BUILDPLATFORM */
    for (guint i = 0; i < count && broken == NULL; i++)
        if (!g_regex_match_simple("^[A-Za-z0-9_.-]+$", parts[i], 0, 0))
            broken = parts[i];
    if (broken == NULL && count <= 3)
        return g_steal_pointer(&parts);
    if (broken == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "failed to parse platform %s: \"%s\": cannot parse platform specifier: invalid "
                    "argument",
                    platform, platform);
        return NULL;
    }
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "failed to parse platform %s: \"%s\" is an invalid OS component of \"%s\": "
                "OSAndVersion specifier component must match "
                "\"^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.-]*)\\\\))?$\": invalid argument",
                platform, broken, platform);
    return NULL;
}

/* containerd's platforms.Normalize(): names of processors and what their variants are when nothing
   is said. */
static const struct {
    const char *architecture, *variant, *normal;
} normal_rows[] = {
    {"x86_64", "", "amd64"},  {"x86-64", "", "amd64"},  {"i386", "", "386"},
    {"amd64", "v1", "amd64"}, {"aarch64", "", "arm64"}, {"aarch64", "v8", "arm64"},
    {"arm64", "v8", "arm64"}, {"arm64", "8", "arm64"},  {"armhf", "", "arm/v7"},
    {"armel", "", "arm/v6"},  {"arm", "", "arm/v7"},    {"arm", "5", "arm/v5"},
    {"arm", "6", "arm/v6"},   {"arm", "7", "arm/v7"},   {"arm", "8", "arm/v8"},
};

char *platform_normal(char *const *parts)
{
    static const char *const systems[] = {"linux", "windows", "darwin", "freebsd", NULL};
    bool has_os = parts[0] != NULL && parts[1] != NULL;
    if (!has_os && (parts[0] == NULL || g_strv_contains(systems, parts[0])))
        return g_strdup(parts[0] != NULL ? parts[0] : "");
    const char *os = has_os ? parts[0] : "linux"; /* "arm64" alone */
    const char *architecture = has_os ? parts[1] : parts[0];
    const char *variant = has_os && parts[2] != NULL ? parts[2] : "";
    for (gsize i = 0; i < G_N_ELEMENTS(normal_rows); i++)
        if (g_strcmp0(architecture, normal_rows[i].architecture) == 0 &&
            strcmp(variant, normal_rows[i].variant) == 0)
            return g_strconcat(os, "/", normal_rows[i].normal, NULL);
    return g_strjoin("/", os, architecture, *variant != '\0' ? variant : NULL, NULL);
}
