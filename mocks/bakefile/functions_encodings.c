/* Hashes, encodings, JSON and format(). */
#include "mocks/bakefile/bakefile_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct value *hashed(struct call *call, GChecksumType type)
{
    return call_string(call, g_compute_checksum_for_string(type, call->args[0]->text, -1));
}

static const struct value *run_md5(struct call *call)
{
    return hashed(call, G_CHECKSUM_MD5);
}

static const struct value *run_sha1(struct call *call)
{
    return hashed(call, G_CHECKSUM_SHA1);
}

static const struct value *run_sha256(struct call *call)
{
    return hashed(call, G_CHECKSUM_SHA256);
}

static const struct value *run_sha512(struct call *call)
{
    return hashed(call, G_CHECKSUM_SHA512);
}

static const struct value *run_base64encode(struct call *call)
{
    const char *text = call->args[0]->text;
    return call_string(call, g_base64_encode((const guchar *)text, strlen(text)));
}

static const struct value *run_base64decode(struct call *call)
{
    const char *text = call->args[0]->text;
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(text, &length);
    g_autofree char *again = g_base64_encode(bytes, length);
    if (strcmp(again, text) != 0)
        return call_fails(call, "failed to decode base64 data '%s'", text);
    if (!g_utf8_validate((char *)bytes, (gssize)length, NULL))
        return call_fails(call, "contents of '%s' are not valid UTF-8", text);
    return value_text_of(call->bake, (char *)bytes, length);
}

/* Go's url.QueryEscape. */
static const struct value *run_urlencode(struct call *call)
{
    GString *out = g_string_new(NULL);
    for (const char *at = call->args[0]->text; *at != '\0'; at++) {
        if (g_ascii_isalnum(*at) || strchr("-_.~", *at) != NULL)
            g_string_append_c(out, *at);
        else if (*at == ' ')
            g_string_append_c(out, '+');
        else
            g_string_append_printf(out, "%%%02X", (unsigned)(guchar)*at);
    }
    return call_string(call, g_string_free(out, FALSE));
}

static bool encode_text(struct bake *bake, GString *text, const char *content)
{
    /* Go escapes what HTML would misread. */
    g_autoptr(json_t) json = json_string(content);
    g_autofree char *plain = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    for (const char *at = plain; at != NULL && *at != '\0'; at++) {
        bool is_html = *at == '<' || *at == '>' || *at == '&';
        if (is_html)
            g_string_append_printf(text, "\\u%04x", (unsigned)*at);
        else
            g_string_append_c(text, *at);
    }
    return bake_text_append(bake, text, "");
}

bool bake_json_encode(struct bake *bake, GString *text, const struct value *value)
{
    if (!bake_step(bake))
        return false;
    if (value->kind == VALUE_NULL)
        return bake_text_append(bake, text, "null");
    if (value->kind == VALUE_STRING)
        return encode_text(bake, text, value->text);
    if (value->kind <= VALUE_STRING) {
        const char *plain = value_as_text(bake, value);
        return plain != NULL && bake_text_append(bake, text, plain);
    }
    bool is_mapping = value_is_mapping(value);
    g_string_append_c(text, is_mapping ? '{' : '[');
    for (gsize i = 0; i < value->count; i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        if (is_mapping &&
            (!encode_text(bake, text, value->keys[i]) || !bake_text_append(bake, text, ":")))
            return false;
        if (!bake_json_encode(bake, text, value->items[i]))
            return false;
    }
    g_string_append_c(text, is_mapping ? '}' : ']');
    return true;
}

static const struct value *run_jsonencode(struct call *call)
{
    GString *text = g_string_new(NULL);
    bake_json_encode(call->bake, text, call->args[0]);
    return call_string(call, g_string_free(text, FALSE));
}

static const struct value *decoded(struct bake *bake, json_t *json)
{
    if (json_is_string(json))
        return value_string(bake, json_string_value(json));
    if (json_is_integer(json))
        return value_number(bake, (long double)json_integer_value(json));
    if (json_is_boolean(json))
        return value_boolean(bake, json_is_true(json));
    if (json_is_real(json)) {
        g_autofree char *digits = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        return value_number(bake, strtold(digits, NULL));
    }
    if (json_is_object(json)) {
        struct pairs pairs;
        const char *key;
        json_t *item;
        pairs_init(&pairs);
        json_object_foreach (json, key, item)
            pairs_add(&pairs, bake_take_text(bake->arena, key, strlen(key)), decoded(bake, item));
        return pairs_end(bake, &pairs, VALUE_OBJECT);
    }
    if (!json_is_array(json))
        return value_null(bake);
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < json_array_size(json); i++)
        g_ptr_array_add(items, (struct value *)decoded(bake, json_array_get(json, i)));
    return value_sequence(bake, VALUE_TUPLE, (const struct value *const *)items->pdata, items->len);
}

const struct value *bake_json_decode(struct bake *bake, const char *text, const char **problem)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = json_parse_bytes(text, strlen(text), &error);
    if (json != NULL)
        return decoded(bake, json);
    *problem = bake_take_text(bake->arena, error->message, strlen(error->message));
    return NULL;
}

static const struct value *run_jsondecode(struct call *call)
{
    const char *problem = NULL;
    const struct value *value = bake_json_decode(call->bake, call->args[0]->text, &problem);
    return value != NULL ? value : call_argument_fails(call, 0, "%s", problem);
}

/* One verb of format(): flags, width and precision as C has them, checked before use. */
struct verb {
    char flags[8];
    int width;
    int precision; /* -1: none */
    char code;
};

static const char *verb_parse(const char *at, struct verb *verb)
{
    gsize flags = 0;
    *verb = (struct verb){.precision = -1};
    while (*at != '\0' && strchr("+-# 0", *at) != NULL && flags + 1 < sizeof verb->flags)
        verb->flags[flags++] = *at++;
    while (g_ascii_isdigit(*at) && verb->width < 10000)
        verb->width = verb->width * 10 + (*at++ - '0');
    if (*at == '.')
        for (at++, verb->precision = 0; g_ascii_isdigit(*at) && verb->precision < 1000; at++)
            verb->precision = verb->precision * 10 + (*at - '0');
    verb->code = *at;
    return *at == '\0' ? at : at + 1;
}

static bool pad(struct call *call, GString *out, const struct verb *verb, const char *text)
{
    glong missing = verb->width - g_utf8_strlen(text, -1);
    bool is_left = strchr(verb->flags, '-') != NULL;
    g_autofree char *spaces = g_strnfill((gsize)MAX(missing, 0), ' ');
    return (is_left || bake_text_append(call->bake, out, spaces)) &&
           bake_text_append(call->bake, out, text) &&
           (!is_left || bake_text_append(call->bake, out, spaces));
}

static bool format_number(struct call *call, GString *out, const struct verb *verb,
                          const struct value *value)
{
    long double number = 0;
    if (!value_as_number(value, &number))
        return call_fails(call, "unsupported value for \"%%%c\": a number is required",
                          verb->code) != NULL;
    if (strchr("dxXob", verb->code) != NULL && fabsl(truncl(number) - number) > 0)
        return call_fails(call, "unsupported value for \"%%%c\": an integer is required",
                          verb->code) != NULL;
    if (verb->code == 'b' || fabsl(number) > 1e18L || strchr(verb->flags, '#') != NULL)
        return bake_unknown_term(call->bake, call->term, "this number in format()") != NULL;
    bool is_integer = strchr("dxXo", verb->code) != NULL;
    g_autofree char *width = verb->width == 0 ? g_strdup("") : g_strdup_printf("%d", verb->width);
    g_autofree char *precision =
        verb->precision < 0 ? g_strdup("") : g_strdup_printf(".%d", verb->precision);
    g_autofree char *pattern = g_strdup_printf("%%%s%s%s%s%c", verb->flags, width, precision,
                                               is_integer ? "ll" : "L", verb->code);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_autofree char *text =
        is_integer ? g_strdup_printf(pattern, (long long)number) : g_strdup_printf(pattern, number);
#pragma GCC diagnostic pop
    return bake_text_append(call->bake, out, text);
}

static bool format_text(struct call *call, GString *out, const struct verb *verb,
                        const struct value *value)
{
    const char *text = value_as_text(call->bake, value);
    GString *json = g_string_new(NULL);
    bool is_json = text == NULL || verb->code == 'q';
    if (is_json && (text == NULL ? verb->code == 'v' && bake_json_encode(call->bake, json, value)
                                 : encode_text(call->bake, json, text)))
        text = json->str;
    bool is_done = text != NULL && pad(call, out, verb, text);
    g_string_free(json, TRUE);
    if (text == NULL)
        call_fails(call, "unsupported value for \"%%%c\": string required", verb->code);
    return is_done;
}

static bool format_one(struct call *call, GString *out, const struct verb *verb,
                       const struct value *value)
{
    bool boolean = false;
    if (value->kind == VALUE_NULL && verb->code != 'v')
        return call_fails(call, "unsupported value for \"%%%c\": null value cannot be formatted",
                          verb->code) != NULL;
    switch (verb->code) {
    case 's':
    case 'q':
    case 'v':
        if (strchr(verb->flags, '#') != NULL || verb->precision >= 0)
            break;
        return format_text(call, out, verb, value);
    case 't':
        if (value_as_boolean(value, &boolean))
            return pad(call, out, verb, boolean ? "true" : "false");
        return call_fails(call, "unsupported value for \"%%t\": bool required") != NULL;
    case 'd':
    case 'x':
    case 'X':
    case 'o':
    case 'b':
    case 'f':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
        return format_number(call, out, verb, value);
    default:
        break;
    }
    return bake_unknown_term(call->bake, call->term, "the verb %%%c of format()", verb->code) !=
           NULL;
}

static const struct value *formatted(struct call *call, const struct value *const *args,
                                     gsize count)
{
    GString *out = g_string_new(NULL);
    gsize next = 0;
    for (const char *at = args[0]->text; *at != '\0' && call->problem == NULL;) {
        if (*at != '%' || at[1] == '%') {
            g_string_append_c(out, *at);
            at += *at == '%' ? 2 : 1;
            continue;
        }
        struct verb verb;
        at = verb_parse(at + 1, &verb);
        if (next + 1 >= count)
            call_fails(call, "not enough arguments for \"%%%c\": need index %zu but have %zu total",
                       verb.code, (size_t)next, (size_t)(count - 1));
        else if (!format_one(call, out, &verb, args[++next]) && call->bake->error != NULL)
            break;
    }
    if (call->problem == NULL && next + 1 < count)
        call_fails(call, "too many arguments; no verb for argument at index %zu", (size_t)next);
    const struct value *value = value_string(call->bake, out->str);
    g_string_free(out, TRUE);
    return call->problem == NULL && call->bake->error == NULL ? value : NULL;
}

static const struct value *run_format(struct call *call)
{
    return formatted(call, call->args, call->count);
}

static const struct value *run_formatlist(struct call *call)
{
    gsize length = 0;
    bool has_list = false;
    for (gsize i = 1; i < call->count; i++) {
        if (!value_is_sequence(call->args[i]))
            continue;
        if (has_list && call->args[i]->count != length)
            return call_argument_fails(call, (int)i,
                                       "argument %zu has length %zu, which is "
                                       "inconsistent with argument 1 of length %zu",
                                       (size_t)i, (size_t)call->args[i]->count, (size_t)length);
        has_list = true;
        length = call->args[i]->count;
    }
    length = has_list ? length : 1;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    g_autofree const struct value **args = g_new0(const struct value *, call->count);
    for (gsize row = 0; row < length; row++) {
        for (gsize i = 0; i < call->count; i++)
            args[i] = value_is_sequence(call->args[i]) ? call->args[i]->items[row] : call->args[i];
        const struct value *text = formatted(call, args, call->count);
        if (text == NULL)
            return NULL;
        g_ptr_array_add(items, (struct value *)text);
    }
    return value_sequence(call->bake, VALUE_LIST, (const struct value *const *)items->pdata,
                          items->len);
}

const struct function_row functions_encodings[] = {
    {"md5", "sstr", run_md5},
    {"sha1", "sstr", run_sha1},
    {"sha256", "sstr", run_sha256},
    {"sha512", "sstr", run_sha512},
    {"base64encode", "sstr", run_base64encode},
    {"base64decode", "sstr", run_base64decode},
    {"urlencode", "sstr", run_urlencode},
    {"jsonencode", "?val", run_jsonencode},
    {"jsondecode", "sstr", run_jsondecode},
    {"format", "sformat +?args", run_format},
    {"formatlist", "sformat +?args", run_formatlist},
    {NULL, NULL, NULL},
};
