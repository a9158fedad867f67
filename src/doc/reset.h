/*
 * Compose's own tags (compose-go's loader/reset.go): what `!reset` stands before is not there, and
 * what `!override` stands before takes the place of what lies below it in another file, with which
 * it would be merged else. Both make forget what lies below, at the place where they stand.
 */
#pragma once

#include "doc/doc.h"

/* Of a document that was loaded with DOC_HAS_RESETS, and of its data as JSON, from which all that
   is reset goes. The list of places is the caller's; NULL: there is none. */
json_t *doc_take_resets(const struct doc *doc, json_t *value);
/* Forgets them in the data of what lies below; resets may be NULL. */
void doc_apply_resets(json_t *below, const json_t *resets);
/* The same where only the service of this name is there. */
void doc_apply_service_resets(json_t *service, const char *name, const json_t *resets);
