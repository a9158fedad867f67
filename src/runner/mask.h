/*
 * Secrets that no log shows: what is masked reads `***` (actions-semantics.md 5.4; the runner's
 * SecretMasker.cs). So does what encodings make of one, in which a job's output is lost as well.
 */
#pragma once

#include "base/error.h"

struct masks;

struct masks *masks_new(void);
void masks_free(struct masks *masks);
CLEANUP(masks, masks_free)
/* The whole text and each of its lines; empty ones count for nothing. What comes above
   RUNNER_MASKS_MAX is not masked, and the answer is false. */
bool masks_add(struct masks *masks, const char *secret);
/* What base64, JSON and other encodings make of a secret: char *; the caller unrefs. */
GPtrArray *mask_encodings(const char *secret);
/* Places that overlap or touch become one `***`; g_free. */
char *masks_apply(const struct masks *masks, const char *text);
