/* libfyaml behind a smaller window: events one by one, copied out, with positions. */
#pragma once

#include "doc/doc.h"

enum event_kind {
    EVENT_END_OF_STREAM,
    EVENT_DOCUMENT,
    EVENT_END_OF_DOCUMENT,
    EVENT_SCALAR,
    EVENT_ALIAS,
    EVENT_SEQUENCE,
    EVENT_END_OF_SEQUENCE,
    EVENT_MAPPING,
    EVENT_END_OF_MAPPING,
};

struct event {
    enum event_kind kind;
    enum node_style style;
    struct position position; /* line 0: libfyaml knows none (a null without text) */
    char *text;               /* of scalars; the name of an alias */
    gsize text_bytes;
    gsize block_indent; /* of a block scalar's content; G_MAXSIZE: unknown, or all blank */
    char *anchor;
    char *tag; /* as written, such as "!!str" */
};

void event_clear(struct event *event);
#define EVENT(variable) __attribute__((cleanup(event_clear))) struct event variable = {0}

struct event_reader;

struct event_reader *event_reader_new(struct source *source);
/* False when libfyaml gave up: see event_reader_fault(). Clears what event held before. */
bool event_reader_next(struct event_reader *reader, struct event *event) MUST_USE;
/* The first syntax error and its place; the text is lent. */
const char *event_reader_fault(const struct event_reader *reader, struct position *position);
/* Where the next visible character after the last event stands; blanks and comments are skipped. */
struct position event_reader_place(const struct event_reader *reader);
void event_reader_free(struct event_reader *reader);
CLEANUP(event_reader, event_reader_free)
