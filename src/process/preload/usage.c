/*
 * What programs in a sandbox have used of the processor: nothing, for the rehearsal's clock stands
 * still while they run. The machine's own figures differ from run to run, and `time` would print
 * them into the log. Clocks of processor time (clock(), CLOCK_PROCESS_CPUTIME_ID) stay real:
 * programs wait for them in loops.
 */
#include "process/preload/preload.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void forget(struct rusage *usage)
{
    if (usage != NULL && clock_page() != NULL)
        memset(usage, 0, sizeof(*usage));
}

EXPORTED int getrusage(__rusage_who_t who, struct rusage *usage)
{
    int result = (int)syscall(SYS_getrusage, who, usage);
    if (result == 0)
        forget(usage);
    return result;
}

EXPORTED pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    pid_t ended = (pid_t)syscall(SYS_wait4, pid, status, options, usage);
    if (ended > 0)
        forget(usage);
    return ended;
}

EXPORTED pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

EXPORTED clock_t times(struct tms *used)
{
    struct timespec now;
    if (clock_page() == NULL)
        return (clock_t)syscall(SYS_times, used);
    if (used != NULL)
        memset(used, 0, sizeof(*used));
    clock_gettime(CLOCK_MONOTONIC, &now);
    long ticks_per_second = sysconf(_SC_CLK_TCK);
    return now.tv_sec * ticks_per_second + now.tv_nsec / (1000000000 / ticks_per_second);
}
