/* What programs see of the time and of chance. */
#include "src/process/rig.h"

#include "base/units.h"

#include <criterion/criterion.h>

static char *output_of(const char *script)
{
    struct rig rig;
    rig_init(&rig);
    cr_assert_eq(rig_run(&rig, script), 0, "%s", rig.output[2]->str);
    char *output = g_strdup(rig.output[1]->str);
    rig_close(&rig);
    return output;
}

Test(clock, bash_and_date_see_the_time_of_the_rehearsal)
{
    g_autofree char *output = output_of("sleep 90; echo $SECONDS; date -u +%FT%T; "
                                        "echo $EPOCHREALTIME; printf '%(%s)T\\n' -1");
    cr_assert_str_eq(output, "90\n2026-01-05T09:01:30\n1767603690.000000\n1767603690\n");
}

Test(clock, python_sees_it_too)
{
    g_autofree char *output =
        output_of("sleep 5; python3 -c 'import time; a=time.monotonic(); time.sleep(0.01); "
                  "print(int(time.time()), time.monotonic()-a)'");
    cr_assert_str_eq(output, "1767603605 0.0\n");
}

Test(clock, random_repeats_and_differs_between_subshells)
{
    const char *script = "echo $RANDOM $RANDOM; (echo $RANDOM) ; (echo $RANDOM); bash -c 'echo "
                         "$RANDOM'; [ $BASHPID = $$ ] && kill -0 $$ && echo same";
    g_autofree char *first = output_of(script);
    g_autofree char *second = output_of(script);
    cr_assert_str_eq(first, second);
    g_auto(GStrv) lines = g_strsplit(first, "\n", -1);
    cr_assert_str_neq(lines[1], lines[2], "%s", first);
    cr_assert_str_eq(lines[4], "same", "%s", first);
}

/* A real sleep by a name that leads past the stubs: waited for, with the clock still. */
Test(clock, real_sleeps_take_no_rehearsed_time)
{
    g_autofree char *log = rig_log_of("read -t 0.1 x < <(exec cat 0<>/tmp/f$$ </dev/null >&2; "
                                      "sleep 1) || true; perl -e 'select(undef,undef,undef,0.05)'; "
                                      "echo $SECONDS");
    cr_assert_not_null(strstr(log, "exit 0"), "%s", log);
}
