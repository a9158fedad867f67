/* Reads the text of a Makefile into its rules and variables. */
#include "mocks/commands/makefile.h"

#include "base/regular_file.h"

#include <string.h>

enum {
    FILES_MAX = 100, /* that a Makefile includes; further ones are left out */
};

/* ---- files ---- */

/* As the host names it; g_free, NULL: nowhere. */
static char *host_path_of(const struct makefile *makefile, const char *name)
{
    g_autofree char *path =
        g_build_filename(makefile->folder != NULL ? makefile->folder : ".", name, NULL);
    return command_host_path(makefile->call, *name == '/' ? name : path);
}

bool makefile_has_file(const struct makefile *makefile, const char *name)
{
    g_autofree char *host_path = host_path_of(makefile, name);
    return host_path != NULL && g_file_test(host_path, G_FILE_TEST_EXISTS);
}

static char *read_text(const struct makefile *makefile, const char *name)
{
    g_autofree char *host_path = host_path_of(makefile, name);
    char *bytes = NULL;
    gsize length = 0;
    if (host_path == NULL || !g_file_test(host_path, G_FILE_TEST_IS_REGULAR) ||
        !regular_file_read(host_path, &bytes, &length, NULL))
        return NULL;
    if (length > DOC_BYTES_MAX)
        g_clear_pointer(&bytes, g_free);
    return bytes;
}

/* ---- variables ---- */

/* The text with $(NAME) and ${NAME} replaced once; what is not known stays. */
static GString *expand_once(const struct makefile *makefile, const char *text)
{
    GString *expanded = g_string_new(NULL);
    while (*text != '\0' && expanded->len < DOC_BYTES_MAX) {
        gsize plain = strcspn(text, "$");
        g_string_append_len(expanded, text, (gssize)plain);
        text += plain;
        if (*text == '\0')
            break;
        gsize length = text[1] == '(' || text[1] == '{' ? strcspn(text + 2, "(){}") : 0;
        g_autofree char *name = g_strndup(text + 2, length);
        const char *value = length > 0 ? g_hash_table_lookup(makefile->variables, name) : NULL;
        bool is_closed = value != NULL && strchr(")}", text[2 + length]) != NULL;
        g_string_append(expanded, is_closed ? value : "$");
        text += is_closed && text[2 + length] != '\0' ? length + 3 : 1;
    }
    return expanded;
}

/* As deep as people nest them. */
char *makefile_expand(const struct makefile *makefile, const char *text)
{
    enum {
        ROUNDS = 4
    };
    char *result = g_strdup(text);
    for (int round = 0; round < ROUNDS && strchr(result, '$') != NULL; round++) {
        GString *expanded = expand_once(makefile, result);
        g_free(result);
        result = g_string_free(expanded, FALSE);
    }
    return result;
}

/* "NAME = value" with any sign that make has for it. */
static bool take_variable(struct makefile *makefile, const char *line, bool is_for_all)
{
    g_autoptr(GRegex) regex =
        g_regex_new("^\\s*(?:(?:export|override|private|define)\\s+)*([\\w.-]+)\\s*"
                    "(?:::?|\\?|\\+|!)?=\\s*(.*)$",
                    0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, line, 0, &match))
        return false;
    g_autofree char *name = g_match_info_fetch(match, 1);
    if (is_for_all || !g_hash_table_contains(makefile->variables, name))
        g_hash_table_replace(makefile->variables, g_steal_pointer(&name),
                             g_match_info_fetch(match, 2));
    return true;
}

/* ---- rules ---- */

/* The next colon outside of $(…) and ${…}, as of $(FILES:.c=.o); NULL: there is none. */
static const char *find_colon(const char *text)
{
    int depth = 0;
    for (; *text != '\0'; text++) {
        if (strchr("({", *text) != NULL)
            depth++;
        else if (strchr(")}", *text) != NULL)
            depth--;
        else if (*text == ':' && depth <= 0)
            return text;
    }
    return NULL;
}

/* What it needs, behind the colon, and the pattern that may stand before that. */
static void take_needs(struct makefile *makefile, struct makefile_rule *rule, const char *text)
{
    const char *colon = find_colon(text);
    const char *percent = strchr(text, '%');
    if (take_variable(makefile, text, /* is_for_all= */ false)) {
        rule->needs = g_strdup("");
        return;
    }
    if (colon != NULL && percent != NULL && percent < colon)
        rule->pattern = g_strstrip(g_strndup(text, (gsize)(colon - text)));
    rule->needs = g_strdup(rule->pattern != NULL ? colon + 1 : text);
}

/* NULL: it is none. */
static struct makefile_rule *take_rule(struct makefile *makefile, const char *line)
{
    const char *colon = find_colon(line);
    if (colon == NULL || *line == '#' || *line == '\t')
        return NULL;
    struct makefile_rule *rule = g_new0(struct makefile_rule, 1);
    g_auto(GStrv) parts = g_strsplit(colon + strspn(colon, ":"), ";", 2);
    rule->targets = g_strstrip(g_strndup(line, (gsize)(colon - line)));
    rule->recipe = g_string_new(NULL);
    take_needs(makefile, rule, parts[0] != NULL ? parts[0] : "");
    if (parts[0] != NULL && parts[1] != NULL)
        g_string_append_printf(rule->recipe, "%s\n", parts[1]);
    g_ptr_array_add(makefile->rules, rule);
    return rule;
}

/* "include a.mk $(CURDIR)/b.mk"; names that nobody knows and patterns lead nowhere. */
static bool take_include(struct makefile *makefile, const char *line)
{
    static const char *const forms[] = {"include", "-include", "sinclude", NULL};
    g_autofree char *form = g_strndup(line, strcspn(line, " \t"));
    if (!g_strv_contains(forms, form))
        return false;
    g_autofree char *names = makefile_expand(makefile, line + strlen(form));
    g_auto(GStrv) words = g_strsplit_set(names, " \t", -1);
    for (char **word = words; *word != NULL; word++)
        if (**word != '\0' && strpbrk(*word, "$*?[") == NULL && makefile->files->len < FILES_MAX &&
            !g_ptr_array_find_with_equal_func(makefile->files, *word, g_str_equal, NULL))
            g_ptr_array_add(makefile->files, g_strdup(*word));
    return true;
}

/* Whether it begins as no rule and no variable does, though there may be a colon in it. */
static bool is_directive(const char *line)
{
    static const char *const words[] = {"ifeq",   "ifneq",     "ifdef",   "ifndef", "else",
                                        "endif",  "define",    "endef",   "vpath",  "unexport",
                                        "$(info", "$(warning", "$(error", NULL};
    g_autofree char *word =
        g_strndup(line, *line == '$' ? strcspn(line, " \t") : strcspn(line, " \t("));
    return g_strv_contains(words, word) && !g_str_has_prefix(line + strlen(word), " =");
}

/* "define NAME", its lines and "endef": a variable, as `$(call NAME,…)` takes it. *line goes on to
   the end. */
static bool take_define(struct makefile *makefile, char ***line)
{
    g_auto(GStrv) words = g_strsplit_set(**line, " \t=:", -1);
    if (g_strcmp0(words[0], "define") != 0 || words[1] == NULL)
        return false;
    GString *body = g_string_new(NULL);
    for (++*line; **line != NULL && !g_str_has_prefix(**line, "endef"); ++*line)
        g_string_append_printf(body, "%s\n", **line);
    if (**line == NULL)
        --*line;
    g_hash_table_replace(makefile->variables, g_strdup(words[1]), g_string_free(body, FALSE));
    return true;
}

static void parse(struct makefile *makefile, const char *text)
{
    g_auto(GStrv) pieces = g_strsplit(text, "\\\n", -1);
    g_autofree char *joined = g_strjoinv(" ", pieces);
    g_auto(GStrv) lines = g_strsplit(joined, "\n", -1);
    struct makefile_rule *rule = NULL;

    for (char **line = lines; *line != NULL; line++) {
        const char *bare = *line + strspn(*line, " \t");
        if (take_define(makefile, &line))
            continue;
        if (**line == '\t' && rule != NULL)
            g_string_append_printf(rule->recipe, "%s\n", *line + 1);
        else if (!is_directive(bare) && !take_include(makefile, bare) &&
                 !take_variable(makefile, bare, /* is_for_all= */ true) &&
                 strchr(bare, ':') != NULL)
            rule = take_rule(makefile, bare);
    }
}

void makefile_load(struct makefile *makefile, const char *file)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    g_autofree char *text = file != NULL ? read_text(makefile, file) : NULL;
    for (gsize i = 0; file == NULL && text == NULL && i < G_N_ELEMENTS(names); i++)
        text = read_text(makefile, names[i]);
    parse(makefile, text != NULL ? text : "");
    for (guint i = 0; i < makefile->files->len; i++) {
        g_autofree char *included = read_text(makefile, makefile->files->pdata[i]);
        if (included != NULL)
            parse(makefile, included);
    }
}
