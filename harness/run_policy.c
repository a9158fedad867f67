/* A policy's run: every leg goes through the fallback engine, each on a machine of its own. */
#include "harness/run_private.h"

#define ENGINE_ENDPOINT "unix:///var/run/docker.sock"

struct leg_run {
    struct run *run;
    struct machine *machine;
    struct leg_outcome *outcome;
};

static int64_t machine_disk_free_bytes(void *context, const char *path)
{
    (void)path; /* a machine has one disk */
    return disk_free_bytes(context);
}

static void leg_main(void *argument)
{
    struct leg_run *leg = argument;
    const struct engine_host host = {leg->machine->disk, machine_disk_free_bytes};
    const struct engine_options options = {
        .http = leg->machine->http,
        .policy = leg->run->stage->plan->scenario->policy,
        .endpoint = ENGINE_ENDPOINT,
        .leg = leg->machine->leg->id,
        .run_id = "r1",
        .host = &host,
        .trace = leg->run->trace,
    };
    leg->outcome->report = engine_run_leg(&options);
}

void run_policy_main(void *argument)
{
    struct run *run = argument;
    GPtrArray *machines = run->stage->machines;
    g_autofree struct leg_run *legs = g_new0(struct leg_run, machines->len);
    FIBER_GROUP(group);

    fiber_group_init(&group, run->stage->loop);
    for (guint i = 0; i < machines->len; i++) {
        legs[i] = (struct leg_run){run, g_ptr_array_index(machines, i),
                                   g_ptr_array_index(run->outcome->legs, i)};
        fiber_group_spawn(&group, legs[i].machine->leg->id, leg_main, &legs[i]);
    }
    if (!fiber_group_wait(&group, NULL))
        fiber_group_finish(&group); /* the run was given up */
    run->is_over = true;
}
