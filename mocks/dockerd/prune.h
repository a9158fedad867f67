/* What the prunes share: one at a time of each kind, and the shape of the answer. */
#pragma once

#include "mocks/dockerd/api.h"

/* 409 "a prune operation is already running" (failures.md E9); the weather may hold it up or make
   it fail with that text. */
bool prune_begin(struct dockerd *dockerd, const char *kind, GError **error) MUST_USE;
/* Ends what prune_begin() began and answers {key: deleted or null, "SpaceReclaimed"}; takes deleted
   over. freed_bytes below 0: without SpaceReclaimed (networks). */
void prune_reply(struct request *request, const char *kind, const char *key, json_t *deleted,
                 int64_t freed_bytes);
