/* Releases of Go in ranges and on days: what setup-go looks for in actions/go-versions. */
#include "actions/go_releases.h"

#include "golang/releases.h"

static unsigned day_of(int64_t date_ms)
{
    return go_day_of(date_ms / 1000);
}

static void take(int minor, int patch, const struct semver_range *range, struct semver *best)
{
    g_autofree char *text = g_strdup_printf("1.%d.%d", minor, patch);
    SEMVER(version);
    if (!semver_parse(text, &version) || !semver_range_has(range, &version))
        return;
    if (best->raw != NULL && semver_compare(best, &version) > 0)
        return;
    semver_clear(best);
    if (!semver_parse(text, best))
        g_assert_not_reached();
}

bool go_release_find(const struct semver_range *range, int64_t date_ms, struct semver *release)
{
    gsize count = 0;
    const struct go_line *lines = go_lines(&count);
    *release = (struct semver){0};
    for (gsize i = 0; i < count; i++) {
        int newest = go_line_newest(&lines[i], day_of(date_ms));
        for (int patch = 0; patch <= newest; patch++)
            take(lines[i].minor, patch, range, release);
    }
    return release->raw != NULL;
}

/* The newest minor version of a day. */
static unsigned newest_minor(unsigned today)
{
    gsize count = 0;
    const struct go_line *lines = go_lines(&count);
    int newest = lines[0].minor;
    for (gsize i = 0; i < count; i++)
        if (go_line_newest(&lines[i], today) >= 0)
            newest = lines[i].minor;
    return (unsigned)newest;
}

bool go_release_is_preloaded(const struct semver *release, int64_t date_ms)
{
    unsigned newest = newest_minor(day_of(date_ms));
    return release->major == 1 && release->minor <= newest && release->minor + 3 >= newest;
}

/* Asked of what go_release_find() has not found: patches whose day is a guess, and all that came
   when the table was made already. */
bool go_release_may_exist(const struct semver *release, int64_t date_ms)
{
    gsize count = 0;
    const struct go_line *lines = go_lines(&count);
    unsigned today = day_of(date_ms);
    if (release->major != 1 || today <= GO_EXACT_DAY)
        return false;
    if (release->minor > (uint64_t)lines[count - 1].minor)
        return today > GO_LIST_DAY;
    for (gsize i = count - 2; i < count; i++)
        if (release->minor == (uint64_t)lines[i].minor)
            return today > GO_LIST_DAY ||
                   release->patch <= (uint64_t)go_line_newest(&lines[i], GO_LIST_DAY);
    return false;
}
