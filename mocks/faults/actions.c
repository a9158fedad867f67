/* Faults that act on a whole engine: it goes down once the event that fired is over, and comes back
   later. */
#include "mocks/faults/faults_private.h"

static struct site *engine_site(const struct restart *restart)
{
    g_autofree char *name = g_strdup_printf("%s:/var/run/docker.sock", restart->machine);
    return world_find_site(restart->faults->world, name);
}

static void set_listening(const struct restart *restart, bool is_listening)
{
    struct site *site = engine_site(restart);
    if (site != NULL)
        site_set_listening(site, is_listening);
}

/* First the way down, then, if nobody else does it, the way up. */
static void on_restart_timer(void *argument)
{
    struct restart *restart = argument;
    const struct faults_actions *actions = &restart->faults->actions;

    if (actions->restart_engine != NULL) {
        actions->restart_engine(actions->context, restart->machine, restart->down_us);
        return;
    }
    restart->is_down = !restart->is_down;
    set_listening(restart, /* is_listening= */ !restart->is_down);
    if (restart->is_down)
        timer_arm(world_loop(restart->faults->world), &restart->timer, restart->down_us);
}

void restart_free(struct restart *restart)
{
    timer_cancel(world_loop(restart->faults->world), &restart->timer);
    g_free(restart->machine);
    g_free(restart);
}

void fault_strike_restart_engine(const struct fault_strike *strike, int64_t after_us,
                                 int64_t down_us)
{
    struct faults *faults = strike->faults;
    if (strike->place == NULL)
        return; /* an engine always has a machine */
    struct restart *restart = g_new0(struct restart, 1);
    restart->faults = faults;
    restart->machine = g_strdup(strike->place);
    restart->down_us = down_us;
    timer_init(&restart->timer, on_restart_timer, restart);
    timer_arm(world_loop(faults->world), &restart->timer, after_us);
    g_ptr_array_add(faults->restarts, restart);
}
