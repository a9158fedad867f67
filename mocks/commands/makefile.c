/* Whether targets of a Makefile build, move or run images, told from its text: rules with what they
   need and what they do, and plain variables. */
#include "mocks/commands/commands_private.h"

#include "base/regular_file.h"

#include <string.h>

struct makefile {
    GHashTable *needs;     /* target to GPtrArray of char* */
    GHashTable *recipes;   /* target to GString */
    GHashTable *variables; /* name to text */
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
    if (makefile->first == NULL && *target != '.')
        makefile->first = g_strdup(target);
}

/* "NAME = value" with any sign that make has for it. */
static bool take_variable(struct makefile *makefile, const char *line)
{
    g_autoptr(GRegex) regex =
        g_regex_new("^(?:export\\s+)?([\\w.-]+)\\s*(?:::?|\\?|\\+|!)?=\\s*(.*)$", 0, 0, NULL);
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

static void parse(struct makefile *makefile, const char *text)
{
    g_auto(GStrv) pieces = g_strsplit(text, "\\\n", -1);
    g_autofree char *joined = g_strjoinv(" ", pieces);
    g_auto(GStrv) lines = g_strsplit(joined, "\n", -1);
    g_auto(GStrv) targets = NULL;

    for (char **line = lines; *line != NULL; line++) {
        if (**line == '\t' && targets != NULL)
            add_recipe(makefile, targets, *line + 1);
        else if (**line != '\t' && !take_variable(makefile, *line) && strchr(*line, ':') != NULL) {
            g_strfreev(targets);
            targets = take_rule(makefile, *line);
        }
    }
}

/* ---- what it does ---- */

/* $(NAME) and ${NAME}, as deep as people nest them. */
static char *expand(const struct makefile *makefile, const char *text)
{
    enum {
        ROUNDS = 4
    };
    char *result = g_strdup(text);
    for (int round = 0; round < ROUNDS && strchr(result, '$') != NULL; round++) {
        GString *expanded = g_string_new(result);
        GHashTableIter each;
        gpointer name, value;
        g_hash_table_iter_init(&each, makefile->variables);
        while (g_hash_table_iter_next(&each, &name, &value) && expanded->len < DOC_BYTES_MAX) {
            g_autofree char *round_form = g_strdup_printf("$(%s)", (char *)name);
            g_autofree char *brace_form = g_strdup_printf("${%s}", (char *)name);
            g_string_replace(expanded, round_form, value, 0);
            g_string_replace(expanded, brace_form, value, 0);
        }
        g_free(result);
        result = g_string_free(expanded, FALSE);
    }
    return result;
}

static bool does_touch(const struct makefile *makefile, const char *target, GHashTable *seen);

/* `$(MAKE) other` in a recipe. */
static bool does_submake_touch(const struct makefile *makefile, const char *text, GHashTable *seen)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n;&|", -1);
    bool is_make = false;
    for (char **word = words; *word != NULL; word++) {
        if (is_make && **word != '\0' && does_touch(makefile, *word, seen))
            return true;
        is_make = is_make || g_strstr_len(*word, -1, "$(MAKE)") != NULL ||
                  g_strstr_len(*word, -1, "${MAKE}") != NULL || g_str_equal(*word, "make");
    }
    return false;
}

static bool does_touch(const struct makefile *makefile, const char *target, GHashTable *seen)
{
    const GString *recipe = g_hash_table_lookup(makefile->recipes, target);
    const GPtrArray *needs = g_hash_table_lookup(makefile->needs, target);

    if (!g_hash_table_add(seen, g_strdup(target)))
        return false;
    g_autofree char *text = recipe != NULL ? expand(makefile, recipe->str) : g_strdup("");
    if (text_calls_image_programs(text) || does_submake_touch(makefile, text, seen))
        return true;
    for (guint i = 0; needs != NULL && i < needs->len; i++)
        if (does_touch(makefile, g_ptr_array_index(needs, i), seen))
            return true;
    return recipe == NULL && needs == NULL && word_names_images(target);
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

static char *find_text(const struct command_call *call, const char *folder, const char *file)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    char *text = file != NULL ? read_text(call, folder, file) : NULL;
    for (gsize i = 0; file == NULL && text == NULL && i < G_N_ELEMENTS(names); i++)
        text = read_text(call, folder, names[i]);
    return text;
}

bool makefile_touches_images(const struct command_call *call)
{
    struct makefile makefile = {
        .needs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify)g_ptr_array_unref),
        .recipes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free),
        .variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) targets = g_ptr_array_new();
    const char *folder = NULL;
    const char *file = NULL;
    bool touches = false;

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
    g_autofree char *text = find_text(call, folder, file);
    parse(&makefile, text != NULL ? text : "");
    if (targets->len == 0 && makefile.first != NULL)
        g_ptr_array_add(targets, makefile.first);
    for (guint i = 0; i < targets->len && !touches; i++)
        touches = does_touch(&makefile, g_ptr_array_index(targets, i), seen);
    makefile_clear(&makefile);
    return touches;
}
