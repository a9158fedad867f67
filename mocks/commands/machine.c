/* What a machine says of itself: nproc, uname, hostname, lscpu, whoami, id. */
#include "mocks/commands/commands_private.h"
#include "mocks/commands/flags.h"

#include <string.h>

#define HOST_NAME      "runnervm"
#define KERNEL_RELEASE "6.11.0-1018-azure"
#define KERNEL_VERSION "#18~24.04.1-Ubuntu SMP Sat Jun 28 04:46:03 UTC 2025"

static int complain_extra(const struct command_call *call, const char *operand)
{
    g_autofree char *word = command_quoted(call, operand);
    command_complain(call, "%s: extra operand %s\n", command_name(call), word);
    return command_try_help(call, 1);
}

/* ---- nproc ---- */

enum {
    ALL = 1,
    IGNORE,
    VERSION,
};

static const struct flag nproc_flags[] = {
    {ALL, 0, "all", FLAG_ALONE},
    {IGNORE, 0, "ignore", FLAG_WITH_VALUE},
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};

static int print_processors(const struct command_set *set, const struct command_call *call,
                            guint64 ignored)
{
    unsigned count = MAX(set->options.core_count, 1);
    command_print(call, "%u\n", ignored < count ? count - (unsigned)ignored : 1);
    return 0;
}

int row_nproc(void *self, const struct command_call *call)
{
    guint64 ignored = 0;
    FLAG_READER(reader);
    int option;

    flag_reader_init(&reader, call, nproc_flags);
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return command_try_help(call, 1);
        if (option == VERSION) {
            command_print(call, "nproc (GNU coreutils) 9.4\n");
            return 0;
        }
        if (option == IGNORE &&
            !g_ascii_string_to_unsigned(reader.value, 10, 0, G_MAXUINT, &ignored, NULL)) {
            g_autofree char *word = command_quoted(call, reader.value);
            command_complain(call, "nproc: invalid number: %s\n", word);
            return 1;
        }
    }
    if (reader.operands->len > 0)
        return complain_extra(call, flag_operand(&reader, 0));
    return print_processors(self, call, ignored);
}

/* ---- uname ---- */

/* In the order in which uname prints what it was asked for. */
enum {
    KERNEL_NAME = 1,
    NODE_NAME,
    RELEASE,
    KERNEL,
    MACHINE,
    PROCESSOR,
    PLATFORM,
    SYSTEM,
    UNAME_ALL,
    UNAME_VERSION,
};

static const struct flag uname_flags[] = {
    {UNAME_ALL, 'a', "all", FLAG_ALONE},
    {KERNEL_NAME, 's', "kernel-name", FLAG_ALONE},
    {NODE_NAME, 'n', "nodename", FLAG_ALONE},
    {RELEASE, 'r', "kernel-release", FLAG_ALONE},
    {KERNEL, 'v', "kernel-version", FLAG_ALONE},
    {MACHINE, 'm', "machine", FLAG_ALONE},
    {PROCESSOR, 'p', "processor", FLAG_ALONE},
    {PLATFORM, 'i', "hardware-platform", FLAG_ALONE},
    {SYSTEM, 'o', "operating-system", FLAG_ALONE},
    {UNAME_VERSION, 0, "version", FLAG_ALONE},
    {0},
};

/* Ubuntu's uname knows processor and platform. */
static const char *uname_part(const struct command_set *set, int part)
{
    const char *const parts[] = {
        [KERNEL_NAME] = "Linux",
        [NODE_NAME] = HOST_NAME,
        [RELEASE] = KERNEL_RELEASE,
        [KERNEL] = KERNEL_VERSION,
        [MACHINE] = command_set_machine(set),
        [PROCESSOR] = command_set_machine(set),
        [PLATFORM] = command_set_machine(set),
        [SYSTEM] = "GNU/Linux",
    };
    return parts[part];
}

static int print_uname(const struct command_set *set, const struct command_call *call,
                       unsigned asked)
{
    const char *blank = "";
    for (int part = KERNEL_NAME; part <= SYSTEM; part++)
        if ((asked & (1U << part)) != 0) {
            command_print(call, "%s%s", blank, uname_part(set, part));
            blank = " ";
        }
    command_print(call, "\n");
    return 0;
}

int row_uname(void *self, const struct command_call *call)
{
    unsigned asked = 0;
    FLAG_READER(reader);
    int option;

    flag_reader_init(&reader, call, uname_flags);
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return command_try_help(call, 1);
        if (option == UNAME_VERSION) {
            command_print(call, "uname (GNU coreutils) 9.4\n");
            return 0;
        }
        asked |= option == UNAME_ALL ? ~0U : 1U << option;
    }
    if (reader.operands->len > 0)
        return complain_extra(call, flag_operand(&reader, 0));
    return print_uname(self, call, asked != 0 ? asked : 1U << KERNEL_NAME);
}

/* ---- hostname, lscpu ---- */

/* Nothing here depends on swap. */
int row_swapoff(void *self, const struct command_call *call)
{
    (void)self;
    (void)call;
    return 0;
}

int row_hostname(void *self, const struct command_call *call)
{
    (void)self;
    if (call->arguments[1] != NULL && strcmp(call->arguments[1], "-I") == 0)
        command_print(call, "10.1.0.4 172.17.0.1 \n");
    else if (call->arguments[1] != NULL && strcmp(call->arguments[1], "-i") == 0)
        command_print(call, "10.1.0.4\n");
    else
        command_print(call, HOST_NAME "\n");
    return 0;
}

int row_lscpu(void *self, const struct command_call *call)
{
    const struct command_set *set = self;
    unsigned count = MAX(set->options.core_count, 1);
    bool is_arm = strcmp(command_set_machine(set), "aarch64") == 0;

    command_print(call, "Architecture:                         %s\n", command_set_machine(set));
    command_print(call, "CPU op-mode(s):                       32-bit, 64-bit\n");
    command_print(call, "Byte Order:                           Little Endian\n");
    command_print(call, "CPU(s):                               %u\n", count);
    command_print(call, "On-line CPU(s) list:                  0-%u\n", count - 1);
    command_print(call, "Vendor ID:                            %s\n",
                  is_arm ? "ARM" : "AuthenticAMD");
    command_print(call, "Model name:                           %s\n",
                  is_arm ? "Neoverse-N2" : "AMD EPYC 7763 64-Core Processor");
    command_print(call, "Thread(s) per core:                   %u\n", is_arm ? 1U : MIN(count, 2U));
    return 0;
}

/* ---- whoami, id ---- */

#define RUNNER_GROUPS "1001(runner),4(adm),100(users),118(docker),999(systemd-journal)"

int row_whoami(void *self, const struct command_call *call)
{
    (void)self;
    if (call->arguments[1] != NULL)
        return complain_extra(call, call->arguments[1]);
    command_print(call, "%s\n", command_is_root(call) ? "root" : "runner");
    return 0;
}

enum {
    USER = 1,
    GROUP,
    GROUPS,
    AS_NAME,
    REAL,
};

static const struct flag id_flags[] = {
    {USER, 'u', "user", FLAG_ALONE},     {GROUP, 'g', "group", FLAG_ALONE},
    {GROUPS, 'G', "groups", FLAG_ALONE}, {AS_NAME, 'n', "name", FLAG_ALONE},
    {REAL, 'r', "real", FLAG_ALONE},     {0},
};

static const char *id_text(int what, bool as_name, bool is_root)
{
    const char *const root[] = {"uid=0(root) gid=0(root) groups=0(root)", "0", "0", "0"};
    const char *const names[] = {"", "runner", "runner", "runner adm users docker systemd-journal"};
    const char *const numbers[] = {("uid=1001(runner) gid=1001(runner) groups=" RUNNER_GROUPS),
                                   "1001", "1001", "1001 4 100 118 999"};
    if (is_root)
        return as_name ? "root" : root[what];
    return as_name ? names[what] : numbers[what];
}

int row_id(void *self, const struct command_call *call)
{
    int what = 0;
    bool as_name = false;
    FLAG_READER(reader);
    int option;

    (void)self;
    flag_reader_init(&reader, call, id_flags);
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return command_try_help(call, 1);
        as_name = as_name || option == AS_NAME;
        if (option <= GROUPS)
            what = option;
    }
    const char *user = flag_operand(&reader, 0);
    if (user != NULL && strcmp(user, "runner") != 0 && strcmp(user, "root") != 0) {
        g_autofree char *word = command_quoted(call, user);
        command_complain(call, "id: %s: no such user\n", word);
        return 1;
    }
    if (as_name && what == 0) {
        command_complain(call, "id: cannot print only names or real IDs in default format\n");
        return 1;
    }
    bool is_root = user != NULL ? strcmp(user, "root") == 0 : command_is_root(call);
    command_print(call, "%s\n", id_text(what, as_name, is_root));
    return 0;
}
