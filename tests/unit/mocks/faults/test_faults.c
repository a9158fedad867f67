/* Rules at work: counting, composition, chance, budgets, reports and nearest misses. */
#include "rehearsal.h"

#include <string.h>

#define MANIFEST "GET http://hub/v2/o/app/manifests/main"
#define HEAD     "HEAD http://hub/v2/o/app/manifests/main"
#define BLOB     "GET http://hub/v2/o/app/blobs/sha256:ab"

static void check_log(const char *rules, const char *const *steps, const char *log)
{
    AUTO(rehearsal) rehearsal = rehearsal_run(rules, steps);
    cr_assert_str_eq(rehearsal->log->str, log, "%s: %s", rules, rehearsal->log->str);
}

Test(faults, only_events_in_the_scope_and_the_window_count)
{
    check_log("[{id: a, match: {path: '*manifests*'}, when: {nth: 2, from: 10s},"
              " do: {kind: status, code: 500, body: empty}}]",
              STEPS(MANIFEST, "sleep 10s", BLOB, MANIFEST, BLOB, MANIFEST),
              "200 manifest@0s 200 (1000)@10s 200 manifest@10s 200 (1000)@10s 500@10s");
}

Test(faults, a_rule_fires_at_most_so_often)
{
    check_log("[{id: a, times: 2, do: {kind: close}}]", STEPS(MANIFEST, MANIFEST, MANIFEST),
              "EMPTY_REPLY@0s EMPTY_REPLY@0s 200 manifest@0s");
}

Test(faults, a_rule_of_another_place_waits_for_its_own)
{
    check_log("[{id: a, on: 'a*', optional: true, do: {kind: close}},"
              " {id: b, on: a*th, times: 1, do: {kind: status, code: 500, body: empty}}]",
              STEPS(MANIFEST, MANIFEST, "GET http://auth/token", MANIFEST, "GET http://auth/token"),
              "200 manifest@0s 200 manifest@0s EMPTY_REPLY@0s 200 manifest@0s EMPTY_REPLY@0s");
    check_log("[{id: a, on: 'a*', optional: true, when: {nth: 2}, do: {kind: close}}]",
              STEPS(MANIFEST, "GET http://auth/token", MANIFEST, "GET http://auth/token"),
              "200 manifest@0s 200 hello@0s 200 manifest@0s EMPTY_REPLY@0s");
}

Test(faults, a_rule_that_comes_too_late_still_counts)
{
    check_log("[{id: a, when: {nth: 1}, do: {kind: status, code: 500, body: empty}},"
              " {id: b, when: {nth: 2}, do: {kind: status, code: 502, body: empty}}]",
              STEPS(MANIFEST, MANIFEST, MANIFEST), "500@0s 502@0s 200 manifest@0s");
}

Test(faults, bytes_of_replies_that_went_by_open_a_rule)
{
    check_log("[{id: a, match: {path: '*blobs*'}, when: {after_bytes: 1500B},"
              " do: {kind: status, code: 503, body: empty}}]",
              STEPS(BLOB, MANIFEST, BLOB, BLOB),
              "200 (1000)@0s 200 manifest@0s 200 (1000)@0s 503@0s");
    check_log("[{id: a, when: {after_bytes: 1500B}, do: {kind: latency, delay: 1s}}]",
              STEPS(BLOB, BLOB), "200 (1000)@0s 200 (1000)@1s");
}

Test(faults, headers_and_roles_choose_requests)
{
    check_log("[{id: a, match: {role: dockerd, header: {Accept: '*index*'}}, do: {kind: close}}]",
              STEPS(MANIFEST, MANIFEST " | Accept: application/vnd.oci.image.index.v1+json"),
              "200 manifest@0s EMPTY_REPLY@0s");
}

/* Which of a hundred requests fail, as a text of 0 and 1. */
static char *draws_of(const char *rules, uint64_t seed)
{
    enum {
        REQUEST_COUNT = 100
    };
    const char *steps[REQUEST_COUNT + 1] = {0};
    for (int i = 0; i < REQUEST_COUNT; i++)
        steps[i] = HEAD;
    AUTO(rehearsal) rehearsal = rehearsal_run_seeded(rules, steps, seed);
    g_auto(GStrv) words = g_strsplit(rehearsal->log->str, " ", -1);
    GString *text = g_string_new(NULL);
    for (int i = 0; words[i] != NULL; i++)
        g_string_append_c(text, g_str_has_prefix(words[i], "503") ? '1' : '0');
    return g_string_free(text, FALSE);
}

#define FLAKY "{id: flaky, when: {probability: 0.3}, do: {kind: status, code: 503, body: empty}}"

Test(faults, draws_depend_on_the_seed_and_the_rule_alone)
{
    g_autofree char *alone = draws_of("[" FLAKY "]", 7);
    g_autofree char *behind = draws_of(
        "[{id: other, when: {probability: 0.5}, do: {kind: latency, min: 1ms, max: 9ms}}, " FLAKY
        "]",
        7);
    g_autofree char *other_seed = draws_of("[" FLAKY "]", 8);
    int fired_count = 0;
    for (const char *draw = alone; *draw != '\0'; draw++)
        fired_count += *draw == '1';

    cr_assert_str_eq(alone, behind);
    cr_assert_str_neq(alone, other_seed);
    cr_assert(fired_count > 15 && fired_count < 45, "%d", fired_count);
}

Test(faults, a_draw_is_taken_for_every_event_that_counts)
{
    g_autofree char *all = draws_of("[" FLAKY "]", 3);
    g_autofree char *late = draws_of("[{id: flaky, when: {probability: 0.3, after: 50},"
                                     " do: {kind: status, code: 503, body: empty}}]",
                                     3);

    cr_assert_str_eq(all + 50, late + 50);
    cr_assert_null(memchr(late, '1', 50));
}

Test(faults, equal_seeds_give_equal_traces)
{
    const char *rules = "[" FLAKY ", {id: l, do: {kind: latency, median: 40ms, sigma: 1}}]";
    AUTO(rehearsal) first = rehearsal_run_seeded(rules, STEPS(HEAD, BLOB, HEAD, MANIFEST), 5);
    g_autofree char *digest = trace_digest(first->trace);
    g_clear_pointer(&first, rehearsal_free);

    AUTO(rehearsal) second = rehearsal_run_seeded(rules, STEPS(HEAD, BLOB, HEAD, MANIFEST), 5);
    g_autofree char *again = trace_digest(second->trace);

    cr_assert_str_eq(digest, again);
}

Test(faults, one_reading_serves_many_rehearsals_with_counters_of_their_own)
{
    AUTO(rehearsal)
    rehearsal = rehearsal_run("[{id: a, times: 1, do: {kind: close}}]", STEPS(HEAD, HEAD));
    AUTO(faults) fresh = faults_new(rehearsal->rules, 1);

    struct fault_report used = faults_report(rehearsal->faults, 0);
    struct fault_report unused = faults_report(fresh, 0);

    cr_assert_eq(used.matched_count, 2);
    cr_assert_eq(used.fired_count, 1);
    cr_assert_null(used.nearest_miss);
    cr_assert_eq(unused.matched_count, 0);
    cr_assert_eq(unused.fired_count, 0);
    cr_assert_eq(unused.position.line, 1);
}

/* The longest run of one digit. */
static int longest_run(const char *draws, char digit)
{
    int longest = 0, length = 0;
    for (; *draws != '\0'; draws++) {
        length = *draws == digit ? length + 1 : 0;
        longest = MAX(longest, length);
    }
    return longest;
}

Test(faults, bursts_keep_faults_together)
{
    g_autofree char *draws = draws_of("[{id: b, when: {burst: {enter: 0.05, leave: 0.1}},"
                                      " do: {kind: status, code: 503, body: empty}}]",
                                      1);

    cr_assert(longest_run(draws, '1') >= 5, "%s", draws);
    cr_assert(longest_run(draws, '0') >= 10, "%s", draws);
}

Test(faults, a_rule_may_sleep_for_a_whole_rehearsal)
{
    const char *rule = "[{id: a, when: {run_probability: 0.5},"
                       " do: {kind: status, code: 503, body: empty}}]";
    int awake_count = 0;

    for (uint64_t seed = 0; seed < 40; seed++) {
        AUTO(rehearsal) rehearsal = rehearsal_run_seeded(rule, STEPS(HEAD, HEAD), seed);
        bool is_awake = g_str_has_prefix(rehearsal->log->str, "503");
        awake_count += is_awake;
        cr_assert_str_eq(rehearsal->log->str, is_awake ? "503@0s 503@0s" : "200@0s 200@0s");
        cr_assert_neq(faults_report(rehearsal->faults, 0).is_optional, is_awake);
    }

    cr_assert(awake_count > 8 && awake_count < 32, "%d", awake_count);
}

Test(faults, rules_of_a_group_sleep_and_wake_together)
{
    const char *rules =
        "[{id: a, on: hub, when: {run_probability: 0.5, group: g}, do: {kind: close}},"
        " {id: b, on: auth, when: {run_probability: 0.5, group: g}, do: {kind: close}}]";
    for (uint64_t seed = 0; seed < 20; seed++) {
        AUTO(rehearsal)
        rehearsal = rehearsal_run_seeded(rules, STEPS(MANIFEST, "GET http://auth/token"), seed);

        bool is_calm = strcmp(rehearsal->log->str, "200 manifest@0s 200 hello@0s") == 0;
        bool is_storm = strcmp(rehearsal->log->str, "EMPTY_REPLY@0s EMPTY_REPLY@0s") == 0;
        cr_expect(is_calm || is_storm, "%s", rehearsal->log->str);
    }
}

Test(faults, what_lasts_ends_with_its_window)
{
    check_log("[{id: a, when: {until: 5s}, do: {kind: disk-full}}]",
              STEPS("point disk-write leg /tmp - 1", "sleep 5s", "point disk-write leg /tmp - 1"),
              "point fails@0s point@5s");
}

struct miss_case {
    const char *rules;
    const char *steps[4];
    const char *miss;
};

Test(faults, a_rule_that_never_fired_names_its_nearest_miss)
{
    static const struct miss_case rows[] = {
        {"[{id: a, on: hub, match: {method: PUT, path: '*main'}, do: {kind: close}}]",
         {"GET http://auth/token", MANIFEST, BLOB},
         "nearest miss: GET hub /v2/o/app/manifests/main (place, path matched, method is GET)"},
        {"[{id: a, on: hubb, do: {kind: close}}]",
         {MANIFEST},
         "nearest miss: GET hub /v2/o/app/manifests/main (place is hub)"},
        {"[{id: a, when: {nth: 3}, do: {kind: close}}]",
         {MANIFEST, BLOB},
         "nearest miss: GET hub /v2/o/app/blobs/sha256:ab (the scope matched, it is number 2, nth "
         "is 3)"},
        {"[{id: a, when: {from: 1h}, do: {kind: close}}]",
         {MANIFEST},
         "nearest miss: GET hub /v2/o/app/manifests/main (the scope matched, it came at 0s, "
         "outside "
         "from and until)"},
        {"[{id: a, do: {kind: truncate, after_bytes: 2000B}}]",
         {HEAD, BLOB},
         "nearest miss: GET hub /v2/o/app/blobs/sha256:ab (the scope matched, the reply's body "
         "ends before that byte)"},
        {"[{id: a, match: {header: {Range: '*'}}, do: {kind: close}}]",
         {BLOB},
         "nearest miss: GET hub /v2/o/app/blobs/sha256:ab (there is no header Range)"},
        {"[{id: a, match: {status: 404}, do: {kind: close, after_bytes: 1B}}]",
         {BLOB},
         "nearest miss: GET hub /v2/o/app/blobs/sha256:ab (status is 200)"},
        {"[{id: a, on: hubb, do: {kind: refuse}}]",
         {MANIFEST},
         "nearest miss: connection to hub (place is hub)"},
        {"[{id: a, match: {subject: /var/*}, do: {kind: disk-full}}]",
         {"point disk-write leg /tmp - 5"},
         "nearest miss: disk write on leg: /tmp (subject is /tmp)"},
        {"[{id: a, do: {kind: prune-conflict}}]",
         {MANIFEST},
         "nearest miss: none, there was no prune"},
        {"[{id: a, do: {kind: refuse}}]",
         {"sleep 1s"},
         "nearest miss: none, no connection was made"},
        {"[{id: a, do: {kind: rate-limit, limit: 5}}]",
         {MANIFEST},
         "nearest miss: GET hub /v2/o/app/manifests/main (the scope matched, the kind itself let "
         "it "
         "pass)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(rehearsal) rehearsal = rehearsal_run(rows[i].rules, rows[i].steps);
        struct fault_report report = faults_report(rehearsal->faults, 0);
        cr_expect_str_eq(report.nearest_miss, rows[i].miss, "%s: %s", rows[i].rules,
                         report.nearest_miss);
    }
}

Test(faults, rules_tell_whether_they_fired_and_had_to)
{
    AUTO(rehearsal)
    rehearsal = rehearsal_run("[{id: fired, do: {kind: latency, delay: 1s}},"
                              " {id: missed, on: nowhere, do: {kind: close}},"
                              " {id: spare, on: nowhere, optional: true, do: {kind: close}}]",
                              STEPS(MANIFEST));

    struct fault_report missed = faults_report(rehearsal->faults, 1);

    cr_assert_eq(faults_count(rehearsal->faults), 3);
    cr_assert_eq(faults_report(rehearsal->faults, 0).fired_count, 1);
    cr_assert_str_eq(missed.id, "missed");
    cr_assert(missed.fired_count == 0 && !missed.is_optional);
    cr_assert(faults_report(rehearsal->faults, 2).is_optional);
}

static void note_restart(void *context, const char *machine, int64_t down_us)
{
    g_autofree char *down = duration_text(down_us);
    g_string_append_printf(context, "%s down for %s", machine, down);
}

Test(faults, the_harness_may_restart_the_engine_itself)
{
    AUTO(rehearsal)
    rehearsal = rehearsal_run("[{id: a, when: {nth: 2}, do: {kind: engine-restart, down: 20s}}]",
                              STEPS("point engine-request leg GET - 0"));
    g_autoptr(GString) log = g_string_new(NULL);
    const struct faults_actions actions = {.context = log, .restart_engine = note_restart};
    const struct point_event event = {.point = POINT_ENGINE_REQUEST, .machine = "leg"};
    bool is_over = false;

    faults_set_actions(rehearsal->faults, &actions);
    cr_assert(world_consult(rehearsal->world, &event).is_hang);
    cr_assert_str_eq(log->str, "", "not inside the request");
    cr_assert_not(loop_run(rehearsal->loop, &is_over, NULL));

    cr_assert_str_eq(log->str, "leg down for 20s");
}
