/* What is read, and what is not waited for. */
#include "base/regular_file.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char *folder, *path;
};

static struct place place_new(void)
{
    struct place place = {.folder = g_dir_make_tmp("regular-XXXXXX", NULL)};
    place.path = g_build_filename(place.folder, "x", NULL);
    return place;
}

static void place_clear(struct place *place)
{
    g_unlink(place->path);
    g_rmdir(place->path);
    g_rmdir(place->folder);
    g_free(place->path);
    g_free(place->folder);
}

#define PLACE(name) __attribute__((cleanup(place_clear))) struct place name = place_new()

static void expect_refusal(const struct place *place, gint code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    cr_assert_not(regular_file_read(place->path, &bytes, NULL, &error));
    cr_expect(g_error_matches(error, G_FILE_ERROR, code), "%s", error->message);
    cr_expect_null(bytes);
}

Test(regular_file, is_read_whole_and_ends_with_nul)
{
    PLACE(place);
    g_autofree char *text = g_strnfill(200000, 'x');
    g_autofree char *bytes = NULL;
    gsize length = 0;
    cr_assert(g_file_set_contents(place.path, text, -1, NULL));

    cr_assert(regular_file_read(place.path, &bytes, &length, NULL));

    cr_expect_eq(length, 200000);
    cr_expect_str_eq(bytes, text);
}

Test(regular_file, that_is_none_is_refused_and_not_waited_for)
{
    PLACE(place);
    expect_refusal(&place, G_FILE_ERROR_NOENT);
    cr_assert_eq(mkfifo(place.path, 0600), 0);
    expect_refusal(&place, G_FILE_ERROR_INVAL);
    g_unlink(place.path);
    cr_assert_eq(g_mkdir(place.path, 0700), 0);
    expect_refusal(&place, G_FILE_ERROR_INVAL);
}

Test(regular_file, of_more_than_2_gib_is_refused)
{
    PLACE(place);
    cr_assert(g_file_set_contents(place.path, "", 0, NULL));
    cr_assert_eq(truncate(place.path, (off_t)G_MAXINT32 + 1), 0);
    expect_refusal(&place, G_FILE_ERROR_FAILED);
}
