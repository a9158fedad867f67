/*
 * Texts as .NET compares them with OrdinalIgnoreCase: each UTF-16 unit in its simple upper case, so
 * that i and U+0130 or I and U+0131 differ and characters beyond the basic plane keep their case
 * (actions-semantics.md 3.4). Bytes that are no UTF-8 count as U+FFFD.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The character at *at, which moves behind it; 0 at the end, where it stays. */
gunichar text_next(const char **at);
/* The text in the case that comparisons use; g_free. */
char *text_fold(const char *text);
/* Negative, zero or positive, by UTF-16 units. */
int text_compare_folded(const char *left, const char *right);
/* For hash tables whose keys ignore case. */
guint text_hash_folded(gconstpointer text);
gboolean text_equal_folded(gconstpointer left, gconstpointer right);
/* How many UTF-16 units the first length_bytes bytes are: what .NET calls a length. */
gsize text_utf16_length(const char *text, gsize length_bytes);
/* Char.IsWhiteSpace. */
bool character_is_white(gunichar character);
