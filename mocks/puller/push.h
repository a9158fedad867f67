/* What dockerd's and containerd's way to push share: where an upload goes. */
#pragma once

#include "mocks/puller/pull.h"

/* The upload's next URL from a Location, joined to the one asked; g_free, NULL with error. */
char *push_location(const struct remote_answer *answer, GError **error) MUST_USE;
/* "LOCATION?…&digest=sha256%3A…"; g_free. */
char *push_commit_url(const char *location, const char *digest);
/* "TAG: digest: sha256:… size: N" of the last manifest. */
void push_say_end(struct pull *voice, const struct push *push);
/* A blob stands for more than its bytes: how much to say so; 0: it does not. */
int64_t push_declared_bytes(const struct push_blob *blob);
