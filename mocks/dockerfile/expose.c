/* EXPOSE's ports, "[[ip:]host:]8000-8010/udp" (dockerfile2llb/convert_expose.go). */
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

enum {
    PORT_MAX = 65535
};

static bool fail(GError **error, const char *what, const char *text)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s: %s", what, text);
    return false;
}

static bool parse_range(const char *text, guint64 *first, guint64 *last)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    if (ends[0] == NULL || !g_ascii_string_to_unsigned(ends[0], 10, 0, PORT_MAX, first, NULL))
        return false;
    *last = *first;
    return ends[1] == NULL ||
           (g_ascii_string_to_unsigned(ends[1], 10, 0, PORT_MAX, last, NULL) && *first <= *last);
}

static bool check_protocol(const char *spec, const char *port, const char *protocol, GError **error)
{
    static const char *const known[] = {"tcp", "udp", "sctp", NULL};
    g_autofree char *where = g_strdup_printf("invalid port: \"%s\"", spec);
    if (*port == '\0')
        return fail(error, where, "no port specified");
    g_autofree char *why = g_strconcat("invalid proto: ", protocol, NULL);
    return g_strv_contains(known, protocol) || fail(error, where, why);
}

bool expose_ports(json_t *ports, const char *spec, GError **error)
{
    const char *colon = strrchr(spec, ':');
    g_auto(GStrv) parts = g_strsplit(colon != NULL ? colon + 1 : spec, "/", 2);
    const char *port = parts[0] != NULL ? parts[0] : "";
    bool has_protocol = parts[0] != NULL && parts[1] != NULL && *parts[1] != '\0';
    g_autofree char *protocol = g_ascii_strdown(has_protocol ? parts[1] : "tcp", -1);
    guint64 first = 0;
    guint64 last = 0;
    if (!check_protocol(spec, port, protocol, error))
        return false;
    if (!parse_range(port, &first, &last))
        return fail(error, "invalid containerPort", port);
    for (guint64 each = first; each <= last; each++) {
        g_autofree char *name = g_strdup_printf("%" G_GUINT64_FORMAT "/%s", each, protocol);
        json_object_set_new(ports, name, json_object());
    }
    return true;
}
