/* Errors that point at a place in a file, and the sources they point into. */
#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

GQuark base_error_quark(void)
{
    return g_quark_from_static_string("seatrial-base-error");
}

struct source *source_new(const char *name, const char *text, gsize length_bytes)
{
    struct source *source = g_new0(struct source, 1);
    source->name = g_strdup(name);
    source->text = g_malloc(length_bytes + 1);
    memcpy(source->text, text, length_bytes);
    source->text[length_bytes] = '\0';
    source->length_bytes = length_bytes;
    g_atomic_ref_count_init(&source->reference_count);
    return source;
}

/* Regular files only: a pipe or a device could grow without end while it is read. */
static bool check_readable(const char *path, gsize length_bytes_max, GError **error)
{
    struct stat facts;
    if (stat(path, &facts) != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
        return false;
    }
    if (!S_ISREG(facts.st_mode)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: is no regular file", path);
        return false;
    }
    if ((guint64)facts.st_size > length_bytes_max) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "%s: has %" G_GUINT64_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are read",
                    path, (guint64)facts.st_size, length_bytes_max);
        return false;
    }
    return true;
}

struct source *source_read(const char *path, gsize length_bytes_max, GError **error)
{
    g_autofree char *text = NULL;
    gsize length_bytes = 0;

    if (!check_readable(path, length_bytes_max, error))
        return NULL;
    g_autoptr(GError) read_error = NULL;
    if (!g_file_get_contents(path, &text, &length_bytes, &read_error)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, read_error->message);
        return NULL;
    }
    return source_new(path, text, length_bytes);
}

struct source *source_ref(struct source *source)
{
    g_atomic_ref_count_inc(&source->reference_count);
    return source;
}

void source_unref(struct source *source)
{
    if (source == NULL || !g_atomic_ref_count_dec(&source->reference_count))
        return;
    g_free(source->name);
    g_free(source->text);
    g_free(source);
}

const char *source_line(const struct source *source, int line)
{
    const char *start = source->text;
    for (int i = 1; i < line; i++) {
        start = strchr(start, '\n');
        if (start == NULL)
            return NULL;
        start++;
    }
    return start;
}

/* The caret stands below a character, so tabs before it are kept as tabs. */
static void append_caret(GString *text, const char *line, const char *line_end, int column)
{
    g_string_append(text, "\n    ");
    for (int i = 1; i < column && line < line_end; i++, line = g_utf8_next_char(line))
        g_string_append_c(text, *line == '\t' ? '\t' : ' ');
    g_string_append_c(text, '^');
}

static void append_excerpt(GString *text, struct position position)
{
    enum {
        EXCERPT_BYTES_MAX = 160
    };
    const char *line = source_line(position.source, position.line);
    if (line == NULL)
        return;
    const char *line_end = line + strcspn(line, "\r\n");
    if (line_end - line > EXCERPT_BYTES_MAX || !g_utf8_validate(line, line_end - line, NULL))
        return;
    g_string_append_printf(text, "\n    %.*s", (int)(line_end - line), line);
    if (position.column > 0)
        append_caret(text, line, line_end, position.column);
}

char *position_text(struct position position)
{
    const char *name = position.source != NULL ? position.source->name : "-";
    if (position.line <= 0)
        return g_strdup(name);
    return g_strdup_printf("%s:%d:%d", name, position.line, position.column);
}

void error_set_at(GError **error, enum base_error code, struct position position,
                  const char *format, ...)
{
    if (error == NULL)
        return;
    g_autofree char *place = position_text(position);
    g_autoptr(GString) text = g_string_new(place);
    va_list arguments;

    g_string_append(text, ": ");
    va_start(arguments, format);
    g_string_append_vprintf(text, format, arguments);
    va_end(arguments);
    if (position.source != NULL && position.line > 0)
        append_excerpt(text, position);
    g_set_error_literal(error, BASE_ERROR, (int)code, text->str);
}

void error_set_joined(GError **error, const GPtrArray *errors)
{
    const GError *first = g_ptr_array_index(errors, 0);
    g_autoptr(GString) text = g_string_new(first->message);
    for (guint i = 1; i < errors->len; i++)
        g_string_append_printf(text, "\n%s", ((const GError *)errors->pdata[i])->message);
    g_set_error_literal(error, first->domain, first->code, text->str);
}

/* Levenshtein distance with one row of memory; words of files people write are short. */
static gsize edit_distance(const char *left, const char *right)
{
    enum {
        WORD_BYTES_MAX = 64
    };
    gsize row[WORD_BYTES_MAX + 1];
    gsize right_length = strlen(right);
    if (strlen(left) > WORD_BYTES_MAX || right_length > WORD_BYTES_MAX)
        return G_MAXSIZE;

    for (gsize i = 0; i <= right_length; i++)
        row[i] = i;
    for (gsize i = 1; left[i - 1] != '\0'; i++) {
        gsize diagonal = row[0];
        row[0] = i;
        for (gsize k = 1; k <= right_length; k++) {
            gsize replaced = diagonal + (left[i - 1] != right[k - 1]);
            diagonal = row[k];
            row[k] = MIN(replaced, MIN(row[k], row[k - 1]) + 1);
        }
    }
    return row[right_length];
}

const char *nearest_word(const char *word, const char *const *candidates, gsize candidate_count)
{
    /* farther than this is no typing error */
    return nearest_word_within(word, candidates, candidate_count, strlen(word) / 3 + 2);
}

const char *nearest_word_within(const char *word, const char *const *candidates,
                                gsize candidate_count, gsize distance_end)
{
    gsize nearest_distance = distance_end;
    const char *nearest = NULL;

    for (gsize i = 0; i < candidate_count; i++) {
        gsize distance = edit_distance(word, candidates[i]);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
