/* Parsing and printing of durations and sizes. */
#include "base/units.h"

#include "base/limits.h"

#include <math.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {
    {"us", 1},          {"ms", MILLISECOND_US}, {"s", SECOND_US},
    {"min", MINUTE_US}, {"h", HOUR_US},         {"d", 24 * HOUR_US},
};

/* Go's time.ParseDuration; parts of a microsecond do not count. */
static const struct unit go_units[] = {
    {"h", HOUR_US},         {"m", MINUTE_US}, {"s", SECOND_US},
    {"ms", MILLISECOND_US}, {"us", 1},        {"ns", 0},
};

static const struct unit interval_units[] = {
    {"", SECOND_US}, {"s", SECOND_US}, {"m", MINUTE_US}, {"h", HOUR_US}, {"d", 24 * HOUR_US},
};

static const struct unit size_units[] = {
    {"B", 1},
    {"KB", 1000},
    {"MB", INT64_C(1000) * 1000},
    {"GB", INT64_C(1000) * 1000 * 1000},
    {"TB", INT64_C(1000) * 1000 * 1000 * 1000},
    {"KiB", KIB_BYTES},
    {"MiB", MIB_BYTES},
    {"GiB", GIB_BYTES},
    {"TiB", 1024 * GIB_BYTES},
};

/* Digits with at most one point between them, so that neither `0x10s` nor `1e3s` passes. */
static bool number_parse(const char **text, double *number)
{
    const char *start = *text;
    const char *end = start + strspn(start, "0123456789");
    if (end == start)
        return false;
    if (end[0] == '.' && g_ascii_isdigit(end[1]))
        end += 1 + strspn(end + 1, "0123456789");
    *number = g_ascii_strtod(start, NULL);
    *text = end;
    return true;
}

static const struct unit *unit_parse(const char **text, const struct unit *units, gsize unit_count)
{
    gsize length = strspn(*text, G_CSET_A_2_Z G_CSET_a_2_z);
    for (gsize i = 0; i < unit_count; i++) {
        if (strlen(units[i].name) != length || strncmp(*text, units[i].name, length) != 0)
            continue;
        *text += length;
        return &units[i];
    }
    return NULL;
}

/* One amount, or several with ever smaller units: `1h30min`. */
static bool amount_parse(const char *text, const struct unit *units, gsize unit_count,
                         int64_t amount_max, int64_t *amount)
{
    double sum = 0;
    int64_t previous_factor = INT64_MAX;

    do {
        double number;
        if (!number_parse(&text, &number))
            return false;
        const struct unit *unit = unit_parse(&text, units, unit_count);
        if (unit == NULL || unit->factor >= previous_factor)
            return false;
        previous_factor = unit->factor;
        sum += number * (double)unit->factor;
    } while (*text != '\0');
    if (!(sum <= (double)amount_max))
        return false;
    *amount = llround(sum);
    return true;
}

bool duration_parse(const char *text, int64_t *duration_us, GError **error)
{
    if (amount_parse(text, duration_units, G_N_ELEMENTS(duration_units), VIRTUAL_TIME_US_MAX,
                     duration_us))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "'%s' is no duration; write a number with us, ms, s, min, h or d, at most 30d",
                text);
    return false;
}

bool go_duration_parse(const char *text, int64_t *duration_us)
{
    double sum = 0;
    *duration_us = 0;
    if (strcmp(text, "0") == 0)
        return true;
    do {
        double number;
        if (!number_parse(&text, &number))
            return false;
        const struct unit *unit = unit_parse(&text, go_units, G_N_ELEMENTS(go_units));
        if (unit == NULL)
            return false;
        sum += number * (double)unit->factor;
    } while (*text != '\0');
    if (!(sum <= (double)VIRTUAL_TIME_US_MAX))
        return false;
    *duration_us = llround(sum);
    return true;
}

bool interval_parse(const char *text, int64_t *interval_us)
{
    char *end;
    double number = g_ascii_strtod(text, &end);
    const char *rest = end;
    const struct unit *unit = unit_parse(&rest, interval_units, G_N_ELEMENTS(interval_units));
    if (end == text || unit == NULL || *rest != '\0' || !(number >= 0))
        return false;
    double whole_us = ceil(number * (double)unit->factor);
    *interval_us = whole_us < (double)VIRTUAL_TIME_US_MAX ? (int64_t)whole_us : VIRTUAL_TIME_US_MAX;
    return true;
}

bool size_parse(const char *text, int64_t *size_bytes, GError **error)
{
    const int64_t size_bytes_max = INT64_C(1024) * 1024 * GIB_BYTES;
    if (amount_parse(text, size_units, G_N_ELEMENTS(size_units), size_bytes_max, size_bytes))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "'%s' is no size; write a number with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB",
                text);
    return false;
}

/* amount / factor as a decimal number without useless zeros; factor is a power of ten. */
static void append_decimal(GString *text, uint64_t amount, uint64_t factor, const char *unit)
{
    g_string_append_printf(text, "%" G_GUINT64_FORMAT, amount / factor);
    uint64_t rest = amount % factor;
    if (rest > 0)
        g_string_append_c(text, '.');
    while (rest > 0) {
        factor /= 10;
        g_string_append_c(text, (char)('0' + rest / factor));
        rest %= factor;
    }
    g_string_append(text, unit);
}

static void append_whole(GString *text, uint64_t amount, const char *unit)
{
    if (amount > 0)
        g_string_append_printf(text, "%" G_GUINT64_FORMAT "%s", amount, unit);
}

char *duration_text(int64_t duration_us)
{
    const uint64_t minute_us = MINUTE_US, hour_us = HOUR_US;
    GString *text = g_string_new(duration_us < 0 ? "-" : "");
    uint64_t rest_us = duration_us < 0 ? -(uint64_t)duration_us : (uint64_t)duration_us;

    if (rest_us == 0) {
        g_string_append(text, "0s");
    } else if (rest_us < MILLISECOND_US) {
        append_whole(text, rest_us, "us");
    } else if (rest_us < SECOND_US) {
        append_decimal(text, rest_us, MILLISECOND_US, "ms");
    } else {
        append_whole(text, rest_us / hour_us, "h");
        append_whole(text, rest_us % hour_us / minute_us, "min");
        if (rest_us % minute_us > 0)
            append_decimal(text, rest_us % minute_us, SECOND_US, "s");
    }
    return g_string_free(text, FALSE);
}

char *size_text(int64_t size_bytes)
{
    static const struct unit units[] = {
        {"TiB", 1024 * GIB_BYTES}, {"GiB", GIB_BYTES}, {"MiB", MIB_BYTES}, {"KiB", KIB_BYTES}};

    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        if (size_bytes < units[i].factor)
            continue;
        if (size_bytes % units[i].factor == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", size_bytes / units[i].factor,
                                   units[i].name);
        return g_strdup_printf("%.1f%s", (double)size_bytes / (double)units[i].factor,
                               units[i].name);
    }
    return g_strdup_printf("%" G_GINT64_FORMAT "B", size_bytes);
}
