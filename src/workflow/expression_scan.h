/*
 * Whether a text is an expression whose names may be used where it stands: tokens one after the
 * other, each legal after the one before, as GitHub's parser goes (actions-semantics.md 3.1). It
 * stops at the first that is not, with GitHub's message. How many arguments a function takes is not
 * looked at here.
 */
#pragma once

#include "base/error.h"

/* NULL when all is well, else the message; g_free. contexts 0: names are not judged. */
char *expression_scan(const char *text, unsigned contexts);
