/*
 * YAML 1.1's merge keys, for readers of formats that have them, as compose files do: the entries of
 * `<<: *base` or `<<: [*first, *second]` join those of the mapping it stands in. A key that the
 * mapping has itself wins, wherever it stands, then the first of a list (yaml.org/type/merge).
 */
#pragma once

#include "doc/doc.h"

/* Of a document that was loaded with DOC_KEYS_ARE_FREE; afterwards no mapping has the key `<<`.
   Fails where its value is neither a mapping nor a list of them. Lent nodes stay. */
bool doc_merge_keys(struct doc *doc, GError **error) MUST_USE;
