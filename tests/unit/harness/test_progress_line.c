/* The line of progress: what is in it, and how it bears a narrow terminal and odd names. */
#include "base/units.h"
#include "harness/progress_line.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct progress_view midway = {
    .what = "rehearse",
    .done = 6,
    .total = 24,
    .elapsed_us = 83 * SECOND_US,
    .longest = "layer-503",
    .longest_us = 12 * SECOND_US,
    .longest_legs = 2,
};

Test(progress_line, tells_what_is_done_how_long_it_took_and_what_has_run_longest)
{
    g_autofree char *line = progress_bar_line(&midway, 100);

    cr_expect_str_eq(line,
                     "rehearse [======>                 ] 6/24  1:23  layer-503 0:12, 2 legs");
}

Test(progress_line, is_never_wider_than_the_terminal)
{
    struct progress_view view = midway;
    view.longest = "a-fault-with-a-name-as-long-as-names-of-faults-should-never-be-said-nobody";

    for (int columns = 0; columns < 200; columns++) {
        g_autofree char *line = progress_bar_line(&view, columns);
        cr_expect_leq((int)strlen(line), columns > 0 ? columns - 1 : 0, "%d: %s", columns, line);
        cr_expect_leq((int)strlen(line), PROGRESS_COLUMNS_MAX);
    }
}

Test(progress_line, gives_up_the_bar_then_the_name_then_all)
{
    g_autofree char *wide = progress_bar_line(&midway, 62);
    g_autofree char *narrow = progress_bar_line(&midway, 35);
    g_autofree char *narrower = progress_bar_line(&midway, 20);
    g_autofree char *none = progress_bar_line(&midway, 8);

    cr_expect_str_eq(wide, "rehearse [======>                 ] 6/24  1:23");
    cr_expect_str_eq(narrow, "6/24  1:23  layer-503 0:12, 2 legs");
    cr_expect_str_eq(narrower, "6/24  1:23");
    cr_expect_str_eq(none, "");
}

Test(progress_line, cuts_names_short_by_their_columns)
{
    struct progress_view view = midway;
    view.longest = "\u5c64\u304c\u6765\u306a\u3044";
    view.longest_legs = 0;

    g_autofree char *line = progress_bar_line(&view, 25);

    cr_expect_str_eq(line, "6/24  1:23  \u5c64\u304c.. 0:12");
}

Test(progress_line, lets_no_name_steer_the_terminal)
{
    struct progress_view view = midway;
    view.longest = "a\033[2Jb\nc\xff";

    g_autofree char *line = progress_bar_line(&view, 100);
    g_autofree char *log = progress_log_line(&view);

    cr_expect_null(strpbrk(line, "\033\n"));
    cr_expect_null(strpbrk(log, "\033\n"));
    cr_expect(g_utf8_validate(line, -1, NULL));
}

Test(progress_line, fills_the_bar_only_when_all_is_done)
{
    struct progress_view view = {.what = "run", .done = 253, .total = 253};

    g_autofree char *line = progress_bar_line(&view, 80);
    view.done = 252;
    g_autofree char *before = progress_bar_line(&view, 80);

    cr_expect_str_eq(line, "run [========================] 253/253  0:00");
    cr_expect_str_eq(before, "run [=======================>] 252/253  0:00");
}

Test(progress_line, is_a_sentence_in_a_log)
{
    struct progress_view view = midway;
    view.elapsed_us += 3600 * SECOND_US;
    g_autofree char *line = progress_log_line(&view);
    view.longest = NULL;
    g_autofree char *idle = progress_log_line(&view);

    cr_expect_str_eq(line, "seatrial: rehearse: 6 of 24 done, 1:01:23; at work: layer-503 0:12, "
                           "2 legs");
    cr_expect_str_eq(idle, "seatrial: rehearse: 6 of 24 done, 1:01:23");
}

Test(progress_line, is_a_bar_only_where_somebody_watches_a_terminal_that_can)
{
    cr_expect(progress_wants_bar(true, "xterm-256color", NULL));
    cr_expect_not(progress_wants_bar(false, "xterm-256color", NULL));
    cr_expect_not(progress_wants_bar(true, "dumb", NULL));
    cr_expect_not(progress_wants_bar(true, NULL, NULL));
    cr_expect_not(progress_wants_bar(true, "xterm", "true"));
}
