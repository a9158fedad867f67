/* The platforms that a build is for. */
#include "mocks/buildkit/build.h"

#include "base/limits.h"

static char *normal_platform(const char *platform, GError **error)
{
    g_auto(GStrv) parts = platform_split(platform, error);
    return parts != NULL ? platform_normal(parts) : NULL;
}

bool build_read_platforms(struct build *build, GError **error)
{
    const char *option = build_command_option(build->command, "platform");
    g_auto(GStrv) list = g_strsplit(
        option != NULL && *option != '\0' ? option : buildkitd_platform(build->daemon), ",", -1);
    g_autoptr(GPtrArray) platforms = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; list[i] != NULL; i++) {
        char *platform = normal_platform(g_strstrip(list[i]), error);
        if (platform == NULL)
            return false;
        if (g_ptr_array_find_with_equal_func(platforms, platform, g_str_equal, NULL))
            g_free(platform);
        else
            g_ptr_array_add(platforms, platform);
    }
    if (platforms->len > BUILD_PLATFORMS_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "more than %d platforms in one build",
                    BUILD_PLATFORMS_MAX);
        return false;
    }
    g_ptr_array_add(platforms, NULL);
    build->platforms = (char **)g_ptr_array_steal(platforms, NULL);
    return true;
}
