/* Releases of Go as actions/go-versions lists them, with the days on which they came into its
   manifest; older than 1.12 are left out. Generated from that list of 2026-08-19. */
#include "actions/go_releases.h"

#define LIST_DATE 20260819

/* The days of patch 0, 1, 2 … of a minor version; 0 ends. */
static const struct {
    unsigned minor;
    unsigned days[20];
} minors[] = {
    {12,
     {20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616,
      20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616}},
    {13,
     {20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616, 20200616,
      20200616, 20200616, 20200616, 20200616, 20200715, 20200717, 20200806}},
    {14,
     {20200616, 20200616, 20200616, 20200616, 20200616, 20200715, 20200717, 20200806, 20200902,
      20200910, 20201015, 20201106, 20201113, 20201204, 20210120, 20210205}},
    {15,
     {20200812, 20200902, 20200910, 20201015, 20201106, 20201113, 20201204, 20210120, 20210205,
      20210311, 20210312, 20210402, 20210507, 20210604, 20210713, 20210806}},
    {16,
     {20210217, 20210311, 20210312, 20210402, 20210507, 20210604, 20210713, 20210806, 20210910,
      20211008, 20211105, 20211203, 20211209, 20220107, 20220211, 20220315}},
    {17,
     {20210817, 20210910, 20211008, 20211105, 20211203, 20211209, 20220107, 20220211, 20220315,
      20220415, 20220511, 20220602, 20220713, 20220802}},
    {18,
     {20220315, 20220415, 20220511, 20220602, 20220713, 20220802, 20220907, 20221007, 20221102,
      20221207, 20230111}},
    {19,
     {20220803, 20220907, 20221007, 20221102, 20221207, 20230111, 20230217, 20230308, 20230406,
      20230503, 20230609, 20230712, 20230803, 20230907}},
    {20,
     {20230202, 20230217, 20230308, 20230406, 20230503, 20230609, 20230712, 20230803, 20230907,
      20231010, 20231011, 20231108, 20231206, 20240110, 20240206}},
    {21,
     {20230809, 20230907, 20231010, 20231011, 20231108, 20231206, 20240110, 20240206, 20240305,
      20240404, 20240508, 20240604, 20240703, 20240807}},
    {22,
     {20240206, 20240305, 20240404, 20240508, 20240604, 20240703, 20240807, 20240906, 20241002,
      20241107, 20241204, 20250120, 20250205}},
    {23,
     {20240814, 20240906, 20241002, 20241107, 20241204, 20250120, 20250205, 20250305, 20250402,
      20250507, 20250605, 20250710, 20250806}},
    {24,
     {20250212, 20250305, 20250402, 20250507, 20250605, 20250710, 20250806, 20250903, 20251007,
      20251013, 20251105, 20251202, 20260115, 20260204}},
    {25,
     {20250812, 20250903, 20251007, 20251013, 20251105, 20251202, 20260115, 20260204, 20260305,
      20260407, 20260507, 20260603, 20260707, 20260813, 20260819}},
    {26, {20260210, 20260305, 20260407, 20260507, 20260603, 20260707, 20260813, 20260819}},
    {27, {20260819}},
};

static unsigned day_of(int64_t date_ms)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_ms / 1000);
    return (unsigned)(g_date_time_get_year(date) * 10000 + g_date_time_get_month(date) * 100 +
                      g_date_time_get_day_of_month(date));
}

static void take(unsigned minor, unsigned patch, const struct semver_range *range,
                 struct semver *best)
{
    g_autofree char *text = g_strdup_printf("1.%u.%u", minor, patch);
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
    *release = (struct semver){0};
    unsigned today = day_of(date_ms);
    for (gsize i = 0; i < G_N_ELEMENTS(minors); i++)
        for (unsigned patch = 0; minors[i].days[patch] != 0; patch++)
            if (minors[i].days[patch] <= today)
                take(minors[i].minor, patch, range, release);
    return release->raw != NULL;
}

/* The newest minor version of a day. */
static unsigned newest_minor(unsigned today)
{
    unsigned newest = minors[0].minor;
    for (gsize i = 0; i < G_N_ELEMENTS(minors); i++)
        if (minors[i].days[0] <= today)
            newest = minors[i].minor;
    return newest;
}

bool go_release_is_preloaded(const struct semver *release, int64_t date_ms)
{
    unsigned newest = newest_minor(day_of(date_ms));
    return release->major == 1 && release->minor <= newest && release->minor + 3 >= newest;
}

bool go_release_may_exist(const struct semver *release, int64_t date_ms)
{
    const gsize last = G_N_ELEMENTS(minors) - 1;
    if (release->major != 1 || day_of(date_ms) <= LIST_DATE)
        return false;
    if (release->minor > minors[last].minor)
        return true;
    for (gsize i = last - 1; i <= last; i++) {
        unsigned count = 0;
        while (minors[i].days[count] != 0)
            count++;
        if (release->minor == minors[i].minor && release->patch >= count)
            return true;
    }
    return false;
}
