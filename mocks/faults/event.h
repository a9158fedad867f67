/*
 * What rules look at: a connection being dialled, an exchange or a named point in state, all seen
 * as one set of texts. A pure value: tests fill it by hand, faults.c from the world. Its texts are
 * lent by whoever made the event; the names derived from them belong to the event
 * (fault_event_clear).
 */
#pragma once

#include "http/http.h"
#include "mocks/weather.h"

/* When a rule gets its chance. */
enum fault_stage {
    FAULT_AT_CONNECT, /* a client dials */
    FAULT_AT_REQUEST, /* the headers of a request are there, nothing has been done */
    FAULT_AT_REPLY,   /* the honest reply is stated and about to go out */
    FAULT_AT_POINT,   /* a point in state is reached */
    FAULT_STAGE_COUNT,
};

struct fault_event {
    enum fault_stage stage;
    enum point point;  /* of FAULT_AT_POINT */
    const char *place; /* name of the site or of the machine */
    const char *role;  /* of the client; NULL: not known */
    const char *method;
    const char *path;  /* as sent */
    const char *query; /* as sent, or NULL */
    const char *subject;
    const char *detail;
    unsigned status; /* of the reply; 0 before FAULT_AT_REPLY */
    int64_t amount_bytes;
    uint64_t number; /* of the exchange, 0 for others */
    struct exchange *exchange;
    /* The value of one header line of the request that matches the pattern, else any line of that
       name, else NULL. */
    const char *(*find_header)(const struct fault_event *event, const char *name,
                               const char *pattern);

    bool has_names;   /* the names were looked for */
    char *repository; /* this and the next two belong to the event */
    char *tag;
    char *platform;
};

/* Names derived when first asked for; NULL: the event has none. Repositories are written
   without the registry's host: "library/golang", "moby/buildkit". */
const char *fault_event_repository(struct fault_event *event);
/* The reference a manifest is asked by, tag or digest, or the tag of an image to pull. */
const char *fault_event_tag(struct fault_event *event);
/* "linux/arm64". */
const char *fault_event_platform(struct fault_event *event);
void fault_event_clear(struct fault_event *event);

/* "GET ghcr.io /v2/o/app/manifests/main", "disk write on leg-api: /var/lib/docker/tmp"; g_free. */
char *fault_event_text(const struct fault_event *event);
/* What to call a point: "disk write". */
const char *fault_point_name(enum point point);
