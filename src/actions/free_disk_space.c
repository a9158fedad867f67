/*
 * jlumbroso/free-disk-space: removes what GitHub's image brings and says what each part saved
 * (action.yml of v1.3.1, a composite action of one script). No failure of a part fails the step.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include <math.h>
#include <string.h>

enum {
    COMMANDS_MAX = 12,
    WORDS_MAX = 12,
};

/* For sudo; of some that fail there is a warning. */
struct command {
    const char *words; /* between spaces */
    bool warns;
};

/* A part that an input chooses: its command lines, one after another. */
struct part {
    const char *input;
    const char *title;
    struct command commands[COMMANDS_MAX]; /* ends with NULL words */
};

static const struct part parts[] = {
    {"android", "Android library", {{"rm -rf /usr/local/lib/android", false}}},
    {"dotnet", ".NET runtime", {{"rm -rf /usr/share/dotnet", false}}},
    {"haskell",
     "Haskell runtime",
     {{"rm -rf /opt/ghc", false}, {"rm -rf /usr/local/.ghcup", false}}},
    {"large-packages",
     "Large misc. packages",
     {{"apt-get remove -y ^aspnetcore-.*", true},
      {"apt-get remove -y ^dotnet-.* --fix-missing", true},
      {"apt-get remove -y ^llvm-.* --fix-missing", true},
      {"apt-get remove -y php.* --fix-missing", true},
      {"apt-get remove -y ^mongodb-.* --fix-missing", true},
      {"apt-get remove -y ^mysql-.* --fix-missing", true},
      {"apt-get remove -y azure-cli google-chrome-stable firefox powershell mono-devel "
       "libgl1-mesa-dri --fix-missing",
       true},
      {"apt-get remove -y google-cloud-sdk --fix-missing", false},
      {"apt-get remove -y google-cloud-cli --fix-missing", false},
      {"apt-get autoremove -y", true},
      {"apt-get clean", true}}},
    {"docker-images", "Docker images", {{"docker image prune --all --force", false}}},
    {"tool-cache", "Tool cache", {{"rm -rf $AGENT_TOOLSDIRECTORY", false}}},
    {"swap-storage", "Swap storage", {{"swapoff -a", false}, {"rm -f /mnt/swapfile", false}}},
};

static bool show(struct action_run *run, const char *command, GError **error)
{
    g_auto(GStrv) words = g_strsplit(command, " ", -1);
    const struct action_exec exec = {.arguments = (const char *const *)words, .is_plain = true};
    ACTION_EXEC_RESULT(result);
    return action_exec(run, &exec, &result, error);
}

/* KiB that df says are available, on all file systems or that of one path. */
static bool available(struct action_run *run, const char *path, int64_t *kib, GError **error)
{
    enum {
        AVAILABLE = 3
    };
    const char *const arguments[] = {"df", "-a", path, NULL};
    const struct action_exec exec = {.arguments = arguments, .is_silent = true};
    ACTION_EXEC_RESULT(result);
    *kib = 0;
    if (!action_exec(run, &exec, &result, error))
        return false;
    g_auto(GStrv) lines = g_strsplit(result.output, "\n", -1);
    for (char **line = lines[0] == NULL ? lines : lines + 1; *line != NULL; line++) {
        gsize count = 0;
        g_auto(GStrv) columns = g_strsplit_set(*line, " ", -1);
        for (char **column = columns; *column != NULL; column++)
            if (**column != '\0' && count++ == AVAILABLE)
                *kib += g_ascii_strtoll(*column, NULL, 10);
    }
    return true;
}

static void print_line(struct action_run *run, char letter)
{
    g_autofree char *line = g_strnfill(80, letter);
    action_log(run, "%s", line);
}

/* As numfmt --to=iec-i writes it, which rounds up and takes a negative number for an option: then
   nothing is said; g_free. */
static char *human_bytes(int64_t kib)
{
    static const char *const units[] = {"", "Ki", "Mi", "Gi", "Ti"};
    double value = (double)kib * 1000; /* the script appends three zeros */
    gsize unit = 0;
    for (; value >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++)
        value /= 1024;
    if (kib < 0)
        return g_strdup("");
    return value < 10 && unit > 0 ? g_strdup_printf("%.1f%sB", ceil(value * 10) / 10, units[unit])
                                  : g_strdup_printf("%.0f%sB", ceil(value), units[unit]);
}

static void print_saved(struct action_run *run, int64_t kib, const char *title)
{
    g_autofree char *saved = human_bytes(kib);
    action_log(run, "%s", "");
    print_line(run, '*');
    if (title != NULL)
        action_log(run, "=> %s: Saved %s", title, saved);
    else
        action_log(run, "=> Saved %s", saved);
    print_line(run, '*');
    action_log(run, "%s", "");
}

static bool print_usage(struct action_run *run, const char *caption, GError **error)
{
    static const struct {
        const char *label; /* "dh" is the action's own word */
        const char *command;
    } tables[] = {{"$ dh -h /", "df -h /"}, {"$ dh -a /", "df -a /"}, {"$ dh -a", "df -a"}};
    print_line(run, '=');
    action_log(run, "%s", caption);
    action_log(run, "%s", "");
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        action_log(run, "%s", tables[i].label);
        action_log(run, "%s", "");
        if (!show(run, tables[i].command, error))
            return false;
    }
    print_line(run, '=');
    return true;
}

static bool run_command(struct action_run *run, const struct command *command, GError **error)
{
    const char *tools = action_variable(run, "AGENT_TOOLSDIRECTORY");
    g_autofree char *line = g_strconcat("sudo ", command->words, NULL);
    g_auto(GStrv) words = g_strsplit(line, " ", WORDS_MAX);
    for (char **word = words; *word != NULL; word++)
        if (strcmp(*word, "$AGENT_TOOLSDIRECTORY") == 0) {
            g_free(*word);
            *word = g_strdup(tools != NULL ? tools : "");
        }
    const struct action_exec exec = {.arguments = (const char *const *)words, .is_plain = true};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    if (command->warns && result.exit_code != 0)
        action_warn(run, "The command [%s] failed to complete successfully. Proceeding...", line);
    return true;
}

static bool run_part(struct action_run *run, const struct part *part, GError **error)
{
    int64_t before_kib, after_kib;
    if (!available(run, NULL, &before_kib, error))
        return false;
    for (const struct command *command = part->commands; command->words != NULL; command++)
        if (!run_command(run, command, error))
            return false;
    if (strcmp(part->input, "swap-storage") == 0 && !show(run, "free -h", error))
        return false;
    if (!available(run, NULL, &after_kib, error))
        return false;
    print_saved(run, after_kib - before_kib, part->title);
    return true;
}

static bool run_parts(struct action_run *run, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strcmp(action_input(run, parts[i].input), "true") == 0 &&
            !run_part(run, &parts[i], error))
            return false;
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    int64_t all_kib, root_kib, all_after_kib, root_after_kib;
    if (!available(run, NULL, &all_kib, error) || !available(run, "/", &root_kib, error) ||
        !print_usage(run, "BEFORE CLEAN-UP:", error) || !run_parts(run, error) ||
        !available(run, NULL, &all_after_kib, error) ||
        !available(run, "/", &root_after_kib, error) || !print_usage(run, "AFTER CLEAN-UP:", error))
        return false;
    action_log(run, "/dev/root:");
    print_saved(run, root_after_kib - root_kib, NULL);
    action_log(run, "overall:");
    print_saved(run, all_after_kib - all_kib, NULL);
    return true;
}

static const struct action_input inputs[] = {
    {"android", "true", false},       {"dotnet", "true", false},
    {"haskell", "true", false},       {"large-packages", "true", false},
    {"docker-images", "true", false}, {"tool-cache", "false", false},
    {"swap-storage", "true", false},  {0},
};

const struct action action_free_disk_space = {
    .name = "jlumbroso/free-disk-space",
    .summary = "Removes toolchains that GitHub's image brings, to have room on the disk.",
    .first_major = 1,
    .last_major = 1,
    .inputs = inputs,
    .main = main_phase,
};
