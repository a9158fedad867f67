/*
 * easimon/maximize-build-space: removes what its inputs say, then makes one volume of what is left
 * of the disk and mounts it where the build is (action.yml of v10, a composite action of scripts
 * with set -e). Docker's own files stay on the root, which keeps no more than the reserves: that is
 * what surprises users of it.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include <string.h>

#define KIB_OF_MIB 1024
#define DOCKER     "/var/lib/docker"

/* What an input removes. */
static const struct part {
    const char *input;
    const char *command;
} parts[] = {
    {"remove-dotnet", "sudo rm -rf /usr/share/dotnet"},
    {"remove-android", "sudo rm -rf /usr/local/lib/android"},
    {"remove-haskell", "sudo rm -rf /opt/ghc"},
    {"remove-codeql", "sudo rm -rf /opt/hostedtoolcache/CodeQL"},
    {"remove-docker-images", "sudo docker image prune --all --force"},
};

/* false: the action was interrupted; *is_fine tells the rest. */
static bool call(struct action_run *run, const char *line, bool *is_fine, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    const struct action_exec exec = {.arguments = (const char *const *)words, .is_plain = true};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    *is_fine = result.exit_code == 0;
    if (!*is_fine)
        action_fail(run, "Process completed with exit code %d.", result.exit_code);
    return true;
}

static bool available_kib(struct action_run *run, const char *path, int64_t *kib, GError **error)
{
    const char *const arguments[] = {"df", "--block-size=1024", "--output=avail", path, NULL};
    const struct action_exec exec = {.arguments = arguments, .is_silent = true};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    const char *last = strrchr(g_strchomp(result.output), '\n');
    *kib = g_ascii_strtoll(last != NULL ? last + 1 : result.output, NULL, 10);
    return true;
}

/* The image of a physical volume takes all that a reserve leaves of a file system. */
static bool make_image(struct action_run *run, const char *of, const char *reserve_input,
                       const char *path_input, bool *is_fine, GError **error)
{
    int64_t kib;
    int64_t reserve_kib = g_ascii_strtoll(action_input(run, reserve_input), NULL, 10) * KIB_OF_MIB;
    if (!available_kib(run, of, &kib, error))
        return false;
    g_autofree char *line =
        g_strdup_printf("sudo fallocate -z -l %" G_GINT64_FORMAT " %s", (kib - reserve_kib) * 1024,
                        action_input(run, path_input));
    return call(run, line, is_fine, error);
}

/* The volume has the room of both images, and Docker's files lie on it then: on this disk they do
   already, so that only what the volume does not give them is taken. */
static bool make_docker_volume(struct action_run *run, bool *is_fine, GError **error)
{
    int64_t swap_mib = g_ascii_strtoll(action_input(run, "swap-size-mb"), NULL, 10);
    int64_t reserve_mib = g_ascii_strtoll(action_input(run, "temp-reserve-mb"), NULL, 10);
    g_autofree char *line =
        g_strdup_printf("sudo fallocate -z -l %" G_GINT64_FORMAT "M %s", swap_mib + reserve_mib,
                        action_input(run, "pv-loop-path"));
    return call(run, line, is_fine, error);
}

static bool make_volume(struct action_run *run, bool *is_fine, GError **error)
{
    const char *mount = action_input(run, "build-mount-path");
    action_log(run, "Creating LVM Volume.");
    if (strcmp(action_input(run, "overprovision-lvm"), "true") == 0)
        return true; /* sparse files: what is built takes the room, not they */
    if (g_str_has_prefix(mount, DOCKER))
        return make_docker_volume(run, is_fine, error);
    return make_image(run, "/", "root-reserve-mb", "pv-loop-path", is_fine, error) &&
           (!*is_fine ||
            make_image(run, "/mnt", "temp-reserve-mb", "tmp-pv-loop-path", is_fine, error));
}

static bool main_phase(struct action_run *run, GError **error)
{
    bool is_fine = true;
    action_log(run, "Removing unwanted software... ");
    for (gsize i = 0; i < G_N_ELEMENTS(parts) && is_fine; i++)
        if (strcmp(action_input(run, parts[i].input), "true") == 0 &&
            !call(run, parts[i].command, &is_fine, error))
            return false;
    if (is_fine && (!call(run, "sudo swapoff -a", &is_fine, error) ||
                    !call(run, "sudo rm -f /mnt/swapfile", &is_fine, error)))
        return false;
    return !is_fine ||
           (make_volume(run, &is_fine, error) && (!is_fine || call(run, "df -h", &is_fine, error)));
}

static const struct action_input inputs[] = {
    {"root-reserve-mb", "1024", false},
    {"temp-reserve-mb", "100", false},
    {"swap-size-mb", "4096", false},
    {"overprovision-lvm", "false", false},
    {"build-mount-path", "", false},
    {"build-mount-path-ownership", "runner:runner", false},
    {"pv-loop-path", "/pv.img", false},
    {"tmp-pv-loop-path", "/mnt/tmp-pv.img", false},
    {"remove-dotnet", "false", false},
    {"remove-android", "false", false},
    {"remove-haskell", "false", false},
    {"remove-codeql", "false", false},
    {"remove-docker-images", "false", false},
    {0},
};

const struct action action_maximize_build_space = {
    .name = "easimon/maximize-build-space",
    .summary =
        "Makes a volume of the disk's room for the build, and leaves the reserves to Docker.",
    .first_major = 1,
    .last_major = 10,
    .inputs = inputs,
    .main = main_phase,
};
