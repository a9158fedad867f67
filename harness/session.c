/* A loop beside real programs: its clock, and the signals that end it. */
#include "harness/session.h"

#include "loop/vclock.h"

#include <string.h>
#include <sys/epoll.h>

enum {
    SPEED_MAX = 1000
};

bool clock_choice_parse(const char *text, struct clock_choice *choice, GError **error)
{
    static const char scaled[] = "scaled:";
    guint64 speed = 1;

    *choice = (struct clock_choice){CLOCK_REAL, 1};
    if (text == NULL || strcmp(text, "real") == 0)
        return true;
    if (g_str_has_prefix(text, scaled) &&
        g_ascii_string_to_unsigned(text + strlen(scaled), 10, 1, SPEED_MAX, &speed, NULL)) {
        *choice = (struct clock_choice){CLOCK_SCALED, (unsigned)speed};
        return true;
    }
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                "'%s' is no clock; write real, or scaled:N with N of 1 to %d", text, SPEED_MAX);
    return false;
}

static void on_signal(void *argument, uint32_t events)
{
    struct session *session = argument;
    (void)events;
    if (!stop_signals_take(&session->signals))
        return;
    session->is_interrupted = true;
    if (session->on_interrupt != NULL)
        session->on_interrupt(session->argument);
    else
        session->is_over = true;
}

bool session_begin(struct session *session, const struct clock_choice *choice,
                   bind_clock_fn *bind_clock, GError **error)
{
    if (!stop_signals_hold(&session->signals, error))
        return false;
    session->loop = loop_new(choice->mode, choice->speed);
    session->bind_clock = bind_clock;
    loop_set_time_cap(session->loop, INT64_MAX);
    if (bind_clock != NULL)
        bind_clock(session->loop, VCLOCK_EPOCH_S);
    loop_watch(session->loop, session->signals.fd, EPOLLIN, on_signal, session);
    return true;
}

bool session_run(struct session *session, GError **error)
{
    return loop_run(session->loop, &session->is_over, error);
}

void session_end(struct session *session)
{
    if (session->loop == NULL)
        return;
    loop_watch(session->loop, session->signals.fd, 0, NULL, NULL);
    loop_free(session->loop);
    session->loop = NULL;
    if (session->bind_clock != NULL)
        session->bind_clock(NULL, 0);
    stop_signals_release(&session->signals);
}
