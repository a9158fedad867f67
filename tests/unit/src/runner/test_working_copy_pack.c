/* The pack of a checkout's history, of a repository that git has packed well. */
#include "runner/working_copy.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

#define NUMBERS      20000
#define COMMIT_COUNT 12

struct place {
    char *root, *source, *target;
};

static void run(const struct place *place, const char *command)
{
    const char *const arguments[] = {"sh", "-ec", command, NULL};
    g_auto(GStrv) environment = g_get_environ();
    int status = 1;
    environment = g_environ_setenv(environment, "HOME", place->root, TRUE);
    environment = g_environ_setenv(environment, "GIT_CONFIG_NOSYSTEM", "1", TRUE);
    cr_assert(g_spawn_sync(place->source, (char **)arguments, environment, G_SPAWN_SEARCH_PATH,
                           NULL, NULL, NULL, NULL, &status, NULL));
    cr_assert_eq(status, 0, "%s", command);
}

/* One of two lists of numbers with a line changed, of one length: some 70 KiB when compressed. What
   is next to it by time and by length is not like it; git's own search finds what is. */
static void write_version(const struct place *place, int version)
{
    g_autofree char *path = g_build_filename(place->source, "numbers", NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    guint factor = version % 2 == 0 ? 7919 : 104729;
    for (int i = 0; i < NUMBERS; i++)
        g_string_append_printf(text, "%06d\n",
                               i == version ? 0 : (int)((guint)i * factor % 1000003));
    cr_assert(g_file_set_contents(path, text->str, -1, NULL));
}

static struct place place_new(void)
{
    struct place place = {.root = g_dir_make_tmp("pack-XXXXXX", NULL)};
    place.source = g_build_filename(place.root, "source", NULL);
    place.target = g_build_filename(place.root, "target", NULL);
    g_mkdir(place.source, 0755);
    g_mkdir(place.target, 0755);
    run(&place, "git init -q -b main; git config user.name a; git config user.email a@b");
    for (int i = 0; i < COMMIT_COUNT; i++) {
        write_version(&place, i);
        run(&place, "git add .; git commit -qm change");
    }
    return place;
}

static void place_clear(struct place *place)
{
    run(place, "rm -rf \"$HOME\"");
    g_free(place->root);
    g_free(place->source);
    g_free(place->target);
}

#define PLACE(name) __attribute__((cleanup(place_clear))) struct place name = place_new()

static void check_out(const struct place *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    const struct working_copy_options options = {
        .source = place->source,
        .target = place->target,
        .reference = "refs/heads/main",
        .commit = "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2",
        .url = "https://github.com/acme/app",
        .depth = 0,
    };
    g_autofree char *from = g_build_filename(place->source, "numbers", NULL);
    g_autofree char *to = g_build_filename(place->target, "numbers", NULL);
    g_autofree char *text = NULL;
    AUTO(working_copy) copy = working_copy_new(&options, &error);
    cr_assert(g_file_get_contents(from, &text, NULL, NULL));
    cr_assert(g_file_set_contents(to, text, -1, NULL));
    g_ptr_array_add(files, "numbers");
    cr_assert(working_copy_commit(copy, files, &error), "%s", error != NULL ? error->message : "");
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
    run(&place, "git gc -q");

    check_out(&place);

    /* The last version is in the pack of the files, one of each list in that of history. */
    cr_assert_lt(packed_bytes(&place), 8 * 64 * 1024);
    run(&place,
        "test $(git -C ../target log --oneline | wc -l) = 12; git -C ../target log -p >/dev/null");
}

Test(working_copy_pack, holds_what_was_never_packed)
{
    PLACE(place);

    check_out(&place);

    run(&place,
        "test $(git -C ../target log --oneline | wc -l) = 12; git -C ../target log -p >/dev/null");
}

Test(working_copy_pack, needs_no_git)
{
    PLACE(place);
    run(&place, "git gc -q");

    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_setenv("PATH", place.target, TRUE);
    check_out(&place);
    g_setenv("PATH", path, TRUE);

    run(&place,
        "test $(git -C ../target log --oneline | wc -l) = 12; git -C ../target log -p >/dev/null");
}

/* What git keeps of the file is not what stands in the work tree, as with git-lfs. */
static void filter_numbers(const struct place *place)
{
    run(place, "git config filter.halves.clean 'head -c 70'\n"
               "echo 'numbers filter=halves' >.git/info/attributes\n"
               "touch -d 2020-01-01 numbers; git add --renormalize .; git add .\n"
               "git commit -qm filtered; test $(git cat-file -s HEAD:numbers) = 70");
}

Test(working_copy_pack, takes_over_what_git_knows_of_a_file_that_nobody_touched)
{
    PLACE(place);
    filter_numbers(&place);

    check_out(&place);

    run(&place, "test $(git -C ../target cat-file -s HEAD:numbers) = 70");
}

Test(working_copy_pack, reads_a_file_that_was_written_after_the_index)
{
    PLACE(place);
    filter_numbers(&place);
    run(&place, "touch -d 2019-01-01 .git/index");

    check_out(&place);

    run(&place, "git -C ../target show HEAD:numbers | cmp - numbers");
}

Test(working_copy_pack, reads_a_file_of_which_the_clone_lacks_the_object)
{
    PLACE(place);
    run(&place, "touch -d 2020-01-01 numbers; git add .\n"
                "id=$(git rev-parse HEAD:numbers)\n"
                "rm -f .git/objects/${id%${id#??}}/${id#??}");

    check_out(&place);

    run(&place, "git -C ../target show HEAD:numbers | cmp - numbers");
}
