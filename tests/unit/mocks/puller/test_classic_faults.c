/* What dockerd's own stores do by themselves under faults: failures.md 0, A-D; engine-contract.md
   C, Retry policy; registry.md 4; captures/faults. */
#include "bench.h"

#define R "localhost:5000/o/img"

struct row {
    const char *name;
    enum puller_kind kind;
    const char *rules;
    const char *part;  /* of a request line */
    int request_count; /* of such lines */
    double ended_s;
    const char *error; /* NULL: it goes well */
    int code;
};

static void check_row(const struct row *row, const struct plan *base)
{
    struct plan plan = *base;
    plan.kind = row->kind;
    plan.rules = row->rules;
    OUTCOME(outcome) = bench_run(&plan);

    cr_expect_str_eq(outcome.error != NULL ? outcome.error : "fine",
                     row->error != NULL ? row->error : "fine", "%s: %s", row->name, outcome.error);
    cr_expect_eq(count_of(outcome.requests, row->part), row->request_count, "%s:\n%s", row->name,
                 outcome.requests);
    cr_expect_eq(outcome.ended_us, (int64_t)(row->ended_s * (double)SECOND_US), "%s: %lld",
                 row->name, (long long)outcome.ended_us);
    cr_expect(row->error == NULL || outcome.code == row->code, "%s: %d", row->name, outcome.code);
    cr_expect_eq(outcome.temporary_bytes, 0, "%s", row->name);
}

static void check_rows(const struct row *rows, gsize count, const struct plan *base)
{
    for (gsize i = 0; i < count; i++)
        check_row(&rows[i], base);
}

/* The layer is the only blob but for the config, which is asked for first. */
#define ON_LAYER(when, what)                                                                       \
    "- {id: f, on: '*', match: {path: '*/blobs/*', method: GET}, when: {after: 1" when             \
    "}, do: {" what "}}\n"
/* Faults at a byte count only what has that byte: the config is too small for them. */
#define ON_LAYER_BYTES(count, what)                                                                \
    "- {id: f, on: '*', match: {path: '*/blobs/*', method: GET}, when: {first: " count             \
    "}, do: {" what "}}\n"
#define LAYER_GET "GET /v2/o/img/blobs/<layer1>"
#define UNPACK_S  0.545256 /* 2.6 times 40 MiB at 200 MB/s, in four steps of whole microseconds */

Test(classic_faults, layers_are_tried_as_often_and_with_the_waits_of_each_version)
{
    static const struct row rows[] = {
        {"500 for ever, 20.10 (blob500)", PULLER_DOCKER_20_10,
         ON_LAYER("", "kind: status, code: 500"), LAYER_GET, 12, 75,
         "received unexpected HTTP status: 500 Internal Server Error", 0},
        {"500 for ever, 24", PULLER_DOCKER_24, ON_LAYER("", "kind: status, code: 500"), LAYER_GET,
         10, 50, "received unexpected HTTP status: 500 Internal Server Error", 0},
        {"503 for ever, 28", PULLER_DOCKER_28, ON_LAYER("", "kind: status, code: 503"), LAYER_GET,
         10, 50, "received unexpected HTTP status: 503 Service Unavailable", 0},
        {"500 once: the second look goes well", PULLER_DOCKER_20_10,
         ON_LAYER(", first: 2", "kind: status, code: 500"), LAYER_GET, 2, UNPACK_S, NULL, 0},
        {"503 twice is one try (blob503x2)", PULLER_DOCKER_20_10,
         ON_LAYER(", first: 3", "kind: status, code: 503"), LAYER_GET, 3, 5 + UNPACK_S, NULL, 0},
        {"reset before the answer for ever", PULLER_DOCKER_20_10, ON_LAYER("", "kind: reset"),
         LAYER_GET, 12, 75,
         "read tcp 127.0.0.1:34194->127.0.0.1:5000: read: connection reset by "
         "peer",
         0},
        {"closed before the answer for ever", PULLER_DOCKER_28, ON_LAYER("", "kind: close"),
         LAYER_GET, 10, 50, "EOF", 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

Test(classic_faults, errors_with_a_message_of_their_own_end_a_layer_at_once)
{
    static const struct row rows[] = {
        {"404 (blob404)", PULLER_DOCKER_20_10, ON_LAYER("", "kind: status, code: 404"), LAYER_GET,
         2, 0, "unknown blob", 0},
        {"403 (blob403)", PULLER_DOCKER_20_10,
         ON_LAYER("", "kind: status, code: 403, message: denied"), LAYER_GET, 2, 0,
         "pull access denied for " R ", repository does not exist or may require 'docker login': "
         "denied: denied",
         0},
        {"429 with words (blob429x2)", PULLER_DOCKER_20_10,
         ON_LAYER("", "kind: status, code: 429, message: slow down"), LAYER_GET, 2, 0,
         "toomanyrequests: slow down", 0},
        {"401 with detail", PULLER_DOCKER_28, ON_LAYER("", "kind: status, code: 401"), LAYER_GET, 2,
         0, "unauthorized: authentication required", 0},
        {"403 page, 24 (C8)", PULLER_DOCKER_24,
         ON_LAYER("", "kind: status, code: 403, text: '<html>forbidden</html>'"), LAYER_GET, 2, 0,
         "error parsing HTTP 403 response body: invalid character '<' looking for beginning of "
         "value: \"<html>forbidden</html>\"",
         0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

/* failures.md 0, wire detail 1 (l429nd). */
Test(classic_faults, a_429_that_shrinks_to_its_code_is_tried_again)
{
    static const struct row rows[] = {
        {"bare 429", PULLER_DOCKER_20_10,
         ON_LAYER("", "kind: status, code: 429, body: json, message: too many requests"), LAYER_GET,
         12, 75, "toomanyrequests", 0},
        {"bare 403", PULLER_DOCKER_28, ON_LAYER("", "kind: status, code: 403, body: json"),
         LAYER_GET, 10, 50, "denied", 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

Test(classic_faults, a_cut_body_is_resumed_from_the_temporary_file)
{
    static const struct row rows[] = {
        {"cut once (trunconce)", PULLER_DOCKER_20_10, ON_LAYER(", first: 2", "kind: truncate"),
         "<layer1> 206", 1, 5 + UNPACK_S, NULL, 0},
        {"reset inside the body once (rstonce)", PULLER_DOCKER_20_10,
         ON_LAYER_BYTES("1", "kind: reset, after_bytes: 20MiB"), LAYER_GET, 2, 5 + UNPACK_S, NULL,
         0},
        {"cut four times (truncalways)", PULLER_DOCKER_20_10,
         ON_LAYER(", first: 5", "kind: truncate"), "<layer1> 206", 4, 50 + UNPACK_S, NULL, 0},
        {"always cut at the start, 28", PULLER_DOCKER_28,
         ON_LAYER("", "kind: truncate, after_bytes: 0B"), LAYER_GET, 5, 50, "unexpected EOF", 0},
        {"stall of 100 s, then closed (stall)", PULLER_DOCKER_20_10,
         ON_LAYER_BYTES("1", "kind: stall, after_bytes: 20MiB, for: 100s"), LAYER_GET, 1,
         100 + UNPACK_S, NULL, 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

#define CUT_AND_RANGE_IGNORED(count)                                                               \
    "- {id: cut, on: '*', match: {path: '*/blobs/*', method: GET}, when: {after: 1" count          \
    "}, do: {kind: truncate}}\n"                                                                   \
    "- {id: deaf, on: '*', match: {path: '*/blobs/*'}, do: {kind: range-ignored}}\n"

Test(classic_faults, a_server_that_ignores_range_costs_every_second_try)
{
    static const struct row rows[] = {
        {"once (norange)", PULLER_DOCKER_20_10, CUT_AND_RANGE_IGNORED(", first: 2"), LAYER_GET, 3,
         15 + UNPACK_S, NULL, 0},
        {"always, an even number of tries (D7)", PULLER_DOCKER_20_10, CUT_AND_RANGE_IGNORED(""),
         LAYER_GET, 6, 75, "expected HTTP 206 from byte range request", 0},
        {"always, an odd number of tries", PULLER_DOCKER_24, CUT_AND_RANGE_IGNORED(""), LAYER_GET,
         5, 50, "unexpected EOF", 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

#define BAD_DIGEST "filesystem layer verification failed for digest <layer1>"

Test(classic_faults, wrong_bytes_are_tried_again_only_after_a_resume)
{
    static const struct row rows[] = {
        {"at once (corruptonce)", PULLER_DOCKER_20_10,
         ON_LAYER_BYTES("1", "kind: corrupt, offset: 20MiB"), LAYER_GET, 1, 0, BAD_DIGEST, 0},
        {"after a resume", PULLER_DOCKER_20_10,
         "- {id: cut, on: '*', match: {path: '*/blobs/*'}, when: {nth: 2}, "
         "do: {kind: truncate}}\n"
         "- {id: bad, on: '*', match: {path: '*/blobs/*'}, when: {nth: 2}, "
         "do: {kind: corrupt, offset: 1MiB}}\n",
         LAYER_GET, 3, 15 + UNPACK_S, NULL, 0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

#define ON_CONFIG(what)                                                                            \
    "- {id: f, on: '*', match: {path: '*/blobs/*'}, when: {nth: 1}, do: {" what "}}\n"
#define CONFIG_GET   "GET /v2/o/img/blobs/<config>"
#define CONFIG_FAILS "error pulling image configuration: download failed after attempts="

/* The layer goes well at its first request here, so every other blob request is the config's. */
#define ON_CONFIGS(what)                                                                           \
    "- {id: f1, on: '*', match: {path: '*/blobs/*'}, when: {nth: 1}, do: {" what "}}\n"            \
    "- {id: f2, on: '*', match: {path: '*/blobs/*'}, when: {after: 2}, do: {" what "}}\n"

Test(classic_faults, the_config_is_asked_for_five_times_and_counts_six)
{
    static const struct row rows[] = {
        {"500 for ever (D1)", PULLER_DOCKER_20_10, ON_CONFIGS("kind: status, code: 500"),
         CONFIG_GET, 5, 3.75,
         CONFIG_FAILS "6: received unexpected HTTP status: 500 Internal Server Error", 0},
        {"500 once", PULLER_DOCKER_28, ON_CONFIG("kind: status, code: 500"), CONFIG_GET, 2,
         UNPACK_S, NULL, 0},
        {"reset for ever (D2)", PULLER_DOCKER_28, ON_CONFIGS("kind: reset"), CONFIG_GET, 5, 3.75,
         CONFIG_FAILS "6: read tcp 127.0.0.1:34194->127.0.0.1:5000: read: connection reset by "
                      "peer",
         0},
        {"denied (D3)", PULLER_DOCKER_20_10, ON_CONFIG("kind: status, code: 403, message: denied"),
         CONFIG_GET, 1, 0, CONFIG_FAILS "1: denied: denied", 0},
        {"missing (D3)", PULLER_DOCKER_20_10, ON_CONFIG("kind: status, code: 404"), CONFIG_GET, 1,
         0, CONFIG_FAILS "1: unknown blob", 0},
        {"wrong bytes (D4)", PULLER_DOCKER_20_10, ON_CONFIG("kind: corrupt, offset: 3B"),
         CONFIG_GET, 1, 0,
         "error pulling image configuration: image config verification failed for digest <config>",
         0},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

#define ON_MANIFEST(what) "- {id: f, on: '*', match: {path: '*/manifests/*'}, do: {" what "}}\n"
#define TAG_LINE          " /v2/o/img/manifests/1 "
#define HUB_LIMIT                                                                                  \
    "You have reached your pull rate limit. You may increase the limit by authenticating and "     \
    "upgrading: https://www.docker.com/increase-rate-limit"

Test(classic_faults, a_manifest_costs_head_and_get_and_is_never_tried_again)
{
    static const struct row rows[] = {
        {"500 (mani500)", PULLER_DOCKER_20_10, ON_MANIFEST("kind: status, code: 500"), TAG_LINE, 2,
         0, "received unexpected HTTP status: 500 Internal Server Error", 500},
        {"502 (C4)", PULLER_DOCKER_28, ON_MANIFEST("kind: status, code: 502"), TAG_LINE, 2, 0,
         "received unexpected HTTP status: 502 Bad Gateway", 500},
        {"429 (C1)", PULLER_DOCKER_28,
         ON_MANIFEST("kind: status, code: 429, body: json, message: '" HUB_LIMIT "'"), TAG_LINE, 2,
         0, "toomanyrequests: " HUB_LIMIT, 500},
        {"429 text, 24 (C3)", PULLER_DOCKER_24, ON_MANIFEST("kind: status, code: 429, body: text"),
         TAG_LINE, 2, 0,
         "error parsing HTTP 429 response body: invalid character 'T' looking for beginning of "
         "value: \"Too Many Requests\\n\"",
         500},
        {"429 text, 28 (C3)", PULLER_DOCKER_28, ON_MANIFEST("kind: status, code: 429, body: text"),
         TAG_LINE, 2, 0, "toomanyrequests: Too Many Requests", 500},
        {"404 with detail (C5)", PULLER_DOCKER_20_10, ON_MANIFEST("kind: status, code: 404"),
         TAG_LINE, 2, 0, "manifest for " R ":1 not found: manifest unknown: manifest unknown", 404},
        {"404 without detail (C5)", PULLER_DOCKER_20_10,
         ON_MANIFEST("kind: status, code: 404, body: json"), TAG_LINE, 2, 0, "manifest unknown",
         500},
        {"403 with detail (C6)", PULLER_DOCKER_20_10, ON_MANIFEST("kind: status, code: 403"),
         TAG_LINE, 2, 0,
         "pull access denied for " R ", repository does not exist or may require 'docker login': "
         "denied: requested access to the resource is denied",
         404},
        {"403 without detail (denied)", PULLER_DOCKER_20_10,
         ON_MANIFEST("kind: status, code: 403, body: json"), TAG_LINE, 2, 0, "denied", 500},
        {"404 name unknown (C7)", PULLER_DOCKER_20_10,
         ON_MANIFEST("kind: status, code: 404, error: NAME_UNKNOWN, "
                     "message: repository name not known to registry"),
         TAG_LINE, 2, 0,
         "repository " R " not found: name unknown: repository name not known to registry", 404},
        {"401 with detail (B7)", PULLER_DOCKER_20_10, ON_MANIFEST("kind: status, code: 401"),
         TAG_LINE, 2, 0, "unauthorized: authentication required", 500},
        {"401 without detail (mani401)", PULLER_DOCKER_20_10,
         ON_MANIFEST("kind: status, code: 401, body: json"), TAG_LINE, 2, 0, "unauthorized", 500},
        {"once: the GET goes well", PULLER_DOCKER_28,
         "- {id: f, on: '*', match: {path: '*/manifests/*'}, when: {nth: 1}, do: {kind: status, "
         "code: 503}}\n",
         TAG_LINE, 2, UNPACK_S, NULL, 0},
        {"reset: no GET", PULLER_DOCKER_20_10, ON_MANIFEST("kind: reset"), TAG_LINE, 1, 0,
         "Head \"http://localhost:5000/v2/o/img/manifests/1\": read tcp "
         "127.0.0.1:34194->127.0.0.1:5000: read: connection reset by peer",
         500},
        {"closed (A9)", PULLER_DOCKER_20_10, ON_MANIFEST("kind: close"), TAG_LINE, 1, 0,
         "Head \"http://localhost:5000/v2/o/img/manifests/1\": EOF", 500},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

#define ON_PING(what) "- {id: f, on: '*', match: {path: '/v2/'}, do: {" what "}}\n"

Test(classic_faults, the_ping_minds_the_connection_but_no_status)
{
    static const struct row rows[] = {
        {"404 (ping404)", PULLER_DOCKER_20_10, ON_PING("kind: status, code: 404"), "GET /v2/ ", 1,
         UNPACK_S, NULL, 0},
        {"500 (ping500)", PULLER_DOCKER_20_10, ON_PING("kind: status, code: 500"), "GET /v2/ ", 1,
         UNPACK_S, NULL, 0},
        {"silence (A6, pinghang)", PULLER_DOCKER_20_10, ON_PING("kind: stall"), "GET /v2/ ", 1, 15,
         "Get \"http://localhost:5000/v2/\": context deadline exceeded", 500},
        {"closed (A9)", PULLER_DOCKER_28, ON_PING("kind: close"), "GET /v2/ ", 1, 0,
         "Get \"http://localhost:5000/v2/\": EOF", 500},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

/* failures.md 0, ping: 10 s of TLS and 15 s of HTTP for a peer that says nothing. */
Test(classic_faults, a_local_registry_that_says_nothing_costs_both_time_outs)
{
    static const struct row rows[] = {
        {"silent", PULLER_DOCKER_20_10, "- {id: f, on: '*', do: {kind: tls-silent}}\n", "GET ", 0,
         25, "Get \"http://localhost:5000/v2/\": context deadline exceeded", 500},
    };
    check_rows(rows, G_N_ELEMENTS(rows), &(struct plan){0});
}

/* ---- recorded logs of dockerd 20.10, request by request ---- */

struct recording {
    const char *name; /* of captures/faults/NAME.txt */
    const char *rules;
    const char *layer_log; /* of the layer's requests, seconds rounded to the countdown's */
};

/* The lines about the layer without their path. */
static char *layer_log_of(const char *requests)
{
    g_auto(GStrv) lines = g_strsplit(requests, "\n", -1);
    GString *log = g_string_new(NULL);
    for (gsize i = 0; lines[i] != NULL; i++) {
        const char *found = strstr(lines[i], "<layer1> ");
        if (found != NULL)
            g_string_append_printf(log, "%s%s", log->len > 0 ? ", " : "",
                                   found + strlen("<layer1> "));
    }
    return g_string_free(log, FALSE);
}

Test(classic_faults, requests_and_gaps_are_those_of_the_recorded_daemon)
{
    static const struct recording recordings[] = {
        {"blob500", ON_LAYER("", "kind: status, code: 500"),
         "500@0s, 500@0s, 500@5s, 500@5s, 500@15s, 500@15s, 500@30s, 500@30s, 500@50s, 500@50s, "
         "500@1min15s, 500@1min15s"},
        {"blob503x2", ON_LAYER(", first: 3", "kind: status, code: 503"), "503@0s, 503@0s, 200@5s"},
        {"blob404", ON_LAYER("", "kind: status, code: 404"), "404@0s, 404@0s"},
        {"corrupt", ON_LAYER_BYTES("1", "kind: corrupt, offset: 20MiB"), "200@0s"},
        {"trunconce", ON_LAYER(", first: 2", "kind: truncate"), "200 closed@0s, 206@5s"},
        {"truncalways", ON_LAYER(", first: 5", "kind: truncate"),
         "200 closed@0s, 206 closed@5s, 206 closed@15s, 206 closed@30s, 206@50s"},
        {"norange", CUT_AND_RANGE_IGNORED(", first: 2"), "200 closed@0s, 200@5s, 200@15s"},
        {"rstonce", ON_LAYER_BYTES("1", "kind: reset, after_bytes: 20MiB"), "200 reset@0s, 206@5s"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(recordings); i++) {
        OUTCOME(outcome) =
            bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .rules = recordings[i].rules});

        g_autofree char *log = layer_log_of(outcome.requests);
        cr_expect_str_eq(log, recordings[i].layer_log, "%s: %s", recordings[i].name, log);
    }
}
