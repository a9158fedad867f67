/* What the tests of cosign share: how its installer leaves it, its keys' password, the identity of
   a job, and what comes to stand beside the image. */
#pragma once

#include "image_tools.h"

/* The registry with Sigstore's sites, and without them. */
extern const struct plan with_sigstore, without_sigstore;

/* A release of it in the PATH, and a password of keys. */
void cosign_install(struct bench *bench, const char *version);
/* The job may ask for a token of its own; there is no password then. */
void cosign_identify(struct bench *bench);
