/* The small commands that every container has and that are not about files: one row each. */
#include "mocks/dockerd/container.h"

#include "base/limits.h"
#include "base/units.h"
#include "mocks/disk.h"

#include <signal.h>
#include <string.h>

static gsize argument_count(const struct process *process)
{
    return g_strv_length((char **)process->arguments);
}

static int say(struct process *process, int stream, int exit_code, const char *text)
{
    return process_write(process, stream, text, NULL) ? exit_code : 1;
}

static int run_true(struct process *process)
{
    (void)process;
    return 0;
}

static int run_false(struct process *process)
{
    (void)process;
    return 1;
}

/* Shells differ in what they make of a backslash. */
static int run_echo(struct process *process)
{
    char **words = (char **)process->arguments + 1;
    bool is_open = *words != NULL && g_str_equal(*words, "-n");
    bool has_option = is_open || (*words != NULL && g_str_equal(*words, "-e"));
    g_autofree char *text = g_strjoinv(" ", words + (has_option ? 1 : 0));
    if (strchr(text, '\\') != NULL)
        return -1;
    g_autofree char *line = g_strconcat(text, is_open ? "" : "\n", NULL);
    return say(process, 1, 0, line);
}

/* The sum of all operands, like coreutils and busybox; as long as a run may last is for ever. */
static int run_sleep(struct process *process)
{
    struct loop *loop = process_task(process)->dockerd->loop;
    int64_t total_us = 0;
    if (argument_count(process) < 2)
        return say(process, 2, 1, "sleep: missing operand\n");
    for (gsize i = 1; i < argument_count(process); i++) {
        int64_t interval_us;
        if (!interval_parse(process->arguments[i], &interval_us)) {
            g_autofree char *text =
                g_strdup_printf("sleep: invalid number '%s'\n", process->arguments[i]);
            return say(process, 2, 1, text);
        }
        total_us = MIN(total_us + interval_us, VIRTUAL_TIME_US_MAX);
    }
    if (total_us < VIRTUAL_TIME_US_MAX)
        return fiber_sleep(loop, total_us, NULL) ? 0 : 1;
    while (fiber_park(loop, "sleep infinity", NULL))
        ;
    return 1;
}

/* `tail -f /dev/null`, which keeps a container there; of other files that grow nothing is known. */
static int run_tail(struct process *process)
{
    struct loop *loop = process_task(process)->dockerd->loop;
    const char *const *words = (const char *const *)process->arguments;
    if (argument_count(process) != 3 || words[1][0] != '-' || !g_str_equal(words[2], "/dev/null"))
        return tail_run(process);
    while (strchr(words[1], 'f') != NULL && fiber_park(loop, "tail -f /dev/null", NULL))
        ;
    return strchr(words[1], 'f') != NULL ? 1 : 0;
}

/* ---- signals ---- */

static const struct {
    const char *name;
    int number;
} signal_names[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"KILL", SIGKILL},
    {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"STOP", SIGSTOP},
};

int signal_number(const char *text)
{
    guint64 number = 0;
    if (g_ascii_string_to_unsigned(text, 10, 1, 64, &number, NULL))
        return (int)number;
    const char *name = g_str_has_prefix(text, "SIG") ? text + 3 : text;
    for (gsize i = 0; i < G_N_ELEMENTS(signal_names); i++)
        if (g_str_equal(signal_names[i].name, name))
            return signal_names[i].number;
    return 0;
}

/* kill -9, kill -KILL, kill -s KILL: *next is the first argument after it. */
static int parse_signal(const struct process *process, gsize *next)
{
    const char *const *arguments = process->arguments;
    *next = 1;
    if (argument_count(process) < 2 || arguments[1][0] != '-')
        return SIGTERM;
    if (g_str_equal(arguments[1], "-s") && arguments[2] != NULL) {
        *next = 3;
        return signal_number(arguments[2]);
    }
    int number = signal_number(arguments[1] + 1);
    if (number != 0)
        *next = 2;
    return number != 0 ? number : SIGTERM;
}

static struct task *find_pid(struct container *container, const char *text)
{
    guint64 pid = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &pid, NULL))
        return NULL;
    if (pid == 1)
        return container->main_task;
    for (guint i = 0; i < container->tasks->len; i++) {
        struct task *task = g_ptr_array_index(container->tasks, i);
        if (task->is_running && task->process.pid == (int)pid)
            return task;
    }
    return NULL;
}

static int run_kill(struct process *process)
{
    gsize next = 1;
    int number = parse_signal(process, &next);
    int exit_code = 0;

    for (; process->arguments[next] != NULL; next++) {
        struct task *task = find_pid(process->container, process->arguments[next]);
        if (task != NULL)
            task_signal(task, number);
        else if (!process_printf(process, 2, NULL, "kill: can't kill pid %s: No such process\n",
                                 process->arguments[next]))
            return 1;
        else
            exit_code = 1;
    }
    return exit_code;
}

static bool is_match(const struct task *task, const char *pattern, bool is_full)
{
    g_autofree char *name =
        is_full ? task_command_line(task) : g_path_get_basename(task->arguments[0]);
    return strstr(name, pattern) != NULL || g_regex_match_simple(pattern, name, 0, 0);
}

/* pkill never kills itself. */
static bool signal_matching(struct process *process, const char *pattern, bool is_full, int number)
{
    struct container *container = process->container;
    g_autoptr(GPtrArray) tasks = g_ptr_array_new();
    bool is_any = false;

    if (container->main_task != NULL)
        g_ptr_array_add(tasks, container->main_task);
    for (guint i = 0; i < container->tasks->len; i++)
        g_ptr_array_add(tasks, g_ptr_array_index(container->tasks, i));
    for (guint i = 0; i < tasks->len; i++) {
        struct task *task = g_ptr_array_index(tasks, i);
        if (!task->is_running || task == process_task(process) || !is_match(task, pattern, is_full))
            continue;
        task_signal(task, number);
        is_any = true;
    }
    return is_any;
}

static int run_pkill(struct process *process)
{
    bool is_full = false;
    int number = SIGTERM;
    const char *pattern = NULL;

    for (gsize i = 1; process->arguments[i] != NULL; i++) {
        const char *argument = process->arguments[i];
        if (g_str_equal(argument, "-f"))
            is_full = true;
        else if (argument[0] == '-' && argument[1] != '\0' && pattern == NULL)
            number = signal_number(argument + 1) != 0 ? signal_number(argument + 1) : number;
        else
            pattern = argument;
    }
    if (pattern == NULL)
        return say(process, 2, 2, "pkill: no matching criteria specified\n");
    return signal_matching(process, pattern, is_full, number) ? 0 : 1;
}

/* POSIX form, whatever is asked: one line for the container's root, which lies on the host's disk.
 */
static int run_df(struct process *process)
{
    struct disk *disk = process_task(process)->dockerd->disk;
    int64_t size = disk_size_bytes(disk) / KIB_BYTES;
    int64_t used = disk_used_bytes(disk) / KIB_BYTES;
    int64_t available = disk_free_bytes(disk) / KIB_BYTES;
    int64_t percent = size == 0 ? 0 : (used * 100 + size / 2) / size;

    return process_printf(process, 1, NULL,
                          "Filesystem           1024-blocks    Used Available Capacity Mounted on\n"
                          "overlay              %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                          " %" G_GINT64_FORMAT " %3" G_GINT64_FORMAT "%% /\n",
                          size, used, available, percent)
               ? 0
               : 1;
}

/* What the kernel, or QEMU in its place, says of a platform; qemu-arm is armv7l for all variants.
 */
static const struct {
    const char *platform;
    const char *machine;
} machines[] = {
    {"linux/amd64", "x86_64"},    {"linux/386", "x86_64"},      {"linux/arm64", "aarch64"},
    {"linux/arm", "armv7l"},      {"linux/ppc64le", "ppc64le"}, {"linux/s390x", "s390x"},
    {"linux/riscv64", "riscv64"}, {"linux/mips64le", "mips64"}, {"linux/loong64", "loongarch64"},
};

/* Plain, -s and -m; the rest is of the host's kernel. */
static int run_uname(struct process *process)
{
    const char *option = process->arguments[1];
    if (option == NULL || g_str_equal(option, "-s"))
        return say(process, 1, 0, "Linux\n");
    for (gsize i = 0; g_str_equal(option, "-m") && i < G_N_ELEMENTS(machines); i++)
        if (g_str_has_prefix(process->container->platform, machines[i].platform) &&
            strchr("/", process->container->platform[strlen(machines[i].platform)]) != NULL)
            return process_printf(process, 1, NULL, "%s\n", machines[i].machine) ? 0 : 1;
    return -1;
}

static int run_pwd(struct process *process)
{
    return process_printf(process, 1, NULL, "%s\n", process->working_directory) ? 0 : 1;
}

/* Without words of its own. */
static int run_env(struct process *process)
{
    if (argument_count(process) > 1)
        return -1;
    for (gsize i = 0; process->environment != NULL && process->environment[i] != NULL; i++)
        if (!process_printf(process, 1, NULL, "%s\n", process->environment[i]))
            return 1;
    return 0;
}

static int run_printenv(struct process *process)
{
    const char *name = process->arguments[1];
    if (name == NULL)
        return run_env(process);
    const char *value = g_environ_getenv((char **)process->environment, name);
    if (argument_count(process) > 2)
        return -1;
    if (value == NULL)
        return 1;
    return process_printf(process, 1, NULL, "%s\n", value) ? 0 : 1;
}

/* ---- users ---- */

/* The user that create or the image names; what a name's number is, its passwd file would say. */
static const char *user_of(const struct process *process)
{
    const struct container *container = process->container;
    const char *own = json_get_string(container->config, "User", "");
    const char *user = *own != '\0' ? own : json_get_string(container->image_config, "User", "");
    return *user != '\0' ? user : "root";
}

static int run_id(struct process *process)
{
    const char *user = user_of(process);
    gsize length = strcspn(user, ":");
    bool is_root = strncmp(user, "root", MAX(length, 4)) == 0 || g_str_equal(user, "0");
    bool is_number = length > 0 && strspn(user, "0123456789") == length;

    if (argument_count(process) != 2 || (!is_root && !is_number) ||
        !g_str_equal(process->arguments[1], "-u"))
        return -1;
    return process_printf(process, 1, NULL, "%.*s\n", is_root ? 1 : (int)length,
                          is_root ? "0" : user)
               ? 0
               : 1;
}

static int run_whoami(struct process *process)
{
    const char *user = user_of(process);
    gsize length = strcspn(user, ":");
    if (g_str_equal(user, "0"))
        return say(process, 1, 0, "root\n");
    if (g_ascii_isdigit(*user))
        return -1;
    return process_printf(process, 1, NULL, "%.*s\n", (int)length, user) ? 0 : 1;
}

static const struct common_program programs[] = {
    {"true", run_true},   {"false", run_false},   {"echo", run_echo},
    {"sleep", run_sleep}, {"tail", run_tail},     {"kill", run_kill},
    {"pkill", run_pkill}, {"df", run_df},         {"uname", run_uname},
    {"pwd", run_pwd},     {"env", run_env},       {"printenv", run_printenv},
    {"id", run_id},       {"whoami", run_whoami}, {0},
};

static const struct common_program *find(const struct common_program *rows, const char *name)
{
    for (; rows->name != NULL; rows++)
        if (g_str_equal(rows->name, name))
            return rows;
    return NULL;
}

int common_program_run(struct process *process)
{
    g_autofree char *name = g_path_get_basename(process->arguments[0]);
    const struct common_program *row = find(programs, name);
    if (row == NULL)
        row = find(file_programs, name);
    if (row == NULL)
        row = find(line_programs, name);
    if (row == NULL)
        row = find(text_programs, name);
    return row != NULL ? row->run(process) : -1;
}
