/* Pushes under faults: tries, waits and words (failures.md 0, K; registry.md 4, Push; captures
   faults/push*). */
#include "pushing.h"

#define REPO   "/v2/o/new"
#define UPLOAD REPO "/blobs/uploads/"

struct row {
    const char *name;
    enum puller_kind kind;
    const char *rules;
    const char *part;
    int request_count;
    double ended_s;
    const char *error;
};

static void check_rows(const struct row *rows, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        OUTCOME(outcome) = bench_run(
            &(struct plan){.kind = rows[i].kind, .rules = rows[i].rules, .body = push_one_layer});

        cr_expect_str_eq(outcome.error != NULL ? outcome.error : "fine",
                         rows[i].error != NULL ? rows[i].error : "fine", "%s: %s", rows[i].name,
                         outcome.error);
        cr_expect_eq(count_of(outcome.requests, rows[i].part), rows[i].request_count, "%s:\n%s",
                     rows[i].name, outcome.requests);
        cr_expect_eq(outcome.ended_us, (int64_t)(rows[i].ended_s * (double)SECOND_US), "%s: %lld",
                     rows[i].name, (long long)outcome.ended_us);
        cr_expect(rows[i].error == NULL || outcome.code == 0, "%s: %d", rows[i].name, outcome.code);
    }
}

#define ON(method, what) "- {id: f, on: '*', match: {method: " method "}, do: {" what "}}\n"
#define ONCE(method, what)                                                                         \
    "- {id: f, on: '*', match: {method: " method "}, times: 1, do: {" what "}}\n"
#define ENTITY "<html>413 Request Entity Too Large</html>"

Test(push_faults, dockerd_tries_a_layer_five_times_in_50_seconds_or_not_at_all)
{
    static const struct row rows[] = {
        {"POST 500 once (pushpost500once)", PULLER_DOCKER_20_10,
         ONCE("POST", "kind: status, code: 500"), "POST ", 3, 5, NULL},
        {"PATCH 500 (push500)", PULLER_DOCKER_20_10, ON("PATCH", "kind: status, code: 500"),
         "PATCH ", 5, 50, "received unexpected HTTP status: 500 Internal Server Error"},
        {"PUT 502 (K5)", PULLER_DOCKER_28, ON("PUT", "kind: status, code: 502"), "PUT ", 5, 50,
         "received unexpected HTTP status: 502 Bad Gateway"},
        {"PUT reset once", PULLER_DOCKER_28, ONCE("PUT", "kind: reset"), "POST ", 3, 5, NULL},
        {"POST denied without detail (pushdenied)", PULLER_DOCKER_20_10,
         ON("POST", "kind: status, code: 403, body: json"), "POST ", 5, 50, "denied"},
        {"POST denied with words (K2)", PULLER_DOCKER_28,
         ON("POST", "kind: status, code: 403, message: 'permission_denied: write_package'"),
         "POST ", 1, 0, "denied: permission_denied: write_package"},
        {"POST 401 (K4)", PULLER_DOCKER_28, ON("POST", "kind: status, code: 401"), "POST ", 1, 0,
         "unauthorized: authentication required"},
        {"POST 429 (K19)", PULLER_DOCKER_28, ON("POST", "kind: status, code: 429"), "POST ", 1, 0,
         "toomanyrequests: too many requests"},
        {"POST name unknown (K16)", PULLER_DOCKER_28,
         ON("POST", "kind: status, code: 404, error: NAME_UNKNOWN, message: 'repository name not "
                    "known to registry'"),
         "POST ", 1, 0, "name unknown: repository name not known to registry"},
        {"PATCH upload unknown (K8)", PULLER_DOCKER_28,
         ON("PATCH", "kind: status, code: 404, error: BLOB_UPLOAD_UNKNOWN"), "PATCH ", 5, 50,
         "blob upload unknown"},
        {"PATCH upload invalid (K9)", PULLER_DOCKER_28,
         ON("PATCH", "kind: status, code: 400, error: BLOB_UPLOAD_INVALID, message: 'blob upload "
                     "invalid'"),
         "PATCH ", 5, 50, "blob upload invalid: blob upload invalid"},
        {"PATCH 413, 24 (K10)", PULLER_DOCKER_24,
         ON("PATCH", "kind: status, code: 413, text: '" ENTITY "'"), "PATCH ", 1, 0,
         "error parsing HTTP 413 response body: invalid character '<' looking for beginning of "
         "value: \"" ENTITY "\""},
        {"gone after the commit (K18)", PULLER_DOCKER_28,
         "- {id: f, on: '*', match: {method: HEAD}, when: {nth: 2}, do: {kind: status, code: "
         "404}}\n",
         "POST ", 1, 0, "unknown blob"},
        {"a look that fails is passed over", PULLER_DOCKER_28,
         ONCE("HEAD", "kind: status, code: 500"), "POST ", 2, 0, NULL},
        {"manifest 500, 20.10: told at once", PULLER_DOCKER_20_10,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, times: 1, do: {kind: "
         "status, code: 500}}\n",
         "PUT /v2/o/new/manifests/2", 1, 0,
         "received unexpected HTTP status: 500 Internal Server Error"},
        {"manifest 500: not again", PULLER_DOCKER_28,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, do: {kind: status, code: "
         "500}}\n",
         "PUT /v2/o/new/manifests/2", 1, 0,
         "received unexpected HTTP status: 500 Internal Server Error"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

#define BK       "failed to push localhost:5000/o/new:2: "
#define POST_URL "http://localhost:5000" UPLOAD

Test(push_faults, buildkit_tries_four_times_in_7_seconds_and_never_a_403)
{
    static const struct row rows[] = {
        {"POST 403 (K1)", PULLER_BUILDKIT, ON("POST", "kind: status, code: 403"), "POST ", 2, 0,
         BK "unexpected status from POST request to " POST_URL ": 403 Forbidden"},
        {"HEAD 401 (capture 54)", PULLER_BUILDKIT,
         ON("HEAD", "kind: status, code: 401, body: empty"), "HEAD ", 2, 0,
         BK "unexpected status from HEAD request to http://localhost:5000" REPO
            "/blobs/<layer1>: 401 Unauthorized"},
        {"POST 502 (K6)", PULLER_BUILDKIT, ON("POST", "kind: status, code: 502"), "POST ", 7, 7,
         BK "unexpected status from POST request to " POST_URL ": 502 Bad Gateway"},
        {"POST 500 once", PULLER_BUILDKIT, ONCE("POST", "kind: status, code: 500"), "POST ", 3, 0,
         NULL},
        {"POST 429: five more at once", PULLER_BUILDKIT, ON("POST", "kind: status, code: 429"),
         "POST ", 12, 0,
         BK "unexpected status from POST request to " POST_URL ": 429 Too Many Requests"},
        {"PUT manifest 400 (K17)", PULLER_BUILDKIT,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, do: {kind: status, code: "
         "400}}\n",
         "PUT /v2/o/new/manifests/2", 1, 0,
         BK "failed commit on ref \"manifest-<pushed>\": unexpected status from PUT request to "
            "http://localhost:5000" REPO "/manifests/2: 400 Bad Request"},
        {"PUT manifest 503 (K20)", PULLER_BUILDKIT,
         "- {id: f, on: '*', match: {method: PUT, path: '*/manifests/*'}, do: {kind: status, code: "
         "503}}\n",
         "PUT /v2/o/new/manifests/2", 8, 7,
         BK "failed commit on ref \"manifest-<pushed>\": unexpected status from PUT request to "
            "http://localhost:5000" REPO "/manifests/2: 503 Service Unavailable"},
        {"POST denied in dockerd (C11)", PULLER_CONTAINERD,
         ON("POST", "kind: status, code: 403, message: no"), "POST ", 2, 0,
         "error from registry: no"},
        {"POST 502 in dockerd", PULLER_CONTAINERD,
         ON("POST", "kind: status, code: 502, body: empty"), "POST ", 2, 0,
         "unknown: unexpected status from POST request to " POST_URL ": 502 Bad Gateway"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}
