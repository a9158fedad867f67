/*
 * What a command or build prints: handed on line by line as it comes, and its last
 * EXEC_OUTPUT_BYTES_MAX bytes kept. Both streams go into one tail in the order of arrival; lines
 * are put together for each stream by itself.
 */
#pragma once

#include "docker/docker.h"

struct output;

/* receive may be NULL. Lines come without their line end, as valid UTF-8; one longer than
   OUTPUT_LINE_BYTES_MAX comes in pieces. */
struct output *output_new(docker_output_fn *receive, void *context);
void output_free(struct output *output);
CLEANUP(output, output_free)
/* A frames_fn: context is the output. */
void output_take(void *output, int stream, const char *bytes, gsize length_bytes);
/* Hands on last lines that have no end. */
void output_finish(struct output *output);
/* The tail as valid UTF-8; g_free. */
char *output_text(const struct output *output);
