/* Progress as a terminal sees it: the far side of a pseudo-terminal. */
#include "harness/progress_meter.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char erasure[] = "\r\033[K";

/* A program whose stderr is a terminal, and which goes on until it is told. */
struct watched {
    pid_t pid;
    int seen_fd; /* what it says */
    int tell_fd; /* closed: it may end */
    GString *seen;
};

static G_GNUC_NORETURN void work(int stderr_fd, int told_fd)
{
    char byte;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(stderr_fd, STDERR_FILENO);
    close(stderr_fd);
    g_setenv("TERM", "xterm", TRUE);
    g_unsetenv("CI");
    struct progress_meter *meter = progress_meter_new("rehearse", 3, /* is_quiet= */ false);
    progress_meter_take_up(meter, 0, "first");
    progress_meter_put_down(meter, 0);
    progress_meter_put_down(meter, 0); /* as after a worker that has ended in order */
    progress_meter_take_up(meter, 1, "second");
    progress_meter_note_leg(meter);
    while (read(told_fd, &byte, 1) < 0)
        continue;
    progress_meter_free(meter);
    _exit(7);
}

static void open_terminal(int *near_fd, int *far_fd)
{
    *near_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    cr_assert_geq(*near_fd, 0);
    cr_assert_eq(grantpt(*near_fd) | unlockpt(*near_fd), 0);
    *far_fd = open(ptsname(*near_fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    cr_assert_geq(*far_fd, 0);
}

static struct watched watch(void)
{
    int said[2];
    int told[2];
    struct watched watched = {.seen = g_string_new(NULL)};
    open_terminal(&said[0], &said[1]);
    cr_assert_eq(pipe(told), 0);
    watched.pid = fork();
    cr_assert_geq(watched.pid, 0);
    if (watched.pid == 0) {
        close(told[1]);
        close(said[0]);
        work(said[1], told[0]);
    }
    close(said[1]);
    close(told[0]);
    watched.seen_fd = said[0];
    watched.tell_fd = told[1];
    return watched;
}

/* Until the text is there, or whoever says something is gone. */
static void read_until(struct watched *watched, const char *text)
{
    char buffer[256];
    gssize length;
    while ((text == NULL || strstr(watched->seen->str, text) == NULL) &&
           (length = read(watched->seen_fd, buffer, sizeof buffer)) > 0)
        g_string_append_len(watched->seen, buffer, length);
}

/* The program's exit code, or minus the signal that killed it; all that it said is seen. */
static int end(struct watched *watched)
{
    int status = 0;
    close(watched->tell_fd);
    waitpid(watched->pid, &status, 0);
    read_until(watched, NULL);
    close(watched->seen_fd);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void watched_clear(struct watched *watched)
{
    g_string_free(watched->seen, TRUE);
}

Test(progress_meter, rewrites_one_line_of_a_terminal_and_takes_it_away)
{
    struct watched watched = watch();

    read_until(&watched, "1/3");
    read_until(&watched, "second 0:00, 1 leg");
    const int code = end(&watched);

    cr_expect_eq(code, 7);
    cr_expect(g_str_has_prefix(watched.seen->str, "\r\033[Krehearse [========>"), "%s",
              watched.seen->str);
    cr_expect(g_str_has_suffix(watched.seen->str, erasure), "%s", watched.seen->str);
    cr_expect_null(strchr(watched.seen->str, '\n'));
    watched_clear(&watched);
}

Test(progress_meter, leaves_no_line_behind_a_program_that_was_killed)
{
    struct watched watched = watch();

    read_until(&watched, "second");
    kill(watched.pid, SIGKILL);
    const int code = end(&watched);

    cr_expect_eq(code, -SIGKILL);
    cr_expect(g_str_has_suffix(watched.seen->str, erasure), "%s", watched.seen->str);
    watched_clear(&watched);
}

Test(progress_meter, is_for_nobody_where_it_is_to_be_quiet)
{
    cr_expect_null(progress_meter_new("rehearse", 3, /* is_quiet= */ true));
    progress_meter_take_up(NULL, 0, "first");
    progress_meter_note_leg(NULL);
    progress_meter_put_down(NULL, 0);
    progress_meter_free(NULL);
}
