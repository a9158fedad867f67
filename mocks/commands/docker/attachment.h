/* docker run and docker start -a beside a container: its output and its end, each on a connection
   of its own, both open before it starts (capture 11). */
#pragma once

#include "mocks/commands/docker/cli_private.h"

#define EXIT_CANNOT_RUN 125

/* Output and end of a container, each on a connection of its own. */
struct attachment {
    struct invocation *invocation;
    const char *id;
    bool wants_output;
    bool wants_errors;
    bool has_terminal;
    const char *wait_condition; /* "removed", "next-exit" */
    struct fiber *waiter;
    struct fiber_group group;
    bool is_output_open;
    bool is_wait_open;
    bool is_over; /* the wait has ended */
    GByteArray *answer;
    GError *attach_error;
    GError *wait_error;
};

/* config: what the container was created with. The strings are lent. */
void attachment_init(struct attachment *attachment, struct invocation *invocation, const char *id,
                     const json_t *config, bool is_removed);
void attachment_finish(struct attachment *attachment);
/* Attaches and begins to wait, in this order; both are open when it returns. */
bool attachment_open(struct attachment *attachment, GError **error) MUST_USE;
/* POST /containers/ID/start. */
bool attachment_start(struct invocation *invocation, const char *id, GError **error) MUST_USE;
/* The container has been started: its output to the end, then its exit code. */
int attachment_follow(struct attachment *attachment);
/* Waits for one of the attachment's facts. */
bool attachment_wait_until(struct attachment *attachment, const bool *is_true,
                           GError **error) MUST_USE;
