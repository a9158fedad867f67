/* Events of libfyaml, the one file that calls it. */
#include "doc/event.h"

#include "doc/block.h"

#include <libfyaml.h>
#include <string.h>

struct event_reader {
    struct source *source; /* lent */
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct position last; /* end of the last event that had one */
    gsize last_bytes;     /* the same place, counted from the start of the text */
};

/* Without a stream and a function of its own, libfyaml's diagnostics would go to stderr. */
static struct fy_diag *diag_new(void)
{
    struct fy_diag_cfg config;
    fy_diag_cfg_default(&config);
    config.fp = NULL;
    config.output_fn = NULL;
    struct fy_diag *diag = fy_diag_create(&config);
    fy_diag_set_collect_errors(diag, true);
    return diag;
}

struct event_reader *event_reader_new(struct source *source)
{
    struct event_reader *reader = g_new0(struct event_reader, 1);
    reader->source = source;
    reader->last = (struct position){source, 1, 1};
    reader->diag = diag_new();
    const struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_SLOPPY_FLOW_INDENTATION,
                                        .diag = reader->diag};
    reader->parser = fy_parser_create(&config);
    if (reader->parser == NULL ||
        fy_parser_set_string(reader->parser, source->text, source->length_bytes) != 0)
        g_error("libfyaml cannot be started");
    return reader;
}

void event_reader_free(struct event_reader *reader)
{
    if (reader == NULL)
        return;
    fy_parser_destroy(reader->parser);
    fy_diag_destroy(reader->diag);
    g_free(reader);
}

void event_clear(struct event *event)
{
    g_free(event->text);
    g_free(event->anchor);
    g_free(event->tag);
    *event = (struct event){0};
}

static const enum event_kind kinds[] = {
    [FYET_STREAM_END] = EVENT_END_OF_STREAM,
    [FYET_DOCUMENT_START] = EVENT_DOCUMENT,
    [FYET_DOCUMENT_END] = EVENT_END_OF_DOCUMENT,
    [FYET_MAPPING_START] = EVENT_MAPPING,
    [FYET_MAPPING_END] = EVENT_END_OF_MAPPING,
    [FYET_SEQUENCE_START] = EVENT_SEQUENCE,
    [FYET_SEQUENCE_END] = EVENT_END_OF_SEQUENCE,
    [FYET_SCALAR] = EVENT_SCALAR,
    [FYET_ALIAS] = EVENT_ALIAS,
};

static char *token_text(struct fy_token *token, gsize *length_bytes)
{
    size_t length = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &length) : NULL;
    if (length_bytes != NULL)
        *length_bytes = length;
    return text != NULL ? g_strndup(text, length) : NULL;
}

static char *tag_text(struct fy_token *token)
{
    if (token == NULL)
        return NULL;
    const char *handle = fy_tag_token_handle0(token);
    const char *suffix = fy_tag_token_suffix0(token);
    return g_strconcat(handle != NULL ? handle : "", suffix != NULL ? suffix : "", NULL);
}

/* A collection with brackets has one as its token; the pair in `[a: b]` has none. */
static enum node_style style_of(const struct event *event, struct fy_event *raw)
{
    if (event->kind == EVENT_SEQUENCE || event->kind == EVENT_MAPPING)
        return event->text_bytes > 0 ? NODE_FLOW : NODE_PLAIN;
    if (event->kind != EVENT_SCALAR || raw->scalar.value == NULL)
        return NODE_PLAIN;
    switch (fy_token_scalar_style(raw->scalar.value)) {
    case FYSS_SINGLE_QUOTED:
    case FYSS_DOUBLE_QUOTED:
        return NODE_QUOTED;
    case FYSS_LITERAL:
    case FYSS_FOLDED:
        return NODE_BLOCK;
    case FYSS_PLAIN:
    case FYSS_ANY:
    case FYSS_MAX:
        return NODE_PLAIN;
    }
    return NODE_PLAIN;
}

static struct position position_at(const struct event_reader *reader, const struct fy_mark *mark)
{
    return (struct position){reader->source, mark->line + 1, mark->column + 1};
}

/* See block.h: what libfyaml makes of block scalars is not used where it can be helped. */
static void mend_block(struct event_reader *reader, struct event *event,
                       const struct fy_mark *start, const struct fy_mark *end)
{
    const char *text = reader->source->text;
    gsize line_start = start->input_pos;

    for (line_start -= line_start > 0; line_start > 0 && text[line_start - 1] != '\n'; line_start--)
        ;
    event->block_indent = G_MAXSIZE;
    char *mended = block_text(text, MAX(line_start, reader->last_bytes), start->input_pos,
                              end->input_pos, &event->block_indent);
    if (mended == NULL)
        return;
    g_free(event->text);
    event->text = mended;
    event->text_bytes = strlen(mended);
}

static void copy_event(struct event_reader *reader, struct fy_event *raw, struct event *event)
{
    const struct fy_mark *start = fy_event_start_mark(raw);
    const struct fy_mark *end = fy_event_end_mark(raw);

    event->kind = kinds[raw->type];
    event->text = token_text(fy_event_get_token(raw), &event->text_bytes);
    event->anchor = token_text(fy_event_get_anchor_token(raw), NULL);
    event->tag = tag_text(fy_event_get_tag_token(raw));
    event->style = style_of(event, raw);
    if (start != NULL)
        event->position = position_at(reader, start);
    if (event->style == NODE_BLOCK && start != NULL && end != NULL)
        mend_block(reader, event, start, end);
    if (event->style == NODE_QUOTED)
        event->position.column--; /* libfyaml points behind the quote */
    if (end != NULL) {
        reader->last = position_at(reader, end);
        reader->last_bytes = end->input_pos;
    }
}

bool event_reader_next(struct event_reader *reader, struct event *event)
{
    event_clear(event);
    struct fy_event *raw = fy_parser_parse(reader->parser);
    while (raw != NULL && raw->type == FYET_STREAM_START) {
        fy_parser_event_free(reader->parser, raw);
        raw = fy_parser_parse(reader->parser);
    }
    if (raw == NULL)
        return false;
    copy_event(reader, raw, event);
    fy_parser_event_free(reader->parser, raw);
    return true;
}

const char *event_reader_fault(const struct event_reader *reader, struct position *position)
{
    void *iterator = NULL;
    const struct fy_diag_error *fault;

    *position = reader->last;
    while ((fault = fy_diag_errors_iterate(reader->diag, &iterator)) != NULL) {
        if (fault->type != FYET_ERROR)
            continue;
        if (fault->line > 0)
            *position = (struct position){reader->source, fault->line, MAX(fault->column, 1)};
        return fault->msg;
    }
    return "is no YAML";
}

struct position event_reader_place(const struct event_reader *reader)
{
    struct position place = reader->last;
    const char *at = reader->source->text + MIN(reader->last_bytes, reader->source->length_bytes);
    bool is_in_comment = false;

    for (; *at != '\0'; at = g_utf8_next_char(at)) {
        if (*at == '#')
            is_in_comment = true;
        else if (*at == '\n')
            is_in_comment = false;
        else if (!is_in_comment && !g_ascii_isspace(*at))
            return place;
        place.line += *at == '\n';
        place.column = *at == '\n' ? 1 : place.column + 1;
    }
    return reader->last;
}
