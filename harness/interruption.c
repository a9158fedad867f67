/* Lets what the weather says come over a run when its time has come. */
#include "harness/interruption.h"

#include "base/units.h"

#include <string.h>

/* An engine that went with its machine: longer than any run. */
#define GONE_US (365 * 24 * HOUR_US)

struct interruptions {
    struct interruptions_options options;
    GPtrArray *coming; /* struct interruption */
};

struct interruption {
    const struct interruptions *interruptions;
    struct timer timer;
    const struct machine *machine;
    enum run_interruption kind;
    int64_t noticed_us;
};

static void interruption_free(void *argument)
{
    struct interruption *interruption = argument;
    timer_cancel(interruption->interruptions->options.stage->loop, &interruption->timer);
    g_free(interruption);
}

struct interruptions *interruptions_new(const struct interruptions_options *options)
{
    struct interruptions *interruptions = g_new0(struct interruptions, 1);
    interruptions->options = *options;
    interruptions->coming = g_ptr_array_new_with_free_func(interruption_free);
    return interruptions;
}

void interruptions_free(struct interruptions *interruptions)
{
    if (interruptions == NULL)
        return;
    g_ptr_array_unref(interruptions->coming);
    g_free(interruptions);
}

static void on_time(void *argument)
{
    const struct interruption *interruption = argument;
    struct server *server = interruption->interruptions->options.server;
    const char *leg = interruption->machine->leg->id;
    switch (interruption->kind) {
    case RUN_GOES_ON:
        break;
    case RUN_CANCELLED:
        server_cancel(server, "The operation was canceled.");
        break;
    case RUNNER_SHUT_DOWN:
        server_shut_down_runner(server, leg);
        break;
    case RUNNER_LOST:
        server_lose_runner(server, leg, interruption->noticed_us);
        dockerd_restart(interruption->machine->dockerd, GONE_US);
        break;
    }
}

static const struct machine *find_machine(const struct stage *stage, const char *name)
{
    for (guint i = 0; i < stage->machines->len; i++) {
        const struct machine *machine = g_ptr_array_index(stage->machines, i);
        if (strcmp(machine->leg->machine, name) == 0)
            return machine;
    }
    return NULL;
}

void interruptions_ask(struct interruptions *interruptions, const char *machine, const char *id,
                       const char *title)
{
    const struct stage *stage = interruptions->options.stage;
    const struct point_event event = {.point = POINT_WORKFLOW_STEP,
                                      .machine = machine,
                                      .subject = id != NULL ? id : title,
                                      .detail = title};
    struct point_effect effect = world_consult(stage->world, &event);
    const struct machine *found = find_machine(stage, machine);
    if (effect.interruption == RUN_GOES_ON || found == NULL)
        return;
    struct interruption *interruption = g_new0(struct interruption, 1);
    *interruption = (struct interruption){.interruptions = interruptions,
                                          .machine = found,
                                          .kind = effect.interruption,
                                          .noticed_us = effect.noticed_us};
    timer_init(&interruption->timer, on_time, interruption);
    timer_arm(stage->loop, &interruption->timer, effect.delay_us);
    g_ptr_array_add(interruptions->coming, interruption);
}
