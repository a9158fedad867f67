/* The real machine, as far as the engine asks about it. */
#include "engine/engine.h"

#include <sys/statvfs.h>

static int64_t real_disk_free_bytes(void *context, const char *path)
{
    struct statvfs facts;
    (void)context;
    if (statvfs(path, &facts) != 0)
        return -1;
    return (int64_t)facts.f_bavail * (int64_t)facts.f_frsize;
}

const struct engine_host *engine_host_real(void)
{
    static const struct engine_host host = {.disk_free_bytes = real_disk_free_bytes};
    return &host;
}
