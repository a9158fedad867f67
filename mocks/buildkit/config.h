/*
 * buildkitd.toml: what the fake takes from it, and the refusal of what is mistyped in the real
 * one's words (failures.md G3). Unknown keys are accepted, as buildkitd v0.23 does.
 */
#pragma once

#include "base/error.h"

struct buildkitd_config {
    char **mirrors;      /* "docker.io=mirror.gcr.io", in order */
    int max_parallelism; /* 0: no limit */
};
/* Errors: "(4, 3): Can't convert runc(string) to config.ContainerdRuntime". */
struct buildkitd_config *buildkitd_config_parse(const void *bytes, gsize length_bytes,
                                                GError **error) MUST_USE;
struct buildkitd_config *buildkitd_config_default(void);
void buildkitd_config_free(struct buildkitd_config *config);
CLEANUP(buildkitd_config, buildkitd_config_free)
