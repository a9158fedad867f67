/*
 * A long piece of work of the daemon (pull, push, build) that tells its progress as a stream of
 * JSON objects while it runs. It runs in a fiber of its own; the request's fiber sends what it
 * tells and cancels it when the client goes. An error is an HTTP error while nothing was told,
 * afterwards the last object of a 200 stream (engine-contract.md B).
 */
#pragma once

#include "mocks/dockerd/api.h"

typedef bool job_fn(void *context, struct outlet *outlet, GError **error);

bool job_run(struct request *request, job_fn *run, void *context, GError **error) MUST_USE;

/* For jobs: one object and its line end; takes object over. */
void job_tell(struct outlet *outlet, json_t *object);
/* A puller_progress_fn; context is the outlet. */
void job_tell_progress(void *outlet, const struct pull_progress *progress);
