/*
 * Where two traces of one plan part: what tells whoever meets nondeterminism where to look. Pure.
 */
#pragma once

#include <glib.h>

/* The number of the first line that differs and both lines, each cut to 160 bytes, as in
   "line 7: FIRST and then AGAIN"; "nothing" stands for a line that a trace does not have. Owned by
   the caller; NULL: they are equal. */
char *trace_difference(GBytes *first, GBytes *again);
