/* go.mod as the go command reads it, by the version that reads. */
#include "mocks/golang/golang.h"

#include "base/limits.h"

#include <string.h>

/* Commands before 1.21 take two parts and know no toolchain line (failures.md J3, J4). */
static bool is_modern(const char *running)
{
    return go_version_minor(running) >= GO_TOOLCHAIN_MINOR_MIN;
}

/* The example in the message changed with 1.22. */
static const char *format_example(const char *running)
{
    return go_version_minor(running) > GO_TOOLCHAIN_MINOR_MIN ? "1.23.0" : "1.23";
}

/* "old [version] => new [version]" */
struct replacement {
    char *path, *version; /* version NULL: every one */
    char *target, *target_version;
};

struct reader {
    struct go_mod *mod;
    GArray *replacements; /* struct replacement */
    const char *shown;
    const char *running;
    const char *block; /* directive of the block that is open, or NULL; static */
    int line;
};

static void go_requirement_free(void *data)
{
    struct go_requirement *requirement = data;
    g_free(requirement->path);
    g_free(requirement->version);
    g_free(requirement->target);
    g_free(requirement->target_version);
    g_free(requirement);
}

static void replacement_clear(void *data)
{
    struct replacement *replacement = data;
    g_free(replacement->path);
    g_free(replacement->version);
    g_free(replacement->target);
    g_free(replacement->target_version);
}

void go_mod_free(struct go_mod *mod)
{
    if (mod == NULL)
        return;
    g_free(mod->module);
    g_free(mod->go_line);
    g_free(mod->toolchain);
    g_ptr_array_unref(mod->requirements);
    g_free(mod);
}

static bool refuse(const struct reader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static bool refuse(const struct reader *reader, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "go: errors parsing go.mod:\n%s:%d: %s",
                reader->shown, reader->line, what);
    return false;
}

static bool is_good_line(const struct reader *reader, const char *version)
{
    if (!is_modern(reader->running))
        return g_regex_match_simple("^[1-9][0-9]*\\.(0|[1-9][0-9]*)$", version, 0, 0);
    return go_version_is_valid(version) && strchr(version, '.') != NULL;
}

static bool take_go(struct reader *reader, char **words, GError **error)
{
    if (g_strv_length(words) != 1)
        return refuse(reader, error, "go directive expects exactly one argument");
    if (reader->mod->go_line != NULL)
        return refuse(reader, error, "repeated go statement");
    if (!is_good_line(reader, words[0]))
        return refuse(reader, error, "invalid go version '%s': must match format %s", words[0],
                      format_example(reader->running));
    reader->mod->go_line = g_strdup(words[0]);
    return true;
}

static bool take_toolchain(struct reader *reader, char **words, GError **error)
{
    if (!is_modern(reader->running))
        return refuse(reader, error, "unknown directive: toolchain");
    if (g_strv_length(words) != 1)
        return refuse(reader, error, "toolchain directive expects exactly one argument");
    reader->mod->toolchain = g_strdup(words[0]);
    return true;
}

static bool take_module(struct reader *reader, char **words, GError **error)
{
    if (reader->mod->module != NULL)
        return refuse(reader, error, "repeated module statement");
    if (g_strv_length(words) != 1)
        return refuse(reader, error, "usage: module module/path");
    reader->mod->module = g_strdup(words[0]);
    return true;
}

static bool take_require(struct reader *reader, char **words, GError **error)
{
    struct go_requirement *requirement;
    if (g_strv_length(words) != 2)
        return refuse(reader, error, "usage: require module/path v1.2.3");
    if (reader->mod->requirements->len >= GO_MOD_REQUIREMENTS_MAX)
        return refuse(reader, error, "more than %d requirements", GO_MOD_REQUIREMENTS_MAX);
    requirement = g_new0(struct go_requirement, 1);
    requirement->path = g_strdup(words[0]);
    requirement->version = g_strdup(words[1]);
    g_ptr_array_add(reader->mod->requirements, requirement);
    return true;
}

static bool is_folder(const char *target)
{
    return g_str_has_prefix(target, "./") || g_str_has_prefix(target, "../") ||
           g_str_has_prefix(target, "/") || strcmp(target, ".") == 0 || strcmp(target, "..") == 0;
}

/* Words of cmd/go's modfile, parseReplace(). */
static bool take_replace(struct reader *reader, char **words, GError **error)
{
    static const char usage[] = "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or "
                                "replace module/path [v1.2.3] => ../local/directory";
    guint count = g_strv_length(words);
    guint arrow = count >= 2 && strcmp(words[1], "=>") == 0 ? 1 : 2;
    if (count < arrow + 2 || count > arrow + 3 || strcmp(words[arrow], "=>") != 0)
        return refuse(reader, error, "%s", usage);
    const char *target = words[arrow + 1];
    if (count == arrow + 2 && !is_folder(target))
        return refuse(reader, error,
                      "replacement module without version must be directory path (rooted or "
                      "starting with . or ..)");
    if (count == arrow + 3 && is_folder(target))
        return refuse(reader, error, "replacement module directory path \"%s\" cannot have version",
                      target);
    if (reader->replacements->len >= GO_MOD_REQUIREMENTS_MAX)
        return refuse(reader, error, "more than %d replacements", GO_MOD_REQUIREMENTS_MAX);
    const struct replacement replacement = {
        .path = g_strdup(words[0]),
        .version = arrow == 2 ? g_strdup(words[1]) : NULL,
        .target = g_strdup(target),
        .target_version = g_strdup(words[arrow + 2]),
    };
    g_array_append_val(reader->replacements, replacement);
    return true;
}

/* One of a version counts more than one of all. */
static void replace(const struct reader *reader, struct go_requirement *requirement)
{
    const struct replacement *found = NULL;
    for (guint i = 0; i < reader->replacements->len; i++) {
        const struct replacement *each =
            &g_array_index(reader->replacements, struct replacement, i);
        if (strcmp(each->path, requirement->path) != 0)
            continue;
        if (each->version != NULL ? strcmp(each->version, requirement->version) == 0
                                  : found == NULL)
            found = each;
    }
    if (found == NULL)
        return;
    requirement->target = g_strdup(found->target);
    requirement->target_version = g_strdup(found->target_version);
}

static bool take_other(struct reader *reader, char **words, GError **error)
{
    (void)reader;
    (void)words;
    (void)error;
    return true;
}

struct directive {
    const char *name;
    bool (*take)(struct reader *reader, char **words, GError **error);
    bool may_be_block;
};

static const struct directive directives[] = {
    {"module", take_module, true},        {"go", take_go, false},
    {"toolchain", take_toolchain, false}, {"require", take_require, true},
    {"exclude", take_other, true},        {"replace", take_replace, true},
    {"retract", take_other, true},        {"godebug", take_other, true},
    {"tool", take_other, true},           {"ignore", take_other, true},
};

static const struct directive *find_directive(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(directives); i++)
        if (strcmp(directives[i].name, name) == 0)
            return &directives[i];
    return NULL;
}

/* Words of a line without its comment; quotes round a word are dropped. */
static char **words_of(const char *line)
{
    const char *comment = strstr(line, "//");
    g_autofree char *text =
        comment != NULL ? g_strndup(line, (gsize)(comment - line)) : g_strdup(line);
    g_auto(GStrv) pieces = g_strsplit_set(text, " \t\r", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (gsize i = 0; pieces[i] != NULL; i++) {
        gsize length = strlen(pieces[i]);
        if (length == 0)
            continue;
        bool is_quoted = length > 1 && (pieces[i][0] == '"' || pieces[i][0] == '`');
        g_ptr_array_add(words,
                        is_quoted ? g_strndup(pieces[i] + 1, length - 2) : g_strdup(pieces[i]));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_steal(words, NULL);
}

static bool read_line(struct reader *reader, const char *line, GError **error)
{
    g_auto(GStrv) words = words_of(line);
    const struct directive *directive;

    reader->line++;
    if (words[0] == NULL)
        return true;
    if (reader->block != NULL) {
        if (strcmp(words[0], ")") == 0) {
            reader->block = NULL;
            return true;
        }
        return find_directive(reader->block)->take(reader, words, error);
    }
    directive = find_directive(words[0]);
    if (directive == NULL)
        return refuse(reader, error, "unknown directive: %s", words[0]);
    if (words[1] != NULL && strcmp(words[1], "(") == 0 && directive->may_be_block) {
        reader->block = directive->name;
        return true;
    }
    return directive->take(reader, words + 1, error);
}

static bool read_lines(struct reader *reader, char *const *lines, GError **error)
{
    for (; *lines != NULL; lines++)
        if (!read_line(reader, *lines, error))
            return false;
    for (guint i = 0; i < reader->mod->requirements->len; i++)
        replace(reader, reader->mod->requirements->pdata[i]);
    return true;
}

struct go_mod *go_mod_parse(const char *text, const char *shown, const char *running,
                            GError **error)
{
    AUTO(go_mod) mod = g_new0(struct go_mod, 1);
    g_autoptr(GArray) replacements = g_array_new(FALSE, FALSE, sizeof(struct replacement));
    struct reader reader = {
        .mod = mod, .replacements = replacements, .shown = shown, .running = running};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_array_set_clear_func(replacements, replacement_clear);
    mod->requirements = g_ptr_array_new_with_free_func(go_requirement_free);
    return read_lines(&reader, lines, error) ? g_steal_pointer(&mod) : NULL;
}
