/* Functions over texts. Lengths and places count characters, as cty's grapheme clusters mostly do.
 */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static const char *text_at(const struct call *call, gsize index)
{
    return call->args[index]->text;
}

static const struct value *run_upper(struct call *call)
{
    return call_string(call, g_utf8_strup(text_at(call, 0), -1));
}

static const struct value *run_lower(struct call *call)
{
    return call_string(call, g_utf8_strdown(text_at(call, 0), -1));
}

/* Go's strings.Title: the first letter of each word. */
static const struct value *run_title(struct call *call)
{
    GString *text = g_string_new(NULL);
    gunichar before = ' ';
    for (const char *at = text_at(call, 0); *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        bool starts = !(g_unichar_isalnum(before) || before == '_' || before == '\'');
        g_string_append_unichar(text, starts ? g_unichar_totitle(c) : c);
        before = c;
    }
    return call_string(call, g_string_free(text, FALSE));
}

static const char *trim_start(const char *text, const char *set)
{
    while (*text != '\0' && g_utf8_strchr(set, -1, g_utf8_get_char(text)) != NULL)
        text = g_utf8_next_char(text);
    return text;
}

static const char *trim_end(const char *text, const char *end, const char *set)
{
    while (end > text) {
        const char *last = g_utf8_prev_char(end);
        if (g_utf8_strchr(set, -1, g_utf8_get_char(last)) == NULL)
            break;
        end = last;
    }
    return end;
}

static const struct value *trimmed(struct call *call, const char *set)
{
    const char *start = trim_start(text_at(call, 0), set);
    const char *end = trim_end(start, start + strlen(start), set);
    return value_text_of(call->bake, start, (gsize)(end - start));
}

static const struct value *run_trim(struct call *call)
{
    return trimmed(call, text_at(call, 1));
}

static const struct value *run_trimspace(struct call *call)
{
    return trimmed(call, " \t\n\r\v\f");
}

static const struct value *run_trimprefix(struct call *call)
{
    const char *text = text_at(call, 0), *prefix = text_at(call, 1);
    return value_string(call->bake, g_str_has_prefix(text, prefix) ? text + strlen(prefix) : text);
}

static const struct value *run_trimsuffix(struct call *call)
{
    const char *text = text_at(call, 0), *suffix = text_at(call, 1);
    gsize length = strlen(text);
    return value_text_of(call->bake, text,
                         g_str_has_suffix(text, suffix) ? length - strlen(suffix) : length);
}

static const struct value *run_chomp(struct call *call)
{
    const char *text = text_at(call, 0);
    gsize length = strlen(text);
    while (length > 0 && strchr("\r\n", text[length - 1]) != NULL)
        length--;
    return value_text_of(call->bake, text, length);
}

/* Text with all of one piece replaced; an empty piece stands between all characters. */
static const struct value *run_replace(struct call *call)
{
    const char *text = text_at(call, 0), *from = text_at(call, 1), *to = text_at(call, 2);
    gsize length = strlen(from);
    GString *out = g_string_new(NULL);
    bool fits = length > 0 || bake_text_append(call->bake, out, to);
    while (fits && *text != '\0') {
        if (length > 0 && strncmp(text, from, length) == 0) {
            fits = bake_text_append(call->bake, out, to);
            text += length;
            continue;
        }
        const char *next = g_utf8_next_char(text);
        g_string_append_len(out, text, next - text);
        text = next;
        fits = length > 0 || bake_text_append(call->bake, out, to);
    }
    return call_string(call, g_string_free(out, FALSE));
}

static const struct value *run_split(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    const char *separator = text_at(call, 0), *text = text_at(call, 1);
    gsize length = strlen(separator);
    while (bake_step(call->bake)) {
        const char *end = length > 0      ? strstr(text, separator)
                          : *text != '\0' ? g_utf8_next_char(text)
                                          : NULL;
        if (length == 0 && (end == NULL || *end == '\0'))
            end = NULL;
        gsize bytes = end == NULL ? strlen(text) : (gsize)(end - text);
        g_ptr_array_add(items, (struct value *)value_text_of(call->bake, text, bytes));
        if (end == NULL)
            break;
        text = end + length;
    }
    return value_sequence(call->bake, VALUE_LIST, (const struct value *const *)items->pdata,
                          items->len);
}

static const struct value *run_join(struct call *call)
{
    GString *text = g_string_new(NULL);
    bool is_first = true, is_fine = true;
    for (gsize i = 1; i < call->count; i++) {
        for (gsize k = 0; is_fine && k < call->args[i]->count; k++) {
            const struct value *item = call->args[i]->items[k];
            const char *piece = value_as_text(call->bake, item);
            if (piece == NULL) {
                g_string_free(text, TRUE);
                return call_argument_fails(call, (int)i, "element %zu is null or no string",
                                           (size_t)k);
            }
            is_fine = (is_first || bake_text_append(call->bake, text, text_at(call, 0))) &&
                      bake_text_append(call->bake, text, piece);
            is_first = false;
        }
    }
    return call_string(call, g_string_free(text, FALSE));
}

static const struct value *run_substr(struct call *call)
{
    const char *text = text_at(call, 0);
    glong total = g_utf8_strlen(text, -1);
    glong offset = (glong)call->args[1]->number, length = (glong)call->args[2]->number;
    if (offset < 0)
        offset = MAX(offset + total, 0);
    offset = MIN(offset, total);
    if (length < 0 || length > total - offset)
        length = total - offset;
    return call_string(call, g_utf8_substring(text, offset, offset + length));
}

static const struct value *run_strlen(struct call *call)
{
    return value_number(call->bake, (long double)g_utf8_strlen(text_at(call, 0), -1));
}

static const struct value *run_reverse(struct call *call)
{
    return call_string(call, g_utf8_strreverse(text_at(call, 0), -1));
}

static const struct value *run_indent(struct call *call)
{
    int spaces = (int)MIN(MAX(call->args[0]->number, 0.0L), 1000.0L);
    g_autofree char *pad = g_strdup_printf("\n%*s", spaces, "");
    GString *out = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text_at(call, 1), "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++)
        if ((i > 0 && !bake_text_append(call->bake, out, pad)) ||
            !bake_text_append(call->bake, out, lines[i]))
            break;
    return call_string(call, g_string_free(out, FALSE));
}

static const struct value *run_sanitize(struct call *call)
{
    GString *out = g_string_new(NULL);
    for (const char *at = text_at(call, 0); *at != '\0'; at = g_utf8_next_char(at))
        g_string_append_c(out, g_ascii_isalnum(*at) || *at == '-' ? *at : '_');
    return call_string(call, g_string_free(out, FALSE));
}

static const struct value *run_basename(struct call *call)
{
    const char *text = text_at(call, 0);
    if (*text == '\0')
        return value_string(call->bake, ".");
    return call_string(call, g_path_get_basename(text));
}

static const struct value *run_dirname(struct call *call)
{
    return call_string(call, g_path_get_dirname(text_at(call, 0)));
}

const struct function_row functions_texts[] = {
    {"upper", "sstr", run_upper},
    {"lower", "sstr", run_lower},
    {"title", "sstr", run_title},
    {"trim", "sstr scutset", run_trim},
    {"trimspace", "sstr", run_trimspace},
    {"trimprefix", "sstr sprefix", run_trimprefix},
    {"trimsuffix", "sstr ssuffix", run_trimsuffix},
    {"chomp", "sstr", run_chomp},
    {"replace", "sstr ssubstr sreplace", run_replace},
    {"split", "sseparator sstr", run_split},
    {"join", "sseparator +llists", run_join},
    {"substr", "sstr noffset nlength", run_substr},
    {"strlen", "sstr", run_strlen},
    {"reverse", "sstr", run_reverse},
    {"indent", "nspaces sstr", run_indent},
    {"sanitize", "sname", run_sanitize},
    {"basename", "spath", run_basename},
    {"dirname", "spath", run_dirname},
    {NULL, NULL, NULL},
};
