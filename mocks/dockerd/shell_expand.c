/* Words as a shell makes them: quotes, variables, substitutions, arithmetic, and their splitting.
 */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

static bool has_room(const struct shell_words *words, gsize length_bytes)
{
    return words->text->len + length_bytes <= SHELL_VALUE_BYTES_MAX;
}

/* ---- fields ---- */

static bool end_field(struct shell_words *words)
{
    if (!words->has_text)
        return true;
    if (words->fields->len >= SHELL_FIELDS_MAX)
        return false;
    g_ptr_array_add(words->fields, g_strdup(words->text->str));
    g_string_truncate(words->text, 0);
    words->has_text = false;
    return true;
}

/* Names of files that fit would take its place. */
static bool may_be_pattern(const char *value)
{
    return strpbrk(value, "*?[") != NULL;
}

static bool add_split(struct shell_words *words, const char *value)
{
    if (may_be_pattern(value))
        return false;
    for (; *value != '\0'; value++) {
        if (strchr(" \t\n", *value) == NULL) {
            g_string_append_c(words->text, *value);
            words->has_text = true;
        } else if (!end_field(words)) {
            return false;
        }
    }
    return true;
}

bool shell_add_value(struct shell_words *words, const char *value)
{
    if (!has_room(words, strlen(value)))
        return false;
    if (words->fields != NULL && !words->is_quoted)
        return add_split(words, value);
    g_string_append(words->text, value);
    words->has_text = true;
    return true;
}

/* Each parameter is a field of its own in "$@". */
static bool add_parameters(const struct shell *shell, struct shell_words *words)
{
    for (gsize i = 0; shell->scope.parameters[i] != NULL; i++)
        if ((i > 0 && !end_field(words)) || !shell_add_value(words, shell->scope.parameters[i]))
            return false;
    return true;
}

bool shell_add_special(const struct shell *shell, struct shell_words *words, char name)
{
    char **parameters = shell->scope.parameters;
    bool is_known = parameters != NULL || name == '?' || name == '0';
    guint count = parameters != NULL ? g_strv_length(parameters) : 0;
    g_autofree char *value = NULL;

    if (!is_known)
        return false;
    if (name == '@' && words->fields != NULL)
        return add_parameters(shell, words);
    if (name == '@' || name == '*')
        value = g_strjoinv(" ", parameters);
    else if (name == '#')
        value = g_strdup_printf("%u", count);
    else if (name == '?')
        value = g_strdup_printf("%d", shell->code);
    else if (name == '0')
        value = g_strdup(shell->name);
    else if (g_ascii_isdigit(name))
        value = g_strdup((guint)(name - '0') <= count ? parameters[name - '1'] : "");
    return value != NULL && shell_add_value(words, value);
}

/* ---- what begins with a dollar sign ---- */

/* "$((1 + 2))", of which the inside may have dollar signs of its own. */
static bool add_sum(struct shell *shell, struct shell_words *words, const char *inside)
{
    g_autofree char *text = shell_expand_here(shell, inside);
    gint64 value = 0;
    if (text == NULL || !shell_calculate(shell, text, &value))
        return false;
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, value);
    return shell_add_value(words, number);
}

static bool add_output(struct shell *shell, struct shell_words *words, const char *script)
{
    g_autofree char *output = shell_substitute(shell, script);
    return output != NULL && shell_add_value(words, output);
}

static const char *add_bracketed(struct shell *shell, struct shell_words *words, const char *text)
{
    const char *end = shell_bracket_end(text, 0);
    if (end == NULL)
        return NULL;
    g_autofree char *inside = g_strndup(text + 2, (gsize)(end - text - 3));
    gsize length = strlen(inside);
    bool is_sum = text[1] == '(' && *inside == '(' && length > 1 && inside[length - 1] == ')';
    if (is_sum) {
        inside[length - 1] = '\0';
        return add_sum(shell, words, inside + 1) ? end : NULL;
    }
    bool is_known =
        text[1] == '(' ? add_output(shell, words, inside) : shell_add_braced(shell, words, inside);
    return is_known ? end : NULL;
}

/* At a '$'; what comes behind it, or NULL. */
static const char *add_dollar(struct shell *shell, struct shell_words *words, const char *text)
{
    gsize length = shell_name_length(text + 1);
    const char *value = NULL;

    if (text[1] == '(' || text[1] == '{')
        return add_bracketed(shell, words, text);
    if (text[1] != '\0' && strchr("@*#?0123456789", text[1]) != NULL)
        return shell_add_special(shell, words, text[1]) ? text + 2 : NULL;
    if (length == 0) {
        const char *unknown = words->is_quoted ? "!$-" : "!$-'\"";
        if (text[1] != '\0' && strchr(unknown, text[1]) != NULL)
            return NULL;
        return shell_add_value(words, "$") ? text + 1 : NULL;
    }
    g_autofree char *name = g_strndup(text + 1, length);
    if (!shell_get(shell, name, &value))
        return NULL;
    return shell_add_value(words, value != NULL ? value : "") ? text + 1 + length : NULL;
}

/* ---- letters and quotes ---- */

static const char *add_single_quoted(struct shell_words *words, const char *text)
{
    const char *end = strchr(text + 1, '\'');
    if (end == NULL || !has_room(words, (gsize)(end - text)))
        return NULL;
    g_string_append_len(words->text, text + 1, end - text - 1);
    words->has_text = true;
    return end + 1;
}

static const char *add_escaped(struct shell_words *words, const char *text)
{
    if (words->is_quoted && (text[1] == '\0' || strchr("$`\"\\\n", text[1]) == NULL)) {
        g_string_append_c(words->text, '\\');
        return text + 1;
    }
    if (text[1] == '\0')
        return NULL;
    if (text[1] != '\n')
        g_string_append_c(words->text, text[1]);
    words->has_text = true;
    return text + 2;
}

static const char *add_backquoted(struct shell *shell, struct shell_words *words, const char *text)
{
    const char *end = strchr(text + 1, '`');
    g_autofree char *script = end != NULL ? g_strndup(text + 1, (gsize)(end - text - 1)) : NULL;
    if (script == NULL || strchr(script, '\\') != NULL)
        return NULL;
    return add_output(shell, words, script) ? end + 1 : NULL;
}

/* Signs that mean more than themselves outside quotes. */
static bool is_pattern(const struct shell_words *words, const char *word, const char *text)
{
    if (words->is_quoted || words->fields == NULL)
        return false;
    if (*text == '[')
        return !g_str_equal(word, "[") && !g_str_equal(word, "[[");
    return *text == '*' || *text == '?' || (*text == '~' && text == word) ||
           (*text == '{' && (strchr(text, ',') != NULL || strstr(text, "..") != NULL));
}

static const char *add_letter(struct shell_words *words, const char *text)
{
    if (!has_room(words, 1))
        return NULL;
    g_string_append_c(words->text, *text);
    words->has_text = true;
    return text + 1;
}

/* One piece of a word; behind it, or NULL. */
static const char *add_piece(struct shell *shell, struct shell_words *words, const char *word,
                             const char *text)
{
    if (is_pattern(words, word, text))
        return NULL;
    switch (*text) {
    case '"':
        words->is_quoted = !words->is_quoted;
        words->has_text |= words->is_quoted && (text[1] != '$' || text[2] != '@');
        return text + 1;
    case '\'':
        return words->is_quoted ? add_letter(words, text) : add_single_quoted(words, text);
    case '\\':
        return add_escaped(words, text);
    case '`':
        return add_backquoted(shell, words, text);
    case '$':
        return add_dollar(shell, words, text);
    default:
        return add_letter(words, text);
    }
}

/* Where a script has said what separates words, nothing is known of that here. */
static bool add_word(struct shell *shell, struct shell_words *words, const char *word)
{
    bool is_usual = g_environ_getenv(shell->scope.environment, "IFS") == NULL;
    const char *text = word;

    if (!is_usual && words->fields != NULL && strpbrk(word, "$`") != NULL)
        return false;
    while (text != NULL && *text != '\0')
        text = add_piece(shell, words, word, text);
    return text != NULL;
}

bool shell_expand_fields(struct shell *shell, const char *word, GPtrArray *fields)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct shell_words words = {.fields = fields, .text = text};
    return add_word(shell, &words, word) && end_field(&words);
}

char *shell_expand_text(struct shell *shell, const char *word)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct shell_words words = {.text = text};
    return add_word(shell, &words, word) ? g_strdup(text->str) : NULL;
}

char *shell_expand_here(struct shell *shell, const char *here)
{
    g_autoptr(GString) result = g_string_new(NULL);
    struct shell_words words = {.text = result, .is_quoted = true};

    for (const char *text = here; *text != '\0';) {
        text = *text == '"' ? add_letter(&words, text) : add_piece(shell, &words, here, text);
        if (text == NULL)
            return NULL;
    }
    return g_strdup(result->str);
}

/* Each piece of the word by itself: signs that were quoted get a backslash. */
char *shell_expand_pattern(struct shell *shell, const char *word)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) pattern = g_string_new(NULL);
    struct shell_words words = {.text = text};

    for (const char *next = word; *next != '\0';) {
        bool is_plain = !words.is_quoted && strchr("'\\", *next) == NULL;
        g_string_truncate(text, 0);
        next = add_piece(shell, &words, word, next);
        if (next == NULL)
            return NULL;
        for (const char *each = text->str; *each != '\0'; each++) {
            if (!is_plain && strchr("*?[]\\", *each) != NULL)
                g_string_append_c(pattern, '\\');
            g_string_append_c(pattern, *each);
        }
    }
    return g_strdup(pattern->str);
}
