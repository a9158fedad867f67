/* When Docker's releases came into the toolkit's list, of which its history tells. */
#include "actions/docker_releases.h"

#include <glib.h>

static const struct {
    const char *version;
    int64_t since_ms;
} releases[] = {
    {"28.2.2", INT64_C(0)},
    {"28.3.3", INT64_C(1753747200000)},
    {"28.4.0", INT64_C(1756944000000)},
    {"28.5.1", INT64_C(1759968000000)},
    {"28.5.2", INT64_C(1762473600000)},
    {"29.0.0", INT64_C(1762905600000)},
    {"29.0.4", INT64_C(1764028800000)},
    {"29.1.1", INT64_C(1764374400000)},
    {"29.1.3", INT64_C(1765584000000)},
    {"29.1.5", INT64_C(1768608000000)},
    {"29.2.1", INT64_C(1770076800000)},
    {"29.3.1", INT64_C(1774483200000)},
    {"29.4.3", INT64_C(1778112000000)},
    {"29.5.2", INT64_C(1779321600000)},
    {"29.6.1", INT64_C(1782691200000)},
    {"29.7.2", INT64_C(1785974400000)},
};

const char *docker_release_newest(int64_t date_ms)
{
    const char *newest = releases[0].version;
    for (gsize i = 0; i < G_N_ELEMENTS(releases); i++)
        if (releases[i].since_ms <= date_ms)
            newest = releases[i].version;
    return newest;
}

char *docker_release_tag(const char *version)
{
    guint64 major = g_ascii_strtoull(version, NULL, 10);
    return g_strconcat(major >= 29 ? "docker-v" : "v", version, NULL);
}
