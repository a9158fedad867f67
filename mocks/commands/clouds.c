/* What the commands of clouds do for the docker command: passwords of an hour, and logins made with
   them. All else they do is assumed, and so is that the cloud grants it. */
#include "mocks/commands/commands_private.h"

#include <string.h>

/* Nobody but the registry's own user name makes such a password good. */
#define PASSWORD "cloud-password-of-an-hour"

/* The value of --name or -n, as "--name X" or "--name=X"; lent, NULL: not said. */
static const char *option_of(const struct command_call *call, const char *name, const char *letter)
{
    gsize length = strlen(name);
    for (gsize i = 1; call->arguments[i] != NULL; i++) {
        const char *word = call->arguments[i];
        if (g_str_equal(word, name) || (letter != NULL && g_str_equal(word, letter)))
            return call->arguments[i + 1];
        if (strncmp(word, name, length) == 0 && word[length] == '=')
            return word + length + 1;
    }
    return NULL;
}

static bool has_word(const struct command_call *call, const char *wanted)
{
    return g_strv_contains(call->arguments, wanted);
}

static bool begins_with(const struct command_call *call, const char *first, const char *second)
{
    const char *const *words = call->arguments;
    return g_strcmp0(words[1], first) == 0 && g_strcmp0(words[2], second) == 0;
}

static int print_password(struct command_set *set, const struct command_call *call)
{
    assumed_note_complete(set, call->arguments);
    command_print(call, "%s\n", PASSWORD);
    return 0;
}

static int log_in(struct command_set *set, const struct command_call *call, const char *host,
                  const char *user)
{
    const char *const words[] = {"docker", "login", "-u", user, "-p", PASSWORD, host, NULL};
    struct command_call login = *call;
    login.arguments = words;
    return command_set_run(set, &login);
}

int row_aws(void *self, const struct command_call *call)
{
    if (begins_with(call, "ecr", "get-login-password") ||
        begins_with(call, "ecr-public", "get-login-password"))
        return print_password(self, call);
    return assumed_run(self, call);
}

/* az acr login --name NAME: NAME.azurecr.io */
int row_az(void *self, const struct command_call *call)
{
    const char *name = option_of(call, "--name", "-n");

    if (!begins_with(call, "acr", "login") || name == NULL)
        return assumed_run(self, call);
    if (has_word(call, "--expose-token") || has_word(call, "-t"))
        return print_password(self, call);
    g_autofree char *host = g_strdup_printf("%.*s.azurecr.io", (int)strcspn(name, "."), name);
    assumed_note_complete(self, call->arguments);
    return log_in(self, call, host, "00000000-0000-0000-0000-000000000000");
}

/* gcloud auth configure-docker [HOST,HOST]: the credential helper that it sets up answers with the
   same user. */
static int configure_docker(struct command_set *set, const struct command_call *call)
{
    static const char usual[] = "gcr.io,us.gcr.io,eu.gcr.io,asia.gcr.io";
    const char *said = call->arguments[3];
    bool is_host = said != NULL && *said != '-';
    g_auto(GStrv) hosts = g_strsplit(is_host ? said : usual, ",", -1);

    assumed_note_complete(set, call->arguments);
    for (gsize i = 0; hosts[i] != NULL; i++) {
        int code = log_in(set, call, hosts[i], "oauth2accesstoken");
        if (code != 0)
            return code;
    }
    return 0;
}

int row_gcloud(void *self, const struct command_call *call)
{
    if (begins_with(call, "auth", "print-access-token"))
        return print_password(self, call);
    return begins_with(call, "auth", "configure-docker") ? configure_docker(self, call)
                                                         : assumed_run(self, call);
}
