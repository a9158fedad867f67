/* Holds SIGINT and SIGTERM back and makes them readable. */
#include "harness/stop_signals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool stop_signals_hold(struct stop_signals *signals, GError **error)
{
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, &signals->before);
    signals->fd = signalfd(-1, &held, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals->fd >= 0)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "signalfd: %s", g_strerror(errno));
    sigprocmask(SIG_SETMASK, &signals->before, NULL);
    return false;
}

bool stop_signals_came(const struct stop_signals *signals)
{
    struct pollfd ready = {.fd = signals->fd, .events = POLLIN};
    return poll(&ready, 1, 0) > 0;
}

bool stop_signals_take(struct stop_signals *signals)
{
    struct signalfd_siginfo information;
    return read(signals->fd, &information, sizeof information) == (ssize_t)sizeof information;
}

void stop_signals_release(struct stop_signals *signals)
{
    while (stop_signals_take(signals))
        continue;
    close(signals->fd);
    sigprocmask(SIG_SETMASK, &signals->before, NULL);
}
