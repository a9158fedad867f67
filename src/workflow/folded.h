/* Members by names that ignore case, as GitHub compares those of inputs, secrets and matrices. */
#pragma once

#include "doc/doc.h"

/* The value under a key, or NULL; also NULL when mapping is none or NULL. Lent. */
const struct node *folded_node(const struct node *mapping, const char *key);
/* The same of JSON. */
json_t *folded_member(const json_t *object, const char *key);
