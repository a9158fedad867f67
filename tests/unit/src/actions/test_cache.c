/* actions/cache with its two parts, over the results service. */
#include "actions/actions.h"

#include "base/units.h"

#include "fake_services.h"

#include <criterion/criterion.h>
#include <string.h>

static void set_up(struct action_run *run)
{
    fake_results_service(run);
    fake_input(run, "key", "go-1");
    fake_input(run, "path", "~/go/pkg\nout");
}

Test(cache, without_a_service_warns_and_misses)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_variable(run, "ACTIONS_RESULTS_URL", "");

    fake_main(run);

    fake_expect_text(fake_output(run, "cache-hit"), "false");
    fake_expect_part(fake_warnings(run), "The runner was not able to contact the cache service.");
    fake_expect_text(fake_requests(run), "");
}

Test(cache, tells_the_keys_of_a_miss)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_input(run, "restore-keys", "go-\nx-");
    fake_reply(run, FAKE_CACHE "GetCacheEntryDownloadURL", 200, "{\"ok\": false}");

    fake_main(run);

    fake_expect_part(fake_log(run), "Cache not found for input keys: go-1, go-, x-\n");
    fake_expect_part(fake_requests(run), "{\"key\":\"go-1\",\"restore_keys\":[\"go-\",\"x-\"],"
                                         "\"version\":\"");
    cr_expect_null(fake_output(run, "cache-hit"));
}

Test(cache, can_fail_a_miss)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_input(run, "fail-on-cache-miss", "true");
    fake_reply(run, FAKE_CACHE "*", 200, "{\"ok\": false}");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Failed to restore cache entry. Exiting as "
                                        "fail-on-cache-miss is set. Input key: go-1");
}

Test(cache, does_not_download_what_is_only_looked_up)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_input(run, "lookup-only", "true");
    fake_cache_entry(run, "go-1");

    fake_main(run);

    fake_expect_text(fake_output(run, "cache-hit"), "true");
    fake_expect_part(fake_log(run), "Cache hit for: go-1\nLookup only - skipping download\n"
                                    "Cache found and can be restored from key: go-1\n");
}

Test(cache, survives_a_service_that_fails)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_reply(run, FAKE_CACHE "*", 503, "{\"msg\": \"down\"}");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_warnings(run),
                     "Failed to restore: Failed to GetCacheEntryDownloadURL: Failed to make "
                     "request after 5 attempts: Failed request: (503) Service Unavailable: "
                     "down\n");
    fake_expect_part(fake_log(run), "Attempt 1 of 5 failed with error: Failed request: (503) "
                                    "Service Unavailable: down. Retrying request in 3000 ms...\n");
    cr_expect_geq(fake_slept_us(run), (int64_t)(3 + 4.5 + 6.75 + 10.125) * SECOND_US);
}

Test(cache, does_not_insist_on_a_rate_limit)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_reply(run, FAKE_CACHE "*", 429, "{\"msg\": \"rate limit exceeded\"}");

    fake_main(run);

    fake_expect_text(fake_warnings(run),
                     "Failed to restore: Failed to GetCacheEntryDownloadURL: Rate limited: Failed "
                     "request: (429) Too Many Requests: rate limit exceeded\n");
    cr_expect_eq(fake_slept_us(run), 0);
}

Test(cache, does_not_insist_on_a_broken_network)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_reply(run, FAKE_CACHE "*", 0, "connect ECONNREFUSED 1.2.3.4:443");

    fake_main(run);

    fake_expect_part(fake_warnings(run), "Unable to make request: ECONNREFUSED\n");
    cr_expect_eq(fake_slept_us(run), 0);
}

Test(cache, refuses_keys_that_break_the_rules)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_input(run, "key", "a,b");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Key Validation Error: a,b cannot contain commas.");
}

Test(cache, takes_ten_keys_at_most)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_input(run, "restore-keys", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Key Validation Error: Keys are limited to a maximum of 10.");
}

Test(cache, saves_what_it_missed_when_the_job_succeeds)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_empty_cache(run);
    fake_main(run);
    fake_file(run, "/home/runner/go/pkg/mod/a.txt", "a");

    fake_post(run);

    fake_expect_text(fake_log(run), "Cache saved with key: go-1\n");
    fake_expect_part(fake_requests(run), "\nPUT " FAKE_BLOB " \n");
    fake_expect_text(action_cache.post_condition, "success()");
}

Test(cache, restores_what_was_saved)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_empty_cache(run);
    fake_main(run);
    fake_file(run, "/home/runner/go/pkg/mod/a.txt", "content");
    fake_workspace_file(run, "out/b", "b");
    fake_post(run);
    fake_reply_with_upload(run, "GET " FAKE_BLOB);
    fake_reply(run, FAKE_CACHE "GetCacheEntryDownloadURL", 200,
               "{\"ok\": true, \"signedDownloadUrl\": \"" FAKE_BLOB
               "\", \"matchedKey\": \"go-0\"}");
    fake_file(run, "/home/runner/go/pkg/mod/a.txt", "changed");

    fake_main(run);

    g_autofree char *text = fake_file_text(run, "/home/runner/go/pkg/mod/a.txt");
    fake_expect_text(text, "content");
    fake_expect_text(fake_output(run, "cache-hit"), "false");
    fake_expect_part(fake_log(run), "Cache hit for restore-key: go-0\nCache Size: ~0 MB (");
    fake_expect_part(fake_log(run), "Cache restored from key: go-0\n");
}

Test(cache, tells_when_another_job_holds_the_key)
{
    FAKE_RUN(run, &action_cache_save, "v4");
    set_up(run);
    fake_workspace_file(run, "out/b", "b");
    fake_reply(run, FAKE_CACHE "CreateCacheEntry", 409, "{\"msg\": \"exists\"}");

    fake_main(run);

    fake_expect_part(fake_log(run), "Failed to save: Unable to reserve cache with key go-1, "
                                    "another job may be creating this cache.\n");
    fake_expect_text(fake_warnings(run), "");
}

Test(cache, warns_when_there_is_nothing_to_save)
{
    FAKE_RUN(run, &action_cache_save, "v4");
    set_up(run);

    fake_main(run);

    fake_expect_part(fake_warnings(run), "Path Validation Error: Path(s) specified in the action");
}

Test(cache, does_not_save_what_it_hit)
{
    FAKE_RUN(run, &action_cache, "v4");
    set_up(run);
    fake_input(run, "lookup-only", "true");
    fake_reply(run, FAKE_CACHE "*", 200, "{\"ok\": true, \"matched_key\": \"go-1\"}");
    fake_main(run);

    fake_post(run);

    fake_expect_text(fake_log(run),
                     "Cache hit occurred on the primary key go-1, not saving cache.\n");
}

Test(cache, tells_its_keys_when_it_only_restores)
{
    FAKE_RUN(run, &action_cache_restore, "v4");
    set_up(run);
    fake_reply(run, FAKE_CACHE "*", 200, "{\"ok\": false}");

    fake_main(run);

    fake_expect_text(fake_output(run, "cache-primary-key"), "go-1");
}
