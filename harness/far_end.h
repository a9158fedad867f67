/*
 * GitHub's side of the rehearsed repository in one run: a bare repository that is what the user's
 * would be there (working_copy.h) until something is pushed to it. Each conversation of a machine's
 * git gets a copy in the machine's home, for no folder is shared between machines; what it pushed
 * is taken over when it is over.
 */
#pragma once

#include "harness/pipeline.h"
#include "runner/checkout_store.h"

struct far_end;

/* directory: of the run, in which its folders are made; the caller removes it. All lent. */
struct far_end *far_end_new(const struct pipeline *pipeline, struct checkout_store *checkouts,
                            const char *directory, int64_t date_s);
void far_end_free(struct far_end *far_end);
CLEANUP(far_end, far_end_free)
/* Puts a copy into the folder: its name there, or NULL when the user's repository cannot be shown;
   g_free. *is_partial: history is missing from it. */
char *far_end_open(struct far_end *far_end, const char *folder, bool *is_partial);
/* Takes the copy away, and over when it was pushed to. A link in its place is removed. */
void far_end_close(struct far_end *far_end, const char *folder, const char *name, bool was_pushed);
