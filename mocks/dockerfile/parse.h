/* What the files of the Dockerfile parser share. */
#pragma once

#include "mocks/dockerfile/dockerfile.h"

enum {
    KEYWORD_FLAGS_MAX = 8,
    SUGGESTION_DISTANCE_END = 3 /* "did you mean" (util/suggest) */
};

/* How often a flag may stand, and what it takes (instructions/bflag.go). */
enum flag_kind {
    FLAG_VALUE,
    FLAG_VALUES, /* several times */
    FLAG_SWITCH, /* true without a value */
};

struct keyword_flag {
    const char *name; /* NULL ends the list */
    enum flag_kind kind;
    unsigned since;      /* 4: stable from docker/dockerfile:1.4 on; 0: always */
    unsigned since_labs; /* the same of 1.4-labs; 0: as since */
};

struct keyword {
    const char *name;
    struct keyword_flag flags[KEYWORD_FLAGS_MAX];
    bool has_json; /* ["a", "b"] */
    bool has_heredoc;
    bool words_exact; /* words_min is a maximum too, counted as one text */
    int words_min;
};
const struct keyword *keyword_of(enum instruction_kind kind);
/* Case does not matter; INSTRUCTION_COUNT: no such keyword. */
enum instruction_kind keyword_find(const char *name);
/* NULL: it takes no such flag. */
const struct keyword_flag *keyword_flag(const struct keyword *keyword, const char *flag);
/* Sets an error that ends with the flag or the instruction that was probably meant; false. */
bool keyword_fail_flag(const struct keyword *keyword, const char *flag, int line, GError **error);
bool keyword_fail_name(const char *name, int line, GError **error);

/* The lines of a file on their way through the parser. */
struct parser {
    struct dockerfile *dockerfile;
    gsize next; /* index into lines */
    bool has_stage;
};

/* Sets "dockerfile parse error on line N: …" and returns false. What fails before instructions are
   looked at (parser/parser.go) is told without its line: LINE_UNTOLD. */
enum {
    LINE_UNTOLD = 0
};
bool parse_fail(GError **error, int line, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Directives at the top of the file. */
bool parse_directives(struct parser *parser, GError **error) MUST_USE;
/* Reads the texts of the heredocs that an instruction's line opens. */
bool parse_heredocs(struct parser *parser, struct instruction *instruction,
                    GError **error) MUST_USE;
/* Splits text into keyword, flags, rest and words. */
bool parse_instruction(struct parser *parser, struct instruction *instruction,
                       GError **error) MUST_USE;
/* What is wrong with its words and flags, once its heredocs are read. */
bool parse_check(const struct parser *parser, const struct instruction *instruction,
                 GError **error) MUST_USE;
