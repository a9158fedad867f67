/* Mutations of a fuzz input, drawn from an rng stream: the same ones for the same stream. */
#pragma once

#include "base/rng.h"

#include <glib.h>

/* A copy of base with one to eight mutations, some of which take pieces of other. */
GByteArray *fuzz_mutate(struct rng *rng, GBytes *base, GBytes *other);
