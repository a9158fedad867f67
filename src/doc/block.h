/*
 * The text of block scalars (| and >), made from the file's own lines by YAML 1.2.2, 8.1. libfyaml
 * 0.7.12 loses a line break before more-indented lines of folded ones and ends them with a byte
 * that was never written.
 */
#pragma once

#include <glib.h>

/*
 * text[header] lies on the line of the `|` or `>`, behind everything else that could hold one;
 * text[start] begins the line after it, text[end] the line after the content. NULL when the header
 * states an indentation (`>2`), which only the parser can interpret. *indent is that of the
 * content; 0 when there is none. g_free.
 */
char *block_text(const char *text, gsize header, gsize start, gsize end, gsize *indent);
