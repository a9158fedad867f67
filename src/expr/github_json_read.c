/* JSON as Newtonsoft's reader takes it: fromJSON(), and the contexts of files. */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <math.h>
#include <string.h>

struct reader {
    const char *at;
    int depth;
    int depth_max;
    bool is_broken;
};

static bool read_value(struct reader *reader, struct value *out);

static bool refuse(struct reader *reader)
{
    reader->is_broken = true;
    return false;
}

/* The comment at the reader's place; NULL when it is none or does not end. */
static char *read_comment(struct reader *reader)
{
    const char *start = reader->at + 2;
    bool is_line = g_str_has_prefix(reader->at, "//");
    if (!is_line && !g_str_has_prefix(reader->at, "/*"))
        return NULL;
    const char *end = is_line ? start + strcspn(start, "\r\n") : strstr(start, "*/");
    if (end == NULL)
        return NULL;
    reader->at = end + (is_line ? 0 : 2);
    return g_strndup(start, (gsize)(end - start));
}

static void skip_white(struct reader *reader)
{
    for (const char *next = reader->at; character_is_white(text_next(&next));)
        reader->at = next;
}

static void skip_blank(struct reader *reader)
{
    for (skip_white(reader); *reader->at == '/'; skip_white(reader)) {
        g_autofree char *comment = read_comment(reader);
        if (comment == NULL)
            return;
    }
}

/* What may stand behind a word or a number. */
static bool is_separator(const char *at)
{
    return *at == '\0' || strchr("}],/)", *at) != NULL || character_is_white(text_next(&at));
}

static bool read_unit(struct reader *reader, gunichar *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(*reader->at);
        if (digit < 0)
            return refuse(reader);
        *unit = *unit * 16 + (gunichar)digit;
        reader->at++;
    }
    return true;
}

/* \uD83D\uDE0A is one character; half a pair, and \u0000, which our texts cannot hold, become
   U+FFFD. */
static bool read_unicode(struct reader *reader, GString *text)
{
    gunichar unit, low;
    if (!read_unit(reader, &unit))
        return false;
    if (unit >= 0xd800 && unit < 0xdc00 && g_str_has_prefix(reader->at, "\\u")) {
        struct reader ahead = {.at = reader->at + 2};
        if (read_unit(&ahead, &low) && low >= 0xdc00 && low < 0xe000) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            reader->at = ahead.at;
        }
    }
    bool is_half = unit >= 0xd800 && unit < 0xe000;
    g_string_append_unichar(text, unit == 0 || is_half ? 0xfffd : unit);
    return true;
}

static bool read_escape(struct reader *reader, GString *text)
{
    static const char escaped[] = "btnfr\"'\\/";
    static const char plain[] = "\b\t\n\f\r\"'\\/";
    char letter = *reader->at;
    const char *found = letter != '\0' ? strchr(escaped, letter) : NULL;
    if (found == NULL && letter != 'u')
        return refuse(reader);
    reader->at++;
    if (letter == 'u')
        return read_unicode(reader, text);
    g_string_append_c(text, plain[found - escaped]);
    return true;
}

/* g_free; NULL when it is none. */
static char *read_string(struct reader *reader)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char quote = *reader->at++;
    while (*reader->at != quote) {
        if (*reader->at == '\0') {
            refuse(reader);
            return NULL;
        }
        char next = *reader->at++;
        if (next != '\\')
            g_string_append_c(text, next);
        else if (!read_escape(reader, text))
            return NULL;
    }
    reader->at++;
    return g_strdup(text->str);
}

struct word {
    const char *text;
    enum value_kind kind;
    double number;
};

static const struct word words[] = {
    {"true", VALUE_BOOLEAN, 1},
    {"false", VALUE_BOOLEAN, 0},
    {"null", VALUE_NULL, 0},
    {"NaN", VALUE_NUMBER, NAN},
    {"Infinity", VALUE_NUMBER, INFINITY},
    {"-Infinity", VALUE_NUMBER, -INFINITY},
    {"undefined", VALUE_STRING, 0}, /* an empty text afterwards */
};

static bool read_word(struct reader *reader, struct value *out)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        gsize length = strlen(words[i].text);
        if (!g_str_has_prefix(reader->at, words[i].text) || !is_separator(reader->at + length))
            continue;
        reader->at += length;
        if (words[i].kind == VALUE_BOOLEAN)
            *out = value_of_boolean(words[i].number != 0);
        else if (words[i].kind == VALUE_NUMBER)
            *out = value_of_number(words[i].number);
        else
            *out = value_of_string(words[i].kind == VALUE_STRING ? "" : NULL);
        return true;
    }
    return refuse(reader);
}

/* 0x1F and 017 are hexadecimal and octal, of 64 bits; with a sign they are not. */
static bool parse_number(const char *text, double *number)
{
    bool is_hexadecimal = g_ascii_strncasecmp(text, "0x", 2) == 0;
    bool is_based = text[0] == '0' && text[1] != '\0' && strchr(".eE", text[1]) == NULL;
    guint64 bits = 0;
    if (!is_based) {
        *number = github_number_parse(text);
        return !isnan(*number);
    }
    if (!g_ascii_string_to_unsigned(text + (is_hexadecimal ? 2 : 0), is_hexadecimal ? 16 : 8, 0,
                                    G_MAXUINT64, &bits, NULL))
        return false;
    *number = (double)(gint64)bits;
    return true;
}

static bool read_number(struct reader *reader, struct value *out)
{
    gsize length = strspn(reader->at, "0123456789+-.abcdefABCDEFxX");
    g_autofree char *text = g_strndup(reader->at, length);
    double number = 0;
    reader->at += length;
    if (length == 0 || !is_separator(reader->at) || !parse_number(text, &number))
        return refuse(reader);
    *out = value_of_number(number);
    return true;
}

static bool enter(struct reader *reader)
{
    reader->at++;
    return ++reader->depth <= reader->depth_max || refuse(reader);
}

/* Behind a value: a comma goes on, the closing bracket ends. */
static bool goes_on(struct reader *reader, char closing)
{
    skip_blank(reader);
    if (*reader->at == ',') {
        reader->at++;
        return true;
    }
    if (*reader->at != closing)
        return refuse(reader);
    return false;
}

static bool read_array(struct reader *reader, struct value *out)
{
    bool has_more = enter(reader);
    *out = value_of_array();
    for (skip_blank(reader); has_more && *reader->at != ']'; skip_blank(reader)) {
        struct value item = {0};
        if (!read_value(reader, &item)) {
            value_clear(&item);
            return false;
        }
        value_append(out, item);
        has_more = goes_on(reader, ']');
    }
    reader->depth--;
    reader->at += !reader->is_broken;
    return !reader->is_broken;
}

/* "a", 'a' or a bare a; g_free; NULL when it is none. */
static char *read_name(struct reader *reader)
{
    if (*reader->at == '"' || *reader->at == '\'')
        return read_string(reader);
    const char *start = reader->at, *next = start;
    for (gunichar character = text_next(&next);
         g_unichar_isalnum(character) || character == '_' || character == '$';
         character = text_next(&next))
        reader->at = next;
    if (reader->at == start)
        refuse(reader);
    return reader->at > start ? g_strndup(start, (gsize)(reader->at - start)) : NULL;
}

static bool read_member(struct reader *reader, struct value *object)
{
    struct value item = {0};
    g_autofree char *name = read_name(reader);
    if (name == NULL)
        return false;
    skip_white(reader);
    if (*reader->at != ':')
        return refuse(reader);
    reader->at++;
    skip_blank(reader);
    if (!read_value(reader, &item)) {
        value_clear(&item);
        return false;
    }
    value_set(object, name, item);
    return true;
}

static bool read_object(struct reader *reader, struct value *out)
{
    bool has_more = enter(reader);
    *out = value_of_folded_map();
    for (skip_blank(reader); has_more && *reader->at != '}'; skip_blank(reader)) {
        if (!read_member(reader, out))
            return false;
        has_more = goes_on(reader, '}');
    }
    reader->depth--;
    reader->at += !reader->is_broken;
    return !reader->is_broken;
}

static bool read_value(struct reader *reader, struct value *out)
{
    char first = *reader->at;
    if (first == '{')
        return read_object(reader, out);
    if (first == '[')
        return read_array(reader, out);
    if (first == '"' || first == '\'') {
        g_autofree char *text = read_string(reader);
        *out = value_of_string(text);
        return text != NULL;
    }
    if (first == ',') { /* nothing before a comma is undefined */
        *out = value_of_string("");
        return true;
    }
    bool is_number =
        g_ascii_isdigit(first) || first == '.' || (first == '-' && reader->at[1] != 'I');
    return is_number ? read_number(reader, out) : read_word(reader, out);
}

bool github_json_read(const char *text, int depth_max, struct value *out, const char **rest)
{
    struct reader reader = {.at = text, .depth_max = depth_max};
    *out = (struct value){0};
    skip_white(&reader);
    g_autofree char *comment = read_comment(&reader);
    if (comment != NULL) /* a comment is a token too, and the first token is the value */
        *out = value_of_string(comment);
    else if (!read_value(&reader, out)) {
        value_clear(out);
        return false;
    }
    skip_blank(&reader);
    if (rest != NULL)
        *rest = reader.at;
    return true;
}
