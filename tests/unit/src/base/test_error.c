/* Errors with positions, sources, nearest words. */
#include "base/error.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static struct source *source_of(const char *text)
{
    return source_new("a.yaml", text, strlen(text));
}

static char *message_at(const char *text, int line, int column)
{
    AUTO(source) source = source_of(text);
    g_autoptr(GError) error = NULL;
    error_set_at(&error, BASE_ERROR_INVALID, (struct position){source, line, column}, "no %s",
                 "sense");
    return g_strdup(error->message);
}

Test(error, shows_place_reason_line_and_caret)
{
    g_autofree char *message = message_at("one: 1\ntwo: 2\n", 2, 6);

    cr_assert_str_eq(message, "a.yaml:2:6: no sense\n    two: 2\n         ^");
}

Test(error, keeps_tabs_before_the_caret_and_counts_characters)
{
    g_autofree char *tabbed = message_at("\tx: \xc3\xbc!", 1, 6);

    cr_assert_str_eq(tabbed, "a.yaml:1:6: no sense\n    \tx: \xc3\xbc!\n    \t    ^");
}

Test(error, caret_stays_at_the_end_of_a_short_line)
{
    g_autofree char *message = message_at("ab\r\n", 1, 40);

    cr_assert_str_eq(message, "a.yaml:1:40: no sense\n    ab\n      ^");
}

Test(error, leaves_out_lines_that_are_missing_too_long_or_no_text)
{
    g_autofree char *text = g_strnfill(161, 'x');
    g_autofree char *too_long = message_at(text, 1, 1);
    g_autofree char *missing = message_at("x", 7, 1);
    g_autofree char *no_text = message_at("\xff", 1, 1);

    cr_assert_str_eq(too_long, "a.yaml:1:1: no sense");
    cr_assert_str_eq(missing, "a.yaml:7:1: no sense");
    cr_assert_str_eq(no_text, "a.yaml:1:1: no sense");
}

Test(error, line_zero_names_only_the_file)
{
    g_autofree char *message = message_at("x", 0, 0);

    cr_assert_str_eq(message, "a.yaml: no sense");
}

Test(error, position_without_a_source_is_a_dash)
{
    g_autofree char *text = position_text((struct position){0});

    cr_assert_str_eq(text, "-");
}

Test(error, nobody_listening_is_fine)
{
    error_set_at(NULL, BASE_ERROR_INVALID, (struct position){0}, "x");
}

Test(source, reads_a_file_whole_and_ends_it_with_a_nul)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("seatrial-XXXXXX", &path, NULL);
    cr_assert_eq(write(fd, "a\0b", 3), 3);
    close(fd);

    AUTO(source) source = source_read(path, 3, NULL);
    g_unlink(path);

    cr_assert_eq(source->length_bytes, 3);
    cr_assert_arr_eq(source->text, "a\0b", 4);
    cr_assert_str_eq(source->name, path);
}

Test(source, refuses_a_file_above_the_ceiling)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("seatrial-XXXXXX", &path, NULL);
    cr_assert_eq(write(fd, "abcd", 4), 4);
    close(fd);
    g_autoptr(GError) error = NULL;

    AUTO(source) source = source_read(path, 3, &error);
    g_unlink(path);

    g_autofree char *message = g_strconcat(path, ": has 4 bytes, at most 3 are read", NULL);
    cr_assert_null(source);
    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_assert_str_eq(error->message, message);
}

Test(source, refuses_what_is_missing_or_no_regular_file)
{
    g_autoptr(GError) missing_error = NULL, device_error = NULL;

    AUTO(source) missing = source_read("/nonexistent/x", 10, &missing_error);
    AUTO(source) device = source_read("/dev/zero", 10, &device_error);

    cr_assert_null(missing);
    cr_assert_str_eq(missing_error->message, "/nonexistent/x: No such file or directory");
    cr_assert_null(device);
    cr_assert_str_eq(device_error->message, "/dev/zero: is no regular file");
}

Test(source, lives_until_its_last_reference)
{
    AUTO(source) source = source_of("x");

    struct source *other = source_ref(source);
    source_unref(other);

    cr_assert_str_eq(source->text, "x");
    source_unref(NULL);
}

Test(nearest_word, finds_typing_errors_and_nothing_farther)
{
    const char *const words[] = {"time", "times", "match", "probability"};
    const struct {
        const char *word;
        const char *nearest;
    } rows[] = {
        {"tiem", "time"}, {"tims", "time"},      {"mach", "match"}, {"probabilty", "probability"},
        {"xyz", NULL},    {"observatory", NULL}, {"", NULL},        {"times", "times"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *nearest = nearest_word(rows[i].word, words, G_N_ELEMENTS(words));
        cr_expect_eq(g_strcmp0(nearest, rows[i].nearest), 0, "%s gave %s", rows[i].word, nearest);
    }
}

Test(nearest_word, passes_over_words_above_its_ceiling)
{
    g_autofree char *longest = g_strnfill(64, 'x');
    g_autofree char *longer = g_strnfill(65, 'x');
    const char *const words[] = {longest, longer};

    cr_assert_eq(nearest_word(longest, &words[0], 1), longest);
    cr_assert_null(nearest_word(longer, &words[1], 1));
    cr_assert_null(nearest_word("x", NULL, 0));
}

Test(error, of_several_tells_them_one_after_another)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(errors, g_error_new(BASE_ERROR, BASE_ERROR_LIMIT, "a:1:1: first"));
    g_ptr_array_add(errors, g_error_new(BASE_ERROR, BASE_ERROR_INVALID, "a:2:1: second"));

    error_set_joined(&error, errors);

    cr_expect_str_eq(error->message, "a:1:1: first\na:2:1: second");
    cr_expect_eq(error->code, BASE_ERROR_LIMIT);
}
