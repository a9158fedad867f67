/* Runs the scenarios of a suite in forked workers. */
#include "harness/work.h"

#include "base/units.h"
#include "harness/folders.h"
#include "harness/report/entry.h"
#include "harness/stop_signals.h"
#include "harness/trace_difference.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    guint place; /* among the workers */
    pid_t pid;   /* 0: none is at work */
    int pipe_fd; /* its entries, each as a line: the scenario's index and JSON; -1: none is at work
                  */
    GString *pending;
};

struct crew {
    const struct suite *suite;
    const struct work_options *options;
    struct work_result *result;
    json_t **entries; /* by the scenario's index */
    gint *next;       /* the first scenario that nobody has taken; workers share it */
    struct stop_signals stop;
};

/* ---- one scenario ---- */

/* ending: of the file's name, behind the scenario's */
static bool write_trace(const struct work_options *options, const struct outcome *outcome,
                        const char *ending, GError **error)
{
    if (options->trace_directory == NULL)
        return true;
    gsize length = 0;
    const char *bytes = g_bytes_get_data(outcome->trace, &length);
    g_autofree char *name = g_strconcat(outcome->plan->scenario->name, ending, NULL);
    g_autofree char *path = g_build_filename(options->trace_directory, name, NULL);
    return g_file_set_contents(path, bytes, (gssize)length, error);
}

/* What GitHub would show of each leg, in a folder of the scenario's name. */
static bool write_logs(const struct work_options *options, const struct outcome *outcome,
                       GError **error)
{
    if (options->log_directory == NULL)
        return true;
    g_autofree char *folder =
        g_build_filename(options->log_directory, outcome->plan->scenario->name, NULL);
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", folder, g_strerror(errno));
        return false;
    }
    for (guint i = 0; i < outcome->legs->len; i++) {
        const struct leg_outcome *leg = g_ptr_array_index(outcome->legs, i);
        g_autofree char *name = g_strconcat(leg->id, ".log", NULL);
        g_autofree char *path = g_build_filename(folder, g_strdelimit(name, "/", '.'), NULL);
        if (!g_file_set_contents(path, leg_outcome_log(leg), -1, error))
            return false;
    }
    return true;
}

static void mark_nondeterministic(json_t *entry, const struct outcome *first,
                                  const struct outcome *again)
{
    g_autofree char *where = trace_difference(first->trace, again->trace);
    g_autofree char *reason = g_strdup_printf("two runs of one plan gave two traces, at %s", where);
    json_object_set_new(entry, "verdict", json_string("broken"));
    json_object_set_new(entry, "reason", json_string(reason));
    json_object_set_new(entry, "is_our_fault", json_true());
    json_object_set_new(entry, "is_nondeterministic", json_true());
}

json_t *work_entry(const struct work_options *options, const struct outcome *outcome)
{
    g_autoptr(GError) error = NULL;
    const struct plan *plan = outcome->plan;
    AUTO(verdict) verdict = verdict_of(outcome);
    json_t *entry = entry_of(outcome, verdict);
    bool is_written = true;

    for (guint i = 1; i < options->repeat && outcome->broken == NULL; i++) {
        AUTO(outcome) again = run_plan(plan, &options->context);
        if (strcmp(again->trace_digest, outcome->trace_digest) == 0)
            continue;
        mark_nondeterministic(entry, outcome, again);
        is_written = write_trace(options, again, ".again.jsonl", &error);
        break;
    }
    if (is_written && write_trace(options, outcome, ".jsonl", &error) &&
        write_logs(options, outcome, &error))
        return entry;
    json_decref(entry);
    return entry_broken(plan->scenario->name, plan->scenario->path, error->message);
}

static json_t *run_scenario(const struct work_options *options, const struct scenario *scenario)
{
    AUTO(plan) plan = plan_new(scenario, options->seed);
    AUTO(outcome) outcome = run_plan(plan, &options->context);
    return work_entry(options, outcome);
}

/* ---- in workers ---- */

static bool write_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (gsize)written;
    }
    return true;
}

/* Whether this process has used half of the processor time that the shell's limit (ulimit -t) gives
   each. */
static bool is_worn_out(void)
{
    struct rlimit limit;
    struct rusage used;
    if (getrlimit(RLIMIT_CPU, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        getrusage(RUSAGE_SELF, &used) != 0)
        return false;
    const int64_t seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec;
    const int64_t used_us = seconds * SECOND_US + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    return (rlim_t)(2 * used_us / SECOND_US) >= limit.rlim_cur;
}

static bool has_work(const struct crew *crew)
{
    return (guint)g_atomic_int_get(crew->next) < crew->suite->scenarios->len;
}

/* Takes one scenario after another from what is left. */
static G_GNUC_NORETURN void worker_main(const struct crew *crew, guint place, int fd)
{
    guint i = 0;
    while ((i = (guint)g_atomic_int_add(crew->next, 1)) < crew->suite->scenarios->len) {
        const struct scenario *scenario = g_ptr_array_index(crew->suite->scenarios, i);
        progress_meter_take_up(crew->options->context.progress, place, scenario->name);
        g_autoptr(json_t) entry = run_scenario(crew->options, scenario);
        g_autofree char *text = json_text(entry);
        g_autofree char *line = g_strdup_printf("%u %s\n", i, text);
        if (!write_all(fd, line, strlen(line)))
            _exit(1);
        progress_meter_put_down(crew->options->context.progress, place);
        if (is_worn_out())
            break;
    }
    _exit(0);
}

static bool worker_start(struct crew *crew, struct worker *worker, GError **error)
{
    int ends[2] = {-1, -1};
    if (pipe(ends) != 0 || (worker->pid = fork()) < 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "no worker can be started: %s",
                    g_strerror(errno));
        close(ends[0]);
        close(ends[1]);
        worker->pid = 0;
        return false;
    }
    if (worker->pid == 0) {
        close(ends[0]);
        worker_main(crew, worker->place, ends[1]);
    }
    close(ends[1]);
    worker->pipe_fd = ends[0];
    return true;
}

static void take_lines(struct crew *crew, struct worker *worker)
{
    const char *line = worker->pending->str;
    const char *end;
    while ((end = strchr(line, '\n')) != NULL) {
        char *json = NULL;
        guint64 index = g_ascii_strtoull(line, &json, 10);
        if (index < crew->suite->scenarios->len && crew->entries[index] == NULL)
            crew->entries[index] = json_parse_bytes(json, (gsize)(end - json), NULL);
        line = end + 1;
    }
    g_string_erase(worker->pending, 0, line - worker->pending->str);
}

/* false: the worker has closed its end. */
static bool worker_read(struct crew *crew, struct worker *worker)
{
    char buffer[64 * 1024];
    gssize length = read(worker->pipe_fd, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR)
        return true;
    if (length <= 0)
        return false;
    g_string_append_len(worker->pending, buffer, length);
    take_lines(crew, worker);
    return true;
}

static void worker_finish(struct worker *worker)
{
    int status = 0;
    close(worker->pipe_fd);
    worker->pipe_fd = -1;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    g_string_truncate(worker->pending, 0);
}

/* A worker that has ended makes way for another. One that died took a single scenario along, whose
   entry is missing. */
static bool worker_relieve(struct crew *crew, struct worker *worker, GError **error)
{
    worker_finish(worker);
    progress_meter_put_down(crew->options->context.progress, worker->place);
    if (crew->result->is_interrupted || !has_work(crew))
        return true;
    return worker_start(crew, worker, error);
}

static void kill_all(struct worker *workers, guint count)
{
    for (guint i = 0; i < count; i++)
        if (workers[i].pid > 0)
            kill(workers[i].pid, SIGKILL);
}

static bool is_anybody_at_work(const struct worker *workers, guint count)
{
    for (guint i = 0; i < count; i++)
        if (workers[i].pid > 0)
            return true;
    return false;
}

/* Reads until every scenario has its entry or has taken its worker along. */
static bool collect(struct crew *crew, struct worker *workers, guint count, GError **error)
{
    g_autofree struct pollfd *ready = g_new0(struct pollfd, count + 1);

    ready[count] = (struct pollfd){.fd = crew->stop.fd, .events = POLLIN};
    while (is_anybody_at_work(workers, count)) {
        for (guint i = 0; i < count; i++)
            ready[i] = (struct pollfd){.fd = workers[i].pipe_fd, .events = POLLIN};
        if (poll(ready, count + 1, -1) < 0)
            continue;
        if (ready[count].revents != 0) {
            crew->result->is_interrupted = true;
            kill_all(workers, count);
            ready[count].fd = -1;
        }
        for (guint i = 0; i < count; i++)
            if (ready[i].revents != 0 && !worker_read(crew, &workers[i]) &&
                !worker_relieve(crew, &workers[i], error))
                return false;
    }
    return true;
}

static bool work_shared_out(struct crew *crew, GError **error)
{
    guint count = crew->options->jobs;
    g_autofree struct worker *workers = g_new0(struct worker, count);
    bool is_fine = true;

    for (guint i = 0; i < count; i++)
        workers[i] = (struct worker){.place = i, .pipe_fd = -1, .pending = g_string_new(NULL)};
    for (guint i = 0; i < count && is_fine; i++)
        is_fine = worker_start(crew, &workers[i], error);
    is_fine = is_fine && collect(crew, workers, count, error);
    if (!is_fine)
        kill_all(workers, count);
    for (guint i = 0; i < count; i++) {
        if (workers[i].pid > 0)
            worker_finish(&workers[i]);
        g_string_free(workers[i].pending, TRUE);
    }
    if (crew->result->is_interrupted)
        folders_sweep(); /* after those that were killed */
    return is_fine;
}

/* ---- the results ---- */

static void deliver(struct crew *crew)
{
    for (guint i = 0; i < crew->suite->scenarios->len; i++) {
        const struct scenario *scenario = g_ptr_array_index(crew->suite->scenarios, i);
        json_t *entry = crew->entries[i];
        if (entry == NULL && crew->result->is_interrupted)
            continue;
        if (entry == NULL)
            entry = entry_broken(scenario->name, scenario->path,
                                 "the process that ran it died without a result");
        crew->result->is_nondeterministic |= json_get_boolean(entry, "is_nondeterministic", false);
        g_ptr_array_add(crew->result->entries, entry);
    }
}

static void free_entry(void *entry)
{
    json_decref(entry);
}

/* A zero that forked workers count up together; NULL where there is no memory. */
static gint *new_shared_counter(GError **error)
{
    void *counter =
        mmap(NULL, sizeof(gint), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counter != MAP_FAILED)
        return counter;
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "no worker can be started: %s",
                g_strerror(errno));
    return NULL;
}

bool work_do(const struct suite *suite, const struct work_options *options,
             struct work_result *result, GError **error)
{
    struct crew crew = {.suite = suite, .options = options, .result = result};
    struct work_options narrowed = *options;
    bool is_fine = false;

    narrowed.jobs = MIN(options->jobs, suite->scenarios->len);
    narrowed.context.stop_fd = 0; /* workers are ended from here */
    crew.options = &narrowed;
    *result = (struct work_result){.entries = g_ptr_array_new_with_free_func(free_entry)};
    crew.entries = g_new0(json_t *, suite->scenarios->len + 1);
    crew.next = new_shared_counter(error);
    if (crew.next == NULL) {
        g_free(crew.entries);
        return false;
    }
    if (stop_signals_hold(&crew.stop, error)) {
        is_fine = work_shared_out(&crew, error);
        stop_signals_release(&crew.stop);
    }
    deliver(&crew);
    munmap(crew.next, sizeof *crew.next);
    g_free(crew.entries);
    return is_fine;
}

void work_result_clear(struct work_result *result)
{
    g_clear_pointer(&result->entries, g_ptr_array_unref);
}
