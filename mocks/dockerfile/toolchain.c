/* Go's toolchain in a build: fails exactly when go.mod, or a module that is installed, demands more
   than the image has. */
#include "mocks/dockerfile/cost.h"
#include "mocks/dockerfile/expand.h"
#include "mocks/golang/golang.h"

#include "base/limits.h"

#include <string.h>

/* The go command of the image, and what it is told. */
struct toolchain {
    const char *running;     /* GOLANG_VERSION */
    const char *gotoolchain; /* GOTOOLCHAIN; official images set "local" */
    int64_t date_s;
};

static bool may_switch(const struct toolchain *toolchain)
{
    return go_version_minor(toolchain->running) >= GO_TOOLCHAIN_MINOR_MIN &&
           g_strcmp0(toolchain->gotoolchain, "local") != 0;
}

static bool reads_go_mod(const char *command)
{
    return g_regex_match_simple("\\bgo (mod|build|install|test|vet|generate|list|run|get)\\b",
                                command, 0, 0) &&
           !g_regex_match_simple("\\bgo install [^&;]*@", command, 0, 0);
}

static char *text_of(const struct build_file *file)
{
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    return length_bytes > GO_MOD_BYTES_MAX ? NULL : g_strndup(bytes, length_bytes);
}

/* Of the main module. */
static char *refuse_go_mod(const struct toolchain *toolchain, const struct build_file *file,
                           const char *path)
{
    g_autofree char *text = text_of(file);
    bool is_modern = go_version_minor(toolchain->running) >= GO_TOOLCHAIN_MINOR_MIN;
    g_autoptr(GError) error = NULL;

    if (text == NULL)
        return NULL;
    AUTO(go_mod) mod = go_mod_parse(text, is_modern ? "go.mod" : path, toolchain->running, &error);
    if (mod == NULL)
        return g_strdup(error->message);
    /* Before 1.21 a go line that is too new only shows when something does not compile. */
    if (may_switch(toolchain) || !is_modern)
        return NULL;
    g_autofree char *words =
        go_too_new_text("go.mod", mod->go_line, toolchain->running, toolchain->gotoolchain);
    return words != NULL ? g_strconcat("go: ", words, NULL) : NULL;
}

/* Of one "package@version" that is installed. */
static char *refuse_package(const struct toolchain *toolchain, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "@", 2);
    g_autofree char *module = go_module_of_package(parts[0]);
    const struct go_module_version *version = strcmp(parts[1], "latest") == 0
                                                  ? go_module_latest(module, toolchain->date_s)
                                                  : go_module_find(module, parts[1]);
    if (version == NULL || may_switch(toolchain) ||
        go_version_minor(toolchain->running) < GO_TOOLCHAIN_MINOR_MIN)
        return NULL;
    g_autofree char *what = g_strconcat(version->path, "@", version->version, NULL);
    g_autofree char *words =
        go_too_new_text(what, version->go_line, toolchain->running, toolchain->gotoolchain);
    return words != NULL ? g_strconcat("go: ", word, ": ", words, NULL) : NULL;
}

static char *refuse_install(const struct toolchain *toolchain, const char *command)
{
    g_autoptr(GRegex) regex = g_regex_new("\\bgo install ([^&;|\\n]*)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_regex_match(regex, command, 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *rest = g_match_info_fetch(match, 1);
        g_auto(GStrv) words = g_strsplit_set(rest, " \t\"'", -1);
        for (gsize i = 0; words[i] != NULL; i++) {
            char *refusal =
                strchr(words[i], '@') != NULL ? refuse_package(toolchain, words[i]) : NULL;
            if (refusal != NULL)
                return refusal;
        }
    }
    return NULL;
}

char *toolchain_refusal(const char *command, const GPtrArray *variables,
                        const struct build_files *files, const char *folder, int64_t date_s)
{
    const struct toolchain toolchain = {
        .running = variables_get(variables, "GOLANG_VERSION"),
        .gotoolchain = variables_get(variables, "GOTOOLCHAIN"),
        .date_s = date_s,
    };
    g_autofree char *path = g_strconcat(folder, "/go.mod", NULL);
    const struct build_file *file = build_files_find(files, path);
    char *refusal;

    if (toolchain.running == NULL)
        return NULL;
    refusal = file != NULL && reads_go_mod(command) ? refuse_go_mod(&toolchain, file, path) : NULL;
    if (refusal != NULL)
        return refusal;
    /* The shell puts in what `go install $TOOL` installs. */
    g_autofree char *expanded = expand_word(command, '\\', variables, EXPAND_TEXT, NULL);
    return refuse_install(&toolchain, expanded != NULL ? expanded : command);
}
