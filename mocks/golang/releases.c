/* The releases of Go and what the go command makes of them. */
#include "mocks/golang/golang.h"

#include <stdlib.h>
#include <string.h>

/* go.dev/doc/devel/release, and the public proxy on 2026-11-26. */
static const struct go_family families[] = {
    {17, INT64_C(1629072000), 13, INT64_C(1659312000)}, /* 2021-08-16 to 2022-08-01 */
    {18, INT64_C(1647302400), 10, INT64_C(1673308800)}, /* 2022-03-15 to 2023-01-10 */
    {19, INT64_C(1659398400), 13, INT64_C(1693958400)}, /* 2022-08-02 to 2023-09-06 */
    {20, INT64_C(1675209600), 14, INT64_C(1707177600)}, /* 2023-02-01 to 2024-02-06 */
    {21, INT64_C(1691452800), 13, INT64_C(1722902400)}, /* 2023-08-08 to 2024-08-06 */
    {22, INT64_C(1707177600), 12, INT64_C(1738627200)}, /* 2024-02-06 to 2025-02-04 */
    {23, INT64_C(1723507200), 12, INT64_C(1754438400)}, /* 2024-08-13 to 2025-08-06 */
    {24, INT64_C(1739232000), 13, INT64_C(1770163200)}, /* 2025-02-11 to 2026-02-04 */
    {25, INT64_C(1754956800), 14, INT64_C(1787011200)}, /* 2025-08-12 to 2026-08-18 */
    {26, INT64_C(1770681600), 11, INT64_C(1793577600)}, /* 2026-02-10 to 2026-11-02 */
    {27, INT64_C(1787011200), 4, INT64_C(1793577600)},  /* 2026-08-18 to 2026-11-02 */
};

const struct go_family *go_families(gsize *count)
{
    *count = G_N_ELEMENTS(families);
    return families;
}

static const struct go_family *find_family(int minor)
{
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        if (families[i].minor == minor)
            return &families[i];
    return NULL;
}

/* -1: not out at that date. */
static int newest_patch(const struct go_family *family, int64_t date_s)
{
    int64_t span_s = family->last_s - family->first_s;
    if (date_s < family->first_s)
        return -1;
    if (date_s >= family->last_s)
        return family->patch_max;
    return (int)((date_s - family->first_s) * family->patch_max / span_s);
}

static char *release_name(int minor, int patch)
{
    if (minor < GO_TOOLCHAIN_MINOR_MIN && patch == 0)
        return g_strdup_printf("1.%d", minor);
    return g_strdup_printf("1.%d.%d", minor, patch);
}

char *go_release_newest(int minor, int64_t date_s)
{
    const struct go_family *family = find_family(minor);
    int patch = family == NULL ? -1 : newest_patch(family, date_s);
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
    g_autofree char *last = NULL;
    for (gsize i = G_N_ELEMENTS(families); i-- > 0;) {
        g_autofree char *newest = go_release_newest(families[i].minor, date_s);
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
