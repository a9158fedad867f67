/* Draws scenarios: kinds from their own table, parameters and scopes from the tables below. */
#include "random_day.h"

#include "base/rng.h"
#include "mocks/faults/kind.h"

#include <string.h>

enum {
    RULES_MAX = 4,
    PARAMETERS_MAX = 6
};

/* What a rule may do: a kind and some ways to set it up, as the inside of `do: {kind: K, …}`. */
static const struct {
    const char *kind;
    const char *parameters[PARAMETERS_MAX];
} kind_parameters[] = {
    {"latency", {"delay: 3s", "min: 100ms, max: 40s", "median: 2s, sigma: 1.5"}},
    {"slow-body", {"rate: 10KiB", "rate: 1MiB"}},
    {"stall", {"", "after_bytes: 64KiB", "for: 90s", "effect: kept"}},
    {"reset", {"", "after_bytes: 4KiB"}},
    {"close", {"", "after_bytes: 4KiB"}},
    {"truncate", {"", "fraction: 0.9", "after_bytes: 10B"}},
    {"corrupt", {"", "offset: 3B"}},
    {"empty-body", {""}},
    {"headers",
     {"set: {Content-Type: text/html}", "remove: [Docker-Content-Digest]",
      "set: {Content-Type: application/json}, remove: [ETag]"}},
    {"wrong-digest", {"", "missing: true"}},
    {"range-ignored", {""}},
    {"status",
     {"code: 503, body: html", "code: 500", "code: 404", "code: 201", "code: 500, effect: kept"}},
    {"redirect", {"location: 'https://ghcr.io/nowhere'"}},
    {"rate-limit", {"limit: 2", "limit: 0", "limit: 10, window: 5min"}},
    {"auth-fails", {"", "code: 500", "code: 403"}},
    {"stale-tag", {"", "count: 5"}},
    {"raw",
     {"text: 'garbage'", "text: \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nshort\"",
      "text: \"HTTP/1.1 201 Created\\r\\nContent-Length: 0\\r\\n\\r\\n\"",
      "text: \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}\""}},
    {"refuse", {""}},
    {"blackhole", {""}},
    {"tls-silent", {""}},
    {"tls-refuse", {"", "reason: expired"}},
    {"name-not-found", {""}},
    {"name-server-fails", {""}},
    {"name-times-out", {""}},
    {"slow-connect", {"delay: 5s", "delay: 45s"}},
    {"no-socket", {""}},
    {"no-permission", {""}},
    {"disk-full", {"", "room: 200MiB", "for: 3min"}},
    {"disk-error", {""}},
    {"slow-disk", {"delay: 2s"}},
    {"engine-hang", {"", "for: 4min"}},
    {"engine-restart", {"", "after: 20s, down: 90s"}},
    {"container-start-failure", {"", "message: 'no space left on device'"}},
    {"exec-failure", {"", "exit_code: 137"}},
    {"slow-boot", {"delay: 30s", "delay: 20min"}},
    {"boot-never", {"", "exit_code: 1, message: 'buildkitd: no such config'"}},
    {"oom-kill", {""}},
    {"step-failure", {"", "exit_code: 2, message: 'make: *** [all] Error 2'"}},
    {"slow-step", {"delay: 10min", "factor: 20"}},
    {"emulator-missing", {""}},
    {"slow-emulation", {"factor: 10"}},
    {"missing-platform", {""}},
    {"prune-conflict", {""}},
    {"action-download-fails", {"", "silent: true"}},
    {"git-fails", {"", "silent: true"}},
    {"run-cancelled", {"", "after: 5min"}},
    {"runner-shutdown", {"", "after: 5min"}},
    {"runner-lost", {"", "after: 5min"}},
};

static const char *const sites[] = {"*",
                                    "registry-1.docker.io",
                                    "auth.docker.io",
                                    "*.docker.*",
                                    "ghcr.io",
                                    "mirror.gcr.io",
                                    "leg-api:/var/run/docker.sock",
                                    "*docker.sock"};
static const char *const machines[] = {"*", "leg-api"};
static const char *const exchange_matches[] = {"",
                                               "",
                                               "method: GET",
                                               "method: HEAD",
                                               "method: PUT",
                                               "method: POST",
                                               "path: '*/manifests/*'",
                                               "path: '*/blobs/*'",
                                               "path: '*/create*'",
                                               "path: '*/exec/*'",
                                               "role: dockerd",
                                               "role: buildkit",
                                               "role: engine",
                                               "repository: moby/buildkit",
                                               "repository: acme/api"};
static const char *const whens[] = {"",
                                    "",
                                    "first: 1",
                                    "first: 3",
                                    "nth: 2",
                                    "nth: 5",
                                    "every: 3",
                                    "after: 4",
                                    "probability: 0.3",
                                    "probability: 0.05",
                                    "from: 5s",
                                    "from: 2min, until: 20min",
                                    "until: 1min",
                                    "until: 10min"};
static const char *const policies[] = {"",
                                       "",
                                       "",
                                       "push: false",
                                       "disk: {prune: never}",
                                       "disk: {prune: when_low}",
                                       "allow_shrink: true",
                                       "retry: {attempts: 1}",
                                       "job: {timeout: 20min}",
                                       "job: {serial: true}",
                                       "job: {serial: true, timeout: 35min}",
                                       "job: {budget: false}",
                                       "platforms: [linux/amd64]",
                                       "retry: {silence: 0s}"};
static const char *const worlds[] = {
    "",
    "",
    "network: slow",
    "profile: ubuntu-26.04",
    "machine: {profile: ubuntu-24.04-arm}",
    "machine: {disk_used: 68GiB}",
    "machine: {emulators: [linux/arm64], emulation_factor: 20}",
    "images: [{name: 'ghcr.io/acme/api:main'}]",
    "images: [{name: 'ghcr.io/acme/api:main', platforms: [linux/amd64]}]",
    "machine: {preload: ['moby/buildkit:buildx-stable-1']}"};

#define DRAW(rng, list) ((list)[rng_below((rng), G_N_ELEMENTS(list))])

static const char *const *parameters_of(const char *kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kind_parameters); i++)
        if (strcmp(kind_parameters[i].kind, kind) == 0)
            return kind_parameters[i].parameters;
    return NULL;
}

const char *random_day_missing_kind(void)
{
    gsize count = 0;
    const struct fault_kind *const *kinds = fault_kinds(&count);
    for (gsize i = 0; i < count; i++)
        if (parameters_of(kinds[i]->record.name) == NULL)
            return kinds[i]->record.name;
    return NULL;
}

static const char *draw_parameters(struct rng *rng, const char *kind)
{
    const char *const *parameters = parameters_of(kind);
    gsize count = 0;
    while (count < PARAMETERS_MAX && parameters[count] != NULL)
        count++;
    return parameters[rng_below(rng, count)];
}

static void add_part(GString *text, const char *key, const char *inside)
{
    if (*inside != '\0')
        g_string_append_printf(text, "    %s: {%s}\n", key, inside);
}

static void add_rule(GString *text, struct rng *rng, guint index)
{
    gsize kind_count = 0;
    const struct fault_kind *const *kinds = fault_kinds(&kind_count);
    const struct fault_kind *kind = kinds[rng_below(rng, kind_count)];
    const char *name = kind->record.name;
    const char *parameters = draw_parameters(rng, name);
    bool is_state = kind->stage == FAULT_AT_POINT;
    bool is_exchange = kind->stage == FAULT_AT_REQUEST || kind->stage == FAULT_AT_REPLY;

    g_string_append_printf(text, "  - id: f%u\n    on: '%s'\n", index,
                           is_state ? DRAW(rng, machines) : DRAW(rng, sites));
    const char *match = DRAW(rng, exchange_matches);
    if (is_exchange)
        add_part(text, "match", match);
    add_part(text, "when", DRAW(rng, whens));
    g_string_append_printf(text, "    do: {kind: %s%s%s}\n    optional: true\n", name,
                           *parameters != '\0' ? ", " : "", parameters);
}

char *random_day(uint64_t number, const char *policy)
{
    struct rng rng = rng_stream(number, "random day", NULL);
    GString *text = g_string_new(NULL);
    guint rule_count = 1 + (guint)rng_below(&rng, RULES_MAX);
    const char *overrides = DRAW(&rng, policies);
    const char *world = DRAW(&rng, worlds);

    g_string_append_printf(text,
                           "seatrial: scenario/1\npurpose: Random day %" G_GUINT64_FORMAT
                           ".\npolicy: '%s'\nfate: delivered\nseed: %" G_GUINT64_FORMAT "\n",
                           number, policy, number);
    if (*overrides != '\0')
        g_string_append_printf(text, "policy_overrides: {%s}\n", overrides);
    if (*world != '\0')
        g_string_append_printf(text, "world: {%s}\n", world);
    g_string_append(text, "faults:\n");
    for (guint i = 0; i < rule_count; i++)
        add_rule(text, &rng, i);
    return g_string_free(text, FALSE);
}

/* What a registry may do to one request of a push or of its verification and still look well. */
static const char *const lies[] = {
    "kind: status, code: 201",
    "kind: status, code: 200, body: json",
    "kind: status, code: 404",
    "kind: status, code: 500, effect: kept",
    "kind: raw, text: \"HTTP/1.1 201 Created\\r\\nContent-Length: 0\\r\\n\\r\\n\"",
    "kind: raw, text: \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}\"",
    "kind: truncate",
    "kind: empty-body",
    "kind: corrupt",
    "kind: wrong-digest",
    "kind: wrong-digest, missing: true",
    "kind: stale-tag",
    "kind: reset",
    "kind: stall, effect: kept",
    "kind: headers, remove: [Docker-Content-Digest, Content-Type, Location]",
};

char *lying_day(uint64_t number, const char *policy)
{
    uint64_t lie = number % G_N_ELEMENTS(lies);
    uint64_t nth = number / G_N_ELEMENTS(lies) + 1;
    bool has_old_image = number % 2 == 0; /* a stale tag can pass for the new image */
    return g_strdup_printf(
        "seatrial: scenario/1\npurpose: Lying day %" G_GUINT64_FORMAT
        ".\npolicy: '%s'\nfate: delivered\n%sfaults:\n  - id: lie\n"
        "    on: ghcr.io\n    when: {%s: %" G_GUINT64_FORMAT
        "}\n    do: {%s}\n    optional: true\n",
        number, policy, has_old_image ? "world: {images: [{name: 'ghcr.io/acme/api:main'}]}\n" : "",
        number % 3 == 0 ? "after" : "nth", nth, lies[lie]);
}
