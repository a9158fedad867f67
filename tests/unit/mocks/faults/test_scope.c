/* Scopes and clauses on hand-made events: no world, no file. */
#include "mocks/faults/scope.h"
#include "mocks/faults/when.h"

#include "base/limits.h"
#include "base/units.h"

#include <criterion/criterion.h>

static const char *find_header(const struct fault_event *event, const char *name,
                               const char *pattern)
{
    (void)event;
    (void)pattern;
    return g_ascii_strcasecmp(name, "user-agent") == 0 ? "docker/28.0.4 go/1.23" : NULL;
}

static struct fault_event manifest_event(void)
{
    return (struct fault_event){
        .stage = FAULT_AT_REQUEST,
        .place = "registry-1.docker.io",
        .role = "dockerd",
        .method = "GET",
        .path = "/v2/library/golang/manifests/1.22",
        .query = NULL,
        .find_header = find_header,
    };
}

static bool matches(const struct fault_scope *scope, struct fault_event event)
{
    bool is_match = fault_scope_matches(scope, &event);
    fault_event_clear(&event);
    return is_match;
}

Test(scope, all_given_conditions_must_hold)
{
    static const struct {
        struct fault_scope scope;
        bool is_match;
    } rows[] = {
        {{0}, true},
        {{.on = "registry-1.docker.io"}, true},
        {{.on = "*.docker.io"}, true},
        {{.on = "ghcr.io"}, false},
        {{.role = "dockerd"}, true},
        {{.role = "buildkit"}, false},
        {{.method = "GET"}, true},
        {{.method = "get"}, false},
        {{.method = "HEAD"}, false},
        {{.path = "/v2/?*/manifests/?*"}, true},
        {{.path = "/v2/*"}, true},
        {{.path = "/v2/"}, false},
        {{.path = "*blobs*"}, false},
        {{.query = "*"}, false},
        {{.repository = "library/golang"}, true},
        {{.repository = "*golang"}, true},
        {{.repository = "golang"}, false},
        {{.tag = "1.22"}, true},
        {{.tag = "1.?3"}, false},
        {{.platform = "*"}, false},
        {{.subject = "*"}, false},
        {{.method = "GET", .on = "*docker*", .tag = "1*"}, true},
        {{.method = "GET", .on = "*docker*", .tag = "2*"}, false},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        cr_expect_eq(matches(&rows[i].scope, manifest_event()), rows[i].is_match, "row %zu", i);
}

Test(scope, headers_match_by_any_case_of_their_name)
{
    struct string_entry agent = {.name = (char *)"User-Agent", .value = (char *)"docker/28*"};
    struct string_entry accept = {.name = (char *)"Accept", .value = (char *)"*"};
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_ptr_array_add(one, &agent);
    const struct fault_scope scope = {.headers = one};

    cr_assert(matches(&scope, manifest_event()));

    g_ptr_array_add(one, &accept);
    cr_assert_not(matches(&scope, manifest_event()));
}

Test(scope, names_are_found_in_paths_queries_and_references)
{
    static const struct {
        struct fault_event event;
        const char *repository;
        const char *tag;
        const char *platform;
    } rows[] = {
        {{.path = "/v2/"}, NULL, NULL, NULL},
        {{.path = "/v2/a/b/c/manifests/main"}, "a/b/c", "main", NULL},
        {{.path = "/v2/a/manifests/b/blobs/sha256:1"}, "a/manifests/b", NULL, NULL},
        {{.path = "/v2/a/blobs/b/manifests/sha256:1"}, "a/blobs/b", "sha256:1", NULL},
        {{.path = "/v2/a/blobs/uploads/"}, "a", NULL, NULL},
        {{.path = "/v2/a/tags/list"}, "a", NULL, NULL},
        {{.path = "/token", .query = "service=x&scope=repository%3Amoby%2Fbuildkit%3Apull%2Cpush"},
         "moby/buildkit",
         NULL,
         NULL},
        {{.path = "/token", .query = "scope=registry:catalog:*"}, NULL, NULL, NULL},
        {{.path = "/v1.50/images/create",
          .query =
              "fromImage=docker.io%2Fmoby%2Fbuildkit&tag=buildx-stable-1&platform=linux%2Farm64"},
         "moby/buildkit",
         "buildx-stable-1",
         "linux/arm64"},
        {{.path = "/build", .query = "platform=linux/arm64"}, NULL, NULL, "linux/arm64"},
        {{.stage = FAULT_AT_POINT,
          .point = POINT_IMAGE_RESOLVE,
          .subject = "localhost:5000/a/b:1@sha256:2",
          .detail = "linux/amd64"},
         "a/b",
         "1@sha256:2",
         "linux/amd64"},
        {{.stage = FAULT_AT_POINT,
          .point = POINT_CONTAINER_START,
          .subject = "c",
          .detail = "moby/buildkit"},
         "moby/buildkit",
         NULL,
         NULL},
        {{.stage = FAULT_AT_POINT, .point = POINT_PRUNE, .subject = "images"}, NULL, NULL, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct fault_event event = rows[i].event;
        cr_expect_eq(g_strcmp0(fault_event_repository(&event), rows[i].repository), 0,
                     "row %zu: %s", i, fault_event_repository(&event));
        cr_expect_eq(g_strcmp0(fault_event_tag(&event), rows[i].tag), 0, "row %zu: %s", i,
                     fault_event_tag(&event));
        cr_expect_eq(g_strcmp0(fault_event_platform(&event), rows[i].platform), 0, "row %zu: %s", i,
                     fault_event_platform(&event));
        fault_event_clear(&event);
    }
}

Test(scope, a_miss_names_what_held_and_the_first_that_did_not)
{
    const struct fault_scope scope = {
        .on = "ghcr.io", .method = "HEAD", .path = "/v2/*", .tag = "1.22", .platform = "linux/*"};
    struct fault_event event = manifest_event();
    struct fault_nearness nearness;

    cr_assert_not(fault_scope_examine(&scope, &event, &nearness));

    cr_assert_str_eq(nearness.held, "path, tag");
    cr_assert_str_eq(nearness.failed, "place is registry-1.docker.io");
    cr_assert_eq(nearness.held_count, 2);
    fault_nearness_clear(&nearness);
    fault_event_clear(&event);
}

Test(scope, a_missing_fact_is_called_missing)
{
    const struct fault_scope scope = {.platform = "linux/*"};
    struct fault_event event = manifest_event();
    struct fault_nearness nearness;

    cr_assert_not(fault_scope_examine(&scope, &event, &nearness));

    cr_assert_null(nearness.held);
    cr_assert_str_eq(nearness.failed, "there is no platform");
    fault_nearness_clear(&nearness);
    fault_event_clear(&event);
}

struct when_case {
    struct fault_when when;
    const char *struck; /* which of events 1 to 8 */
};

Test(when, clauses_choose_among_the_events_that_count)
{
    static const struct when_case rows[] = {
        {{.probability = 1}, "12345678"},
        {{.nth = 3, .probability = 1}, "3"},
        {{.first = 2, .probability = 1}, "12"},
        {{.every = 3, .probability = 1}, "36"},
        {{.after = 5, .probability = 1}, "678"},
        {{.after = 2, .first = 4, .probability = 1}, "34"},
        {{.after = 2, .every = 2, .probability = 1}, "468"},
        {{.nth = 3, .first = 2, .probability = 1}, ""},
        {{.after_bytes = 300, .probability = 1}, "45678"},
        {{.probability = 0}, ""},
        {{.probability = 0.5}, "1234"},
        {{.probability = 1, .ramp_us = 80}, ""},
        {{.probability = 1, .ramp_us = 40}, "12345678"},
        {{.probability = 1, .burst = {.enter = 0.5}}, "5678"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) struck = g_string_new(NULL);
        for (int event = 1; event <= 8; event++) {
            const struct fault_count count = {.event_count = event,
                                              .bytes = event * 100,
                                              .draw = event / 8.1,
                                              .now_us = event * 6,
                                              .is_calm = event < 5};
            bool holds = fault_when_holds(&rows[i].when, &count);
            g_autofree char *refusal = fault_when_refusal(&rows[i].when, &count);
            cr_expect_eq(holds, refusal == NULL);
            if (holds)
                g_string_append_printf(struck, "%d", event);
        }
        cr_expect_str_eq(struck->str, rows[i].struck, "row %zu: %s", i, struck->str);
    }
}

Test(when, a_window_is_open_from_its_beginning_to_before_its_end)
{
    const struct fault_when when = {.from_us = 5, .until_us = 8};
    const struct fault_when endless = {.from_us = 5};

    cr_assert_not(fault_when_is_open(&when, 4));
    cr_assert(fault_when_is_open(&when, 5));
    cr_assert(fault_when_is_open(&when, 7));
    cr_assert_not(fault_when_is_open(&when, 8));
    cr_assert(fault_when_is_open(&endless, VIRTUAL_TIME_US_MAX));
}

Test(when, a_refusal_says_which_clause)
{
    static const struct {
        struct fault_when when;
        struct fault_count count;
        const char *refusal;
    } rows[] = {
        {{.nth = 3, .probability = 1}, {.event_count = 1}, "it is number 1, nth is 3"},
        {{.first = 2, .probability = 1}, {.event_count = 3}, "it is number 3, first is 2"},
        {{.every = 2, .probability = 1}, {.event_count = 3}, "it is number 3, every is 2"},
        {{.after = 2, .probability = 1}, {.event_count = 2}, "it is number 2, after is 2"},
        {{.after_bytes = MIB_BYTES, .probability = 1},
         {.event_count = 2, .bytes = 1024},
         "1KiB have passed, after_bytes is 1MiB"},
        {{.probability = 1, .burst = {.enter = 0.5}},
         {.event_count = 1, .is_calm = true},
         "it came between bursts"},
        {{.probability = 0.5, .from_us = 100, .ramp_us = 10},
         {.event_count = 1, .draw = 0.3, .now_us = 105},
         "the draw was 0.300, probability is 0.25"},
        {{.probability = 0.25},
         {.event_count = 1, .draw = 0.5},
         "the draw was 0.500, probability is 0.25"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *refusal = fault_when_refusal(&rows[i].when, &rows[i].count);
        cr_expect_str_eq(refusal, rows[i].refusal);
    }
}
