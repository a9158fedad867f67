/* What tests of image archives share: one from the Engine, one back to it, and what is in it. */
#pragma once

#include "bench.h"

/* Pulls team/app of two platforms from the registry, by this tag. */
void pull_app(struct bench *bench, const char *tag);
/* Takes an image away, by force. */
void drop_image(struct bench *bench, const char *name);

/* GET /images/get: the archive. */
GBytes *save_images(struct bench *bench, const char *query);
/* POST /images/load: all that it says must be this. */
void expect_loaded(struct bench *bench, GBytes *tar, const char *text);
/* The error that it says, "none" without one; lent until bench_run() ends. */
const char *load_failure(struct bench *bench, GBytes *tar);

/* A member that is JSON; NULL: there is none. */
json_t *document_of(GBytes *tar, const char *name);
