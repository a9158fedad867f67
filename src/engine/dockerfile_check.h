/* Whether the classic builder would build a Dockerfile rightly; it is silently wrong on some. */
#pragma once

#include "engine/policy.h"

/* Fails, naming file and line, on the first use of something the classic builder gets wrong or
   refuses: TARGET* and BUILD* arguments, heredocs, --mount, --link, --chmod, $BUILDPLATFORM
   (failures.md, "Classic build is silently wrong"). */
bool dockerfile_check_classic(const struct policy *policy, const struct policy_service *service,
                              GError **error) MUST_USE;
