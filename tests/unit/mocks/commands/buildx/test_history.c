/* What is told afterwards of how an image was built. */
#include "bench.h"

static void history_body(struct bench *bench)
{
    write_context(bench);
    write_file(
        bench, "/src/Dockerfile",
        "FROM alpine:3\nARG A=1 B\nENV Q=\"a b\" R=c\nCOPY --chown=1:1 f /f\nRUN uname -m $A\n"
        "CMD [\"/f\", \"x y\"]\n");
    run_well(bench, "docker build -t app:1 .");

    OUTCOME(steps) = run_line(bench, "docker history --no-trunc --format {{.CreatedBy}} app:1");
    OUTCOME(ids) = run_line(bench, "docker history --quiet app:1");

    cr_assert(g_str_has_prefix(steps.out, "CMD [\"/f\" \"x y\"]\n"
                                          "RUN |2 A=1 B= /bin/sh -c uname -m $A # buildkit\n"
                                          "COPY --chown=1:1 f /f # buildkit\nENV Q=a b R=c\n"),
              "%s", steps.out);
    cr_assert_not(g_str_has_prefix(ids.out, "<missing>"), "%s", ids.out);
    cr_assert_not_null(strstr(ids.out, "\n<missing>\n"), "%s", ids.out);
}

Test(image_history, steps_are_told_newest_first_with_those_that_made_no_layer)
{
    bench_run(NULL, history_body);
}
