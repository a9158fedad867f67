/* Words of verdicts and fates in colour, and texts of others made harmless. */
#pragma once

#include "base/json.h"

/* The word, padded to columns; the padding stays outside the colour. */
void palette_append(GString *text, const char *word, int columns, bool has_color);
/* Texts of others must not steer the terminal: control characters, of ISO 6429's second set too,
   become question marks. Newlines stay. g_free. */
char *palette_printable(const char *text);
/* The same on one line: white space is one blank, as browsers show GitHub's names of jobs. g_free.
 */
char *palette_line(const char *text);
