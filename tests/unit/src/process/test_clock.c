/* What programs see of the time and of chance. */
#include "src/process/rig.h"

#include "base/units.h"

#include <criterion/criterion.h>

static char *output_on(const char *machine, const char *script)
{
    struct rig rig;
    rig_init(&rig);
    rig.options.machine = machine;
    cr_assert_eq(rig_run(&rig, script), 0, "%s", rig.output[2]->str);
    char *output = g_strdup(rig.output[1]->str);
    rig_close(&rig);
    return output;
}

static char *output_of(const char *script)
{
    return output_on("leg", script);
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

Test(clock, programs_use_no_processor_time)
{
    g_autofree char *output = output_of(
        "TIMEFORMAT='%R %U %S'; { time { sleep 3; for i in {1..20000}; do :; done; }; } 2>&1; "
        "times; "
        "python3 -c 'import os, resource; [0 for i in range(300000)]; print(os.times()[0:4], "
        "resource.getrusage(resource.RUSAGE_SELF).ru_utime)'; "
        "if [ -x /usr/bin/time ]; then /usr/bin/time -f '%U %S %M' true 2>&1; "
        "else echo 0.00 0.00 0; fi");
    cr_assert_str_eq(output, "3.000 0.000 0.000\n0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n"
                             "(0.0, 0.0, 0.0, 0.0) 0.0\n0.00 0.00 0\n");
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

/* The two words of each line differ; numbers of processes decide, which repeat only where a sandbox
   has its own. */
Test(clock, what_programs_draw_repeats_and_differs_within_a_script)
{
    const char *script =
        "echo $(mktemp -u) $(mktemp -u); echo $SRANDOM $SRANDOM; "
        "u=/proc/sys/kernel/random/uuid; echo $(cat $u) $(< $u); "
        "echo $(head -c4 /dev/urandom | od -An -tx4) $(od -An -N4 -tx4 /dev/random); "
        "echo $(shuf -i 1-1000000000 -n 1) $(tr -dc a-z </dev/urandom | head -c 8); "
        "echo $(dd if=/dev/urandom bs=1M count=3 status=none | wc -c) 3; "
        "echo $(python3 -c 'import os,uuid; print(uuid.uuid4().hex, os.urandom(8).hex())'); "
        "echo $(perl -e 'print rand(), \" \", rand()')";
    g_autofree char *first = output_of(script);
    g_autofree char *second = output_of(script);
    if (rig_has(SANDBOX_NAMESPACES))
        cr_assert_str_eq(first, second);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(first), "\n", -1);
    cr_assert_eq(g_strv_length(lines), 8, "%s", first);
    cr_assert_str_eq(lines[5], "3145728 3");
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", -1);
        cr_expect_eq(g_strv_length(words), 2, "%s", *line);
        cr_expect_str_neq(words[0], words[1], "%s", *line);
    }
}

/* The machine's own day is a later one. */
Test(clock, files_of_the_rehearsal_are_from_just_before_it_in_their_order)
{
    g_autofree char *output = output_of(
        "echo a > a; sleep 100; command -p sleep 0.02; echo b > b; "
        "stat -c %Y a b; ls -l --time-style=+%F b | cut -d' ' -f6; find . -newer a -name b; "
        "tar cf t a b; rm a; tar xf t 2>&1; python3 -c 'import os; "
        "print(int(os.stat(\"a\").st_mtime))'; "
        "touch -d @1500000000 a; stat -c %Y a; touch -d @1800000000 a; date -r a +%s");
    cr_assert_str_eq(output, "1767603599\n1767603599\n2026-01-05\n./b\n1767603599\n"
                             "1500000000\n1800000000\n");
}

Test(clock, machines_draw_different_numbers)
{
    const char *script = "echo $RANDOM; mktemp -u";
    g_autofree char *first = output_on("leg-a", script);
    g_autofree char *second = output_on("leg-b", script);
    cr_assert_str_neq(first, second);
}

/* By names that lead past the stubs: waited for in real time, with the clock still. */
Test(clock, real_sleeps_take_no_rehearsed_time)
{
    g_autofree char *output = output_of(
        "sleep 5 & /run/seatrial/programs/sleep 0.1; read -t 0.05 x < <(sleep 9) || true; "
        "perl -e 'select(undef, undef, undef, 0.05)'; echo $SECONDS; wait %1; echo "
        "$SECONDS");
    cr_assert_str_eq(output, "0\n5\n");
}
