/* What the files of the Dockerfile parser share. */
#pragma once

#include "mocks/dockerfile/dockerfile.h"

enum {
    KEYWORD_FLAGS_MAX = 8
};

struct keyword {
    const char *name;
    const char *flags[KEYWORD_FLAGS_MAX]; /* NULL-terminated */
    bool has_json;                        /* ["a", "b"] */
    bool has_heredoc;
    bool words_exact; /* words_min is a maximum too, counted as one text */
    int words_min;
};
const struct keyword *keyword_of(enum instruction_kind kind);
/* Case does not matter; INSTRUCTION_COUNT: no such keyword. */
enum instruction_kind keyword_find(const char *name);
bool keyword_takes_flag(const struct keyword *keyword, const char *flag);

/* The lines of a file on their way through the parser. */
struct parser {
    struct dockerfile *dockerfile;
    gsize next; /* index into lines */
    bool has_stage;
};

/* Sets "dockerfile parse error on line N: …" and returns false. */
bool parse_fail(GError **error, int line, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Directives at the top of the file. */
bool parse_directives(struct parser *parser, GError **error) MUST_USE;
/* Reads the texts of the heredocs that an instruction's line opens. */
bool parse_heredocs(struct parser *parser, struct instruction *instruction,
                    GError **error) MUST_USE;
/* What is wrong with its words and flags. */
bool parse_check(const struct parser *parser, const struct instruction *instruction,
                 GError **error) MUST_USE;
/* Splits text into keyword, flags, rest and words; checks them. */
bool parse_instruction(struct parser *parser, struct instruction *instruction,
                       GError **error) MUST_USE;
