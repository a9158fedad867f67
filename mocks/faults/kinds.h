/* Every kind of fault, one file each. */
#pragma once

#include "mocks/faults/kind.h"

extern const struct fault_kind fault_kind_latency;
extern const struct fault_kind fault_kind_slow_body;
extern const struct fault_kind fault_kind_stall;
extern const struct fault_kind fault_kind_reset;
extern const struct fault_kind fault_kind_close;
extern const struct fault_kind fault_kind_truncate;
extern const struct fault_kind fault_kind_corrupt;
extern const struct fault_kind fault_kind_empty_body;
extern const struct fault_kind fault_kind_headers;
extern const struct fault_kind fault_kind_wrong_digest;
extern const struct fault_kind fault_kind_range_ignored;
extern const struct fault_kind fault_kind_status;
extern const struct fault_kind fault_kind_redirect;
extern const struct fault_kind fault_kind_rate_limit;
extern const struct fault_kind fault_kind_auth_fails;
extern const struct fault_kind fault_kind_stale_tag;
extern const struct fault_kind fault_kind_raw;
extern const struct fault_kind fault_kind_refuse;
extern const struct fault_kind fault_kind_blackhole;
extern const struct fault_kind fault_kind_tls_silent;
extern const struct fault_kind fault_kind_tls_refuse;
extern const struct fault_kind fault_kind_name_not_found;
extern const struct fault_kind fault_kind_name_server_fails;
extern const struct fault_kind fault_kind_name_times_out;
extern const struct fault_kind fault_kind_slow_connect;
extern const struct fault_kind fault_kind_no_socket;
extern const struct fault_kind fault_kind_no_permission;
extern const struct fault_kind fault_kind_disk_full;
extern const struct fault_kind fault_kind_disk_error;
extern const struct fault_kind fault_kind_slow_disk;
extern const struct fault_kind fault_kind_engine_hang;
extern const struct fault_kind fault_kind_engine_restart;
extern const struct fault_kind fault_kind_container_start_failure;
extern const struct fault_kind fault_kind_exec_failure;
extern const struct fault_kind fault_kind_slow_boot;
extern const struct fault_kind fault_kind_boot_never;
extern const struct fault_kind fault_kind_oom_kill;
extern const struct fault_kind fault_kind_step_failure;
extern const struct fault_kind fault_kind_slow_step;
extern const struct fault_kind fault_kind_emulator_missing;
extern const struct fault_kind fault_kind_slow_emulation;
extern const struct fault_kind fault_kind_missing_platform;
extern const struct fault_kind fault_kind_prune_conflict;
extern const struct fault_kind fault_kind_action_download_fails;
extern const struct fault_kind fault_kind_git_fails;
extern const struct fault_kind fault_kind_run_cancelled;
extern const struct fault_kind fault_kind_runner_shutdown;
extern const struct fault_kind fault_kind_runner_lost;
