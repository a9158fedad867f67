/* The scan of an expression, token by token. */
#include "workflow/expression_scan.h"
#include "base/limits.h"
#include "workflow/context.h"

#include <string.h>

enum token {
    TOKEN_NONE,
    TOKEN_LITERAL,
    TOKEN_NAME,     /* a context or a property */
    TOKEN_FUNCTION, /* a name before a parenthesis */
    TOKEN_BINARY,
    TOKEN_NOT,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_STAR,
    TOKEN_OPEN,
    TOKEN_OPEN_CALL,
    TOKEN_OPEN_INDEX,
    TOKEN_CLOSE,
    TOKEN_CLOSE_INDEX,
    TOKEN_UNEXPECTED,
};

struct scan {
    const char *text;
    unsigned contexts;
    gsize start; /* of the token at work, and its end; bytes */
    gsize end;
    enum token token;
    enum token last;
    gsize last_start;
    gsize last_end;
    enum token open[EXPR_DEPTH_MAX];
    gsize open_count;
};

struct function {
    const char *name;
    unsigned contexts; /* one of them must be allowed; 0: always there */
};

static const struct function functions[] = {
    {"case", 0},
    {"contains", 0},
    {"endsWith", 0},
    {"format", 0},
    {"fromJSON", 0},
    {"join", 0},
    {"startsWith", 0},
    {"toJSON", 0},
    {"hashFiles", CONTEXT_HASH_FILES},
    {"always", CONTEXT_STATUS | CONTEXT_JOB_STATUS},
    {"cancelled", CONTEXT_STATUS | CONTEXT_JOB_STATUS},
    {"failure", CONTEXT_STATUS | CONTEXT_JOB_STATUS},
    {"success", CONTEXT_STATUS | CONTEXT_JOB_STATUS},
};

static const struct {
    const char *text;
    enum token token;
} operators[] = {
    {"&&", TOKEN_BINARY}, {"||", TOKEN_BINARY},    {"==", TOKEN_BINARY},     {"!=", TOKEN_BINARY},
    {"<=", TOKEN_BINARY}, {">=", TOKEN_BINARY},    {"<", TOKEN_BINARY},      {">", TOKEN_BINARY},
    {"!", TOKEN_NOT},     {",", TOKEN_COMMA},      {"(", TOKEN_OPEN},        {")", TOKEN_CLOSE},
    {"*", TOKEN_STAR},    {"[", TOKEN_OPEN_INDEX}, {"]", TOKEN_CLOSE_INDEX},
};

static char *message(const struct scan *scan, const char *what, gsize start, gsize end)
{
    g_autofree char *token = g_strndup(scan->text + start, end - start);
    return g_strdup_printf("%s: '%s'. Located at position %ld within expression: %s", what, token,
                           g_utf8_strlen(scan->text, (gssize)start) + 1, scan->text);
}

static bool ends_operand(enum token token)
{
    return token == TOKEN_LITERAL || token == TOKEN_NAME || token == TOKEN_STAR ||
           token == TOKEN_CLOSE || token == TOKEN_CLOSE_INDEX;
}

static bool is_boundary(char c)
{
    return c == '\0' || g_ascii_isspace(c) || strchr("()[],.!><=&|", c) != NULL;
}

static gsize boundary_after(const char *text, gsize at)
{
    while (!is_boundary(text[at]))
        at++;
    return at;
}

static enum token read_string(struct scan *scan)
{
    const char *at = scan->text + scan->start + 1;
    for (; *at != '\0'; at++) {
        if (*at != '\'')
            continue;
        if (at[1] != '\'') {
            scan->end = (gsize)(at + 1 - scan->text);
            return TOKEN_LITERAL;
        }
        at++;
    }
    scan->end = strlen(scan->text);
    return TOKEN_UNEXPECTED;
}

/* Read to a boundary, points included; NaN is no number. */
static enum token read_number(struct scan *scan)
{
    static const char *const word[] = {"Infinity", "-Infinity", "+Infinity"};
    char *rest = NULL;
    scan->end = scan->start + 1;
    while (!is_boundary(scan->text[scan->end]) || scan->text[scan->end] == '.')
        scan->end++;
    g_autofree char *text = g_strndup(scan->text + scan->start, scan->end - scan->start);
    for (gsize i = 0; i < G_N_ELEMENTS(word); i++)
        if (strcmp(text, word[i]) == 0)
            return TOKEN_LITERAL;
    if (g_str_has_prefix(text, "0o") && text[2] != '\0' &&
        text[2 + strspn(text + 2, "01234567")] == '\0')
        return TOKEN_LITERAL;
    g_ascii_strtod(text, &rest);
    return *rest == '\0' && rest != text ? TOKEN_LITERAL : TOKEN_UNEXPECTED;
}

static bool is_keyword(const char *text, gsize length)
{
    if (!g_ascii_isalpha(text[0]) && text[0] != '_')
        return false;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '_' && text[i] != '-')
            return false;
    return true;
}

static bool is_literal_word(const char *text, gsize length)
{
    static const char *const words[] = {"true", "false", "null", "NaN", "Infinity"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i]) == length && strncmp(words[i], text, length) == 0)
            return true;
    return false;
}

static enum token read_word(struct scan *scan)
{
    const char *text = scan->text + scan->start;
    scan->end = boundary_after(scan->text, scan->start);
    gsize length = scan->end - scan->start;
    const char *after = scan->text + scan->end;
    if (length == 0) {
        scan->end++;
        return TOKEN_UNEXPECTED;
    }
    if (!is_keyword(text, length))
        return TOKEN_UNEXPECTED;
    if (scan->last == TOKEN_DOT)
        return TOKEN_NAME;
    if (is_literal_word(text, length))
        return TOKEN_LITERAL;
    while (g_ascii_isspace(*after))
        after++;
    return *after == '(' ? TOKEN_FUNCTION : TOKEN_NAME;
}

static enum token read_operator(struct scan *scan)
{
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (!g_str_has_prefix(scan->text + scan->start, operators[i].text))
            continue;
        scan->end = scan->start + strlen(operators[i].text);
        if (operators[i].token == TOKEN_OPEN && scan->last == TOKEN_FUNCTION)
            return TOKEN_OPEN_CALL;
        return operators[i].token;
    }
    return TOKEN_NONE;
}

static enum token read_token(struct scan *scan)
{
    char first = scan->text[scan->start];
    enum token token;
    if (first == '\'')
        return read_string(scan);
    if (first == '.' && (ends_operand(scan->last))) {
        scan->end = scan->start + 1;
        return TOKEN_DOT;
    }
    if (g_ascii_isdigit(first) || strchr("+-.", first) != NULL)
        return read_number(scan);
    token = read_operator(scan);
    return token != TOKEN_NONE ? token : read_word(scan);
}

static enum token innermost(const struct scan *scan)
{
    return scan->open_count > 0 ? scan->open[scan->open_count - 1] : TOKEN_NONE;
}

/* Whether the token may follow the one before it. */
static bool token_fits(const struct scan *scan)
{
    bool is_after_operand = ends_operand(scan->last);
    enum token open = innermost(scan);
    switch (scan->token) {
    case TOKEN_LITERAL:
    case TOKEN_FUNCTION:
        return !is_after_operand && scan->last != TOKEN_DOT;
    case TOKEN_NAME:
    case TOKEN_NOT:
    case TOKEN_OPEN:
        return !is_after_operand && (scan->token == TOKEN_NAME || scan->last != TOKEN_DOT);
    case TOKEN_OPEN_CALL:
        return true;
    case TOKEN_BINARY:
        return is_after_operand;
    case TOKEN_COMMA:
        return is_after_operand && open == TOKEN_OPEN_CALL;
    case TOKEN_DOT:
    case TOKEN_OPEN_INDEX:
        return is_after_operand && scan->last != TOKEN_LITERAL;
    case TOKEN_STAR:
        return scan->last == TOKEN_DOT || scan->last == TOKEN_OPEN_INDEX;
    case TOKEN_CLOSE:
        return (is_after_operand && (open == TOKEN_OPEN || open == TOKEN_OPEN_CALL)) ||
               scan->last == TOKEN_OPEN_CALL;
    case TOKEN_CLOSE_INDEX:
        return is_after_operand && open == TOKEN_OPEN_INDEX;
    case TOKEN_NONE:
    case TOKEN_UNEXPECTED:
        break;
    }
    return false;
}

static char *check_function(const struct scan *scan)
{
    g_autofree char *name = g_strndup(scan->text + scan->start, scan->end - scan->start);
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
        if (g_ascii_strcasecmp(functions[i].name, name) == 0 &&
            (functions[i].contexts == 0 || scan->contexts == 0 ||
             (functions[i].contexts & scan->contexts) != 0))
            return NULL;
    return message(scan, "Unrecognized function", scan->start, scan->end);
}

static char *check_name(const struct scan *scan)
{
    g_autofree char *name = g_strndup(scan->text + scan->start, scan->end - scan->start);
    if (scan->token == TOKEN_FUNCTION)
        return check_function(scan);
    if (scan->token != TOKEN_NAME || scan->last == TOKEN_DOT || scan->contexts == 0 ||
        (context_of_name(name) & scan->contexts) != 0)
        return NULL;
    return message(scan, "Unrecognized named-value", scan->start, scan->end);
}

static char *track_nesting(struct scan *scan)
{
    if (scan->token == TOKEN_CLOSE || scan->token == TOKEN_CLOSE_INDEX) {
        scan->open_count--;
        return NULL;
    }
    if (scan->token != TOKEN_OPEN && scan->token != TOKEN_OPEN_CALL &&
        scan->token != TOKEN_OPEN_INDEX)
        return NULL;
    if (scan->open_count == EXPR_DEPTH_MAX)
        return g_strdup_printf("Exceeded max expression depth %d", EXPR_DEPTH_MAX);
    scan->open[scan->open_count++] = scan->token;
    return NULL;
}

static char *scan_token(struct scan *scan)
{
    scan->token = read_token(scan);
    if (!token_fits(scan))
        return message(scan, "Unexpected symbol", scan->start, scan->end);
    char *problem = check_name(scan);
    if (problem == NULL)
        problem = track_nesting(scan);
    scan->last = scan->token;
    scan->last_start = scan->start;
    scan->last_end = scan->end;
    return problem;
}

char *expression_scan(const char *text, unsigned contexts)
{
    struct scan scan = {.text = text, .contexts = contexts};
    if (strlen(text) > EXPR_BYTES_MAX)
        return g_strdup_printf("Exceeded max expression length %d", EXPR_BYTES_MAX);
    for (;;) {
        while (g_ascii_isspace(text[scan.end]))
            scan.end++;
        scan.start = scan.end;
        if (text[scan.start] == '\0')
            break;
        char *problem = scan_token(&scan);
        if (problem != NULL)
            return problem;
    }
    if (scan.open_count > 0 || (scan.last != TOKEN_NONE && !ends_operand(scan.last)))
        return message(&scan, "Unexpected end of expression", scan.last_start, scan.last_end);
    return NULL;
}
