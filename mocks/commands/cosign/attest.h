/* What attesting and verifying attestations share. */
#pragma once

#include "mocks/commands/cosign/cosign_private.h"

/* "spdxjson" to "https://spdx.dev/Document", a URI as it is; NULL: neither. Lent. */
const char *cosign_predicate_uri(const char *name);
