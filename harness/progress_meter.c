/* Tells progress from a process of its own: the board is what both sides see. */
#include "harness/progress_meter.h"

#include "base/units.h"
#include "harness/progress_line.h"
#include "harness/stop_signals.h"
#include "loop/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAR_DELAY_US    (SECOND_US / 2)
#define BAR_INTERVAL_US (SECOND_US / 10) /* and so often the teller looks around */
#define LOG_INTERVAL_US (30 * SECOND_US)

/* One writer at a time. `version` is odd while the name is being written. */
struct place {
    gint version;
    gint is_at_work;
    gint leg_count;
    char name[64];
};

struct board {
    gint done;
    struct place places[PROGRESS_METER_WORKERS_MAX];
};

struct progress_meter {
    struct board *board; /* shared */
    const char *what;
    guint total;
    guint worker; /* whose this process is */
    int end_fd;   /* an eventfd: readable when it is time to end */
    pid_t program;
    pid_t teller;
    bool is_bar;
};

/* ---- the workers' side ---- */

void progress_meter_take_up(struct progress_meter *progress, guint worker, const char *name)
{
    if (progress == NULL)
        return;
    g_assert(worker < PROGRESS_METER_WORKERS_MAX);
    struct place *place = &progress->board->places[worker];
    progress->worker = worker;
    g_atomic_int_inc(&place->version);
    g_strlcpy(place->name, name, sizeof place->name);
    g_atomic_int_set(&place->leg_count, 0);
    g_atomic_int_set(&place->is_at_work, TRUE);
    g_atomic_int_inc(&place->version);
}

void progress_meter_note_leg(struct progress_meter *progress)
{
    if (progress != NULL)
        g_atomic_int_inc(&progress->board->places[progress->worker].leg_count);
}

void progress_meter_put_down(struct progress_meter *progress, guint worker)
{
    if (progress == NULL)
        return;
    struct place *place = &progress->board->places[worker];
    if (g_atomic_int_compare_and_exchange(&place->is_at_work, TRUE, FALSE))
        g_atomic_int_inc(&progress->board->done);
}

/* ---- the teller's ---- */

struct glimpse { /* of a place */
    gint version;
    int64_t since_us;
};

struct teller {
    const struct progress_meter *progress;
    struct glimpse glimpses[PROGRESS_METER_WORKERS_MAX];
    struct stop_signals stop; /* they are the program's business, but worth a word */
    int64_t start_us;
    int64_t told_us;
    bool is_painted;
};

/* The worker's piece of work, unless it is at none or is just taking one up. */
static bool copy_place(const struct place *place, struct place *copy)
{
    copy->version = g_atomic_int_get(&place->version);
    copy->is_at_work = g_atomic_int_get(&place->is_at_work);
    copy->leg_count = g_atomic_int_get(&place->leg_count);
    memcpy(copy->name, place->name, sizeof copy->name);
    copy->name[sizeof copy->name - 1] = '\0';
    return copy->version % 2 == 0 && copy->is_at_work &&
           g_atomic_int_get(&place->version) == copy->version;
}

/* Looks at all places; the one whose work is the longest is in *longest. */
static void look_around(struct teller *teller, int64_t now_us, struct progress_view *view,
                        struct place *longest)
{
    for (guint i = 0; i < PROGRESS_METER_WORKERS_MAX; i++) {
        struct glimpse *glimpse = &teller->glimpses[i];
        struct place place;
        if (!copy_place(&teller->progress->board->places[i], &place))
            continue;
        if (glimpse->version != place.version)
            *glimpse = (struct glimpse){place.version, now_us};
        const int64_t age_us = now_us - glimpse->since_us;
        if (view->longest != NULL && age_us <= view->longest_us)
            continue;
        *longest = place;
        view->longest = longest->name;
        view->longest_us = age_us;
        view->longest_legs = (unsigned)place.leg_count;
    }
}

/* Nobody to be told if that fails. */
static void tell(const char *text)
{
    gssize written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

/* A job in the background does not write over what its user types; who has no say in that, because
   the terminal is not its own, does. */
static bool is_in_background(void)
{
    pid_t foreground = tcgetpgrp(STDERR_FILENO);
    return foreground > 0 && foreground != getpgrp();
}

static int terminal_columns(void)
{
    enum {
        COLUMNS_UNKNOWN = 80
    };
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS_UNKNOWN;
    return size.ws_col;
}

static void erase(struct teller *teller)
{
    if (teller->is_painted && !is_in_background())
        tell("\r\033[K");
    teller->is_painted = false;
}

static void paint(struct teller *teller, const struct progress_view *view)
{
    if (is_in_background())
        return;
    g_autofree char *line = progress_bar_line(view, terminal_columns());
    g_autofree char *text = g_strdup_printf("\r\033[K%s", line);
    tell(text);
    teller->is_painted = true;
}

static void log_line(const struct progress_view *view)
{
    g_autofree char *line = progress_log_line(view);
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    tell(text);
}

static void look_and_tell(struct teller *teller)
{
    const struct progress_meter *progress = teller->progress;
    const int64_t now_us = loop_real_time_us();
    const int64_t interval_us = progress->is_bar ? BAR_INTERVAL_US : LOG_INTERVAL_US;
    struct place longest;
    struct progress_view view = {
        .what = stop_signals_came(&teller->stop) ? "stopping" : progress->what,
        .done = (unsigned)g_atomic_int_get(&progress->board->done),
        .total = progress->total,
        .elapsed_us = now_us - teller->start_us,
    };
    look_around(teller, now_us, &view, &longest);
    if (now_us - teller->told_us < interval_us ||
        (progress->is_bar && view.elapsed_us < BAR_DELAY_US))
        return;
    teller->told_us = now_us;
    if (progress->is_bar)
        paint(teller, &view);
    else
        log_line(&view);
}

/* Until the program says so or is no more. */
static G_GNUC_NORETURN void teller_main(const struct progress_meter *progress)
{
    const int64_t now_us = loop_real_time_us();
    struct teller *teller = g_new0(struct teller, 1);
    struct pollfd end = {.fd = progress->end_fd, .events = POLLIN};
    const int glance_ms = BAR_INTERVAL_US / MILLISECOND_US;

    *teller = (struct teller){.progress = progress, .start_us = now_us, .told_us = now_us};
    if (!stop_signals_hold(&teller->stop, NULL))
        _exit(1);
    while (poll(&end, 1, glance_ms) <= 0 && getppid() == progress->program)
        look_and_tell(teller);
    erase(teller);
    _exit(0);
}

/* ---- beginning and end ---- */

static struct board *new_board(void)
{
    void *board =
        mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return board != MAP_FAILED ? board : NULL;
}

static void release(struct progress_meter *progress)
{
    if (progress->end_fd >= 0)
        close(progress->end_fd);
    if (progress->board != NULL)
        munmap(progress->board, sizeof *progress->board);
    g_free(progress);
}

struct progress_meter *progress_meter_new(const char *what, guint total, bool is_quiet)
{
    if (is_quiet)
        return NULL;
    struct progress_meter *progress = g_new0(struct progress_meter, 1);
    *progress = (struct progress_meter){
        .board = new_board(),
        .what = what,
        .total = total,
        .end_fd = eventfd(0, EFD_CLOEXEC),
        .program = getpid(),
        .is_bar = progress_wants_bar(isatty(STDERR_FILENO), g_getenv("TERM"), g_getenv("CI")),
    };
    progress->teller = progress->board != NULL && progress->end_fd >= 0 ? fork() : -1;
    if (progress->teller == 0)
        teller_main(progress);
    if (progress->teller > 0)
        return progress;
    release(progress);
    return NULL;
}

void progress_meter_free(struct progress_meter *progress)
{
    if (progress == NULL)
        return;
    eventfd_write(progress->end_fd, 1);
    while (waitpid(progress->teller, NULL, 0) < 0 && errno == EINTR)
        continue;
    release(progress);
}
