/* Tells sleepers from those who wait for others, by the number and arguments of the system call. */
#include "process/blocked.h"

#include <glib.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

enum rule {
    ALWAYS,      /* ends by itself */
    IF_POINTER,  /* when this argument points to a time-out */
    IF_POSITIVE, /* when this argument, an int, is a time-out and not -1 */
    IF_FUTEX,    /* when it waits and this argument points to a time-out */
};

/* Which argument counts the descriptors that are watched. */
enum watched {
    NOTHING,
    FIRST,
    SECOND,
    THIRD,
};

struct sleeper {
    long number;
    enum rule rule;
    int argument;
    enum watched watched;
};

static const struct sleeper sleepers[] = {
    {SYS_nanosleep, ALWAYS, 0, NOTHING},
    {SYS_clock_nanosleep, ALWAYS, 0, NOTHING},
    {SYS_restart_syscall, ALWAYS, 0, NOTHING}, /* a sleep that a signal interrupted */
    {SYS_ppoll, IF_POINTER, 2, SECOND},
    {SYS_pselect6, IF_POINTER, 4, FIRST},
    {SYS_epoll_pwait, IF_POSITIVE, 3, THIRD},
    {SYS_epoll_pwait2, IF_POINTER, 3, THIRD},
    {SYS_futex, IF_FUTEX, 3, NOTHING},
    {SYS_rt_sigtimedwait, IF_POINTER, 2, NOTHING},
    {SYS_recvmmsg, IF_POINTER, 4, NOTHING},
    {SYS_semtimedop, IF_POINTER, 3, NOTHING},
    {SYS_mq_timedreceive, IF_POINTER, 4, NOTHING},
    {SYS_mq_timedsend, IF_POINTER, 4, NOTHING},
    {SYS_io_getevents, IF_POINTER, 4, NOTHING},
    {SYS_io_pgetevents, IF_POINTER, 4, NOTHING},
#ifdef SYS_poll /* older architectures have the older calls as well */
    {SYS_poll, IF_POSITIVE, 2, SECOND},
    {SYS_select, IF_POINTER, 4, FIRST},
    {SYS_epoll_wait, IF_POSITIVE, 3, THIRD},
#endif
};

enum {
    ARGUMENT_COUNT = 6,
};

static bool is_futex_wait(uint64_t operation)
{
    int command = (int)(operation & 0x7f); /* without FUTEX_PRIVATE_FLAG and its like */
    return command != FUTEX_WAKE && command != FUTEX_REQUEUE && command != FUTEX_CMP_REQUEUE;
}

static bool is_timed(const struct sleeper *sleeper, const uint64_t *arguments)
{
    uint64_t argument = arguments[sleeper->argument];
    switch (sleeper->rule) {
    case ALWAYS:
        return true;
    case IF_POINTER:
        return argument != 0;
    case IF_POSITIVE:
        return (int32_t)(uint32_t)argument >= 0;
    case IF_FUTEX:
        return argument != 0 && is_futex_wait(arguments[1]);
    }
    return true;
}

static bool is_watching(const struct sleeper *sleeper, const uint64_t *arguments)
{
    return sleeper->watched != NOTHING && (int32_t)arguments[sleeper->watched - FIRST] > 0;
}

enum blocked blocked_parse(const char *text)
{
    uint64_t arguments[ARGUMENT_COUNT] = {0};
    char *cursor;
    if (!g_ascii_isdigit(text[0]))
        return text[0] == '-' ? BLOCKED_UNKNOWN : BLOCKED_RUNNING;
    long number = strtol(text, &cursor, 10);
    for (int i = 0; i < ARGUMENT_COUNT; i++)
        arguments[i] = strtoull(cursor, &cursor, 16);
    for (gsize i = 0; i < G_N_ELEMENTS(sleepers); i++)
        if (sleepers[i].number == number && is_timed(&sleepers[i], arguments))
            return is_watching(&sleepers[i], arguments) ? BLOCKED_WATCHING : BLOCKED_FOR_TIME;
    return BLOCKED_FOR_EVER;
}
