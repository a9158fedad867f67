/* A small reader of Handlebars templates. */
#include "actions/handlebars.h"
#include "actions/core.h"

#include <string.h>

struct template
{
    handlebars_fn *value;
    void *self;
    GString *out;
};

enum word_kind {
    WORD_TEXT, /* in quotes */
    WORD_PATH, /* bare: the value of a name, of which none is known */
    WORD_NAME, /* with an '=' behind it */
};

/* As Handlebars.escapeExpression. */
static void add_escaped(GString *out, const char *text)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {
        {'&', "&amp;"},   {'<', "&lt;"},   {'>', "&gt;"},   {'"', "&quot;"},
        {'\'', "&#x27;"}, {'`', "&#x60;"}, {'=', "&#x3D;"},
    };
    for (const char *c = text; *c != '\0'; c++) {
        gsize i = 0;
        while (i < G_N_ELEMENTS(entities) && entities[i].character != *c)
            i++;
        if (i < G_N_ELEMENTS(entities))
            g_string_append(out, entities[i].entity);
        else
            g_string_append_c(out, *c);
    }
}

/* The next word of an expression: a quoted text, or up to white space; an '=' after a bare word
   belongs to it. NULL at the end; g_free. */
static char *next_word(const char **at, enum word_kind *kind)
{
    while (g_ascii_isspace(**at))
        (*at)++;
    if (**at == '\0')
        return NULL;
    *kind = WORD_TEXT;
    if (**at == '\'' || **at == '"') {
        const char *end = strchr(*at + 1, **at);
        if (end == NULL)
            end = *at + strlen(*at);
        char *word = g_strndup(*at + 1, (gsize)(end - *at - 1));
        *at = *end != '\0' ? end + 1 : end;
        return word;
    }
    gsize length = strcspn(*at, " \t\n=");
    char *word = g_strndup(*at, length);
    *at += length;
    *kind = **at == '=' ? WORD_NAME : WORD_PATH;
    if (*kind == WORD_NAME)
        (*at)++;
    return word;
}

/* What stands behind the name of an expression. */
struct arguments {
    char *first;
    bool has_any;
    GHashTable *named;
};

static void arguments_clear(struct arguments *arguments)
{
    g_free(arguments->first);
    g_hash_table_unref(arguments->named);
}

static void read_arguments(const char *at, struct arguments *arguments)
{
    enum word_kind kind;
    for (char *word = next_word(&at, &kind); word != NULL; word = next_word(&at, &kind)) {
        arguments->has_any = true;
        if (kind == WORD_NAME) {
            char *value = next_word(&at, &kind);
            g_hash_table_replace(arguments->named, word, value != NULL ? value : g_strdup(""));
        } else if (kind == WORD_TEXT && arguments->first == NULL) {
            arguments->first = word;
        } else {
            g_free(word);
        }
    }
}

static bool add_value(struct template *template, const char *expression, bool is_escaped,
                      GError **error)
{
    const char *at = expression;
    enum word_kind kind;
    g_autofree char *name = next_word(&at, &kind);
    if (name == NULL || strchr("#/^>", *name) != NULL)
        return core_throw(error, "Parse error: {{%s}} is not understood", expression);

    __attribute__((cleanup(arguments_clear))) struct arguments arguments = {
        .named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    read_arguments(at, &arguments);
    const struct handlebars_call call = {name, arguments.first, arguments.named};
    GError *failure = NULL;
    g_autofree char *value = template->value(template->self, &call, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (value == NULL)
        return !arguments.has_any || core_throw(error, "Missing helper: \"%s\"", name);
    if (is_escaped)
        add_escaped(template->out, value);
    else
        g_string_append(template->out, value);
    return true;
}

/* One {{ }} at text; the end of it, or NULL. */
static const char *expand_one(struct template *template, const char *text, GError **error)
{
    bool is_triple = g_str_has_prefix(text, "{{{");
    const char *inside = text + (is_triple ? 3 : 2);
    const char *closing = is_triple ? "}}}" : "}}";
    const char *end = strstr(inside, closing);
    if (end == NULL) {
        core_throw(error, "Parse error: expected '%s' after \"%s\"", closing, text);
        return NULL;
    }
    bool is_plain = *inside == '&';
    if (*inside != '!') {
        const char *begin = is_plain ? inside + 1 : inside;
        g_autofree char *expression = g_strndup(begin, (gsize)(end - begin));
        if (!add_value(template, expression, !is_triple && !is_plain, error))
            return NULL;
    }
    return end + strlen(closing);
}

char *handlebars_expand(const char *text, handlebars_fn *value, void *self, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    struct template template = {value, self, out};
    const char *at = text;
    while (*at != '\0') {
        const char *begin = strstr(at, "{{");
        if (begin == NULL) {
            g_string_append(out, at);
            break;
        }
        g_string_append_len(out, at, begin - at);
        at = expand_one(&template, begin, error);
        if (at == NULL)
            return NULL;
    }
    return g_strdup(out->str);
}

bool handlebars_is_raw(const char *text)
{
    gsize length = strlen(text);
    if (length < 4 || !g_str_has_prefix(text, "{{") || !g_str_has_suffix(text, "}}"))
        return false;
    g_autofree char *name = g_strndup(text + 2, length - 4);
    return strcmp(g_strstrip(name), "raw") == 0;
}
