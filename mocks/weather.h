/*
 * What the world asks of its weather: a seam, so that server, disk and daemons need not know the
 * faults. mocks/faults implements it; with none set everything is clear.
 */
#pragma once

#include "mocks/exchange.h"

/* Named points in state that their owners consult before they act. */
enum point {
    POINT_DISK_WRITE,      /* subject: path or purpose, amount: bytes */
    POINT_ENGINE_REQUEST,  /* the daemon takes up a request: hang */
    POINT_CONTAINER_START, /* subject: container name, detail: image */
    POINT_CONTAINER_BOOT,  /* the program inside becomes ready: slow boot */
    POINT_EXEC,            /* subject: command line, detail: container */
    POINT_BUILD_STEP,      /* subject: instruction text, detail: platform */
    POINT_EMULATION,       /* subject: platform: emulator missing or slow */
    POINT_PROCESS_MEMORY,  /* subject: what runs: OOM kill */
    POINT_IMAGE_RESOLVE,   /* subject: reference, detail: platform */
    POINT_PRUNE,           /* subject: which prune */
    POINT_ACTION_DOWNLOAD, /* subject: "actions/checkout@v4" */
    POINT_GIT,             /* subject: "fetch https://github.com/acme/app", "push …" */
    POINT_WORKFLOW_STEP,   /* subject: the step's id, or its title; detail: its title */
    POINT_COUNT
};

struct point_event {
    enum point point;
    const char *machine; /* which machine's state; NULL: the outside world */
    const char *subject;
    const char *detail;
    int64_t amount;
};

/* What comes over a workflow's run from outside. */
enum run_interruption {
    RUN_GOES_ON,
    RUN_CANCELLED,    /* somebody cancels all of it */
    RUNNER_SHUT_DOWN, /* the machine is told to stop, and tells the server */
    RUNNER_LOST,      /* the machine is gone without a word */
};

/* What the weather wants to happen there; zero means: go on honestly. */
struct point_effect {
    bool is_failure;     /* fails, with message if given, else the owner's own honest text */
    const char *message; /* lent from the rule */
    int exit_code;       /* for exec, steps, OOM (137) */
    bool is_hang;        /* never goes on */
    bool is_missing;     /* emulator missing, binary missing */
    int64_t delay_us;    /* extra time before it goes on */
    double factor;       /* times as slow; 0 means 1 */
    enum run_interruption interruption; /* of a workflow step: after delay_us, while it runs or
                                           later */
    int64_t noticed_us;                 /* RUNNER_LOST: when the server gives it up, from then on */
};

struct weather {
    void *context;
    /* A client dials a site, or has arrived from outside the world (role NULL; serve mode): may
       turn the route into a failure. */
    void (*on_connect)(void *context, const char *site, const char *role, struct http_route *route);
    /* A request's headers are complete. True: the weather has replied itself and the site's handler
       must not run (the effect is lost); false: go on. */
    bool (*on_request)(void *context, struct exchange *exchange);
    /* The honest reply is stated and about to go out: disturb it. */
    void (*on_reply)(void *context, struct exchange *exchange);
    /* The exchange is over: the client has the reply, or has gone, or was cut. */
    void (*on_end)(void *context, struct exchange *exchange);
    void (*on_point)(void *context, const struct point_event *event, struct point_effect *effect);
};
