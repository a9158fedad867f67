/* Columns as Go's text/tabwriter lays them out: cells end with a tab, a column is a run of lines
   that have it, its width is that of its widest cell. Pure. */
#pragma once

#include "base/error.h"

/* width_min counts the padding in; g_free. */
char *table_layout(const char *text, int width_min, int padding);
