/* Small things that GNU programs have in common: quotes, signals, who one is. */
#include "mocks/commands/commands_private.h"

#include <string.h>

static bool is_utf8(const struct command_call *call)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const char *locale = command_variable(call, variables[i]);
        if (locale != NULL && *locale != '\0')
            return strstr(locale, "UTF-8") != NULL || strstr(locale, "utf8") != NULL;
    }
    return false;
}

char *command_quoted(const struct command_call *call, const char *word)
{
    return is_utf8(call) ? g_strconcat("‘", word, "’", NULL) : g_strconcat("'", word, "'", NULL);
}

const char *command_name(const struct command_call *call)
{
    const char *slash = strrchr(call->arguments[0], '/');
    return slash != NULL ? slash + 1 : call->arguments[0];
}

int command_try_help(const struct command_call *call, int exit_code)
{
    command_complain(call, "Try '%s --help' for more information.\n", command_name(call));
    return exit_code;
}

/* Linux on x86-64 and arm64. */
static const char *const signal_names[] = {
    "EXIT", "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "POLL", "PWR",  "SYS",
};

int command_signal_number(const char *text)
{
    char *end;
    guint64 number = g_ascii_strtoull(text, &end, 10);
    if (*text != '\0' && *end == '\0')
        return number < G_N_ELEMENTS(signal_names) ? (int)number : -1;
    const char *name = g_ascii_strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
    for (gsize i = 0; i < G_N_ELEMENTS(signal_names); i++)
        if (g_ascii_strcasecmp(signal_names[i], name) == 0)
            return (int)i;
    return -1;
}

const char *command_signal_name(int number)
{
    return signal_names[number];
}

bool command_is_root(const struct command_call *call)
{
    const char *user = command_variable(call, "USER");
    return command_variable(call, "SUDO_USER") != NULL ||
           (user != NULL && strcmp(user, "root") == 0);
}

char **command_environment_with(const struct command_call *call, const char *name,
                                const char *value)
{
    char **environment = g_strdupv((char **)call->environment);
    if (environment == NULL)
        environment = g_new0(char *, 1);
    return g_environ_setenv(environment, name, value, /* overwrite= */ TRUE);
}
