/* Every kind of fault in state: what the owner of a point is told. */
#include "rehearsal.h"

#include <string.h>

struct point_case {
    const char *what;
    const char *rules;
    const char *steps[6];
    const char *log;
};

static void check_case(const struct point_case *row)
{
    AUTO(rehearsal) rehearsal = rehearsal_run(row->rules, row->steps);
    cr_assert_str_eq(rehearsal->log->str, row->log, "%s: %s, expected %s", row->what,
                     rehearsal->log->str, row->log);
}

static void check_cases(const struct point_case *rows, gsize count)
{
    for (gsize i = 0; i < count; i++)
        check_case(&rows[i]);
}

#define CHECK(rows) check_cases(rows, G_N_ELEMENTS(rows))

Test(point_kinds, a_disk_is_full_from_when_it_fires)
{
    static const struct point_case rows[] = {
        {"at once",
         "[{id: a, on: leg, do: {kind: disk-full}, when: {nth: 2}}]",
         {"point disk-write leg /tmp - 10", "point disk-write leg /tmp - 1",
          "point disk-write other /tmp - 1", "point disk-write leg /tmp - 1"},
         "point@0s point fails@0s point@0s point fails@0s"},
        {"with room",
         "[{id: a, do: {kind: disk-full, room: 100B}}]",
         {"point disk-write leg /tmp - 60", "point disk-write leg /tmp - 60"},
         "point@0s point fails@0s"},
        {"for a while",
         "[{id: a, do: {kind: disk-full, for: 10s}, times: 1}]",
         {"point disk-write leg /tmp - 1", "sleep 9s", "point disk-write leg /tmp - 1", "sleep 1s",
          "point disk-write leg /tmp - 1"},
         "point fails@0s point fails@9s point@10s"},
        {"after bytes",
         "[{id: a, do: {kind: disk-full}, when: {after_bytes: 100B}}]",
         {"point disk-write leg /tmp - 60", "point disk-write leg /tmp - 40",
          "point disk-write leg /tmp - 1"},
         "point@0s point@0s point fails@0s"},
        {"error",
         "[{id: a, times: 1, do: {kind: disk-error}}]",
         {"point disk-write leg /tmp - 1", "point disk-write leg /tmp - 1"},
         "point fails 'input/output error'@0s point@0s"},
        {"slow",
         "[{id: a, do: {kind: slow-disk, delay: 30ms}}]",
         {"point disk-write leg /tmp - 1"},
         "point delay=30ms@0s"},
        {"one folder",
         "[{id: a, match: {subject: /var/lib/*}, do: {kind: disk-full}}]",
         {"point disk-write leg /tmp - 1", "point disk-write leg /var/lib/docker - 1"},
         "point@0s point fails@0s"},
    };
    CHECK(rows);
}

Test(point_kinds, containers_and_their_commands_fail)
{
    static const struct point_case rows[] = {
        {"start",
         "[{id: a, match: {repository: moby/buildkit}, do: {kind: container-start-failure}}]",
         {"point container-start leg b0 moby/buildkit:buildx-stable-1 0",
          "point container-start leg c0 alpine:3 0"},
         "point fails@0s point@0s"},
        {"exec",
         "[{id: a, match: {subject: buildctl*}, do: {kind: exec-failure, exit_code: 3, message: "
         "m}}]",
         {"point exec leg buildctl b0 0", "point exec leg true b0 0"},
         "point fails exit=3 'm'@0s point@0s"},
        {"slow boot",
         "[{id: a, do: {kind: slow-boot, delay: 12s}}]",
         {"point container-boot leg b0 - 0"},
         "point delay=12s@0s"},
        {"never ready",
         "[{id: a, do: {kind: boot-never}}]",
         {"point container-boot leg b0 - 0"},
         "point hangs@0s"},
        {"dies at once",
         "[{id: a, do: {kind: boot-never, exit_code: 1, message: no}}]",
         {"point container-boot leg b0 - 0"},
         "point fails exit=1 'no'@0s"},
        {"killed",
         "[{id: a, do: {kind: oom-kill}}]",
         {"point process-memory leg go - 0"},
         "point fails exit=137@0s"},
    };
    CHECK(rows);
}

Test(point_kinds, builds_fail_or_slow_down)
{
    static const struct point_case rows[] = {
        {"step",
         "[{id: a, match: {subject: RUN*, platform: linux/arm64}, do: {kind: step-failure}}]",
         {"point build-step leg RUN linux/amd64 0", "point build-step leg COPY linux/arm64 0",
          "point build-step leg RUN linux/arm64 0"},
         "point@0s point@0s point fails exit=1@0s"},
        {"slow step",
         "[{id: a, do: {kind: slow-step, delay: 2s, factor: 3}}, {id: b, do: {kind: slow-step, "
         "factor: 2}}]",
         {"point build-step leg RUN - 0"},
         "point delay=2s factor=6@0s"},
        {"emulator",
         "[{id: a, match: {platform: linux/arm64}, do: {kind: emulator-missing}}]",
         {"point emulation leg linux/arm64 - 0", "point emulation leg linux/s390x - 0"},
         "point missing@0s point@0s"},
        {"slow emulation",
         "[{id: a, do: {kind: slow-emulation, factor: 2.5}}]",
         {"point emulation leg linux/arm64 - 0"},
         "point factor=2.5@0s"},
        {"platform",
         "[{id: a, match: {repository: library/golang, tag: 1.22, platform: linux/arm64},"
         " do: {kind: missing-platform}}]",
         {"point image-resolve leg docker.io/library/golang:1.22 linux/amd64 0",
          "point image-resolve leg docker.io/library/golang:1.22 linux/arm64 0",
          "point image-resolve leg docker.io/library/golang:1.23 linux/arm64 0"},
         "point@0s point missing@0s point@0s"},
    };
    CHECK(rows);
}

Test(point_kinds, the_engine_hangs_or_refuses)
{
    static const struct point_case rows[] = {
        {"for ever",
         "[{id: a, on: leg, do: {kind: engine-hang}, when: {after: 1}, times: 1}]",
         {"point engine-request leg GET - 0", "point engine-request leg GET - 0",
          "point engine-request leg GET - 0"},
         "point@0s point hangs@0s point hangs@0s"},
        {"for a while",
         "[{id: a, do: {kind: engine-hang, for: 3s}, times: 1}]",
         {"point engine-request leg GET - 0", "point engine-request leg GET - 0"},
         "point delay=3s@0s point@0s"},
        {"prune",
         "[{id: a, do: {kind: prune-conflict}, times: 1}]",
         {"point prune leg images - 0", "point prune leg images - 0"},
         "point fails@0s point@0s"},
    };
    CHECK(rows);
}

Test(point_kinds, actions_are_not_to_be_had_runs_are_cancelled_and_runners_go)
{
    static const struct point_case rows[] = {
        {"no action",
         "[{id: a, match: {subject: docker/*}, do: {kind: action-download-fails, message: m}}]",
         {"point action-download leg docker/login-action@v3 - 0",
          "point action-download leg actions/checkout@v4 - 0"},
         "point fails 'm'@0s point@0s"},
        {"no answer",
         "[{id: a, do: {kind: action-download-fails, silent: true, message: m}}]",
         {"point action-download leg actions/checkout@v4 - 0"},
         "point fails 'm' hangs@0s"},
        {"no git",
         "[{id: a, match: {subject: fetch*}, do: {kind: git-fails, message: m}}]",
         {"point git leg fetch-a - 0", "point git leg push-a - 0"},
         "point fails 'm'@0s point@0s"},
        {"no word of git's",
         "[{id: a, do: {kind: git-fails, silent: true, message: m}}]",
         {"point git leg push-a - 0"},
         "point fails 'm' hangs@0s"},
        {"cancelled",
         "[{id: a, match: {subject: build}, do: {kind: run-cancelled, after: 90s}}]",
         {"point workflow-step leg login - 0", "point workflow-step leg build - 0"},
         "point@0s point interruption=1 delay=1min30s@0s"},
        {"shut down",
         "[{id: a, on: leg, do: {kind: runner-shutdown}}]",
         {"point workflow-step leg build - 0", "point workflow-step other build - 0"},
         "point interruption=2@0s point@0s"},
        {"lost",
         "[{id: a, do: {kind: runner-lost}, times: 1}]",
         {"point workflow-step leg build - 0"},
         "point interruption=3@0s"},
    };
    CHECK(rows);
}

Test(point_kinds, a_restarting_engine_refuses_until_it_is_back)
{
    static const struct point_case row = {
        "restart",
        "[{id: a, do: {kind: engine-restart, down: 20s}, when: {nth: 2}}]",
        {"GET /info", "point engine-request leg GET - 0", "point engine-request leg GET - 0",
         "sleep 19s", "GET /info"},
        "200 hello@0s point@0s point hangs@0s REFUSED@19s",
    };
    check_case(&row);

    static const struct point_case back = {
        "back again",
        "[{id: a, do: {kind: engine-restart, down: 20s}}]",
        {"point engine-request leg GET - 0", "sleep 21s", "GET /info"},
        "point hangs@0s 200 hello@21s",
    };
    check_case(&back);
}

Test(point_kinds, an_engine_may_go_down_in_the_middle_of_a_request)
{
    static const struct point_case row = {
        "mid-pull",
        "[{id: a, do: {kind: engine-restart, after: 2500ms, down: 20s}}]",
        {"point engine-request leg GET - 0", "POST /images/create", "POST /images/create",
         "sleep 20s", "GET /info"},
        "point@0s TRUNCATED@2.5s REFUSED@2.5s 200 hello@22.5s",
    };
    check_case(&row);
}

Test(point_kinds, an_outside_world_without_machine_is_meant_by_any)
{
    static const struct point_case rows[] = {
        {"any",
         "[{id: a, do: {kind: missing-platform}}]",
         {"point image-resolve - golang linux/arm64 0"},
         "point missing@0s"},
        {"named",
         "[{id: a, on: leg, do: {kind: missing-platform}}]",
         {"point image-resolve - golang linux/arm64 0"},
         "point@0s"},
    };
    CHECK(rows);
}
