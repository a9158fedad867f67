/* The table of kinds, in the order of the help: replies, answers, connections, state. */
#include "mocks/faults/kinds.h"

#include "mocks/faults/faults.h"

#include <string.h>

static const struct fault_kind *const kinds[] = {
    &fault_kind_latency,
    &fault_kind_slow_body,
    &fault_kind_stall,
    &fault_kind_reset,
    &fault_kind_close,
    &fault_kind_truncate,
    &fault_kind_corrupt,
    &fault_kind_empty_body,
    &fault_kind_headers,
    &fault_kind_wrong_digest,
    &fault_kind_range_ignored,
    &fault_kind_status,
    &fault_kind_redirect,
    &fault_kind_rate_limit,
    &fault_kind_auth_fails,
    &fault_kind_stale_tag,
    &fault_kind_raw,
    &fault_kind_refuse,
    &fault_kind_blackhole,
    &fault_kind_tls_silent,
    &fault_kind_tls_refuse,
    &fault_kind_name_not_found,
    &fault_kind_name_server_fails,
    &fault_kind_name_times_out,
    &fault_kind_slow_connect,
    &fault_kind_no_socket,
    &fault_kind_no_permission,
    &fault_kind_disk_full,
    &fault_kind_disk_error,
    &fault_kind_slow_disk,
    &fault_kind_engine_hang,
    &fault_kind_engine_restart,
    &fault_kind_container_start_failure,
    &fault_kind_exec_failure,
    &fault_kind_slow_boot,
    &fault_kind_boot_never,
    &fault_kind_oom_kill,
    &fault_kind_step_failure,
    &fault_kind_slow_step,
    &fault_kind_emulator_missing,
    &fault_kind_slow_emulation,
    &fault_kind_missing_platform,
    &fault_kind_prune_conflict,
    &fault_kind_action_download_fails,
    &fault_kind_git_fails,
    &fault_kind_run_cancelled,
    &fault_kind_runner_shutdown,
    &fault_kind_runner_lost,
};

const char *const fault_effect_names[] = {"lost", "kept", NULL};

const struct field fault_no_parameters[] = {
    {.kind = FIELD_SELF, .offset = offsetof(struct fault_no_parameters, node)},
    {0},
};

const struct field fault_delay_fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct fault_delay, delay_us),
     .summary = "time until the client knows"},
    {0},
};

const struct fault_kind *const *fault_kinds(gsize *count)
{
    *count = G_N_ELEMENTS(kinds);
    return kinds;
}

const struct fault_kind *fault_kind_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i]->record.name, name) == 0)
            return kinds[i];
    }
    return NULL;
}

const char *fault_kind_stage_name(const struct fault_kind *kind)
{
    switch (kind->stage) {
    case FAULT_AT_CONNECT:
        return "connection";
    case FAULT_AT_REQUEST:
        return "request";
    case FAULT_AT_REPLY:
        return "reply";
    case FAULT_AT_POINT:
        return fault_point_name(kind->point);
    case FAULT_STAGE_COUNT:
        break;
    }
    g_assert_not_reached();
}

gsize faults_kind_count(void)
{
    return G_N_ELEMENTS(kinds);
}

struct fault_kind_row faults_kind_row(gsize index)
{
    g_assert(index < G_N_ELEMENTS(kinds));
    const struct fault_kind *kind = kinds[index];
    return (struct fault_kind_row){
        .name = kind->record.name,
        .summary = kind->record.summary,
        .acts_at = fault_kind_stage_name(kind),
        .evidence = kind->evidence,
        .parameters = &kind->record,
    };
}
