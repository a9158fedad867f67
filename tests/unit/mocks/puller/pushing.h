/* Small images to push, built on the spot. */
#pragma once

#include "bench.h"

/* Pushes an image of so many layers under name:2; all but the first have no repository to be
   mounted from. Its digests are labelled <layer1>, …, <config>, <pushed>. */
void push_image(struct bench *bench, const char *name, guint layer_count, const char *mount_from);
/* The same with one layer that stands for so many bytes. */
void push_declared(struct bench *bench, const char *name, int64_t declared_bytes);
void push_one_layer(struct bench *bench);
void push_seven_layers(struct bench *bench);
