/* Runs a plan: builds its stage, lets every leg go through the engine, reads what came of it. */
#include "harness/run.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/units.h"
#include "harness/effects.h"
#include "harness/stage.h"

#include <string.h>

#define ENGINE_ENDPOINT "unix:///var/run/docker.sock"

/* After the last leg's clock: what its epilogue and the daemons may still take. */
#define AFTER_US (30 * MINUTE_US)

struct run {
    struct stage *stage;
    struct outcome *outcome;
    struct trace *trace;
    bool is_over;
};

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

static void run_main(void *argument)
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

static void break_outcome(struct outcome *outcome, bool is_our_fault, const char *why)
{
    if (outcome->broken != NULL)
        return;
    outcome->broken = g_strdup(why);
    outcome->is_our_fault = is_our_fault;
}

/* The trace and the world count exchanges each on their own; they must agree. */
static void check_exchanges(struct outcome *outcome, const struct trace *trace)
{
    gsize length = 0;
    const char *text = trace_text(trace, &length);
    static const char marker[] = "\"event\":\"exchange\"";
    uint64_t count = 0;
    for (const char *next = text; (next = strstr(next, marker)) != NULL; next += sizeof marker - 1)
        count++;
    if (count == outcome->exchange_count || length > TRACE_BYTES_MAX)
        return;
    g_autofree char *why = g_strdup_printf("the trace has %" G_GUINT64_FORMAT
                                           " exchanges, the world %" G_GUINT64_FORMAT,
                                           count, outcome->exchange_count);
    break_outcome(outcome, /* is_our_fault= */ true, why);
}

static void read_faults(struct outcome *outcome, struct faults *faults)
{
    for (gsize i = 0; i < faults_count(faults); i++) {
        struct fault_report report = faults_report(faults, i);
        struct fault_outcome *fault = g_new0(struct fault_outcome, 1);
        bool is_missed = report.fired_count == 0 && !report.is_optional;
        fault->id = g_strdup(report.id);
        fault->kind = g_strdup(report.kind);
        fault->fired_count = report.fired_count;
        fault->position = report.position;
        fault->nearest_miss = is_missed
                                  ? g_strdup(report.nearest_miss != NULL ? report.nearest_miss
                                                                         : "nothing came near it")
                                  : NULL;
        g_ptr_array_add(outcome->faults, fault);
        if (!is_missed)
            continue;
        g_autofree char *place = position_text(report.position);
        g_autofree char *why = g_strdup_printf("%s: fault '%s' never fired; %s", place, report.id,
                                               fault->nearest_miss);
        break_outcome(outcome, /* is_our_fault= */ false, why);
    }
}

/* First line: format and plan, so that the file alone can be replayed. */
static void take_trace(struct outcome *outcome, const struct trace *trace)
{
    g_autoptr(json_t) head = json_pack("{s:s}", "format", "seatrial.trace/1");
    json_object_set_new(head, "plan", plan_json(outcome->plan));
    g_autofree char *head_text = json_text(head);
    gsize length = 0;
    const char *events = trace_text(trace, &length);
    g_autoptr(GString) text = g_string_sized_new(length + strlen(head_text) + 2);

    g_string_append_printf(text, "%s\n", head_text);
    g_string_append_len(text, events, (gssize)length);
    outcome->trace_digest = digest_of(text->str, text->len);
    outcome->trace = g_string_free_to_bytes(g_steal_pointer(&text));
}

static void perform(struct run *run, struct loop *loop)
{
    struct outcome *outcome = run->outcome;
    g_autoptr(GError) error = NULL;

    effects_begin(outcome, run->stage);
    fiber_spawn(loop, "run", run_main, run);
    loop_set_time_cap(loop, outcome->plan->scenario->policy->job.timeout_us + AFTER_US);
    if (!loop_run(loop, &run->is_over, &error))
        break_outcome(outcome, /* is_our_fault= */ true, error->message);
    outcome->duration_us = loop_now_us(loop);
    if (outcome->broken == NULL)
        effects_finish(outcome, run->stage);
    read_faults(outcome, run->stage->faults);
}

static void add_legs(struct outcome *outcome)
{
    for (guint i = 0; i < outcome->plan->legs->len; i++) {
        const struct plan_leg *leg = g_ptr_array_index(outcome->plan->legs, i);
        struct leg_outcome *leg_outcome = g_new0(struct leg_outcome, 1);
        leg_outcome->id = g_strdup(leg->id);
        g_ptr_array_add(outcome->legs, leg_outcome);
    }
}

struct outcome *run_plan(const struct plan *plan, const struct run_context *context)
{
    struct outcome *outcome = outcome_new(plan);
    struct loop *loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    g_autoptr(GError) error = NULL;

    if (context->bind_clock != NULL)
        context->bind_clock(loop, plan->scenario->setting.date_s);
    add_legs(outcome);
    struct run run = {.outcome = outcome, .trace = trace};
    run.stage = stage_new(plan, loop, trace, context->images, &error);
    if (run.stage == NULL)
        break_outcome(outcome, /* is_our_fault= */ true, error->message);
    else
        perform(&run, loop);
    if (run.stage != NULL) {
        world_end_exchanges(run.stage->world);
        outcome->exchange_count = world_exchange_count(run.stage->world);
        check_exchanges(outcome, trace);
    }
    take_trace(outcome, trace);
    stage_free(run.stage);
    loop_free(loop);
    if (context->bind_clock != NULL)
        context->bind_clock(NULL, 0);
    return outcome;
}
