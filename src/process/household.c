/* Holds the loop's clock while processes compute, then tells what they did in a fixed order. */
#include "process/household.h"

#include "base/limits.h"
#include "process/sandbox_private.h"

#include <string.h>

/* How long the loop waits before it looks at processes again: what they do mostly takes tens of
   microseconds, and whatever they tell us ends the wait. */
#define PATIENCE_US_MIN 30
#define PATIENCE_US_MAX 1000
/* How long processes that wait, though nobody owes them anything, must be seen doing so. */
#define DOUBT_US (250 * MILLISECOND_US)

struct household {
    struct loop *loop;
    struct loop_source source;
    GPtrArray *sandboxes;
    GPtrArray *noted;  /* struct party, each once */
    bool are_watching; /* as the last look saw them, undisturbed since */
    int64_t patience_us;
};

static int compare_parties(gconstpointer left, gconstpointer right)
{
    const struct party *a = *(const struct party *const *)left;
    const struct party *b = *(const struct party *const *)right;
    int order = strcmp(a->sandbox->machine, b->sandbox->machine);
    if (order == 0)
        order = (a->kind > b->kind) - (a->kind < b->kind);
    if (order == 0 && a->kind == PARTY_NEW_CALL)
        order = strcmp(a->words, b->words);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* Whoever was forgotten left a hole. */
static void close_holes(GPtrArray *noted)
{
    while (g_ptr_array_remove(noted, NULL)) {
    }
}

static bool is_doubted(const struct sandbox *sandbox)
{
    return sandbox->doubted_pulse != 0 && loop_real_time_us() - sandbox->doubted_us < DOUBT_US &&
           sandbox->doubted_pulse == tasks_pulse(sandbox->tasks);
}

/* Whether to look longer before time moves. Processes that are quiet mostly wait for a command of
   ours. When they do not, they wait for each other and will for ever, such as a reader whom nobody
   writes to; or they only seem to, because the kernel is about to wake one, on behalf of a process
   that it lists no more. Rarely, under load, that was seen of git. Whoever hangs still does so a
   little later, without having run. */
static bool doubt(struct sandbox *sandbox)
{
    uint64_t pulse =
        sandbox->keeper.pid == 0 || call_is_owed(sandbox) ? 0 : tasks_pulse(sandbox->tasks);
    if (pulse == 0 || pulse == sandbox->doubted_pulse)
        return false;
    sandbox->doubted_pulse = pulse;
    sandbox->doubted_us = loop_real_time_us();
    household_disturb(sandbox);
    return true;
}

static bool doubt_all(const struct household *household)
{
    bool has_doubts = false;
    for (guint i = 0; i < household->sandboxes->len; i++)
        has_doubts |= doubt(g_ptr_array_index(household->sandboxes, i));
    return has_doubts;
}

/* A delivery may free other parties. */
static bool household_settle(void *argument)
{
    struct household *household = argument;
    if (household->noted->len == 0)
        return doubt_all(household);
    close_holes(household->noted);
    g_ptr_array_sort(household->noted, compare_parties);
    guint count = household->noted->len;
    for (guint i = 0; i < count; i++) {
        struct party *party = g_ptr_array_index(household->noted, i);
        if (party == NULL)
            continue;
        party->is_noted = false;
        household->noted->pdata[i] = NULL;
        party->deliver(party);
    }
    g_ptr_array_remove_range(household->noted, 0, count);
    return true;
}

/* On a real clock nothing ends an instant: what is new is told at once. */
static bool household_run(void *argument)
{
    struct household *household = argument;
    return loop_clock_mode(household->loop) != CLOCK_VIRTUAL && household_settle(household);
}

static void charge(struct sandbox *sandbox, bool is_busy)
{
    int64_t now_us = loop_real_time_us();
    if (sandbox->looked_at_us != 0)
        sandbox->busy_us += now_us - sandbox->looked_at_us;
    sandbox->looked_at_us = is_busy ? now_us : 0;
    if (sandbox->busy_us > sandbox->real_time_us_max) {
        g_autofree char *limit = duration_text(sandbox->real_time_us_max);
        sandbox_give_up(sandbox, "processes used more than %s of real time", limit);
    }
}

/* Each file has a limit of its own (confine_tables.c); what all of them take is seen here, before
   the machine runs out of it. */
static void guard_disk(struct sandbox *sandbox)
{
    int64_t all_bytes;
    int64_t free_bytes = sandbox_free_bytes(sandbox, &all_bytes);
    if (free_bytes >= sandbox->free_bytes_min)
        return;
    g_autofree char *limit = size_text(sandbox->free_bytes_min);
    sandbox_give_up(sandbox,
                    "files left less than %s free on this machine; TMPDIR names a larger "
                    "place for them",
                    limit);
}

/* Quiet once, quiet until it is disturbed: what other machines do is no matter. */
static enum tasks_state look_at(struct sandbox *sandbox)
{
    if (!sandbox->is_disturbed || sandbox->keeper.pid == 0)
        return TASKS_QUIET;
    enum tasks_state state = tasks_look(sandbox->tasks, sandbox->keeper.pid);
    if (state == TASKS_QUIET && is_doubted(sandbox))
        state = TASKS_BUSY;
    if (state == TASKS_TOO_MANY)
        sandbox_give_up(sandbox, "more than %d processes", SANDBOX_PROCESSES_MAX);
    bool was_busy = sandbox->looked_at_us != 0;
    charge(sandbox, state != TASKS_QUIET);
    if (was_busy || state != TASKS_QUIET)
        guard_disk(sandbox);
    sandbox->is_disturbed = state != TASKS_QUIET;
    return state;
}

/* Whoever watches others with a time-out keeps the clock from moving, and must not keep from the
   others what they wait for. Found so in two looks, with one at the descriptors between them,
   nothing is on its way to us any more. */
static void serve_watched(struct household *household, bool are_watching)
{
    bool were_watching = household->are_watching;
    household->are_watching = are_watching;
    if (were_watching && are_watching)
        (void)household_settle(household);
}

static int64_t household_hold(void *argument)
{
    struct household *household = argument;
    enum tasks_state worst = TASKS_QUIET;
    for (guint i = 0; i < household->sandboxes->len; i++) {
        enum tasks_state state = look_at(g_ptr_array_index(household->sandboxes, i));
        worst = MAX(worst, state); /* a macro, which must not look twice */
    }
    serve_watched(household, worst == TASKS_WATCHING);
    if (worst == TASKS_QUIET) {
        household->patience_us = PATIENCE_US_MIN;
        return 0;
    }
    int64_t wait_us = household->patience_us;
    household->patience_us = MIN(wait_us * 3 / 2, PATIENCE_US_MAX);
    return wait_us;
}

struct household *household_join(struct sandbox *sandbox)
{
    struct loop_source *source = loop_find_source(sandbox->loop, household_run);
    struct household *household = source == NULL ? NULL : source->argument;
    if (household == NULL) {
        household = g_new0(struct household, 1);
        household->loop = sandbox->loop;
        household->patience_us = PATIENCE_US_MIN;
        household->sandboxes = g_ptr_array_new();
        household->noted = g_ptr_array_new();
        household->source = (struct loop_source){.run = household_run,
                                                 .argument = household,
                                                 .hold = household_hold,
                                                 .settle = household_settle};
        loop_add_source(sandbox->loop, &household->source);
    }
    g_ptr_array_add(household->sandboxes, sandbox);
    return household;
}

void household_leave(struct sandbox *sandbox)
{
    struct household *household = sandbox->household;
    g_ptr_array_remove(household->sandboxes, sandbox);
    if (household->sandboxes->len > 0)
        return;
    loop_remove_source(household->loop, &household->source);
    g_ptr_array_unref(household->sandboxes);
    g_ptr_array_unref(household->noted);
    g_free(household);
}

void household_note(struct party *party)
{
    household_disturb(party->sandbox);
    if (party->is_noted)
        return;
    party->is_noted = true;
    g_ptr_array_add(party->sandbox->household->noted, party);
}

void household_forget(struct party *party)
{
    GPtrArray *noted = party->sandbox->household->noted;
    guint at;
    if (party->is_noted && g_ptr_array_find(noted, party, &at))
        noted->pdata[at] = NULL;
    party->is_noted = false;
}

void household_disturb(struct sandbox *sandbox)
{
    sandbox->is_disturbed = true;
    sandbox->household->are_watching = false;
    sandbox->household->patience_us = PATIENCE_US_MIN;
}

bool household_has_keeper(const struct household *household, int pid)
{
    for (guint i = 0; i < household->sandboxes->len; i++) {
        const struct sandbox *sandbox = g_ptr_array_index(household->sandboxes, i);
        if (sandbox->keeper.pid == pid)
            return true;
    }
    return false;
}
