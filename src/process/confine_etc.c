/* The /etc of a root of its own: names and addresses, no secrets. */
#include "process/confine.h"
#include "process/preload/clock_page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int confine_write(const char *path, const char *format, ...)
{
    va_list arguments;
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return errno;
    va_start(arguments, format);
    int length = vfprintf(file, format, arguments);
    va_end(arguments);
    return fclose(file) == 0 && length >= 0 ? 0 : EIO;
}

/* Of those that Debian's base-passwd makes, the ones that scripts give files to. */
static const char system_users[] = "root:x:0:0:root:/root:/bin/bash\n"
                                   "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
                                   "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
                                   "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
static const char system_groups[] = "root:x:0:\ndaemon:x:1:\nadm:x:4:\nwww-data:x:33:\n"
                                    "users:x:100:\nnogroup:x:65534:\n";

/* Who processes are: the owner of the home, called like it. */
int confine_etc(const struct confine *confine)
{
    const char *slash = strrchr(confine->home, '/');
    const char *user = slash == NULL || slash[1] == '\0' ? "user" : slash + 1;
    int id = CONFINE_USER_ID;
    int problem = mkdir("etc", 0755) < 0 ? errno : 0;
    if (problem == 0)
        problem = confine_write("etc/passwd", "%s%s:x:%d:%d:,,,:%s:/bin/bash\n", system_users, user,
                                id, id, confine->home);
    if (problem == 0)
        problem = confine_write("etc/group", "%s%s:x:%d:\n", system_groups, user, id);
    if (problem == 0)
        problem = confine_write("etc/hosts", "127.0.0.1 localhost\n");
    if (problem == 0)
        problem =
            confine_write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    if (problem == 0 && confine->preload_library[0] != '\0')
        problem = confine_write("etc/ld.so.preload", "/run/seatrial/" PRELOAD_LIBRARY_NAME "\n");
    return problem;
}
