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

static const struct unit size_units[] = {
    {"B", 1},
    {"KB", 1000},
    {"MB", 1000 * 1000},
    {"GB", INT64_C(1000) * 1000 * 1000},
    {"TB", INT64_C(1000) * 1000 * 1000 * 1000},
    {"KiB", KIB_BYTES},
    {"MiB", MIB_BYTES},
    {"GiB", GIB_BYTES},
    {"TiB", 1024 * GIB_BYTES},
};

static bool amount_parse(const char *text, const struct unit *units, gsize unit_count,
                         int64_t amount_max, int64_t *amount)
{
    char *rest = NULL;
    if (!g_ascii_isdigit(text[0]))
        return false;
    double number = g_ascii_strtod(text, &rest);
    for (gsize i = 0; i < unit_count; i++) {
        if (strcmp(rest, units[i].name) != 0)
            continue;
        double product = number * (double)units[i].factor;
        if (!(product <= (double)amount_max))
            return false;
        *amount = llround(product);
        return true;
    }
    return false;
}

bool duration_parse(const char *text, int64_t *duration_us, GError **error)
{
    if (amount_parse(text, duration_units, G_N_ELEMENTS(duration_units), VIRTUAL_TIME_US_MAX,
                     duration_us))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "'%s' is no duration; write a number with us, ms, s, min, h or d, at most 30d", text);
    return false;
}

bool size_parse(const char *text, int64_t *size_bytes, GError **error)
{
    const int64_t size_bytes_max = INT64_C(1024) * 1024 * GIB_BYTES;
    if (amount_parse(text, size_units, G_N_ELEMENTS(size_units), size_bytes_max, size_bytes))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "'%s' is no size; write a number with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB", text);
    return false;
}

static void append_trimmed(GString *text, double number, const char *unit)
{
    g_autofree char *digits = g_strdup_printf("%.6f", number);
    gsize length = strlen(digits);
    while (digits[length - 1] == '0')
        digits[--length] = '\0';
    if (digits[length - 1] == '.')
        digits[--length] = '\0';
    g_string_append_printf(text, "%s%s", digits, unit);
}

char *duration_text(int64_t duration_us)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (duration_us < 0) {
        g_string_append_c(text, '-');
        duration_us = -duration_us;
    }
    if (duration_us < MILLISECOND_US) {
        if (duration_us == 0)
            g_string_append(text, "0s");
        else
            g_string_append_printf(text, "%dus", (int)duration_us);
    } else if (duration_us < SECOND_US) {
        append_trimmed(text, (double)duration_us / (double)MILLISECOND_US, "ms");
    } else if (duration_us < MINUTE_US) {
        append_trimmed(text, (double)duration_us / (double)SECOND_US, "s");
    } else {
        if (duration_us >= HOUR_US)
            g_string_append_printf(text, "%dh", (int)(duration_us / HOUR_US));
        if (duration_us % HOUR_US >= MINUTE_US)
            g_string_append_printf(text, "%dmin", (int)(duration_us % HOUR_US / MINUTE_US));
        if (duration_us % MINUTE_US > 0)
            append_trimmed(text, (double)(duration_us % MINUTE_US) / (double)SECOND_US, "s");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
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
