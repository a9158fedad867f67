/* What a shell does itself: one row each, and the functions of the script. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

static int run_nothing(struct shell *shell, const char *const *words)
{
    (void)shell;
    (void)words;
    return 0;
}

static int change_folder(struct shell *shell, const char *const *words)
{
    struct shell_scope *scope = &shell->scope;
    const struct file *file = NULL;
    if (words[1] == NULL || g_str_equal(words[1], "-") || scope->directory == NULL) {
        g_clear_pointer(&scope->directory, g_free);
        return -1;
    }
    g_autofree char *full = process_path(shell->process, words[1]);
    enum path_fact fact = container_look(shell->process->container, full, &file);
    if (fact == PATH_FILE || fact == PATH_MISSING)
        return 2;
    g_free(scope->directory);
    scope->directory = g_steal_pointer(&full);
    shell->process->working_directory = scope->directory;
    return fact == PATH_FOLDER ? 0 : -1;
}

static void set_parameters(struct shell *shell, const char *const *words)
{
    g_strfreev(shell->scope.parameters);
    shell->scope.parameters = g_strdupv((char **)words);
}

static int set_options(struct shell *shell, const char *const *words)
{
    struct shell_scope *scope = &shell->scope;
    for (gsize i = 1; words[i] != NULL; i++) {
        bool is_on = words[i][0] == '-';
        if (g_str_equal(words[i], "--")) {
            set_parameters(shell, words + i + 1);
            return 0;
        }
        if (!is_on && words[i][0] != '+')
            return -1;
        if (strchr(words[i], 'e') != NULL)
            scope->stops_on_error = is_on;
        if (strchr(words[i], 'o') == NULL || words[i + 1] == NULL)
            continue;
        i++;
        if (g_str_equal(words[i], "pipefail"))
            scope->has_pipefail = is_on;
        else if (g_str_equal(words[i], "errexit"))
            scope->stops_on_error = is_on;
    }
    return 0;
}

static int export_words(struct shell *shell, const char *const *words)
{
    for (gsize i = 1; words[i] != NULL; i++) {
        gsize length = shell_name_length(words[i]);
        g_autofree char *name = g_strndup(words[i], length);
        if (length == 0)
            return -1;
        if (words[i][length] == '=')
            shell_set(shell, name, words[i] + length + 1);
    }
    return 0;
}

/* What the variables were comes back when the function ends. */
static int declare_locals(struct shell *shell, const char *const *words)
{
    GPtrArray *locals = shell->locals;
    for (gsize i = 1; words[i] != NULL && locals != NULL; i++) {
        char *name = g_strndup(words[i], shell_name_length(words[i]));
        g_ptr_array_add(locals, name);
        g_ptr_array_add(locals, g_strdup(g_environ_getenv(shell->scope.environment, name)));
        if (words[i][strlen(name)] == '\0')
            shell_unset(shell, name);
    }
    return export_words(shell, words);
}

static int unset_words(struct shell *shell, const char *const *words)
{
    for (gsize i = 1; words[i] != NULL; i++) {
        if (words[i][0] == '-')
            return -1;
        shell_unset(shell, words[i]);
    }
    return 0;
}

/* ---- what leaves ---- */

static int code_of(const struct shell *shell, const char *word)
{
    return word != NULL ? (int)(g_ascii_strtoll(word, NULL, 10) & 0xff) : shell->code;
}

static int run_exit(struct shell *shell, const char *const *words)
{
    shell->leave = SHELL_EXIT;
    return code_of(shell, words[1]);
}

static int run_return(struct shell *shell, const char *const *words)
{
    shell->leave = SHELL_RETURN;
    return code_of(shell, words[1]);
}

static int leave_loops(struct shell *shell, const char *const *words, enum shell_leave leave)
{
    guint64 levels = 1;
    if (words[1] != NULL && !g_ascii_string_to_unsigned(words[1], 10, 1, G_MAXINT, &levels, NULL))
        return -1;
    shell->leave = leave;
    shell->levels = (guint)levels;
    return 0;
}

static int run_break(struct shell *shell, const char *const *words)
{
    return leave_loops(shell, words, SHELL_BREAK);
}

static int run_continue(struct shell *shell, const char *const *words)
{
    return leave_loops(shell, words, SHELL_CONTINUE);
}

static int run_words_as_last(struct shell *shell, const char *const *words)
{
    bool is_own = false;
    if (words[1] == NULL)
        return 0;
    shell->process->arguments = words + 1;
    int code = shell_run_builtin(shell, words + 1, &is_own);
    if (!is_own)
        code = common_program_run(shell->process);
    shell->leave = SHELL_EXIT;
    return code;
}

/* ---- parameters and input ---- */

static int shift(struct shell *shell, const char *const *words)
{
    char **parameters = shell->scope.parameters;
    guint64 count = 1;
    if (parameters == NULL)
        return -1;
    if (words[1] != NULL && !g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXINT, &count, NULL))
        return -1;
    if (count > g_strv_length(parameters))
        return 1;
    shell->scope.parameters = g_strdupv(parameters + count);
    g_strfreev(parameters);
    return 0;
}

/* Takes what is before the next separator; the last variable gets the rest. */
static char *next_field(char **line, const char *separators, bool is_last)
{
    g_autofree char *blanks = g_strdup(separators);
    gsize count = 0;
    for (const char *each = separators; *each != '\0'; each++)
        if (strchr(" \t\n", *each) != NULL)
            blanks[count++] = *each;
    blanks[count] = '\0';

    char *start = *line + strspn(*line, blanks);
    gsize length = is_last ? strlen(start) : strcspn(start, separators);
    *line = start + length + (start[length] != '\0');
    while (is_last && length > 0 && strchr(blanks, start[length - 1]) != NULL)
        length--;
    return g_strndup(start, length);
}

static void forget_all(struct shell *shell, const char *const *names)
{
    for (; *names != NULL; names++)
        shell_set(shell, *names, NULL);
}

/* read [-r] NAME...; without -r a backslash means more than itself. */
static int read_words(struct shell *shell, const char *const *words)
{
    static const char *const reply[] = {"REPLY", NULL};
    bool is_raw = g_strcmp0(words[1], "-r") == 0;
    const char *const *names = words + (is_raw ? 2 : 1);
    g_autofree char *line = NULL;
    const char *separators = g_environ_getenv(shell->scope.environment, "IFS");

    names = *names != NULL ? names : reply;
    int code = **names == '-' ? -1 : shell_read_line(shell, &line);
    if (code < 0 || (!is_raw && strchr(line, '\\') != NULL)) {
        forget_all(shell, names);
        return -1;
    }
    char *rest = line;
    for (; *names != NULL; names++) {
        g_autofree char *field =
            next_field(&rest, separators != NULL ? separators : " \t\n", names[1] == NULL);
        shell_set(shell, *names, field);
    }
    return code;
}

/* ---- scripts in words ---- */

static int evaluate(struct shell *shell, const char *const *words)
{
    g_autofree char *text = g_strjoinv(" ", (char **)words + 1);
    const struct shell_node *list =
        strlen(text) <= SHELL_VALUE_BYTES_MAX ? shell_text(shell, text) : NULL;
    return list != NULL ? shell_run_list(shell, list, /* is_condition= */ false) : -1;
}

static const struct shell_row {
    const char *name;
    int (*run)(struct shell *shell, const char *const *words);
} rows[] = {
    {":", run_nothing},         {"break", run_break},       {"cd", change_folder},
    {"continue", run_continue}, {"eval", evaluate},         {"exec", run_words_as_last},
    {"exit", run_exit},         {"export", export_words},   {"local", declare_locals},
    {"read", read_words},       {"readonly", export_words}, {"return", run_return},
    {"set", set_options},       {"shift", shift},           {"unset", unset_words},
    {"wait", run_nothing},
};

static void restore_locals(struct shell *shell, const GPtrArray *locals)
{
    for (guint i = locals->len; i >= 2; i -= 2) {
        const char *name = g_ptr_array_index(locals, i - 2);
        const char *value = g_ptr_array_index(locals, i - 1);
        if (value != NULL)
            shell_set(shell, name, value);
        else
            shell_unset(shell, name);
    }
}

/* What its caller had as parameters and variables comes back. */
static int run_function(struct shell *shell, const struct shell_node *body,
                        const char *const *words)
{
    char **outer = shell->scope.parameters;
    GPtrArray *outer_locals = shell->locals;
    g_autoptr(GPtrArray) locals = g_ptr_array_new_with_free_func(g_free);

    shell->scope.parameters = g_strdupv((char **)words + 1);
    shell->locals = locals;
    int code = shell_run_node(shell, body, /* is_condition= */ false);
    restore_locals(shell, locals);
    g_strfreev(shell->scope.parameters);
    shell->scope.parameters = outer;
    shell->locals = outer_locals;
    if (shell->leave == SHELL_RETURN)
        shell->leave = SHELL_STAY;
    return code;
}

int shell_run_builtin(struct shell *shell, const char *const *words, bool *is_own)
{
    GHashTable *functions = shell->scope.functions;
    const struct shell_node *body =
        functions != NULL ? g_hash_table_lookup(functions, words[0]) : NULL;

    *is_own = true;
    if (body != NULL)
        return run_function(shell, body, words);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].name, words[0]))
            return rows[i].run(shell, words);
    *is_own = false;
    return -1;
}
