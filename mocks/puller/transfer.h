/*
 * dockerd's transfer manager for layers: one download for everybody who wants the same layer on the
 * same layers below, three at a time for the whole daemon, unpacked one on the other. A transfer
 * lives as long as it runs or anybody watches it (xfer/transfer.go, xfer/download.go).
 */
#pragma once

#include "mocks/puller/pull.h"

struct transfer {
    struct puller *puller;
    char *key; /* the chain of digests up to this layer */
    struct descriptor *descriptor;
    char *id; /* in progress lines */
    struct remote *remote;
    struct transfer *parent; /* the layer below, or NULL; kept by this one */
    struct transfer *twin;   /* the same layer further down in the same image; kept by this one */
    GPtrArray *watchers;     /* struct pull, in the order in which they came */
    guint reference_count;
    char *last_status; /* what a watcher who comes later is told first */
    int64_t last_current;
    int64_t last_total;
    int64_t told_at_us; /* of the last "Downloading" */
    struct fiber *fiber;
    struct fiber_queue over;
    bool is_over;
    bool has_slot;
    struct spool spool;
    struct layer *layer; /* once it is over without error */
    GError *error;
};

/* Joins the transfer of this key or starts one. The caller watches it and gives it back by
   transfer_leave(). */
struct transfer *transfer_join(struct pull *pull, const struct remote *remote,
                               const struct descriptor *descriptor, struct transfer *parent,
                               struct transfer *twin, const char *key);
/* Waits until it is over; its error is copied. */
bool transfer_wait(struct transfer *transfer, GError **error) MUST_USE;
/* The last watcher's leaving cancels it and waits for its end. */
void transfer_leave(struct transfer *transfer, struct pull *pull);

/* For download.c. */
void transfer_say(struct transfer *transfer, const char *status, int64_t current, int64_t total);

/* ---- download.c ---- */

/* All tries of one layer: spool holds its verified bytes afterwards. */
bool download_layer(struct transfer *transfer, GError **error) MUST_USE;
