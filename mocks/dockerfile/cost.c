/* The table of what commands cost. */
#include "mocks/dockerfile/cost.h"

#include "base/units.h"

#include <string.h>

#define COPY_BYTES_PER_SECOND (200 * MIB_BYTES)
#define PIECES_MAX            100

struct cost_row {
    const char *pattern;
    const char *summary;
    int64_t duration_us;
    int64_t bytes;
};

/* The first pattern found in a command counts. */
static const struct cost_row rows[] = {
    {"go mod download", "modules over the network", 12 * SECOND_US, 40 * MIB_BYTES},
    {"go mod", "module bookkeeping", 4 * SECOND_US, MIB_BYTES},
    {"go build", "compiles a service", 45 * SECOND_US, 20 * MIB_BYTES},
    {"go install", "fetches and compiles a tool", 30 * SECOND_US, 15 * MIB_BYTES},
    {"go test", "compiles and runs tests", 60 * SECOND_US, MIB_BYTES},
    {"go generate", "runs generators", 8 * SECOND_US, MIB_BYTES},
    {"cargo build", "compiles a crate", 3 * MINUTE_US, 60 * MIB_BYTES},
    {"npm ci", "installs packages", 25 * SECOND_US, 60 * MIB_BYTES},
    {"npm install", "installs packages", 30 * SECOND_US, 60 * MIB_BYTES},
    {"npm run", "runs a bundler", 20 * SECOND_US, 5 * MIB_BYTES},
    {"yarn", "installs packages", 25 * SECOND_US, 60 * MIB_BYTES},
    {"pnpm", "installs packages", 15 * SECOND_US, 60 * MIB_BYTES},
    {"apt-get update", "package lists", 6 * SECOND_US, 18 * MIB_BYTES},
    {"apt-get", "installs packages", 15 * SECOND_US, 40 * MIB_BYTES},
    {"apt ", "installs packages", 15 * SECOND_US, 40 * MIB_BYTES},
    {"apk", "installs packages", 3 * SECOND_US, 8 * MIB_BYTES},
    {"pip install", "installs packages", 20 * SECOND_US, 50 * MIB_BYTES},
    {"mvn", "compiles with Maven", 2 * MINUTE_US, 80 * MIB_BYTES},
    {"gradle", "compiles with Gradle", 2 * MINUTE_US, 80 * MIB_BYTES},
    {"make", "compiles", 60 * SECOND_US, 10 * MIB_BYTES},
    {"curl", "downloads a file", 2 * SECOND_US, 5 * MIB_BYTES},
    {"wget", "downloads a file", 2 * SECOND_US, 5 * MIB_BYTES},
    {"", "anything else", 100 * MILLISECOND_US, 4 * KIB_BYTES},
};

static const struct cost_row *find_row(const char *command)
{
    gsize index = 0;
    while (strstr(command, rows[index].pattern) == NULL)
        index++;
    return &rows[index];
}

struct run_cost cost_of_run(const char *command)
{
    struct run_cost cost = {0};
    g_auto(GStrv) pieces = g_regex_split_simple("&&|\\|\\||;|\n", command, 0, 0);
    for (gsize i = 0; pieces[i] != NULL && i < PIECES_MAX; i++) {
        if (*g_strstrip(pieces[i]) == '\0')
            continue;
        const struct cost_row *row = find_row(pieces[i]);
        cost.duration_us += row->duration_us;
        cost.bytes += row->bytes;
    }
    return cost;
}

struct build_files *cost_files_of_run(const char *command, const char *key)
{
    struct build_files *files = build_files_new();
    g_autofree char *path = g_strdup_printf("var/lib/seatrial/run-%.16s", strchr(key, ':') + 1);
    g_autoptr(GBytes) bytes = g_bytes_new(command, strlen(command));
    build_files_put(files, path, bytes, 0644,
                    cost_of_run(command).bytes * LAYER_UNPACKED_TIMES_TWO / 2);
    return files;
}

int64_t cost_of_copy_us(int64_t bytes)
{
    return 10 * MILLISECOND_US +
           (int64_t)((double)bytes / (double)COPY_BYTES_PER_SECOND * (double)SECOND_US);
}
