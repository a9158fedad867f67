/* The same script gives the same log, whatever the scheduler does. */
#include "src/process/rig.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char racing[] =
    "for i in 1 2 3 4; do (docker pull image$i; sleep $i; echo done $i) & done\n"
    "timeout 5 docker pull slow || echo rc $?\n"
    "docker pull a | count\n"
    "echo x | { read y; docker pull $y; } &\n"
    "sleep 1; wait; echo $SECONDS $RANDOM\n";

enum {
    RUN_COUNT = 20, /* 200 took place without a difference; that many are for the soak */
};

static void expect_one_log(int count)
{
    g_autofree char *first = rig_log_of(racing);
    for (int i = 1; i < count; i++) {
        g_autofree char *log = rig_log_of(racing);
        cr_assert_str_eq(log, first, "run %d differs:\n%s\nfirst:\n%s", i, log, first);
    }
}

Test(determinism, racing_jobs_give_one_log, .timeout = 120)
{
    expect_one_log(RUN_COUNT);
}

/* It ends with the test, however that ends. */
static pid_t start_load(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        for (volatile unsigned i = 0;; i++) {
        }
    }
    return pid;
}

Test(determinism, busy_neighbours_do_not_change_it, .timeout = 120)
{
    pid_t load[2] = {start_load(), start_load()};

    expect_one_log(RUN_COUNT / 2);

    for (int i = 0; i < 2; i++) {
        kill(load[i], SIGKILL);
        waitpid(load[i], NULL, 0);
    }
}
