/* Looks through a Dockerfile for what the classic builder gets wrong; a search, not a parser. */
#include "engine/dockerfile_check.h"

#include "engine/build_context.h"

#include <string.h>

static const struct {
    const char *pattern;
    const char *why;
} unfit[] = {
    {"(^|[^A-Z_])(TARGET|BUILD)(PLATFORM|OS|ARCH|VARIANT)([^A-Z_]|$)",
     "the classic builder leaves TARGET* and BUILD* arguments empty"},
    {"<<-?['\"]?[A-Za-z_]", "the classic builder knows no heredocs"},
    {"--mount=", "the classic builder refuses RUN --mount"},
    {"--link([ =]|$)", "the classic builder refuses --link"},
    {"--chmod=", "the classic builder refuses --chmod"},
    {"--security=", "the classic builder refuses RUN --security"},
    {"--network=", "the classic builder refuses RUN --network"},
};

static bool check_line(const char *file, int number, const char *line, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(unfit); i++) {
        if (!g_regex_match_simple(unfit[i].pattern, line, 0, 0))
            continue;
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s:%d: %s", file, number, unfit[i].why);
        return false;
    }
    return true;
}

bool dockerfile_check_classic(const struct policy *policy, const struct policy_service *service,
                              GError **error)
{
    g_autofree char *text = build_context_read(policy, service, service->dockerfile);
    if (text == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s/%s: cannot be read", service->context,
                    service->dockerfile);
        return false;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        const char *line = g_strchug(lines[i]);
        if (*line != '#' && !check_line(service->dockerfile, i + 1, line, error))
            return false;
    }
    return true;
}
