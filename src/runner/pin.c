/* Actions pinned to a commit: which release that is, its author says in a comment. */
#include "runner/use.h"

#include <string.h>

static bool is_commit(const char *ref)
{
    return ref != NULL && strlen(ref) == 40 && strspn(ref, "0123456789abcdefABCDEF") == 40;
}

/* The line of a source, without its end; g_free. */
static char *line_at(struct position position)
{
    const char *at = position.source != NULL ? source_line(position.source, position.line) : NULL;
    return at != NULL ? g_strndup(at, strcspn(at, "\r\n")) : g_strdup("");
}

char *use_version(const char *ref, struct position position)
{
    if (!is_commit(ref))
        return g_strdup(ref);
    g_autoptr(GRegex) pattern =
        g_regex_new("#(?:[^#]*[^A-Za-z0-9.#])?v?([0-9]+(?:\\.[0-9]+)*)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *line = line_at(position);
    const char *behind = strstr(line, ref);
    bool is_told = behind != NULL && g_regex_match(pattern, behind, 0, &match);
    return is_told ? g_match_info_fetch(match, 1) : g_strdup(ref);
}
