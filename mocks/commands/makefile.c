/* Whether targets of a Makefile build, move or run images, told from its text: rules with what they
   need and what they do, and plain variables. */
#include "mocks/commands/commands_private.h"

#include "base/regular_file.h"

#include <string.h>

enum {
    FILES_MAX = 100, /* that a Makefile includes; further ones are left out */
};

struct makefile {
    GHashTable *needs;     /* target to GPtrArray of char* */
    GHashTable *recipes;   /* target to GString */
    GHashTable *variables; /* name to text */
    GPtrArray *files;      /* char*, names of those that are read */
    char *first;           /* target; or NULL */
};

static void string_free(gpointer text)
{
    g_string_free(text, TRUE);
}

static void makefile_clear(struct makefile *makefile)
{
    g_hash_table_unref(makefile->needs);
    g_hash_table_unref(makefile->recipes);
    g_hash_table_unref(makefile->variables);
    g_ptr_array_unref(makefile->files);
    g_free(makefile->first);
}

/* ---- reading ---- */

static char *read_text(const struct command_call *call, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder != NULL ? folder : ".", name, NULL);
    g_autofree char *host_path = command_host_path(call, path);
    char *bytes = NULL;
    gsize length = 0;
    if (host_path == NULL || !g_file_test(host_path, G_FILE_TEST_IS_REGULAR) ||
        !regular_file_read(host_path, &bytes, &length, NULL))
        return NULL;
    if (length > DOC_BYTES_MAX)
        g_clear_pointer(&bytes, g_free);
    return bytes;
}

static void add_recipe(struct makefile *makefile, char *const *targets, const char *line)
{
    for (; *targets != NULL; targets++) {
        GString *text = g_hash_table_lookup(makefile->recipes, *targets);
        if (text == NULL) {
            text = g_string_new(NULL);
            g_hash_table_insert(makefile->recipes, g_strdup(*targets), text);
        }
        g_string_append_printf(text, "%s\n", line);
    }
}

static void add_needs(struct makefile *makefile, const char *target, const char *words)
{
    GPtrArray *needs = g_hash_table_lookup(makefile->needs, target);
    if (needs == NULL) {
        needs = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(makefile->needs, g_strdup(target), needs);
    }
    g_auto(GStrv) parts = g_strsplit_set(words, " \t", -1);
    for (char **part = parts; *part != NULL; part++)
        if (**part != '\0')
            g_ptr_array_add(needs, g_strdup(*part));
    if (makefile->first == NULL && *target != '.' && strchr(target, '%') == NULL)
        makefile->first = g_strdup(target);
}

/* "NAME = value" with any sign that make has for it. */
static bool take_variable(struct makefile *makefile, const char *line)
{
    g_autoptr(GRegex) regex =
        g_regex_new("^(?:(?:export|override|private|define)\\s+)*([\\w.-]+)\\s*"
                    "(?:::?|\\?|\\+|!)?=\\s*(.*)$",
                    0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, line, 0, &match))
        return false;
    g_hash_table_replace(makefile->variables, g_match_info_fetch(match, 1),
                         g_match_info_fetch(match, 2));
    return true;
}

/* The targets of a rule, g_strfreev; NULL: it is none. */
static char **take_rule(struct makefile *makefile, const char *line)
{
    const char *colon = strchr(line, ':');
    if (colon == NULL || *line == '#' || *line == '\t')
        return NULL;
    g_autofree char *left = g_strstrip(g_strndup(line, (gsize)(colon - line)));
    g_auto(GStrv) parts = g_strsplit(colon + strspn(colon, ":"), ";", 2);
    char **targets = g_strsplit_set(left, " \t", -1);
    for (char **target = targets; *target != NULL; target++)
        add_needs(makefile, *target, parts[0] != NULL ? parts[0] : "");
    if (parts[0] != NULL && parts[1] != NULL)
        add_recipe(makefile, targets, parts[1]);
    return targets;
}

/* "include a.mk b.mk"; names with variables and patterns in them lead nowhere. */
static bool take_include(struct makefile *makefile, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
    static const char *const forms[] = {"include", "-include", "sinclude", NULL};
    if (words[0] == NULL || !g_strv_contains(forms, words[0]))
        return false;
    for (char **word = words + 1; *word != NULL; word++)
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
    g_auto(GStrv) targets = NULL;

    for (char **line = lines; *line != NULL; line++) {
        const char *bare = *line + strspn(*line, " \t");
        if (take_define(makefile, &line))
            continue;
        if (**line == '\t' && targets != NULL)
            add_recipe(makefile, targets, *line + 1);
        else if (!is_directive(bare) && !take_include(makefile, bare) &&
                 !take_variable(makefile, bare) && strchr(bare, ':') != NULL) {
            g_strfreev(targets);
            targets = take_rule(makefile, bare);
        }
    }
}

/* ---- what it does ---- */

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
static char *expand(const struct makefile *makefile, const char *text)
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

/* A program that the environment names: `$(CONTAINER_TOOL) push`. */
static bool calls_tool_for_images(const char *text)
{
    g_autoptr(GRegex) regex =
        g_regex_new("(?:^|[;&|@-])[ \\t]*\\$[({](\\w+)[)}]", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        if (word_names_images(name))
            return true;
    }
    return false;
}

static bool does_text_touch(const struct makefile *makefile, const char *text)
{
    g_autofree char *expanded = expand(makefile, text);
    return text_calls_image_programs(expanded) || calls_tool_for_images(expanded);
}

/* `$(call NAME,…)`: what the function does, its arguments left out. */
static bool calls_function_for_images(const struct makefile *makefile, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new("\\$[({]call\\s+([\\w.-]+)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        const char *body = g_hash_table_lookup(makefile->variables, name);
        if (body != NULL && does_text_touch(makefile, body))
            return true;
    }
    return false;
}

/* The words behind `$(MAKE)` in a recipe may be targets. */
static void await_submake(GQueue *due, const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n;&|", -1);
    bool is_make = false;
    for (char **word = words; *word != NULL; word++) {
        if (is_make && **word != '\0')
            g_queue_push_tail(due, g_strdup(*word));
        is_make = is_make || strstr(*word, "$(MAKE)") != NULL || strstr(*word, "${MAKE}") != NULL ||
                  g_str_equal(*word, "make");
    }
}

/* By itself; what it needs and calls is due. */
static bool does_target_touch(const struct makefile *makefile, const char *target, GQueue *due)
{
    const GString *recipe = g_hash_table_lookup(makefile->recipes, target);
    const GPtrArray *needs = g_hash_table_lookup(makefile->needs, target);
    g_autofree char *text = recipe != NULL ? expand(makefile, recipe->str) : g_strdup("");

    if (text_calls_image_programs(text) || calls_tool_for_images(text) ||
        calls_function_for_images(makefile, text))
        return true;
    await_submake(due, text);
    for (guint i = 0; needs != NULL && i < needs->len; i++)
        g_queue_push_tail(due, g_strdup(g_ptr_array_index(needs, i)));
    return recipe == NULL && needs == NULL && word_names_images(target);
}

static bool do_goals_touch(const struct makefile *makefile, const GPtrArray *goals)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GQueue due = G_QUEUE_INIT;
    bool touches = false;
    for (guint i = 0; i < goals->len; i++)
        g_queue_push_tail(&due, g_strdup(g_ptr_array_index(goals, i)));
    while (!touches && !g_queue_is_empty(&due)) {
        char *target = g_queue_pop_head(&due);
        if (g_hash_table_add(seen, target)) /* which takes it over */
            touches = does_target_touch(makefile, target, &due);
    }
    g_queue_clear_full(&due, g_free);
    return touches;
}

/* ---- a command line ---- */

/* The value of -C or -f in any of its forms; *index goes on to it. */
static const char *option_value(const char *const *words, gsize *index, const char *letter,
                                const char *name)
{
    const char *word = words[*index];
    gsize length = strlen(name);
    if (g_str_equal(word, letter))
        return words[*index + 1] != NULL ? words[++*index] : NULL;
    if (g_str_has_prefix(word, letter))
        return word + strlen(letter);
    return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

/* With all that it includes; file NULL: by the names that make looks for. */
static void load(struct makefile *makefile, const struct command_call *call, const char *folder,
                 const char *file)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    g_autofree char *text = file != NULL ? read_text(call, folder, file) : NULL;
    for (gsize i = 0; file == NULL && text == NULL && i < G_N_ELEMENTS(names); i++)
        text = read_text(call, folder, names[i]);
    parse(makefile, text != NULL ? text : "");
    for (guint i = 0; i < makefile->files->len; i++) {
        g_autofree char *included = read_text(call, folder, makefile->files->pdata[i]);
        if (included != NULL)
            parse(makefile, included);
    }
}

/* A variable of the command line stands above those of the files (GNU make manual, 9.5). */
static void set_variables(struct makefile *makefile, const struct command_call *call)
{
    for (gsize i = 1; call->arguments[i] != NULL; i++) {
        const char *word = call->arguments[i];
        const char *sign = strchr(word, '=');
        gsize length = sign != NULL ? strcspn(word, ":?+=") : 0;
        if (*word != '-' && length > 0)
            g_hash_table_replace(makefile->variables, g_strndup(word, length), g_strdup(sign + 1));
    }
}

bool makefile_touches_images(const struct command_call *call)
{
    struct makefile makefile = {
        .needs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify)g_ptr_array_unref),
        .recipes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free),
        .variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .files = g_ptr_array_new_with_free_func(g_free),
    };
    g_autoptr(GPtrArray) targets = g_ptr_array_new();
    const char *folder = NULL;
    const char *file = NULL;

    for (gsize i = 1; call->arguments[i] != NULL; i++) {
        const char *said_folder = option_value(call->arguments, &i, "-C", "--directory");
        const char *said_file =
            said_folder == NULL ? option_value(call->arguments, &i, "-f", "--file") : NULL;
        folder = said_folder != NULL ? said_folder : folder;
        file = said_file != NULL ? said_file : file;
        const char *word = call->arguments[i];
        if (said_folder == NULL && said_file == NULL && *word != '-' && strchr(word, '=') == NULL)
            g_ptr_array_add(targets, (char *)word);
    }
    load(&makefile, call, folder, file);
    set_variables(&makefile, call);
    char *goal = g_hash_table_lookup(makefile.variables, ".DEFAULT_GOAL");
    if (targets->len == 0 && (goal != NULL || makefile.first != NULL))
        g_ptr_array_add(targets, goal != NULL ? goal : makefile.first);
    bool touches = do_goals_touch(&makefile, targets);
    makefile_clear(&makefile);
    return touches;
}
