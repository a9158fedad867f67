/*
 * actions/github-script: runs a script of the workflow (its src/main.ts). No JavaScript is run
 * here: what a script does is assumed, but for the one that hands what node actions know of
 * GitHub's services to the scripts behind it, which caches of builds are made of:
 *
 *     core.exportVariable('ACTIONS_RESULTS_URL', process.env.ACTIONS_RESULTS_URL || '');
 *     core.exportVariable('ACTIONS_CACHE_SERVICE_V2', 'on');
 */
#include "actions/actions.h"
#include "actions/core.h"

#include <string.h>

#define QUOTED(group)     "(['\"`])(\\w+)\\" #group
#define OR_NOTHING(group) "(?:\\s*(?:\\|\\||\\?\\?)\\s*(['\"`])\\" #group ")?"
/* One call: of an environment variable, or of a text. */
static const char call_pattern[] =
    "core\\.exportVariable\\(\\s*" QUOTED(1) "\\s*,\\s*(?:process\\.env(?:\\.(\\w+)|\\[" QUOTED(
        4) "\\])" OR_NOTHING(6) "|(['\"`])([\\w ./:-]*)\\7)\\s*,?\\s*\\)";
static const char filling_pattern[] = "\\s+|;|//[^\\n]*|/\\*.*?\\*/";

/* How long the match is that begins here, 0: there is none; info may be NULL. */
static gsize match_here(const char *pattern, const char *text, GMatchInfo **info)
{
    g_autoptr(GRegex) regex =
        g_regex_new(pattern, G_REGEX_DOTALL, G_REGEX_MATCH_ANCHORED, /* error= */ NULL);
    g_autoptr(GMatchInfo) found = NULL;
    int end = 0;
    if (!g_regex_match(regex, text, 0, &found))
        return 0;
    g_match_info_fetch_pos(found, 0, NULL, &end);
    if (info != NULL)
        *info = g_steal_pointer(&found);
    return (gsize)end;
}

struct exported {
    char *name, *source, *text; /* source: a variable, or ""; text: what it is without one */
};

static void exported_clear(gpointer pointer)
{
    struct exported *each = pointer;
    g_free(each->name);
    g_free(each->source);
    g_free(each->text);
}

/* Appends the next call's; false: something else is there. */
static bool read_call(const char **at, GArray *exports)
{
    g_autoptr(GMatchInfo) info = NULL;
    gsize length = match_here(call_pattern, *at, &info);
    if (length == 0)
        return false;
    g_autofree char *member = g_match_info_fetch(info, 3);
    g_autofree char *item = g_match_info_fetch(info, 5);
    g_autofree char *text = g_match_info_fetch(info, 8);
    const struct exported each = {
        .name = g_match_info_fetch(info, 2),
        .source = g_strconcat(member, item, NULL),
        .text = g_strdup(text != NULL ? text : ""),
    };
    g_array_append_val(exports, each);
    *at += length;
    return true;
}

/* NULL: the script is none of such calls; g_array_unref. */
static GArray *read_exports(const char *script)
{
    g_autoptr(GArray) exports = g_array_new(FALSE, FALSE, sizeof(struct exported));
    g_array_set_clear_func(exports, exported_clear);
    for (const char *at = script; *at != '\0';) {
        gsize filling = match_here(filling_pattern, at, NULL);
        at += filling;
        if (filling == 0 && !read_call(&at, exports))
            return NULL;
    }
    return g_steal_pointer(&exports);
}

/* What is not there is undefined, which is exported as nothing. */
static void export_all(struct action_run *run, const GArray *exports)
{
    for (guint i = 0; i < exports->len; i++) {
        const struct exported *each = &g_array_index(exports, struct exported, i);
        const char *value = *each->source != '\0' ? action_variable(run, each->source) : NULL;
        action_export_variable(run, each->name, value != NULL ? value : each->text);
    }
    action_set_output(run, "result", "");
}

/* `docker buildx` leaves out a cache of type gha without a word when these are not there. */
static bool may_open_caches(const char *script)
{
    return strstr(script, "ACTIONS_RUNTIME_TOKEN") != NULL ||
           strstr(script, "ACTIONS_RESULTS_URL") != NULL ||
           strstr(script, "ACTIONS_CACHE_URL") != NULL;
}

static bool assume(struct action_run *run, const char *script, GError **error)
{
    action_set_unknown_output(run, "*");
    return action_assume_gap(run,
                             may_open_caches(script)
                                 ? "its script; without what it exports, docker buildx in scripts"
                                   " leaves out caches of type gha"
                                 : "its script",
                             0, error);
}

static bool perform(struct action_run *run, GError **error)
{
    const char *script = action_input(run, "script");
    g_autoptr(GArray) exports = read_exports(script);
    if (!action_input_is_given(run, "script"))
        return core_throw(error, "Input required and not supplied: script");
    if (exports == NULL || exports->len == 0)
        return assume(run, script, error);
    export_all(run, exports);
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"script", "", true},      {"github-token", "${{ github.token }}", false},
    {"debug", "false", false}, {"user-agent", "actions/github-script", false},
    {"previews", "", false},   {"result-encoding", "json", false},
    {"retries", "0", false},   {"retry-exempt-status-codes", "400,401,403,404,422", false},
    {"base-url", "", false},   {NULL, NULL, false},
};

const struct action action_github_script = {
    .name = "actions/github-script",
    .summary = "Assumed, but for scripts that export what caches of builds need.",
    .first_major = 1,
    .last_major = 8,
    .inputs = inputs,
    .main = main_phase,
};
