/* Kinds of the wire that answer in the place of the server. */
#include "wire_case.h"

Test(answer_kinds, a_status_comes_with_the_body_that_belongs_to_it)
{
    static const struct wire_case rows[] = {
        {"default",
         "[{id: a, do: {kind: status, code: 404}}]",
         {MANIFEST},
         "404 {\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\","
         "\"detail\":{\"Tag\":\"main\"}}]}@0s",
         0},
        {"bare code",
         "[{id: a, do: {kind: status, code: 403, body: json}}]",
         {MANIFEST},
         "403 {\"errors\":[{\"code\":\"DENIED\",\"message\":"
         "\"requested access to the resource is denied\"}]}@0s",
         0},
        {"own words",
         "[{id: a, do: {kind: status, code: 403, body: json, error: X, message: m}}]",
         {MANIFEST},
         "403 {\"errors\":[{\"code\":\"X\",\"message\":\"m\"}]}@0s",
         0},
        {"words of a code",
         "[{id: a, do: {kind: status, code: 404, body: json, error: NAME_UNKNOWN}}]",
         {MANIFEST},
         "404 {\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":"
         "\"repository name not known to registry\"}]}@0s",
         0},
        {"text",
         "[{id: a, do: {kind: status, code: 429, body: text, headers: {Retry-After: '2'}}}]",
         {MANIFEST},
         "429 Retry-After=2 Too Many Requests\n@0s",
         0},
        {"empty", "[{id: a, do: {kind: status, code: 503, body: empty}}]", {MANIFEST}, "503@0s", 0},
        {"broken",
         "[{id: a, do: {kind: status, code: 400, body: broken-json}}]",
         {MANIFEST},
         "400 {\"errors\":[{\"code\":\"UNK@0s",
         0},
        {"page",
         "[{id: a, do: {kind: status, code: 502, body: html}}]",
         {MANIFEST},
         "502 <html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
         "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n"
         "</html>\r\n@0s",
         0},
        {"to the letter",
         "[{id: a, do: {kind: status, code: 200, body: html, text: <hi>}}]",
         {MANIFEST},
         "200 <hi>@0s",
         0},
        {"kept",
         "[{id: a, do: {kind: status, code: 500, body: empty, effect: kept}}]",
         {PUSH},
         "500@0s",
         1},
        {"engine",
         "[{id: a, on: leg:*, do: {kind: status, code: 409, message: busy}}]",
         {"GET /info", MANIFEST},
         "409 {\"message\":\"busy\"}@0s 200 manifest@0s",
         1},
        {"redirect",
         "[{id: a, do: {kind: redirect, location: 'http://cdn/x'}}]",
         {BLOB},
         "307 Location=http://cdn/x@0s",
         0},
        {"the first answers",
         "[{id: a, do: {kind: status, code: 500, body: empty}, times: 1},"
         " {id: b, do: {kind: status, code: 502, body: empty}}]",
         {MANIFEST, MANIFEST},
         "500@0s 502@0s",
         0},
        {"the first replaces",
         "[{id: a, do: {kind: status, code: 500, body: empty, effect: kept}},"
         " {id: b, do: {kind: status, code: 502, body: empty, effect: kept}}]",
         {MANIFEST},
         "500@0s",
         1},
        {"latency of an answer",
         "[{id: a, do: {kind: status, code: 500, body: empty}}, {id: b, do: {kind: latency, delay: "
         "2s}}]",
         {MANIFEST},
         "500@2s",
         0},
    };
    CHECK(rows);
}

Test(answer_kinds, a_rate_limit_counts_manifest_gets_in_its_window)
{
    static const struct wire_case rows[] = {
        {"classic",
         "[{id: a, do: {kind: rate-limit, limit: 1, text: classic}}]",
         {HEAD, MANIFEST, BLOB, MANIFEST},
         "200@0s 200 manifest@0s 200 (1000)@0s "
         "429 ratelimit-limit=1;w=21600 ratelimit-remaining=0;w=21600 "
         "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"You have reached your pull rate "
         "limit. You may increase the limit by authenticating and upgrading: "
         "https://www.docker.com/increase-rate-limit\"}]}@0s",
         3},
        {"a new window",
         "[{id: a, do: {kind: rate-limit, limit: 1, used: 1, window: 1h, text: abuse}}]",
         {MANIFEST, "sleep 1h", MANIFEST, MANIFEST},
         "429 Retry-After=60 Too Many Requests\n@0s 200 manifest@1h "
         "429 Retry-After=60 Too Many Requests\n@1h",
         1},
    };
    CHECK(rows);
}

Test(answer_kinds, the_token_service_gives_no_token)
{
    static const struct wire_case rows[] = {
        {"401",
         "[{id: a, do: {kind: auth-fails}}]",
         {MANIFEST, TOKEN},
         "200 manifest@0s 401 {\"details\":\"incorrect username or password\"}@0s",
         1},
        {"by repository",
         "[{id: a, match: {repository: o/other}, do: {kind: auth-fails}}]",
         {TOKEN},
         "200 hello@0s",
         1},
        {"flood",
         "[{id: a, match: {repository: o/app}, do: {kind: auth-fails, code: 429, message: m}}]",
         {TOKEN},
         "429 {\"details\":\"m\"}@0s",
         0},
    };
    CHECK(rows);
}

Test(answer_kinds, a_pushed_tag_is_not_found_at_first)
{
    static const struct wire_case rows[] = {
        {"stale",
         "[{id: a, match: {method: HEAD}, do: {kind: stale-tag, count: 2}}]",
         {HEAD, PUSH, HEAD, HEAD, HEAD},
         "200@0s 201@0s 404@0s 404@0s 200@0s",
         3},
    };
    CHECK(rows);
}
