/*
 * What the steps of a build cost, by a small table of command patterns: assumed numbers for the
 * native platform, in the range of a hosted runner with two cores. A scenario changes them by
 * faults (slow-step). Emulation is the caller's.
 */
#pragma once

#include "mocks/dockerfile/files.h"

struct run_cost {
    int64_t duration_us;
    int64_t bytes; /* compressed, of the layer that it leaves */
};
/* The sum over the commands of a shell line (&&, ;, lines). */
struct run_cost cost_of_run(const char *command);
/* What a RUN leaves: one small file that names it by the key of its inputs ("sha256:…") and stands
   for what the command is said to write. */
struct build_files *cost_files_of_run(const char *command, const char *key);
int64_t cost_of_copy_us(int64_t bytes);
/* What a file that only a RUN can have made stands for, as COPY --from takes it. */
#define COST_MADE_FILE_BYTES (INT64_C(12) * 1024 * 1024)

/*
 * Go's own text when the toolchain of the image is older than go.mod demands, or than a module that
 * `go install …@version` names, else NULL; g_free (failures.md J1, J3, J4). variables:
 * GOLANG_VERSION, GOTOOLCHAIN; go.mod is looked for in the stage's files under the working
 * directory; date_s is the wall clock, which decides what @latest is.
 */
char *toolchain_refusal(const char *command, const GPtrArray *variables,
                        const struct build_files *files, const char *folder, int64_t date_s);
