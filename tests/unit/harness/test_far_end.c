/* The rehearsed repository's other end: scripts cannot lead its copies out of their machine. */
#include "harness/far_end.h"
#include "harness/folders.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct place {
    char *root, *directory, *machine, *outside;
    struct far_end *far_end;
};

static char *make_below(const char *root, const char *name)
{
    char *path = g_build_filename(root, name, NULL);
    cr_assert_eq(g_mkdir_with_parents(path, 0755), 0);
    return path;
}

static void place_init(struct place *place)
{
    place->root = g_dir_make_tmp("far-end-XXXXXX", NULL);
    place->directory = make_below(place->root, "run");
    place->machine = make_below(place->directory, "leg");
    place->outside = make_below(place->root, "outside");
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    cr_assert(g_file_set_contents(secret, "x", 1, NULL));
    place->far_end = far_end_new(NULL, NULL, place->directory, 0);
}

static void place_clear(struct place *place)
{
    far_end_free(place->far_end);
    folder_remove(place->root);
    g_free(place->root);
    g_free(place->directory);
    g_free(place->machine);
    g_free(place->outside);
}

static bool is_there(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A conversation that pushed a file, and a copy that has it. */
static char *push_and_open(const struct place *place)
{
    bool is_partial = false;
    g_autofree char *copy = make_below(place->machine, "copy.git");
    g_autofree char *file = g_build_filename(copy, "pushed", NULL);
    cr_assert(g_file_set_contents(file, "y", 1, NULL));
    far_end_close(place->far_end, place->machine, "copy.git", true);
    return far_end_open(place->far_end, place->machine, &is_partial);
}

Test(far_end, has_what_was_pushed_to_it)
{
    struct place place;
    place_init(&place);
    g_autofree char *name = push_and_open(&place);
    g_autofree char *copy = g_build_filename(place.machine, name, NULL);
    cr_expect(is_there(copy, "pushed"));
    cr_expect_not(is_there(place.machine, "copy.git"));
    place_clear(&place);
}

Test(far_end, is_not_made_where_a_link_leads)
{
    struct place place;
    bool is_partial = false;
    place_init(&place);
    g_free(push_and_open(&place));
    g_autofree char *planted = g_build_filename(place.machine, ".github.com-2.git", NULL);
    cr_assert_eq(symlink(place.outside, planted), 0);

    g_autofree char *second = far_end_open(place.far_end, place.machine, &is_partial);

    cr_expect_null(second);
    cr_expect_not(is_there(place.outside, "pushed"));
    place_clear(&place);
}

Test(far_end, does_not_take_over_what_a_link_leads_to)
{
    struct place place;
    bool is_partial = false;
    place_init(&place);
    g_autofree char *name = push_and_open(&place);
    g_autofree char *copy = g_build_filename(place.machine, name, NULL);
    folder_remove(copy);
    cr_assert_eq(symlink(place.outside, copy), 0);

    far_end_close(place.far_end, place.machine, name, true);

    g_autofree char *next = far_end_open(place.far_end, place.machine, &is_partial);
    g_autofree char *next_copy = g_build_filename(place.machine, next, NULL);
    cr_expect(is_there(next_copy, "pushed"));
    cr_expect_not(is_there(next_copy, "secret"));
    cr_expect(is_there(place.outside, "secret"));
    place_clear(&place);
}
