/* How programs say that another one, or a module, is not there. */
#include "runner/missing_program.h"

#include <glib.h>
#include <stdbool.h>
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
    "^(?:xargs|find|g?make(?:\\[[0-9]+\\])?): " QUOTE "?" NAME QUOTE
    "?: No such file or directory$",
    "^(?:timeout|nohup|setsid|stdbuf|nice|chroot): (?:failed to run command )?" QUOTE NAME QUOTE
    ": No such file or directory$",
};

/* Of Python and pip. */
static const char *const module_wordings[] = {
    ": No module named '?([^' ]+)'?$",
    "^error: (externally-managed-environment)$",
    "^ERROR: No matching distribution found for (\\S+)",
};

static char *find(const char *const *rows, gsize count, const char *line)
{
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GRegex) regex = g_regex_new(rows[i], 0, 0, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        if (g_regex_match(regex, line, 0, &match))
            return g_match_info_fetch(match, 1);
    }
    return NULL;
}

char *missing_program_find(const char *line)
{
    bool is_told =
        g_str_has_suffix(line, "not found") || g_str_has_suffix(line, "No such file or directory");
    return is_told ? find(wordings, G_N_ELEMENTS(wordings), line) : NULL;
}

/* git's words where a partial clone lacks an object: the origin here is made of it, GitHub's is
   whole. */
static char *missing_object(const char *line)
{
    static const char *const rows[] = {
        "fatal: unable to read ([0-9a-f]{40})",
        "could not fetch ([0-9a-f]{40}) from promisor remote",
    };
    bool is_told = strstr(line, "unable to read ") != NULL || strstr(line, " promisor ") != NULL;
    g_autofree char *object = is_told ? find(rows, G_N_ELEMENTS(rows), line) : NULL;
    return object != NULL ? g_strdup_printf("object %s in this clone", object) : NULL;
}

char *missing_module_find(const char *line)
{
    char *object = missing_object(line);
    if (object != NULL)
        return object;
    bool is_told = strstr(line, "No module named") != NULL ||
                   g_str_has_prefix(line, "error: ext") ||
                   g_str_has_prefix(line, "ERROR: No matching");
    return is_told ? find(module_wordings, G_N_ELEMENTS(module_wordings), line) : NULL;
}
