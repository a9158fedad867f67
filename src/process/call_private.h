/* A call of a command, as call.c (its life) and call_seam.c (what the answer does) share it. */
#pragma once

#include "process/sandbox_private.h"

enum {
    BODY_BYTES_MAX = WIRE_FRAME_BYTES_MAX - (int)sizeof(struct wire_header),
};

/* What the stub said; kept twice: as it comes, and as the answering fiber may know it. */
struct call_state {
    bool has_input_end, is_started, has_child_ended, is_dead;
    bool is_broken[3]; /* by stream */
    int start_errno, child_exit_code;
};

struct call {
    struct party party;
    struct sandbox *sandbox;
    int up_fd, down_fd;
    GByteArray *unread;    /* bytes of frames that are not complete */
    GByteArray *described; /* the description so far */
    struct description command;
    char *words; /* orders calls of one instant */
    struct call_state fresh, known;
    GByteArray *fresh_input, *input;
    struct fiber *fiber; /* NULL: none yet, or it ended */
    bool is_answered;    /* the fiber ended */
    bool awaits_stub;    /* the fiber waits for what the stub does next */
    uint64_t pipes[3];   /* by stream: the inode of what it leads to, or 0 */
    bool has_spoken;     /* something was written to stdout */
};

extern const struct command_seam call_seam;
/* Waits while the stub takes no more. */
bool call_send_number(struct call *call, enum wire_down type, int32_t number,
                      GError **error) MUST_USE;
