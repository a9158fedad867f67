/* The pack of a checkout's history, of a repository that git has packed well. */
#include "checked_out.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

#define NUMBERS      20000
#define COMMIT_COUNT 12

/* One of two lists of numbers with a line changed, of one length: some 70 KiB when compressed. What
   is next to it by time and by length is not like it; git's own search finds what is. */
static void write_version(const struct place *place, int version)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint factor = version % 2 == 0 ? 7919 : 104729;
    for (int i = 0; i < NUMBERS; i++)
        g_string_append_printf(text, "%06d\n",
                               i == version ? 0 : (int)((guint)i * factor % 1000003));
    place_write(place, "numbers", text->str);
}

/* Commits the versions, one after the other, as a user of git does. */
static void make_history(const struct place *place)
{
    place_run(place, "git init -q -b main; git config user.name a; git config user.email a@b");
    for (int i = 0; i < COMMIT_COUNT; i++) {
        write_version(place, i);
        place_run(place, "git add .; git commit -qm change");
    }
}

/* Whether git can read all of the checkout's history. */
static void expect_history(const struct place *place)
{
    place_run(place, "test $(git -C ../target log --oneline | wc -l) = 12\n"
                     "git -C ../target log -p >/dev/null");
}

static goffset packed_bytes(const struct place *place)
{
    g_autofree char *folder = g_build_filename(place->target, ".git", "objects", "pack", NULL);
    g_autoptr(GDir) packs = g_dir_open(folder, 0, NULL);
    goffset sum = 0;
    for (const char *name = g_dir_read_name(packs); name != NULL; name = g_dir_read_name(packs)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        GStatBuf status;
        if (g_stat(path, &status) == 0)
            sum += status.st_size;
    }
    return sum;
}

Test(working_copy_pack, takes_over_what_git_made_of_likeness)
{
    PLACE(place);
    make_history(&place);
    place_run(&place, "git gc -q");

    g_free(check_out(&place, (struct working_copy_options){.depth = 0}));

    /* The last version is in the pack of the files, one of each list in that of history. */
    cr_assert_lt(packed_bytes(&place), 8 * 64 * 1024);
    expect_history(&place);
}

Test(working_copy_pack, holds_what_was_never_packed)
{
    PLACE(place);
    make_history(&place);

    g_free(check_out(&place, (struct working_copy_options){.depth = 0}));

    expect_history(&place);
}

Test(working_copy_pack, needs_no_git)
{
    PLACE(place);
    make_history(&place);
    place_run(&place, "git gc -q");

    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_setenv("PATH", place.target, TRUE);
    g_free(check_out(&place, (struct working_copy_options){.depth = 0}));
    g_setenv("PATH", path, TRUE);

    expect_history(&place);
}

/* What git keeps of the file is not what stands in the work tree, as with git-lfs. */
static void filter_numbers(const struct place *place)
{
    place_run(place, "git config filter.halves.clean 'head -c 70'\n"
                     "echo 'numbers filter=halves' >.git/info/attributes\n"
                     "touch -d 2020-01-01 numbers; git add --renormalize .; git add .\n"
                     "git commit -qm filtered; test $(git cat-file -s HEAD:numbers) = 70");
}

Test(working_copy_pack, takes_over_what_git_knows_of_a_file_that_nobody_touched)
{
    PLACE(place);
    make_history(&place);
    filter_numbers(&place);

    g_free(check_out(&place, (struct working_copy_options){.depth = 0}));

    place_run(&place, "test $(git -C ../target cat-file -s HEAD:numbers) = 70");
}

Test(working_copy_pack, reads_a_file_that_was_written_after_the_index)
{
    PLACE(place);
    make_history(&place);
    filter_numbers(&place);
    place_run(&place, "touch -d 2019-01-01 .git/index");

    g_free(check_out(&place, (struct working_copy_options){.depth = 0}));

    place_run(&place, "git -C ../target show HEAD:numbers | cmp - numbers");
}

Test(working_copy_pack, reads_a_file_of_which_the_clone_lacks_the_object)
{
    PLACE(place);
    make_history(&place);
    place_run(&place, "touch -d 2020-01-01 numbers; git add .\n"
                      "id=$(git rev-parse HEAD:numbers)\n"
                      "rm -f .git/objects/${id%${id#??}}/${id#??}");

    g_free(check_out(&place, (struct working_copy_options){.depth = 0}));

    place_run(&place, "git -C ../target show HEAD:numbers | cmp - numbers");
}
