/* format(): first the whole text is read, then the arguments it names are evaluated, each once
   (Format.cs). */
#include "expr/github_private.h"

#include <string.h>

/* A piece of the text, then an argument unless index is -1. */
struct segment {
    char *text;
    int index;
    char *specifiers;
};

struct argument {
    struct value value;
    bool is_known;
};

static void segment_clear(void *argument)
{
    struct segment *segment = argument;
    g_free(segment->text);
    g_free(segment->specifiers);
}

static void add_text(GArray *segments, const char *text, gsize length)
{
    const struct segment segment = {.text = g_strndup(text, length), .index = -1};
    g_array_append_val(segments, segment);
}

/* The digits behind the brace: a byte. */
static const char *read_index(const char *at, int *index)
{
    const char *start = at;
    for (*index = 0; g_ascii_isdigit(*at); at++)
        *index = MIN(*index * 10 + (*at - '0'), 1000);
    return at > start && *index <= G_MAXUINT8 ? at : NULL;
}

/* From behind the index to behind the closing brace: `}` or `:…}`, where `}}` is a brace. */
static const char *read_specifiers(const char *at, GString *specifiers)
{
    if (*at == '}')
        return at + 1;
    if (*at != ':')
        return NULL;
    for (at++; *at != '\0'; at++) {
        if (*at == '}' && at[1] != '}')
            return at + 1;
        at += *at == '}';
        g_string_append_c(specifiers, *at);
    }
    return NULL;
}

/* Reads {N}; NULL when it is none. */
static const char *read_argument(const char *brace, GArray *segments)
{
    g_autoptr(GString) specifiers = g_string_new(NULL);
    struct segment segment = {0};
    const char *end = read_index(brace + 1, &segment.index);
    if (end != NULL)
        end = read_specifiers(end, specifiers);
    if (end == NULL)
        return NULL;
    segment.specifiers = g_strdup(specifiers->str);
    g_array_append_val(segments, segment);
    return end;
}

static bool read_segments(struct evaluation *evaluation, const struct expr_node *call,
                          const char *format, GArray *segments, GError **error)
{
    const char *at = format;
    while (*at != '\0') {
        gsize plain = strcspn(at, "{}");
        const char *brace = at + plain;
        bool is_escaped = *brace != '\0' && brace[1] == *brace;
        add_text(segments, at, plain + is_escaped);
        at = brace + 2 * is_escaped;
        if (is_escaped || *brace == '\0')
            continue;
        at = *brace == '{' ? read_argument(brace, segments) : NULL;
        if (at == NULL)
            return github_call_fail(evaluation, call, error,
                                    "The following format string is invalid: %s", format);
        if (g_array_index(segments, struct segment, segments->len - 1).index >
            (int)call->children->len - 2)
            return github_call_fail(
                evaluation, call, error,
                "The following format string references more arguments than were supplied: %s",
                format);
    }
    return true;
}

static bool append_argument(struct github_builder *builder, const struct expr_node *call,
                            const struct segment *segment, struct argument *arguments,
                            GError **error)
{
    struct argument *known = &arguments[segment->index];
    const struct value *value = &known->value;
    if (!known->is_known &&
        !evaluate_node(builder->evaluation,
                       g_ptr_array_index(call->children, (guint)segment->index + 1), &known->value,
                       error))
        return false;
    known->is_known = true;
    if (segment->specifiers[0] != '\0')
        return github_call_fail(builder->evaluation, call, error,
                                "The format specifiers '%s' are not valid for objects of type '%s'",
                                segment->specifiers, github_value_kind_text(value));
    g_autofree char *text = github_value_string(value);
    return text[0] == '\0' || github_builder_append(builder, text, -1, error);
}

static bool append_segments(struct github_builder *builder, const struct expr_node *call,
                            GArray *segments, GError **error)
{
    guint count = call->children->len;
    g_autofree struct argument *arguments = g_new0(struct argument, count);
    bool is_fine = true;
    for (guint i = 0; is_fine && i < segments->len; i++) {
        const struct segment *segment = &g_array_index(segments, struct segment, i);
        if (segment->index < 0)
            is_fine = segment->text[0] == '\0' ||
                      github_builder_append(builder, segment->text, -1, error);
        else
            is_fine = append_argument(builder, call, segment, arguments, error);
    }
    for (guint i = 0; i < count; i++)
        value_clear(&arguments[i].value);
    return is_fine;
}

bool github_call_format(struct evaluation *evaluation, const struct expr_node *call,
                        struct value *out, GError **error)
{
    VALUE(first);
    if (!evaluate_node(evaluation, g_ptr_array_index(call->children, 0), &first, error))
        return false;
    g_autofree char *format = github_value_string(&first);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GArray) segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
    g_array_set_clear_func(segments, segment_clear);
    struct github_builder builder = {.evaluation = evaluation, .text = text};
    if (!read_segments(evaluation, call, format, segments, error) ||
        !append_segments(&builder, call, segments, error))
        return false;
    *out = value_of_string(text->str);
    return true;
}
