/* POST /build of a daemon that has no builder linked in. classic_build.c replaces this file. */
#include "mocks/dockerd/api.h"

HANDLER(build_start)
{
    (void)request;
    return engine_fail(error, 501, "classic builds are not available here");
}
