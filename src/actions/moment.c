/* moment.js's tokens over GDateTime. */
#include "actions/moment.h"

#include <string.h>

/* A token and what it prints: a number with a width, or a text of g_date_time_format(). */
typedef int number_fn(const GDateTime *date);

static int month(const GDateTime *date)
{
    return g_date_time_get_month((GDateTime *)date);
}
static int quarter(const GDateTime *date)
{
    return (month(date) + 2) / 3;
}
static int day(const GDateTime *date)
{
    return g_date_time_get_day_of_month((GDateTime *)date);
}
static int day_of_year(const GDateTime *date)
{
    return g_date_time_get_day_of_year((GDateTime *)date);
}
static int weekday(const GDateTime *date) /* Sunday is 0 */
{
    return g_date_time_get_day_of_week((GDateTime *)date) % 7;
}
static int iso_weekday(const GDateTime *date)
{
    return g_date_time_get_day_of_week((GDateTime *)date);
}
static int iso_week(const GDateTime *date)
{
    return g_date_time_get_week_of_year((GDateTime *)date);
}
static int iso_week_year(const GDateTime *date)
{
    return g_date_time_get_week_numbering_year((GDateTime *)date);
}
static int year(const GDateTime *date)
{
    return g_date_time_get_year((GDateTime *)date);
}
static int short_year(const GDateTime *date)
{
    return year(date) % 100;
}
static int hour(const GDateTime *date)
{
    return g_date_time_get_hour((GDateTime *)date);
}
static int hour_of_12(const GDateTime *date)
{
    return hour(date) % 12 == 0 ? 12 : hour(date) % 12;
}
static int hour_from_1(const GDateTime *date)
{
    return hour(date) == 0 ? 24 : hour(date);
}
static int minute(const GDateTime *date)
{
    return g_date_time_get_minute((GDateTime *)date);
}
static int second(const GDateTime *date)
{
    return g_date_time_get_second((GDateTime *)date);
}
static int millisecond(const GDateTime *date)
{
    return g_date_time_get_microsecond((GDateTime *)date) / 1000;
}
static int tenth(const GDateTime *date)
{
    return millisecond(date) / 100;
}
static int hundredth(const GDateTime *date)
{
    return millisecond(date) / 10;
}

/* Longer tokens first among those with one beginning. */
static const struct {
    const char *token;
    const char *format; /* of g_date_time_format(), or NULL */
    number_fn *number;
    int width;
} tokens[] = {
    {"YYYY", NULL, year, 4},       {"YY", NULL, short_year, 2},
    {"Y", NULL, year, 1},          {"GGGG", NULL, iso_week_year, 4},
    {"Q", NULL, quarter, 1},       {"MMMM", "%B", NULL, 0},
    {"MMM", "%b", NULL, 0},        {"MM", NULL, month, 2},
    {"M", NULL, month, 1},         {"DDDD", NULL, day_of_year, 3},
    {"DDD", NULL, day_of_year, 1}, {"DD", NULL, day, 2},
    {"D", NULL, day, 1},           {"dddd", "%A", NULL, 0},
    {"ddd", "%a", NULL, 0},        {"d", NULL, weekday, 1},
    {"E", NULL, iso_weekday, 1},   {"WW", NULL, iso_week, 2},
    {"W", NULL, iso_week, 1},      {"HH", NULL, hour, 2},
    {"H", NULL, hour, 1},          {"hh", NULL, hour_of_12, 2},
    {"h", NULL, hour_of_12, 1},    {"kk", NULL, hour_from_1, 2},
    {"k", NULL, hour_from_1, 1},   {"mm", NULL, minute, 2},
    {"m", NULL, minute, 1},        {"ss", NULL, second, 2},
    {"s", NULL, second, 1},        {"SSS", NULL, millisecond, 3},
    {"SS", NULL, hundredth, 2},    {"S", NULL, tenth, 1},
    {"X", "%s", NULL, 0},          {"ZZ", "%z", NULL, 0},
    {"Z", "%:z", NULL, 0},         {"z", "%Z", NULL, 0},
};

/* "1st", "12th". */
static void add_ordinal(GString *out, int number)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    bool is_teen = number % 100 / 10 == 1;
    int last = is_teen || number % 10 > 3 ? 0 : number % 10;
    g_string_append_printf(out, "%d%s", number, endings[last]);
}

static gsize add_token(GString *out, GDateTime *date, const char *at)
{
    if (*at == 'A' || *at == 'a') {
        const char *half = hour(date) < 12 ? "AM" : "PM";
        g_autofree char *text = *at == 'a' ? g_ascii_strdown(half, -1) : g_strdup(half);
        g_string_append(out, text);
        return 1;
    }
    if (g_str_has_prefix(at, "Do")) {
        add_ordinal(out, day(date));
        return 2;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(tokens); i++) {
        if (!g_str_has_prefix(at, tokens[i].token))
            continue;
        if (tokens[i].number != NULL) {
            g_string_append_printf(out, "%0*d", tokens[i].width, tokens[i].number(date));
        } else {
            g_autofree char *text = g_date_time_format(date, tokens[i].format);
            g_string_append(out, text);
        }
        return strlen(tokens[i].token);
    }
    g_string_append_c(out, *at);
    return 1;
}

char *moment_format(int64_t date_ms, const char *zone, const char *format)
{
    g_autoptr(GTimeZone) known = g_time_zone_new_identifier(zone);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(date_ms / 1000);
    g_autoptr(GDateTime) whole =
        known != NULL ? g_date_time_to_timezone(utc, known) : g_date_time_ref(utc);
    g_autoptr(GDateTime) date = g_date_time_add(whole, date_ms % 1000 * 1000);
    GString *out = g_string_new(NULL);
    for (const char *at = format; *at != '\0';) {
        const char *end = *at == '[' ? strchr(at, ']') : NULL;
        if (end != NULL) {
            g_string_append_len(out, at + 1, end - at - 1);
            at = end + 1;
        } else {
            at += add_token(out, date, at);
        }
    }
    return g_string_free(out, FALSE);
}
