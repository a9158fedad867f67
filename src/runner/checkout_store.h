/*
 * Checkouts of one process. Legs, of whatever run, that check the same out get copies of what was
 * made for the first of them: to read a repository's rules and attributes and to pack its objects
 * takes many times as long as to copy what came of it, and a matrix does it in every leg. A copy is
 * as good as another making: files, .git and index, whose entries tell of the copied files.
 *
 * The first is made in a folder of the store that no script sees, so that none has touched what
 * others get. The user's folder is taken to stay as it is while the store lasts.
 */
#pragma once

#include "runner/working_copy.h"

struct checkout_store;

/* directory: an existing folder, in which the store makes its own, beside those of other processes;
   removing it is the caller's. */
struct checkout_store *checkout_store_new(const char *directory);
void checkout_store_free(struct checkout_store *store);
CLEANUP(checkout_store, checkout_store_free)
/* The folder of what the options ask for but for their target, to be read and not written; lent. */
const char *checkout_store_folder(struct checkout_store *store,
                                  const struct working_copy_options *options,
                                  GError **error) MUST_USE;
/* The repository behind a checkout with all its history, as GitHub has it: bare, in their target.
   False without an error when there is none that git can read by its ids (working_copy.h).
   *is_partial: history is missing from it. */
bool checkout_store_get_origin(struct checkout_store *store,
                               const struct working_copy_options *options,
                               const char *default_branch, bool *is_partial,
                               GError **error) MUST_USE;
/* What the options ask for, in their target. store NULL: nothing is kept. */
bool checkout_store_get(struct checkout_store *store, const struct working_copy_options *options,
                        GError **error) MUST_USE;
