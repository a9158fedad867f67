/*
 * Progress of long work, told on stderr while it goes on and in real time: on a terminal one line
 * that is rewritten in place, after half a second, and taken away before anything else is said; in
 * a log a line every half a minute. A process of its own tells it, forked before the work begins,
 * which reads what the workers note in shared memory: neither a run's loop nor its clock knows of
 * it, and notes cost a few stores.
 *
 * Every function takes NULL for "nobody is to be told".
 */
#pragma once

#include "base/error.h"

struct progress_meter;

/* Starts telling of so many pieces of work. NULL where it is_quiet, or where there is no memory or
   process for it: progress is no reason to fail. `what` is lent, "rehearse". */
struct progress_meter *progress_meter_new(const char *what, guint total, bool is_quiet);
/* The line is gone from the terminal when this returns. In the process that called
   progress_meter_new(). */
void progress_meter_free(struct progress_meter *progress);
CLEANUP(progress_meter, progress_meter_free)

/* A worker, in whatever process, takes up a piece of work: it is in place `worker`, below
   PROGRESS_METER_WORKERS_MAX, from here on. */
void progress_meter_take_up(struct progress_meter *progress, guint worker, const char *name);
/* The process's own worker: a leg of its work is over. */
void progress_meter_note_leg(struct progress_meter *progress);
/* What the worker in this place was at is done, or the worker has died of it. Nothing where it is
   at none. */
void progress_meter_put_down(struct progress_meter *progress, guint worker);

#define PROGRESS_METER_WORKERS_MAX 256
