/* Who pushes: what git would send as credentials, as far as its configuration tells. */
#include "mocks/commands/remote_git.h"

#include <string.h>

enum identity {
    IDENTITY_NONE,
    IDENTITY_OF_JOB,   /* GITHUB_TOKEN */
    IDENTITY_OF_OTHER, /* nobody knows what they may */
};

/* "AUTHORIZATION: basic eC1hY2Nl…" */
static bool holds_encoded(const char *text, const char *token)
{
    static const char basic[] = "basic ";
    for (const char *at = text; (at = strstr(at, basic)) != NULL;) {
        gsize length = 0;
        at += strlen(basic);
        g_autofree char *word = g_strndup(at, strcspn(at, "\r\n'\" "));
        g_autofree guchar *bytes = g_base64_decode(word, &length);
        g_autofree char *decoded = g_strndup((const char *)bytes, length);
        if (strstr(decoded, token) != NULL)
            return true;
    }
    return false;
}

/* What configures a way to authenticate. */
static enum identity identity_in(const char *text, const char *token)
{
    static const char *const signs[] = {"extraheader", "helper",     "sshcommand",
                                        "askpass",     "git@github", "ssh://git@"};
    if (text == NULL)
        return IDENTITY_NONE;
    if (strstr(text, token) != NULL || holds_encoded(text, token))
        return IDENTITY_OF_JOB;
    g_autofree char *lower = g_ascii_strdown(text, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++)
        if (strstr(lower, signs[i]) != NULL)
            return IDENTITY_OF_OTHER;
    return IDENTITY_NONE;
}

/* The URL wins, as it does with curl. */
static enum identity identity_of_url(const struct remote_git *remote, const char *token)
{
    const char *url = remote->call->arguments[2] != NULL ? remote->call->arguments[2] : "";
    if (strcmp(url, remote->url) == 0)
        return IDENTITY_NONE;
    return strstr(url, token) != NULL ? IDENTITY_OF_JOB : IDENTITY_OF_OTHER;
}

static enum identity identity_of_environment(const struct remote_git *remote, const char *token)
{
    enum identity found = IDENTITY_NONE;
    const char *const *each = remote->call->environment;
    for (; each != NULL && *each != NULL && found == IDENTITY_NONE; each++)
        if (g_str_has_prefix(*each, "GIT_CONFIG_"))
            found = identity_in(*each, token);
        else if (g_str_has_prefix(*each, "GIT_ASKPASS=") ||
                 g_str_has_prefix(*each, "GIT_SSH_COMMAND=") ||
                 g_str_has_prefix(*each, "SSH_AUTH_SOCK="))
            found = IDENTITY_OF_OTHER;
    return found;
}

/* Its own configuration, or that of the repository whose work tree or submodule it is. */
static enum identity identity_of_files(const struct remote_git *remote, const char *token)
{
    static const char *const own[] = {"config", "config.worktree", "../../config"};
    static const char *const of_home[] = {".gitconfig", ".config/git/config"};
    static const char *const stores[] = {".netrc", ".git-credentials"};
    enum identity found = IDENTITY_NONE;
    for (gsize i = 0; i < G_N_ELEMENTS(own) && found == IDENTITY_NONE; i++) {
        g_autofree char *text = remote_git_read(remote, own[i]);
        found = identity_in(text, token);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(of_home) && found == IDENTITY_NONE; i++) {
        g_autofree char *text = remote_git_read_home(remote, of_home[i]);
        found = identity_in(text, token);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(stores) && found == IDENTITY_NONE; i++) {
        g_autofree char *text = remote_git_read_home(remote, stores[i]);
        if (text != NULL)
            found = strstr(text, token) != NULL ? IDENTITY_OF_JOB : IDENTITY_OF_OTHER;
    }
    return found;
}

static enum identity find_identity(const struct remote_git *remote, const char *token)
{
    enum identity found = identity_of_url(remote, token);
    if (found == IDENTITY_NONE)
        found = identity_of_environment(remote, token);
    return found != IDENTITY_NONE ? found : identity_of_files(remote, token);
}

static bool complain_of_token(const struct remote_git *remote)
{
    const struct git_origin *origin = remote->set->options.origin;
    command_complain(remote->call,
                     "remote: Permission to %s.git denied to github-actions[bot].\n"
                     "fatal: unable to access '%s/': The requested URL returned error: 403\n",
                     command_variable(remote->call, "GITHUB_REPOSITORY"), remote->url);
    origin->refused(origin->self);
    return false;
}

bool remote_git_may_push(const struct remote_git *remote)
{
    const struct git_origin *origin = remote->set->options.origin;
    switch (find_identity(remote, origin->token)) {
    case IDENTITY_NONE:
        command_complain(remote->call, "fatal: could not read Username for 'https://github.com': "
                                       "No such device or address\n");
        return false;
    case IDENTITY_OF_JOB:
        return origin->may_push || complain_of_token(remote);
    case IDENTITY_OF_OTHER:
        break;
    }
    return true;
}
