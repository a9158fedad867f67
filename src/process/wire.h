/*
 * What the stub, the keeper and the sandbox say to each other, on one machine and of one build.
 * Plain C, because the stub is linked with nothing else.
 *
 * A stub makes two FIFOs in the sandbox's folder `calls`, NAME.up and NAME.down, and writes NAME
 * with a newline to the FIFO `door` there. FIFOs rather than sockets, so that seccomp may deny
 * sockets altogether: the host's own sockets, docker's first of all, cannot be reached then. Frames
 * are a header and a body, at most PIPE_BUF together, so that each is written at once or not at
 * all. Neither side trusts the other's numbers.
 *
 * The keeper is the parent of all processes of a sandbox. It speaks over a SOCK_SEQPACKET pair that
 * is its descriptor 3, one struct a packet.
 */
#pragma once

#include <stdint.h>

enum {
    WIRE_FRAME_BYTES_MAX = 4096,
    WIRE_CONTROL_FD = 3, /* the keeper's */
    WIRE_FILTER_FD = 4,  /* its seccomp program, or nothing */
    WIRE_NAME_BYTES_MAX = 32,
    WIRE_ABANDONED_EXIT = 125, /* of a stub whose sandbox is gone */
};

#define WIRE_KEEPER_NAME "seatrial-keeper"

struct wire_header {
    uint32_t type;
    uint32_t length_bytes; /* of the body */
};

enum wire_up {
    UP_BYTES,      /* the next part of the call's description */
    UP_CALL,       /* it is complete; struct wire_outputs */
    UP_INPUT,      /* bytes of stdin that were asked for; none is the end */
    UP_STARTED,    /* int32_t: 0 or why the child could not be started */
    UP_CHILD_EXIT, /* int32_t: its exit code as a shell has it */
    UP_BROKEN,     /* int32_t: this stream takes no more */
};

/* The pipes that are stdout and stderr, by their inodes; 0: it is none. */
struct wire_outputs {
    uint64_t pipes[2];
};

enum wire_down {
    DOWN_READ,   /* a chunk of stdin is wanted */
    DOWN_OUT,    /* bytes for stdout */
    DOWN_ERR,    /* bytes for stderr */
    DOWN_BYTES,  /* the next part of the description of a child */
    DOWN_START,  /* it is complete: start it */
    DOWN_SIGNAL, /* int32_t: send this signal to the child */
    DOWN_EXIT,   /* int32_t: end with this code */
};

/*
 * A description of a program to run: the two counts, then texts that end with NUL: the directory,
 * the arguments, the environment.
 */
struct wire_counts {
    uint32_t argument_count;
    uint32_t variable_count;
};

/* Host to keeper. With a start come a file that holds the description, stdout and stderr. */
struct keeper_request {
    uint32_t number; /* of the child */
};

enum keeper_news {
    KEEPER_PID,         /* value: the keeper's own number, as the host sees it */
    KEEPER_READY,       /* confined and waiting */
    KEEPER_FAILED,      /* value: errno; text: at what */
    KEEPER_STARTED,     /* of number; a pidfd comes along */
    KEEPER_NOT_STARTED, /* of number; value: errno */
    KEEPER_EXITED,      /* of number; value: exit code as a shell has it */
};

struct keeper_report {
    uint32_t news; /* enum keeper_news */
    uint32_t number;
    int32_t value;
    char text[116];
};
