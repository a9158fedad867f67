/* Which release a pinned commit is. */
#include "runner/use.h"

#include <criterion/criterion.h>
#include <string.h>

#define COMMIT "74a5d142397b4f367a81961eba4e8cd7edddf772"

static void expect(const char *line, const char *ref, const char *version)
{
    g_autofree char *text = g_strconcat("steps:\n", line, "\n", NULL);
    AUTO(source) source = source_new("ci.yml", text, strlen(text));
    g_autofree char *told =
        use_version(ref, (struct position){.source = source, .line = 2, .column = 9});
    cr_expect_str_eq(told, version, "%s is %s", line, told);
}

Test(pin, a_comment_tells_the_release_of_a_commit)
{
    expect("- uses: docker/login-action@" COMMIT " # v3.4.0", COMMIT, "3.4.0");
    expect("- uses: docker/login-action@" COMMIT "  #v3", COMMIT, "3");
    expect("- uses: docker/login-action@" COMMIT " # ratchet:docker/login-action@v3", COMMIT, "3");
    expect("- uses: docker/login-action@" COMMIT " # tag=3.1", COMMIT, "3.1");
    expect("- uses: 'docker/login-action@" COMMIT "' # pin@v2", COMMIT, "2");
}

Test(pin, without_one_a_commit_is_itself)
{
    expect("- uses: docker/login-action@" COMMIT, COMMIT, COMMIT);
    expect("- uses: docker/login-action@" COMMIT " # main", COMMIT, COMMIT);
    expect("- uses: docker/login-action@" COMMIT " # sha256 of it", COMMIT, COMMIT);
}

Test(pin, a_tag_or_a_branch_is_itself_whatever_is_written_behind)
{
    expect("- uses: docker/login-action@v2 # v3.4.0", "v2", "v2");
    expect("- uses: docker/login-action@main # v3", "main", "main");
}

Test(pin, without_a_place_a_commit_is_itself)
{
    g_autofree char *told = use_version(COMMIT, (struct position){0});
    cr_expect_str_eq(told, COMMIT);
}
