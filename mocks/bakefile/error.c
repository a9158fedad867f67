/* Problems in HCL's words: "file:3,10-15: Summary; Detail", and the lines around them. */
#include "mocks/bakefile/bakefile_private.h"

#include <stdlib.h>
#include <string.h>

GQuark bakefile_error_quark(void)
{
    return g_quark_from_static_string("bakefile-error-quark");
}

void *bake_fail(struct bake *bake, enum bakefile_error code, const char *format, ...)
{
    if (bake->error != NULL)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    bake->error = g_error_new_valist(BAKEFILE_ERROR, (int)code, format, arguments);
    va_end(arguments);
    return NULL;
}

static void place_of(const struct bake_text *source, gsize offset, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (gsize i = 0; i < offset && i < source->length; i++) {
        if (source->text[i] == '\n') {
            *line += 1;
            *column = 1;
        } else if (((guchar)source->text[i] & 0xC0) != 0x80) {
            *column += 1;
        }
    }
}

char *bake_range_text(const struct bake_text *source, gsize start, gsize end)
{
    int line, column, last_line, last_column;
    place_of(source, start, &line, &column);
    place_of(source, end, &last_line, &last_column);
    if (line == last_line)
        return g_strdup_printf("%s:%d,%d-%d", source->name, line, column, last_column);
    return g_strdup_printf("%s:%d,%d-%d,%d", source->name, line, column, last_line, last_column);
}

static void fail_at(struct bake *bake, enum bakefile_error code, const struct bake_text *source,
                    gsize start, gsize end, const char *summary, const char *detail)
{
    g_autofree char *place = bake_range_text(source, start, end);
    bake_fail(bake, code, "%s: %s; %s", place, summary, detail);
}

void *bake_fail_range(struct bake *bake, const struct bake_text *source, gsize start, gsize end,
                      const char *summary, const char *format, ...)
{
    if (bake->error != NULL)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fail_at(bake, BAKEFILE_ERROR_INVALID, source, start, end, summary, detail);
    return NULL;
}

void *bake_fail_term(struct bake *bake, const struct term *term, const char *summary,
                     const char *format, ...)
{
    if (bake->error != NULL)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fail_at(bake, BAKEFILE_ERROR_INVALID, term->source, term->start, term->end, summary, detail);
    return NULL;
}

void *bake_unknown_term(struct bake *bake, const struct term *term, const char *format, ...)
{
    if (bake->error != NULL)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fail_at(bake, BAKEFILE_ERROR_UNKNOWN, term->source, term->start, term->end, "Not modelled",
            detail);
    return NULL;
}

static bool has_place(const struct bake *bake, const char *message)
{
    for (guint i = 0; i < bake->file->texts->len; i++) {
        const struct bake_text *text = bake->file->texts->pdata[i];
        gsize length = strlen(text->name);
        if (g_str_has_prefix(message, text->name) && message[length] == ':' &&
            g_ascii_isdigit(message[length + 1]))
            return true;
    }
    return false;
}

void bake_append(struct bake *bake, const char *text)
{
    char *message = g_strconcat(bake->error->message, text, NULL);
    g_free(bake->error->message);
    bake->error->message = message;
}

bool bake_fail_labels(struct bake *bake, const struct block *block)
{
    bool is_missing = block->label_count == 0;
    gsize start = is_missing ? block->open : block->label_end;
    g_autofree char *summary =
        g_strdup_printf("%s for %s", is_missing ? "Missing name" : "Extraneous label", block->type);
    if (is_missing)
        bake_fail_range(bake, block->source, start, start + 1, summary,
                        "All %s blocks must have 1 labels (name).", block->type);
    else
        bake_fail_range(bake, block->source, start, start + 1, summary,
                        "Only 1 labels (name) are expected for %s blocks.", block->type);
    return false;
}

/* StartRange(): of a list its bracket, of a quoted text what is within the quotes. */
static void start_of(const struct term *term, gsize *start, gsize *end)
{
    *start = term->start;
    *end = term->end;
    if (term->kind == TERM_TUPLE || term->kind == TERM_OBJECT || term->kind == TERM_FOR)
        *end = *start + 1;
    else if (term->kind == TERM_CALL)
        *end = *start + strlen(term->name);
    else if (term->kind == TERM_LITERAL && !term->source->is_json && term->end - term->start > 2 &&
             term->source->text[term->start] == '"')
        *start += 1, *end -= 1;
}

void *bake_fail_start(struct bake *bake, const struct term *term, const char *summary,
                      const char *format, ...)
{
    gsize start = 0, end = 0;
    start_of(term, &start, &end);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return bake_fail_range(bake, term->source, start, end, summary, "%s", detail);
}

void *bake_wrap(struct bake *bake, const struct bake_text *source, gsize start, gsize end,
                const char *summary)
{
    if (bake->error == NULL || has_place(bake, bake->error->message))
        return NULL;
    g_autoptr(GError) error = g_steal_pointer(&bake->error);
    fail_at(bake, (enum bakefile_error)error->code, source, start, end, summary, error->message);
    return NULL;
}

/* "3,10-15: …" or "3,10-5,2: …" to its lines. */
static bool lines_of(const char *text, int *first, int *last)
{
    char *rest = NULL;
    *first = (int)strtol(text, &rest, 10);
    if (rest == text || *rest != ',')
        return false;
    rest = strchr(rest, '-');
    if (rest == NULL)
        return false;
    *last = *first;
    char *after = NULL;
    long number = strtol(rest + 1, &after, 10);
    if (after != NULL && *after == ',')
        *last = (int)number;
    return *first >= 1 && *last >= *first;
}

/* BuildKit's solver/errdefs Source.Print(): 2 or 4 lines more, shared between both sides. */
static char *excerpt_of(const char *name, const char *text, int first, int last)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int count = (int)g_strv_length(lines), start = first, end = MIN(last, count);
    if (first > count)
        return NULL;
    for (int pad = start == end ? 4 : 2, padded = 0; padded < pad; padded++) {
        if (start > 1) {
            start--;
            padded++;
        }
        if (end != count) {
            end++;
            padded++;
        }
    }
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%s:%d\n--------------------\n", name, first);
    for (int line = start; line <= end; line++)
        g_string_append_printf(out, " %3d | %s %s\n", line,
                               line >= first && line <= last ? ">>>" : "   ", lines[line - 1]);
    g_string_append(out, "--------------------\n");
    return g_string_free(out, FALSE);
}

char *bakefile_error_excerpt(const struct bakefile_source *sources, gsize count,
                             const GError *error)
{
    for (gsize i = 0; i < count; i++) {
        gsize length = strlen(sources[i].name), bytes = 0;
        int first, last;
        if (!g_str_has_prefix(error->message, sources[i].name) || error->message[length] != ':' ||
            !lines_of(error->message + length + 1, &first, &last))
            continue;
        const char *data = g_bytes_get_data(sources[i].bytes, &bytes);
        g_autofree char *text = g_strndup(data == NULL ? "" : data, bytes);
        return excerpt_of(sources[i].name, text, first, last);
    }
    return NULL;
}
