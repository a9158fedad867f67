/*
 * Go's words: how the real programs, all written in Go, speak of the network, of HTTP statuses and
 * of text that is no JSON. Addresses are fictitious and fixed for each host, so that texts repeat
 * (failures.md A). All results are new texts for g_free unless said otherwise.
 */
#pragma once

#include "mocks/puller/habits.h"

#include "http/http.h"

/* "dial tcp 34.205.13.154:443: connect: connection refused" for an error of HTTP_ERROR about url.
 */
char *go_transport_words(const struct puller_habits *habits, const GError *error,
                         const char *method, const char *url);
/* `Get "https://host/v2/": words`. */
char *go_url_error(const char *method, const char *url, const char *words);
/* The text after `Verb "url": `, or the whole; lent from text. */
const char *go_url_error_inner(const char *text);
/* "500 Internal Server Error". */
char *go_status(unsigned status);
/* Go's %q. */
char *go_quote(const char *text, gsize length_bytes);
/* What encoding/json says of these bytes; NULL when they are one JSON value. */
char *go_json_error(const void *bytes, gsize length_bytes);
