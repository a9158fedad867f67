/* The far end of git's remotes: what git-remote-https says to git. */
#include "bench.h"

#define CAPABILITIES "stateless-connect\npush\noption\n\n"
#define ADVERTISED                                                                                 \
    "000eversion 2\n0015agent=git/2.51.0\n000cls-refs\n0019fetch=shallow filter\n"                 \
    "0017object-format=sha1\n0000"
#define HEX_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEX_C   "cccccccccccccccccccccccccccccccccccccccc"
#define NOTHING "4d4c5477fd6af3f1533356ee587a140aec27f40c"
#define OURS    "git-remote-https origin https://bot:secret@github.com/acme/app.git"

/* A checkout that saw main, a tag, and a pull request's commit at HEAD. */
static void put_checkout(struct bench *bench)
{
    put_file(bench, "work/.git/HEAD", HEX_C "\n");
    put_file(bench, "work/.git/refs/remotes/origin/main", HEX_A "\n");
    put_file(bench, "work/.git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/main\n");
    put_file(bench, "work/.git/packed-refs",
             "# pack-refs with: peeled fully-peeled sorted\n" HEX_C " refs/remotes/origin/main\n"
             "^" HEX_C "\n" HEX_B " refs/tags/v1\n" HEX_B " refs/remotes/other/x\n");
    bench->environment[0] = "GIT_DIR=.git";
    bench->environment[1] = "GITHUB_REPOSITORY=acme/app";
    bench->directory = "/home/runner/work";
}

static void pushing(struct bench *bench)
{
    put_checkout(bench);
    bench->input = "capabilities\noption dry-run false\nlist for-push\n"
                   "push refs/heads/main:refs/heads/main\npush +HEAD:refs/tags/v2\n"
                   "push :refs/heads/old\n\n";
    expect(bench, OURS, 0,
           CAPABILITIES "ok\n" HEX_A " refs/heads/main\n\n"
                        "ok refs/heads/main\nok refs/tags/v2\nok refs/heads/old\n\n",
           "");
    cr_assert_eq(assumed_count(bench), 1);
    cr_expect_str_eq(assumed_at(bench, 0)->line, "git push https://github.com/acme/app.git");
    cr_expect_not(assumed_at(bench, 0)->touches_images);
    cr_expect_not(assumed_at(bench, 0)->leaves_gap, "a push brings nothing");
}

Test(commands_remote_git, a_push_is_accepted_and_compared_with_what_was_fetched)
{
    bench_run(NULL, pushing);
}

static void listing(struct bench *bench)
{
    put_checkout(bench);
    bench->environment[2] = "GITHUB_BASE_REF=release";
    bench->input = "stateless-connect git-upload-pack\n"
                   "0014command=ls-refs\n00010009peel\n0000";
    expect(bench, OURS, 0,
           "\n" ADVERTISED "0050" HEX_A " HEAD symref-target:refs/heads/main\n"
           "003d" HEX_A " refs/heads/main\n"
           "0040" HEX_A " refs/heads/release\n"
           "003a" HEX_B " refs/tags/v1\n00000002",
           "");
    cr_expect_str_eq(assumed_at(bench, 0)->line, "git fetch https://github.com/acme/app.git");
    cr_expect(assumed_at(bench, 0)->leaves_gap);
}

Test(commands_remote_git, the_rehearsed_repository_is_as_it_was_last_seen_with_the_base_of_a_pull)
{
    bench_run(NULL, listing);
}

static void asking(struct bench *bench)
{
    bench->input =
        "stateless-connect git-upload-pack\n"
        "0014command=ls-refs\n0001"
        "0013ref-prefix dev\n001eref-prefix refs/heads/dev\n"
        "0014ref-prefix v1.2\n001fref-prefix refs/heads/v1.2\n001eref-prefix refs/tags/v1.2\n"
        "0000";
    expect(bench, "git-remote-https origin https://github.com/other/thing", 0,
           "\n" ADVERTISED "003c" NOTHING " refs/heads/dev\n"
           "003c" NOTHING " refs/tags/v1.2\n00000002",
           "");
}

Test(commands_remote_git, what_is_asked_for_by_name_is_there)
{
    bench_run(NULL, asking);
}

static void fetching(struct bench *bench)
{
    put_checkout(bench);
    bench->input = "stateless-connect git-upload-pack\n"
                   "0012command=fetch\n0001"
                   "0032want " HEX_A "\n0032want dddddddddddddddddddddddddddddddddddddddd\n"
                   "0009done\n0000";
    run(bench, OURS);
    cr_expect(g_str_has_prefix(bench->out->str, "\n" ADVERTISED "000dpackfile\n"));
    const char *end = bench->out->str + bench->out->len - strlen("i00000002");
    cr_expect_eq(memcmp(end, "i00000002", strlen("i00000002")), 0, "of the pack and the reply");
    g_autofree char *pinned =
        get_file(bench, "work/.git/refs/replace/dddddddddddddddddddddddddddddddddddddddd");
    cr_assert_not_null(pinned);
    cr_expect_str_eq(pinned, NOTHING "\n");
    g_autofree char *known = get_file(bench, "work/.git/refs/replace/" HEX_A);
    cr_expect_null(known);
}

Test(commands_remote_git, a_commit_that_is_pinned_is_there_without_files)
{
    bench_run(NULL, fetching);
}

static void nonsense(struct bench *bench)
{
    expect(bench, "git-remote-https", 1, "",
           "error: remote-curl: usage: git remote-curl <remote> [<url>]\n");
    bench->input = "fetch " HEX_A " refs/heads/main\n\n";
    expect(bench, OURS, 128, "", "");
    bench->input = "stateless-connect git-receive-pack\n";
    expect(bench, OURS, 0, "fallback\n", "");
    bench->input = "stateless-connect git-upload-pack\nfffz";
    expect(bench, OURS, 128, NULL, "");
    bench->input = "stateless-connect git-upload-pack\n0014command=ls-refs\n";
    expect(bench, OURS, 128, NULL, "");
}

Test(commands_remote_git, what_makes_no_sense_is_fatal)
{
    bench_run(NULL, nonsense);
}

static void many_names(struct bench *bench)
{
    g_autoptr(GString) input =
        g_string_new("stateless-connect git-upload-pack\n0014command=ls-refs\n0001");
    for (int i = 0; i <= GIT_REFERENCES_MAX; i++)
        g_string_append_printf(input, "0018ref-prefix r/%06d/\n", i);
    g_string_append(input, "0000");
    bench->input = input->str;
    expect(bench, OURS, 128, NULL, "");
}

Test(commands_remote_git, more_names_than_the_ceiling_are_refused)
{
    bench_run(NULL, many_names);
}

static const struct assumed_command scenario_says[] = {
    {.pattern = "git push*", .exit_code = 1, .output = "fatal: no\n", .duration_us = 3 * SECOND_US},
    {0},
};

static void failing(struct bench *bench)
{
    bench->input = "push HEAD:refs/heads/main\n\n";
    expect(bench, OURS, 1, "", "fatal: no\n");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US);
    bench->input = "list for-push\n";
    expect(bench, OURS, 0, "\n", "");
}

Test(commands_remote_git, a_scenario_s_word_on_git_push_counts)
{
    const struct plan plan = {.assumed = scenario_says};
    bench_run(&plan, failing);
}
