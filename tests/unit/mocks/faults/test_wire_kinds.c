/* Kinds of the wire that disturb connections, replies and bodies, through a real world and a real
 * client: what is seen, and when. */
#include "wire_case.h"

#include <string.h>

Test(wire_kinds, connections_fail_in_the_ways_that_clients_tell_apart)
{
    static const struct wire_case rows[] = {
        {"refuse",
         "[{id: a, on: hub, do: {kind: refuse}, times: 1}]",
         {MANIFEST, MANIFEST},
         "REFUSED@0s 200 manifest@0s",
         1},
        {"refuse late",
         "[{id: a, on: hub, do: {kind: refuse, delay: 2s}}]",
         {MANIFEST},
         "REFUSED@2s",
         0},
        {"blackhole",
         "[{id: a, on: hub, do: {kind: blackhole}}]",
         {MANIFEST},
         "CONNECT_TIMED_OUT@30s",
         0},
        {"blackhole that ends: the seventh SYN sent again gets through",
         "[{id: a, on: hub, when: {until: 10s}, do: {kind: blackhole}}]",
         {MANIFEST, MANIFEST},
         "200 manifest@11s 200 manifest@11s",
         2},
        {"blackhole that ends with a SYN on its way",
         "[{id: a, on: hub, when: {until: 1s}, do: {kind: blackhole}}]",
         {MANIFEST},
         "200 manifest@1s",
         1},
        {"blackhole that ends after the last SYN of the dial",
         "[{id: a, on: hub, when: {until: 20s}, do: {kind: blackhole}}]",
         {MANIFEST, MANIFEST},
         "CONNECT_TIMED_OUT@30s 200 manifest@30s",
         1},
        {"tls-silent",
         "[{id: a, on: hub, do: {kind: tls-silent}}]",
         {MANIFEST},
         "TLS_TIMED_OUT@10s",
         0},
        {"tls-refuse",
         "[{id: a, on: hub, do: {kind: tls-refuse, reason: expired}}]",
         {MANIFEST},
         "TLS_REFUSED@0s",
         0},
        {"name-not-found",
         "[{id: a, on: hub, do: {kind: name-not-found}}]",
         {MANIFEST},
         "NAME_NOT_FOUND@0s",
         0},
        {"name-server-fails",
         "[{id: a, on: hub, do: {kind: name-server-fails}}]",
         {MANIFEST},
         "NAME_SERVER@0s",
         0},
        {"name-times-out",
         "[{id: a, on: hub, do: {kind: name-times-out}}]",
         {MANIFEST},
         "NAME_TIMED_OUT@10s",
         0},
        {"slow-connect",
         "[{id: a, on: hub, do: {kind: slow-connect, delay: 4s}}]",
         {MANIFEST},
         "200 manifest@4s",
         1},
        {"slow-connect, then refuse",
         "[{id: a, do: {kind: slow-connect, delay: 4s}}, {id: b, do: {kind: refuse}}]",
         {MANIFEST},
         "REFUSED@4s",
         0},
        {"no-socket",
         "[{id: a, on: leg:*, do: {kind: no-socket}}]",
         {"GET /info"},
         "REFUSED@0s",
         0},
        {"no-permission",
         "[{id: a, on: leg:*, do: {kind: no-permission}}]",
         {"GET /info"},
         "PERMISSION@0s",
         0},
        {"other site", "[{id: a, on: hub, do: {kind: refuse}}]", {TOKEN}, "200 hello@0s", 1},
        {"role",
         "[{id: a, on: hub, match: {role: build*}, do: {kind: refuse}}]",
         {MANIFEST},
         "200 manifest@0s",
         1},
    };
    CHECK(rows);
}

Test(wire_kinds, latency_is_fixed_or_drawn_within_its_bounds)
{
    static const struct wire_case rows[] = {
        {"fixed",
         "[{id: a, do: {kind: latency, delay: 1500ms}}]",
         {MANIFEST, HEAD},
         "200 manifest@1.5s 200@3s",
         2},
        {"two add up",
         "[{id: a, do: {kind: latency, delay: 1s}}, {id: b, do: {kind: latency, delay: 2s}}]",
         {MANIFEST},
         "200 manifest@3s",
         1},
        {"degenerate uniform",
         "[{id: a, do: {kind: latency, min: 4s, max: 4s}}]",
         {MANIFEST},
         "200 manifest@4s",
         1},
        {"log-normal without spread",
         "[{id: a, do: {kind: latency, median: 3s, sigma: 0}}]",
         {MANIFEST},
         "200 manifest@3s",
         1},
        {"capped",
         "[{id: a, do: {kind: latency, median: 3s, sigma: 5, max: 3s}, when: {nth: 1}}]",
         {BLOB, MANIFEST},
         NULL,
         2},
    };
    check_cases(rows, 4);
    for (uint64_t seed = 1; seed < 40; seed++) {
        AUTO(rehearsal) rehearsal = rehearsal_run_seeded(rows[4].rules, rows[4].steps, seed);
        cr_assert_leq(loop_now_us(rehearsal->loop), 3 * SECOND_US);
    }
}

Test(wire_kinds, a_slow_body_takes_its_bytes_by_the_rate)
{
    static const struct wire_case rows[] = {
        {"slow", "[{id: a, do: {kind: slow-body, rate: 100B}}]", {BLOB}, "200 (1000)@10s", 1},
        {"slowest",
         "[{id: a, do: {kind: slow-body, rate: 100B}}, {id: b, do: {kind: slow-body, rate: 500B}}]",
         {BLOB},
         "200 (1000)@10s",
         1},
    };
    CHECK(rows);
}

Test(wire_kinds, stalls_keep_the_client_waiting)
{
    static const struct wire_case rows[] = {
        {"for ever",
         "[{id: a, do: {kind: stall}, times: 1}]",
         {PUSH, MANIFEST},
         "gave up@1min 200 manifest@1min",
         1},
        {"effect kept",
         "[{id: a, do: {kind: stall, effect: kept}, times: 1}]",
         {PUSH},
         "gave up@1min",
         1},
        {"for a while", "[{id: a, do: {kind: stall, for: 7s}}]", {MANIFEST}, "200 manifest@7s", 1},
        {"in the body",
         "[{id: a, do: {kind: stall, after_bytes: 100B}}]",
         {BLOB},
         "gave up@1min",
         1},
        {"in the body for a while",
         "[{id: a, do: {kind: stall, after_bytes: 100B, for: 5s}}]",
         {BLOB},
         "200 (1000)@5s",
         1},
    };
    CHECK(rows);
}

Test(wire_kinds, connections_end_before_the_reply_or_inside_it)
{
    static const struct wire_case rows[] = {
        {"reset", "[{id: a, do: {kind: reset}}]", {PUSH}, "RESET@0s", 0},
        {"reset kept", "[{id: a, do: {kind: reset, effect: kept}}]", {PUSH}, "RESET@0s", 1},
        {"reset in body",
         "[{id: a, do: {kind: reset, after_bytes: 100B}}]",
         {MANIFEST, BLOB},
         "200 manifest@0s RESET@0s",
         2},
        {"close", "[{id: a, do: {kind: close}}]", {PUSH}, "EMPTY_REPLY@0s", 0},
        {"close kept", "[{id: a, do: {kind: close, effect: kept}}]", {PUSH}, "EMPTY_REPLY@0s", 1},
        {"close in body",
         "[{id: a, do: {kind: close, after_bytes: 100B}}]",
         {BLOB},
         "TRUNCATED@0s",
         1},
        {"truncate by half", "[{id: a, do: {kind: truncate}}]", {BLOB}, "TRUNCATED@0s", 1},
        {"truncate at byte",
         "[{id: a, do: {kind: truncate, after_bytes: 999B}}]",
         {BLOB},
         "TRUNCATED@0s",
         1},
        {"nothing to truncate",
         "[{id: a, do: {kind: truncate}}]",
         {HEAD, "GET http://hub/denied"},
         "200@0s 404 no such thing here at all@0s",
         2},
        {"status asked for",
         "[{id: a, match: {status: 404}, do: {kind: truncate}}]",
         {"GET http://hub/denied"},
         "TRUNCATED@0s",
         1},
        {"the earliest end counts, in any order",
         "[{id: a, do: {kind: reset, after_bytes: 60B}}, {id: b, do: {kind: close, after_bytes: "
         "50B}}]",
         {BLOB},
         "TRUNCATED@0s",
         1},
        {"the earliest end counts",
         "[{id: a, do: {kind: close, after_bytes: 50B}}, {id: b, do: {kind: reset, after_bytes: "
         "60B}}]",
         {BLOB},
         "TRUNCATED@0s",
         1},
    };
    CHECK(rows);
}

Test(wire_kinds, streams_are_cut_where_they_have_got_to)
{
    static const struct wire_case rows[] = {
        {"honest", "[]", {STREAM}, "200 (500)@5s", 1},
        {"close", "[{id: a, do: {kind: close, after_bytes: 250B}}]", {STREAM}, "TRUNCATED@3s", 1},
        {"reset", "[{id: a, do: {kind: reset, after_bytes: 200B}}]", {STREAM}, "RESET@2s", 1},
        {"stall", "[{id: a, do: {kind: stall, after_bytes: 100B}}]", {STREAM}, "gave up@1min", 1},
        {"no fraction of it", "[{id: a, do: {kind: truncate}}]", {STREAM}, "200 (500)@5s", 1},
        {"no body to empty", "[{id: a, do: {kind: empty-body}}]", {STREAM}, "200 (500)@5s", 1},
        {"late", "[{id: a, do: {kind: latency, delay: 10s}}]", {STREAM}, "200 (500)@10s", 1},
        {"replaced",
         "[{id: a, do: {kind: status, code: 500, body: empty, effect: kept}}]",
         {STREAM},
         "500@0s",
         1},
    };
    CHECK(rows);
}

Test(wire_kinds, bodies_and_headers_lie)
{
    static const struct wire_case rows[] = {
        {"corrupt", "[{id: a, do: {kind: corrupt, offset: 0B}}]", {MANIFEST}, NULL, 1},
        {"empty body", "[{id: a, do: {kind: empty-body}}]", {MANIFEST, HEAD}, "200@0s 200@0s", 2},
        {"missing digest",
         "[{id: a, do: {kind: wrong-digest, missing: true}}]",
         {MANIFEST},
         "200 undigested manifest@0s",
         1},
        {"wrong digest",
         "[{id: a, do: {kind: wrong-digest}}]",
         {MANIFEST},
         "200 Docker-Content-Digest=sha256:"
         "0000000000000000000000000000000000000000000000000000000000000000 manifest@0s",
         1},
        {"headers set",
         "[{id: a, do: {kind: headers, set: {docker-content-digest: x}}}]",
         {MANIFEST},
         "200 Docker-Content-Digest=x manifest@0s",
         1},
        {"headers removed",
         "[{id: a, do: {kind: headers, remove: Docker-Content-Digest}}]",
         {MANIFEST},
         "200 undigested manifest@0s",
         1},
        {"range kept",
         "[{id: a, on: auth, optional: true, do: {kind: range-ignored}}]",
         {BLOB " | Range: bytes=990-"},
         "206 xxxxxxxxxx@0s",
         1},
        {"range ignored",
         "[{id: a, do: {kind: range-ignored}}]",
         {BLOB " | Range: bytes=990-", BLOB},
         "200 (1000)@0s 200 (1000)@0s",
         2},
        {"banner",
         "[{id: a, do: {kind: raw, text: \"SSH-2.0-OpenSSH_9.2\\r\\n\"}}]",
         {PUSH},
         "MALFORMED@0s",
         0},
        {"banner kept",
         "[{id: a, do: {kind: raw, base64: U1NILTIuMA0K, effect: kept}}]",
         {PUSH},
         "MALFORMED@0s",
         1},
    };
    AUTO(rehearsal) corrupted = rehearsal_run(rows[0].rules, rows[0].steps);
    cr_assert(g_str_has_prefix(corrupted->log->str, "200 "));
    cr_assert(g_str_has_suffix(corrupted->log->str, "anifest@0s"));
    cr_assert_str_neq(corrupted->log->str, "200 manifest@0s");
    g_clear_pointer(&corrupted, rehearsal_free);

    check_cases(rows + 1, G_N_ELEMENTS(rows) - 1);
}

Test(wire_kinds, a_fault_is_active_until_its_exchange_ends)
{
    AUTO(rehearsal)
    rehearsal = rehearsal_run("[{id: a, do: {kind: latency, delay: 5s}, max_active: 1}]",
                              STEPS(MANIFEST, MANIFEST));

    cr_assert_str_eq(rehearsal->log->str, "200 manifest@5s 200 manifest@10s");
}

Test(wire_kinds, at_most_so_many_faults_are_active_at_a_time)
{
    AUTO(rehearsal)
    rehearsal = rehearsal_run("[{id: a, do: {kind: latency, delay: 5s}, max_active: 2}]",
                              STEPS(MANIFEST " && " MANIFEST " && " BLOB, BLOB));

    cr_assert_str_eq(rehearsal->log->str,
                     "200 (1000)@0s 200 manifest@5s 200 manifest@5s 200 (1000)@10s");
}

Test(wire_kinds, every_firing_is_an_event_of_the_trace)
{
    AUTO(rehearsal)
    rehearsal = rehearsal_run("[{id: a, on: hub, do: {kind: reset}},"
                              " {id: b, on: auth, do: {kind: refuse}},"
                              " {id: c, on: leg, do: {kind: prune-conflict}}]",
                              STEPS(MANIFEST, TOKEN, "point prune leg system - 0"));
    const char *trace = rehearsal_trace(rehearsal);

    cr_assert_not_null(strstr(trace, "\"event\":\"fault\",\"rule\":\"a\",\"kind\":\"reset\","
                                     "\"site\":\"hub\",\"exchange\":1}"));
    cr_assert_not_null(strstr(trace, "\"event\":\"fault\",\"rule\":\"b\",\"kind\":\"refuse\","
                                     "\"site\":\"auth\"}"));
    cr_assert_not_null(strstr(trace, "\"event\":\"fault\",\"rule\":\"c\","
                                     "\"kind\":\"prune-conflict\",\"machine\":\"leg\","
                                     "\"subject\":\"system\"}"));
}
