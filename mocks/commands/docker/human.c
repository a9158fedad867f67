/* go-units, stringid, strconv.Quote. */
#include "mocks/commands/docker/human.h"

#include <string.h>

static char *size_text_of(double size, double base, const char *const *units, int precision)
{
    gsize i = 0;
    while (size >= base && units[i + 1] != NULL) {
        size /= base;
        i++;
    }
    return g_strdup_printf("%.*g%s", precision, size, units[i]);
}

char *human_size(double bytes, int precision)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB", NULL};
    return size_text_of(bytes, 1000, units, precision);
}

char *human_bytes(double bytes)
{
    static const char *const units[] = {"B",   "KiB", "MiB", "GiB", "TiB",
                                        "PiB", "EiB", "ZiB", "YiB", NULL};
    return size_text_of(bytes, 1024, units, 4);
}

char *human_duration(int64_t seconds)
{
    int64_t minutes = seconds / 60;
    int64_t hours = (seconds + 1800) / 3600; /* rounded to the nearest */

    if (seconds < 1)
        return g_strdup("Less than a second");
    if (seconds == 1)
        return g_strdup("1 second");
    if (seconds < 60)
        return g_strdup_printf("%d seconds", (int)seconds);
    if (minutes == 1)
        return g_strdup("About a minute");
    if (minutes < 60)
        return g_strdup_printf("%d minutes", (int)minutes);
    if (hours == 1)
        return g_strdup("About an hour");
    if (hours < 48)
        return g_strdup_printf("%d hours", (int)hours);
    if (hours < 24 * 7 * 2)
        return g_strdup_printf("%d days", (int)(hours / 24));
    if (hours < 24 * 30 * 2)
        return g_strdup_printf("%d weeks", (int)(hours / 24 / 7));
    if (hours < 24 * 365 * 2)
        return g_strdup_printf("%d months", (int)(hours / 24 / 30));
    return g_strdup_printf("%d years", (int)(seconds / 3600 / 24 / 365));
}

char *human_short_id(const char *id)
{
    const char *colon = strchr(id, ':');
    return g_strndup(colon != NULL ? colon + 1 : id, 12);
}

char *human_ellipsis(const char *text, glong width)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    if (g_utf8_strlen(valid, -1) <= width)
        return g_steal_pointer(&valid);
    g_autofree char *head = g_utf8_substring(valid, 0, width - 1);
    return g_strconcat(head, "…", NULL);
}

char *human_quote(const char *text)
{
    static const char plain[] = "\"\\";
    GString *quoted = g_string_new("\"");

    for (const char *byte = text; *byte != '\0'; byte++) {
        if (strchr(plain, *byte) != NULL)
            g_string_append_printf(quoted, "\\%c", *byte);
        else if (*byte == '\n')
            g_string_append(quoted, "\\n");
        else if (*byte == '\t')
            g_string_append(quoted, "\\t");
        else if (*byte == '\r')
            g_string_append(quoted, "\\r");
        else if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
            g_string_append_printf(quoted, "\\x%02x", (unsigned)(unsigned char)*byte);
        else
            g_string_append_c(quoted, *byte);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(quoted, FALSE);
}
