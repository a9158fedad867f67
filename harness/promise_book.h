/*
 * What runs in clear weather have promised, for the other scenarios of a suite: those that differ
 * in nothing but their weather and what they expect share one such run. Plans here are of scenario
 * files that have a workflow.
 */
#pragma once

#include "harness/promise.h"

/* One book, one process. */
struct promise_book *promise_book_new(void);
void promise_book_free(struct promise_book *book);
CLEANUP(promise_book, promise_book_free)
/* NULL when no run in clear weather like this plan's is known; lent. */
const struct promises *promise_book_find(const struct promise_book *book, const struct plan *plan);
/* Takes the promises over, and lends them for as long as the book lasts. */
const struct promises *promise_book_add(struct promise_book *book, const struct plan *plan,
                                        struct promises *promises);
