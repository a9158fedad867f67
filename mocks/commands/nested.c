/* Programs that a command runs as its child: through the starter's processes where it has them,
   else by the set itself. */
#include "mocks/commands/commands_private.h"

#include "base/units.h"

#include <signal.h>
#include <string.h>

enum {
    EXIT_CANNOT_RUN = 126,
    EXIT_BY_SIGNAL = 128,
};

static bool has_processes(const struct command_call *call)
{
    return call->seam->start_child != NULL && call->seam->wait_child != NULL;
}

static bool start(const struct command_call *call, const struct nested *nested, GError **error)
{
    const char *const *environment =
        nested->environment != NULL ? nested->environment : call->environment;
    return call->seam->start_child(call->self, nested->arguments, environment, error);
}

static bool is_unknown(const struct nested *nested, const GError *error)
{
    return strchr(nested->arguments[0], '/') == NULL &&
           strstr(error->message, "ermission denied") == NULL;
}

/* The system's words stand at the end of the error. */
static int refuse(const struct command_call *call, const struct nested *nested, const char *prefix,
                  const GError *error)
{
    bool is_forbidden = strstr(error->message, "ermission denied") != NULL;
    if (prefix == NULL) {
        command_complain(call, "%s: %s: command not found\n", command_name(call),
                         nested->arguments[0]);
        return 1;
    }
    g_autofree char *program = command_quoted(call, nested->arguments[0]);
    command_complain(call, "%s: %s%s: %s\n", command_name(call), prefix, program,
                     is_forbidden ? "Permission denied" : "No such file or directory");
    return is_forbidden ? EXIT_CANNOT_RUN : COMMAND_NOT_FOUND;
}

static int run_inside(struct command_set *set, const struct command_call *call,
                      const struct nested *nested)
{
    struct command_call inner = *call;
    inner.arguments = nested->arguments;
    if (nested->environment != NULL)
        inner.environment = nested->environment;
    if (set->nested_count >= NESTED_COMMANDS_MAX) {
        command_complain(call, "%s: more than %d commands inside each other\n", command_name(call),
                         NESTED_COMMANDS_MAX);
        return EXIT_CANNOT_RUN;
    }
    set->nested_count++;
    int exit_code = command_set_run(set, &inner);
    set->nested_count--;
    return exit_code;
}

int nested_run(struct command_set *set, const struct command_call *call,
               const struct nested *nested, const char *prefix)
{
    g_autoptr(GError) error = NULL;
    int exit_code = 1;

    if (!has_processes(call))
        return run_inside(set, call, nested);
    if (!start(call, nested, &error))
        return is_unknown(nested, error) ? run_inside(set, call, nested)
                                         : refuse(call, nested, prefix, error);
    if (!call->seam->wait_child(call->self, &exit_code, &error))
        return 1;
    return exit_code;
}

/* Waits for the child for so long; false: it still runs, or the command itself was killed. */
static bool wait_for(struct command_set *set, const struct command_call *call, int64_t limit_us,
                     struct nested_end *end, bool *is_over)
{
    g_autoptr(GError) error = NULL;
    DEADLINE(limit);
    if (limit_us > 0)
        deadline_begin(set->options.loop, &limit, "timeout", limit_us);
    *is_over = call->seam->wait_child(call->self, &end->exit_code, &error);
    return *is_over || limit.has_expired;
}

static void send(const struct command_call *call, const struct nested *nested,
                 const struct nested_limit *limit, int number)
{
    if (limit->on_signal != NULL)
        limit->on_signal(call, nested, number);
    call->seam->signal_child(call->self, number);
    if (number != SIGKILL && number != SIGCONT)
        call->seam->signal_child(call->self, SIGCONT);
}

static void wait_with_limits(struct command_set *set, const struct command_call *call,
                             const struct nested *nested, const struct nested_limit *limit,
                             struct nested_end *end)
{
    bool is_over = false;
    if (!wait_for(set, call, limit->limit_us, end, &is_over) || is_over)
        return;
    end->has_timed_out = true;
    end->was_killed = limit->signal_number == SIGKILL;
    send(call, nested, limit, limit->signal_number);
    if (!wait_for(set, call, limit->kill_us, end, &is_over) || is_over)
        return;
    end->was_killed = true;
    send(call, nested, limit, SIGKILL);
    (void)wait_for(set, call, 0, end, &is_over);
}

/* Without processes the command's fiber is the child: when its time is over its waits fail. */
static struct nested_end run_inside_limited(struct command_set *set,
                                            const struct command_call *call,
                                            const struct nested *nested,
                                            const struct nested_limit *limit)
{
    struct nested_end end = {.has_started = true};
    DEADLINE(deadline);
    if (limit->limit_us > 0)
        deadline_begin(set->options.loop, &deadline, "timeout", limit->limit_us);
    end.exit_code = run_inside(set, call, nested);
    end.has_timed_out = deadline.has_expired;
    if (end.has_timed_out) {
        end.was_killed = limit->signal_number == SIGKILL;
        end.exit_code = EXIT_BY_SIGNAL + limit->signal_number;
    }
    return end;
}

struct nested_end nested_run_limited(struct command_set *set, const struct command_call *call,
                                     const struct nested *nested, const struct nested_limit *limit)
{
    struct nested_end end = {.has_started = true, .exit_code = 1};
    g_autoptr(GError) error = NULL;

    if (!has_processes(call))
        return run_inside_limited(set, call, nested, limit);
    if (!start(call, nested, &error) && is_unknown(nested, error))
        return run_inside_limited(set, call, nested, limit);
    if (error != NULL) {
        end.has_started = false;
        end.exit_code = refuse(call, nested, "failed to run command ", error);
        return end;
    }
    wait_with_limits(set, call, nested, limit, &end);
    return end;
}
