/* timestamp(), timeadd() and formatdate(), over RFC 3339 texts. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static char *stamp_of(GDateTime *time)
{
    if (g_date_time_get_utc_offset(time) == 0)
        return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%S%:z");
}

static const struct value *run_timestamp(struct call *call)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(call->bake->request->now_s);
    if (time == NULL)
        return call_fails(call, "no such time");
    return call_string(call, stamp_of(time));
}

static GDateTime *time_at(struct call *call, gsize index)
{
    const char *text = call->args[index]->text;
    GDateTime *time =
        strlen(text) >= 20 && text[10] == 'T' ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    if (time == NULL)
        call_argument_fails(call, (int)index, "not a valid RFC3339 timestamp");
    return time;
}

/* Go's time.ParseDuration, to the second. */
static bool duration_of(const char *text, gint64 *microseconds)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"ms", 1e3}, {"us", 1.0}, {"ns", 1e-3}, {"h", 3.6e9}, {"m", 6e7}, {"s", 1e6}};
    double sign = *text == '-' ? -1 : 1, total = 0;
    if (*text == '-' || *text == '+')
        text++;
    if (*text == '\0')
        return false;
    while (*text != '\0') {
        char *end = NULL;
        if (!g_ascii_isdigit(*text) && *text != '.')
            return false;
        double number = g_ascii_strtod(text, &end);
        gsize i = 0;
        while (i < G_N_ELEMENTS(units) && !g_str_has_prefix(end, units[i].unit))
            i++;
        if (i == G_N_ELEMENTS(units))
            return false;
        total += number * units[i].us;
        text = end + strlen(units[i].unit);
    }
    *microseconds = (gint64)CLAMP(sign * total, -1e17, 1e17);
    return true;
}

static const struct value *run_timeadd(struct call *call)
{
    gint64 microseconds = 0;
    g_autoptr(GDateTime) time = time_at(call, 0);
    if (time == NULL)
        return NULL;
    if (!duration_of(call->args[1]->text, &microseconds))
        return call_argument_fails(call, 1, "not a valid duration");
    g_autoptr(GDateTime) later = g_date_time_add(time, microseconds);
    return later == NULL ? call_fails(call, "no such time") : call_string(call, stamp_of(later));
}

/* Verbs of formatdate(), the longest of a letter first. */
static const struct {
    const char *verb;
    const char *format;
} verbs[] = {
    {"YYYY", "%Y"}, {"YY", "%y"}, {"MMMM", "%B"},   {"MMM", "%b"},  {"MM", "%m"}, {"M", "%-m"},
    {"DD", "%d"},   {"D", "%-d"}, {"EEEE", "%A"},   {"EEE", "%a"},  {"hh", "%H"}, {"h", "%-H"},
    {"HH", "%I"},   {"H", "%-I"}, {"AA", "%p"},     {"aa", "%P"},   {"mm", "%M"}, {"m", "%-M"},
    {"ss", "%S"},   {"s", "%-S"}, {"ZZZZZ", "%:z"}, {"ZZZZ", "%z"},
};

/* Takes one run of a letter; NULL when it is no verb. */
static const char *verb_take(const char *at, GString *format, GDateTime *time)
{
    gsize length = strspn(at, (char[]){*at, '\0'});
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (strlen(verbs[i].verb) != length || strncmp(at, verbs[i].verb, length) != 0)
            continue;
        g_string_append(format, verbs[i].format);
        return at + length;
    }
    if (*at != 'Z' || length > 3)
        return NULL;
    bool is_utc = g_date_time_get_utc_offset(time) == 0;
    g_string_append(format, !is_utc ? (length == 1 ? "%:z" : "%z") : length == 3 ? "UTC" : "Z");
    return at + length;
}

static const char *letter_take(const char *at, GString *format)
{
    g_string_append(format, *at == '%' ? "%%" : (char[]){*at, '\0'});
    return at + 1;
}

/* Takes text between quotes, in which two of them are one, as they are by themselves; NULL when it
   does not end. */
static const char *quoted_take(const char *at, GString *format)
{
    if (at[1] == '\'')
        return letter_take(at + 1, format);
    for (at++; *at != '\'' || at[1] == '\''; at = letter_take(at, format)) {
        if (*at == '\0')
            return NULL;
        if (*at == '\'')
            at++;
    }
    return at + 1;
}

static const struct value *run_formatdate(struct call *call)
{
    g_autoptr(GDateTime) time = time_at(call, 1);
    if (time == NULL)
        return NULL;
    g_autoptr(GString) format = g_string_new(NULL);
    const char *at = call->args[0]->text;
    while (*at != '\0') {
        const char *next = *at == '\''            ? quoted_take(at, format)
                           : g_ascii_isalpha(*at) ? verb_take(at, format, time)
                                                  : letter_take(at, format);
        if (next == NULL)
            return call_argument_fails(
                call, 0, *at == '\'' ? "unterminated literal '" : "invalid date format verb");
        at = next;
    }
    char *text = g_date_time_format(time, format->str);
    return text == NULL ? call_fails(call, "no such time") : call_string(call, text);
}

const struct function_row functions_times[] = {
    {"timestamp", "", run_timestamp},
    {"timeadd", "stimestamp sduration", run_timeadd},
    {"formatdate", "sformat stime", run_formatdate},
    {NULL, NULL, NULL},
};
