/* What the files of df share: file systems, how sizes are shown, the table. */
#pragma once

#include "mocks/commands/commands_private.h"

/* A mounted file system, as df sees it. */
struct mount {
    const char *source; /* "/dev/root" */
    const char *type;   /* "ext4" */
    const char *target; /* "/" */
    int64_t size_bytes;
    int64_t used_bytes;
    int64_t free_bytes;
};
/* Of the machine: struct mount by value in the order of /proc/mounts; caller unrefs. */
GArray *mounts_of(const struct command_set *set);

enum df_field {
    FIELD_SOURCE,
    FIELD_TYPE,
    FIELD_INODES,
    FIELD_INODES_USED,
    FIELD_INODES_FREE,
    FIELD_INODES_PERCENT,
    FIELD_SIZE,
    FIELD_USED,
    FIELD_FREE,
    FIELD_PERCENT,
    FIELD_FILE,
    FIELD_TARGET,
    FIELD_COUNT,
};
/* "avail" to FIELD_FREE; -1: no such field. */
int df_field_find(const char *name);

struct df_style {
    int64_t block_bytes; /* 0: human */
    int human_base;      /* 1024, 1000 */
    const char *suffix;  /* after each number: "G" of -BG, or "" */
    bool is_posix;       /* -P */
    bool is_output;      /* --output: shorter headers */
    enum df_field fields[FIELD_COUNT];
    int field_count;
};

/* One line of the table. */
struct df_line {
    struct mount mount;
    const char *file; /* as it was asked for, or "-" */
};
/* lines: struct df_line by value. */
void df_print(const struct command_call *call, const struct df_style *style, const GArray *lines);
/* Reads "G", "1M", "KB", "512", "human-readable"; suffix is static. */
bool df_block_parse(const char *text, struct df_style *style) MUST_USE;
