/*
 * JSON on the wire: a thin layer over jansson, whose own types and functions may be used
 * everywhere. What is added: a depth ceiling (jansson recurses up to 2,048 deep, more than a
 * fiber's stack bears), one fixed way to print, getters with a default, and cleanup at the end of a
 * scope:
 *
 *     g_autoptr(json_t) answer = json_parse_bytes(text, length, error);
 */
#pragma once

#include "base/error.h"

#include <jansson.h>
#include <stdint.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/*
 * One JSON value of any kind; white space may surround it, nothing else may follow. Of equal keys
 * the last wins, as in Go. Errors: "JSON line 1 column 5: …", with BASE_ERROR_LIMIT above
 * JSON_BYTES_MAX or JSON_DEPTH_MAX. The caller owns the value.
 */
json_t *json_parse_bytes(const void *bytes, gsize length_bytes, GError **error) MUST_USE;
json_t *json_parse_gbytes(GBytes *bytes, GError **error) MUST_USE;

/* Compact, keys in the order in which they were set; g_free. */
char *json_text(const json_t *value);
/* The same as bytes for a body. */
GBytes *json_bytes(const json_t *value);
/* Two spaces a level and a newline at the end, for people and for toJSON; g_free. */
char *json_pretty_text(const json_t *value);

/* A string of any bytes, made valid UTF-8; JSON null for NULL. */
json_t *json_text_or_null(const char *text);

/* The member of an object if it is there and of this kind, else what is given; object may be NULL
   or of another kind. What comes back is lent. */
const char *json_get_string(const json_t *object, const char *key, const char *otherwise);
int64_t json_get_integer(const json_t *object, const char *key, int64_t otherwise);
bool json_get_boolean(const json_t *object, const char *key, bool otherwise);
/* NULL when missing or of another kind; jansson's getters take NULL and answer 0. */
json_t *json_get_object(const json_t *object, const char *key);
json_t *json_get_array(const json_t *object, const char *key);
