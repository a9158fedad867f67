/*
 * The multiplexed stream of exec, attach and logs: 8 bytes {stream, 0, 0, 0, length, big-endian}
 * and the payload, aligned with nothing (engine-contract.md 0, capture 42b). Pure: bytes in, pieces
 * of payload out. A frame may announce EXEC_FRAME_BYTES_MAX bytes.
 */
#pragma once

#include "base/error.h"

struct frames;

/* A piece of the payload of stream 1 (stdout) or 2 (stderr), in order; frames of stream 0 (stdin
   echoed back) count as stdout, as Docker's own client has it. */
typedef void frames_fn(void *context, int stream, const char *bytes, gsize length_bytes);

struct frames *frames_new(frames_fn *receive, void *context);
void frames_free(struct frames *frames);
CLEANUP(frames, frames_free)
/* Fails with DOCKER_ERROR_FORMAT on a header that is none, and with DOCKER_ERROR code 0 and the
   daemon's own text after a frame of stream 3. */
bool frames_feed(struct frames *frames, const void *bytes, gsize length_bytes,
                 GError **error) MUST_USE;
/* The stream is over: DOCKER_ERROR_CUT when it stopped inside a frame. */
bool frames_end(struct frames *frames, GError **error) MUST_USE;
