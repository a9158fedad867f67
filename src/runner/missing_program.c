/* How programs say that another one is not there. */
#include "runner/missing_program.h"

#include <glib.h>
#include <string.h>

#define NAME  "([A-Za-z0-9_][A-Za-z0-9_.+-]*)"
#define QUOTE "(?:'|\xe2\x80\x98|\xe2\x80\x99)"

/* One row a wording; the program is the first group. */
static const char *const wordings[] = {
    /* dash: "x.sh: 1: just: not found", "sh: 1: exec: just: not found" */
    ": [0-9]+: (?:exec: )?" NAME ": not found$",
    /* bash: "x.sh: line 3: exec: just: not found" */
    ": line [0-9]+: exec: " NAME ": not found$",
    "^(?:/usr/bin/)?env: " QUOTE NAME QUOTE ": No such file or directory$",
    "^xargs: " NAME ": No such file or directory$",
    "^(?:timeout|nohup|setsid|stdbuf|nice|chroot): (?:failed to run command )?" QUOTE NAME QUOTE
    ": No such file or directory$",
};

char *missing_program_find(const char *line)
{
    if (!g_str_has_suffix(line, "not found") &&
        !g_str_has_suffix(line, "No such file or directory"))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(wordings); i++) {
        g_autoptr(GRegex) regex = g_regex_new(wordings[i], 0, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        if (g_regex_match(regex, line, 0, &match))
            return g_match_info_fetch(match, 1);
    }
    return NULL;
}
