/* The releases of Go and what the go command makes of them. */
#include "mocks/golang/golang.h"

#include "golang/releases.h"

#include <stdlib.h>
#include <string.h>

static char *release_name(int minor, int patch)
{
    if (minor < GO_TOOLCHAIN_MINOR_MIN && patch == 0)
        return g_strdup_printf("1.%d", minor);
    return g_strdup_printf("1.%d.%d", minor, patch);
}

char *go_release_newest(int minor, int64_t date_s)
{
    const struct go_line *line = go_line_find(minor);
    int patch = line == NULL ? -1 : go_line_newest(line, go_day_of(date_s));
    return patch < 0 ? NULL : release_name(minor, patch);
}

/* Toolchains can be downloaded since 1.9.2; "1.22" is a language, not a toolchain. */
bool go_release_exists(const char *version, int64_t date_s)
{
    g_autofree char *newest = go_release_newest(go_version_minor(version), date_s);
    if (newest == NULL ||
        (go_version_is_language(version) && go_version_minor(version) >= GO_TOOLCHAIN_MINOR_MIN))
        return false;
    return go_version_is_valid(version) && go_version_compare(version, newest) <= 0;
}

char *go_release_for_switch(const char *need, int64_t date_s)
{
    gsize count = 0;
    const struct go_line *lines = go_lines(&count);
    g_autofree char *last = NULL;
    for (gsize i = count; i-- > 0;) {
        g_autofree char *newest = go_release_newest(lines[i].minor, date_s);
        if (newest == NULL)
            continue;
        if (go_version_compare(newest, need) < 0)
            break;
        if (last != NULL)
            return g_steal_pointer(&newest);
        last = g_steal_pointer(&newest);
    }
    return g_steal_pointer(&last);
}

char *go_release_of_line(const char *go_line, const char *running)
{
    bool knows_first_release = go_version_compare(running, "1.22.4") >= 0 ||
                               (go_version_minor(running) == GO_TOOLCHAIN_MINOR_MIN &&
                                go_version_compare(running, "1.21.11") >= 0);
    if (knows_first_release && go_version_is_language(go_line) &&
        go_version_minor(go_line) >= GO_TOOLCHAIN_MINOR_MIN)
        return g_strconcat(go_line, ".0", NULL);
    return g_strdup(go_line);
}

char *go_too_new_text(const char *what, const char *go_line, const char *running,
                      const char *toolchain)
{
    bool is_told = toolchain != NULL && *toolchain != '\0' && strcmp(toolchain, "auto") != 0;
    if (go_line == NULL || go_version_compare(go_line, running) <= 0)
        return NULL;
    return g_strdup_printf("%s requires go >= %s (running go %s%s%s)", what, go_line, running,
                           is_told ? "; GOTOOLCHAIN=" : "", is_told ? toolchain : "");
}
