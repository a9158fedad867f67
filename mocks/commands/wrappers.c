/* Commands that only run another one: sudo, nice, ionice, nohup, stdbuf. One row says what a
   wrapper takes and what it says. */
#include "mocks/commands/commands_private.h"
#include "mocks/commands/flags.h"

#include <string.h>

enum {
    IGNORED = 1, /* an option that changes nothing here */
    VERSION,
    KEEP_ENVIRONMENT,
    LIST, /* sudo -v, -l, -k: nothing is run */
    SHELL,
};

struct wrapper {
    const struct flag *flags;
    const char *version;
    const char *refusal; /* before the program's name when it cannot be run */
    int missing_code;    /* without a program; 0: fine, prints "alone" */
    const char *missing;
    const char *alone;
};

static const struct flag nice_flags[] = {
    {IGNORED, 'n', "adjustment", FLAG_WITH_VALUE},
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};
static const struct flag ionice_flags[] = {
    {IGNORED, 'c', "class", FLAG_WITH_VALUE}, {IGNORED, 'n', "classdata", FLAG_WITH_VALUE},
    {IGNORED, 't', "ignore", FLAG_ALONE},     {IGNORED, 'p', "pid", FLAG_WITH_VALUE},
    {VERSION, 'V', "version", FLAG_ALONE},    {0},
};
static const struct flag nohup_flags[] = {
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};
static const struct flag stdbuf_flags[] = {
    {IGNORED, 'i', "input", FLAG_WITH_VALUE},
    {IGNORED, 'o', "output", FLAG_WITH_VALUE},
    {IGNORED, 'e', "error", FLAG_WITH_VALUE},
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};
static const struct flag sudo_flags[] = {
    {KEEP_ENVIRONMENT, 'E', "preserve-env", FLAG_MAY_HAVE_VALUE},
    {IGNORED, 'n', "non-interactive", FLAG_ALONE},
    {IGNORED, 'S', "stdin", FLAG_ALONE},
    {IGNORED, 'b', "background", FLAG_ALONE},
    {IGNORED, 'H', "set-home", FLAG_ALONE},
    {IGNORED, 'A', "askpass", FLAG_ALONE},
    {IGNORED, 'P', "preserve-groups", FLAG_ALONE},
    {IGNORED, 'u', "user", FLAG_WITH_VALUE},
    {IGNORED, 'g', "group", FLAG_WITH_VALUE},
    {IGNORED, 'p', "prompt", FLAG_WITH_VALUE},
    {IGNORED, 'C', "close-from", FLAG_WITH_VALUE},
    {IGNORED, 'D', "chdir", FLAG_WITH_VALUE},
    {SHELL, 's', "shell", FLAG_ALONE},
    {SHELL, 'i', "login", FLAG_ALONE},
    {LIST, 'v', "validate", FLAG_ALONE},
    {LIST, 'k', "reset-timestamp", FLAG_ALONE},
    {LIST, 'l', "list", FLAG_ALONE},
    {VERSION, 'V', "version", FLAG_ALONE},
    {0},
};

static const struct wrapper nice_wrapper = {
    .flags = nice_flags, .version = "nice (GNU coreutils) 9.4", .refusal = "", .alone = "0"};
static const struct wrapper ionice_wrapper = {
    .flags = ionice_flags,
    .version = "ionice from util-linux 2.39.3",
    .refusal = "failed to execute ",
    .alone = "none: prio 0",
};
static const struct wrapper nohup_wrapper = {
    .flags = nohup_flags,
    .version = "nohup (GNU coreutils) 9.4",
    .refusal = "failed to run command ",
    .missing_code = 125,
    .missing = "missing operand",
};
static const struct wrapper stdbuf_wrapper = {
    .flags = stdbuf_flags,
    .version = "stdbuf (GNU coreutils) 9.4",
    .refusal = "failed to run command ",
    .missing_code = 125,
    .missing = "missing operand",
};

static int run_without_program(const struct command_call *call, const struct wrapper *wrapper)
{
    if (wrapper->missing_code == 0) {
        command_print(call, "%s\n", wrapper->alone);
        return 0;
    }
    command_complain(call, "%s: %s\n", command_name(call), wrapper->missing);
    return command_try_help(call, wrapper->missing_code);
}

static int run_wrapper(void *set, const struct command_call *call, const struct wrapper *wrapper)
{
    FLAG_READER(reader);
    int option;

    flag_reader_init(&reader, call, wrapper->flags);
    reader.stops_at_operand = true;
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return command_try_help(call, wrapper->missing_code != 0 ? wrapper->missing_code : 1);
        if (option == VERSION) {
            command_print(call, "%s\n", wrapper->version);
            return 0;
        }
    }
    const struct nested nested = {.arguments = flag_rest(&reader)};
    if (nested.arguments[0] == NULL)
        return run_without_program(call, wrapper);
    return nested_run(set, call, &nested, wrapper->refusal);
}

int row_nice(void *self, const struct command_call *call)
{
    return run_wrapper(self, call, &nice_wrapper);
}

int row_ionice(void *self, const struct command_call *call)
{
    return run_wrapper(self, call, &ionice_wrapper);
}

int row_nohup(void *self, const struct command_call *call)
{
    return run_wrapper(self, call, &nohup_wrapper);
}

int row_stdbuf(void *self, const struct command_call *call)
{
    return run_wrapper(self, call, &stdbuf_wrapper);
}

/* ---- sudo ---- */

/* What sudo keeps without -E: env_keep and the machine's secure_path, and what the machine's own
   processes need to be found again. */
static bool is_kept(const char *variable)
{
    static const char *const kept[] = {
        "PATH=", "LANG=", "LC_", "TERM=", "DISPLAY=", "SEATRIAL", "LD_", "COLORTERM=", "BASH_ENV="};
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        if (g_str_has_prefix(variable, kept[i]))
            return true;
    return false;
}

static char **root_environment(const struct command_call *call, bool keeps_all)
{
    const char *user = command_variable(call, "USER");
    char **environment = g_new0(char *, 1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();

    for (const char *const *each = call->environment; each != NULL && *each != NULL; each++)
        if (keeps_all || is_kept(*each))
            g_ptr_array_add(kept, (void *)*each);
    g_ptr_array_add(kept, NULL);
    g_strfreev(environment);
    environment = g_strdupv((char **)kept->pdata);
    environment = g_environ_setenv(environment, "USER", "root", TRUE);
    environment = g_environ_setenv(environment, "LOGNAME", "root", TRUE);
    if (!keeps_all)
        environment = g_environ_setenv(environment, "HOME", "/root", TRUE);
    return g_environ_setenv(environment, "SUDO_USER", user != NULL ? user : "runner", TRUE);
}

/* "NAME=value" words before the program. */
static const char *const *take_assignments(const char *const *words, char ***environment)
{
    for (; *words != NULL; words++) {
        const char *equals = strchr(*words, '=');
        if (equals == NULL || equals == *words || memchr(*words, '/', (gsize)(equals - *words)))
            break;
        g_autofree char *name = g_strndup(*words, (gsize)(equals - *words));
        *environment = g_environ_setenv(*environment, name, equals + 1, TRUE);
    }
    return words;
}

static int run_as_root(struct command_set *set, const struct command_call *call,
                       const char *const *words, bool keeps_environment, bool is_shell)
{
    static const char *const shell[] = {"bash", NULL};
    g_auto(GStrv) environment = root_environment(call, keeps_environment);
    words = take_assignments(words, &environment);
    const struct nested nested = {.arguments = words[0] == NULL && is_shell ? shell : words,
                                  .environment = (const char *const *)environment};

    if (nested.arguments[0] == NULL) {
        command_complain(call, "usage: sudo -h | -K | -k | -V\n");
        return 1;
    }
    int exit_code = 0;
    if (root_files_assume(set, call, nested.arguments, &exit_code))
        return exit_code;
    if (call->seam->let_root_write != NULL)
        call->seam->let_root_write(call->self, true);
    exit_code = nested_run(set, call, &nested, NULL);
    if (call->seam->let_root_write != NULL)
        call->seam->let_root_write(call->self, false);
    return exit_code;
}

int row_sudo(void *self, const struct command_call *call)
{
    bool keeps_environment = false;
    bool is_shell = false;
    FLAG_READER(reader);
    int option;

    flag_reader_init(&reader, call, sudo_flags);
    reader.stops_at_operand = true;
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return 1;
        if (option == VERSION)
            command_print(call, "Sudo version 1.9.15p5\n");
        if (option == VERSION || option == LIST)
            return 0;
        keeps_environment = keeps_environment || option == KEEP_ENVIRONMENT;
        is_shell = is_shell || option == SHELL;
    }
    return run_as_root(self, call, flag_rest(&reader), keeps_environment, is_shell);
}
