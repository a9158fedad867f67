/* timeout of coreutils: a limit in virtual time on a command that is started as its child. */
#include "mocks/commands/commands_private.h"
#include "mocks/commands/flags.h"

#include <signal.h>

enum {
    EXIT_TIMED_OUT = 124,
    EXIT_CANCELED = 125, /* timeout itself failed */
    EXIT_KILLED = 137,
};

enum {
    KILL_AFTER = 1,
    SIGNAL,
    FOREGROUND,
    PRESERVE_STATUS,
    VERBOSE,
    VERSION,
};

static const struct flag flags[] = {
    {KILL_AFTER, 'k', "kill-after", FLAG_WITH_VALUE},
    {SIGNAL, 's', "signal", FLAG_WITH_VALUE},
    {FOREGROUND, 0, "foreground", FLAG_ALONE},
    {PRESERVE_STATUS, 0, "preserve-status", FLAG_ALONE},
    {VERBOSE, 'v', "verbose", FLAG_ALONE},
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};

struct timeout {
    const struct command_call *call;
    struct nested_limit limit;
    bool preserves_status;
};

static void on_signal(const struct command_call *call, const struct nested *nested, int number)
{
    g_autofree char *program = command_quoted(call, nested->arguments[0]);
    command_complain(call, "timeout: sending signal %s to command %s\n",
                     command_signal_name(number), program);
}

static bool read_interval(const struct timeout *timeout, const char *text, int64_t *interval_us)
{
    g_autofree char *word = command_quoted(timeout->call, text);
    if (interval_parse(text, interval_us))
        return true;
    command_complain(timeout->call, "timeout: invalid time interval %s\n", word);
    return false;
}

static bool read_signal(struct timeout *timeout, const char *text)
{
    g_autofree char *word = command_quoted(timeout->call, text);
    timeout->limit.signal_number = command_signal_number(text);
    if (timeout->limit.signal_number >= 0)
        return true;
    command_complain(timeout->call, "timeout: %s: invalid signal\n", word);
    return false;
}

static bool take_option(struct timeout *timeout, int option, const char *value)
{
    switch (option) {
    case KILL_AFTER:
        return read_interval(timeout, value, &timeout->limit.kill_us);
    case SIGNAL:
        return read_signal(timeout, value);
    case PRESERVE_STATUS:
        timeout->preserves_status = true;
        return true;
    case VERBOSE:
        timeout->limit.on_signal = on_signal;
        return true;
    default:
        return option == FOREGROUND;
    }
}

/* timeout sends its signals to its own group as well, so that a SIGKILL ends itself. */
static int status_of(const struct timeout *timeout, const struct nested_end *end)
{
    if (!end->has_timed_out || !end->has_started)
        return end->exit_code;
    if (end->was_killed)
        return EXIT_KILLED;
    return timeout->preserves_status ? end->exit_code : EXIT_TIMED_OUT;
}

int row_timeout(void *self, const struct command_call *call)
{
    struct timeout timeout = {.call = call, .limit.signal_number = SIGTERM};
    FLAG_READER(reader);
    int option;

    flag_reader_init(&reader, call, flags);
    reader.stops_at_operand = true;
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == VERSION) {
            command_print(call, "timeout (GNU coreutils) 9.4\n");
            return 0;
        }
        if (!take_option(&timeout, option, reader.value))
            return command_try_help(call, EXIT_CANCELED);
    }
    const char *const *rest = flag_rest(&reader);
    if (rest[0] == NULL || rest[1] == NULL ||
        !read_interval(&timeout, rest[0], &timeout.limit.limit_us))
        return command_try_help(call, EXIT_CANCELED);
    const struct nested nested = {.arguments = rest + 1};
    const struct nested_end end = nested_run_limited(self, call, &nested, &timeout.limit);
    return status_of(&timeout, &end);
}
