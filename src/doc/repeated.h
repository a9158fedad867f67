/* Keys that stand twice in a mapping, for readers of documents that keep them (DOC_KEYS_ARE_FREE).
 */
#pragma once

#include "doc/doc.h"

/* The first of the document, and the entry before it; `<<` may repeat. NULL: there is none. Asked
   before merge keys are resolved. Lent. */
const struct node_entry *doc_find_repeated(const struct doc *doc, const struct node_entry **before);
