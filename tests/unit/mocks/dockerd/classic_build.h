/* What tests of POST /build share. */
#pragma once

#include "bench.h"

/* The image base:1, of this machine's platform. */
void add_base(struct bench *bench);
/* Builds app:1 of a context, path, text, …, NULL; query "" or "&…". The whole stream, lines ended
   by "\n", with ids cut to "ID"; g_free. */
char *post_build(struct bench *bench, const char *query, const char *const *files);
/* The same of a Dockerfile and the file f. */
char *build_one(struct bench *bench, const char *query, const char *dockerfile);
