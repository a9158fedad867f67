/* How images are reached: options of one side (cmd/skopeo/utils.go). */
#include "mocks/commands/skopeo/skopeo_private.h"

#include <string.h>

struct side {
    const struct skopeo_run *run;
    const char *prefix;
};

static bool has(const struct side *side, const char *name)
{
    g_autofree char *full = g_strconcat(side->prefix, name, NULL);
    return flags_has(side->run->flags, full);
}

static const char *text(const struct side *side, const char *name)
{
    g_autofree char *full = g_strconcat(side->prefix, name, NULL);
    return flags_text(side->run->flags, full);
}

static bool boolean(const struct side *side, const char *name)
{
    g_autofree char *full = g_strconcat(side->prefix, name, NULL);
    return flags_boolean(side->run->flags, full);
}

/* The option, or its old name: `skopeo copy --dcreds`. NULL: not given. */
static const char *creds_of(const struct side *side)
{
    const char *old = strcmp(side->prefix, "src-") == 0    ? "screds"
                      : strcmp(side->prefix, "dest-") == 0 ? "dcreds"
                                                           : NULL;
    if (has(side, "creds"))
        return text(side, "creds");
    return old != NULL && flags_has(side->run->flags, old) ? flags_text(side->run->flags, old)
                                                           : NULL;
}

void skopeo_context_clear(struct skopeo_context *context)
{
    g_clear_pointer(&context->user, g_free);
    g_clear_pointer(&context->secret, g_free);
}

/* The one of this side, of both sides, of the environment. */
static const char *find_authfile(const struct side *side)
{
    const char *file = *side->prefix != '\0' && has(side, "authfile")
                           ? text(side, "authfile")
                           : flags_text(side->run->flags, "authfile");
    const char *variable = command_variable(side->run->call, "REGISTRY_AUTH_FILE");
    if (*file == '\0' && !flags_has(side->run->flags, "authfile"))
        file = variable;
    return file != NULL && *file != '\0' ? file : NULL;
}

static bool is_insecure(const struct side *side)
{
    if (has(side, "tls-verify"))
        return !boolean(side, "tls-verify");
    if (*side->prefix != '\0' && flags_has(side->run->flags, "tls-verify"))
        return !flags_boolean(side->run->flags, "tls-verify");
    return flags_has(side->run->root, "tls-verify") &&
           !flags_boolean(side->run->root, "tls-verify");
}

static bool check(const struct side *side, GError **error)
{
    bool has_creds = creds_of(side) != NULL;
    bool has_user = has(side, "username");
    bool has_password = has(side, "password");
    bool is_anonymous = boolean(side, "no-creds");
    if (has_creds && is_anonymous)
        return skopeo_fail(error, "creds and no-creds cannot be specified at the same time");
    if (has_user && is_anonymous)
        return skopeo_fail(error, "username and no-creds cannot be specified at the same time");
    if (has_creds && has_user)
        return skopeo_fail(error, "creds and username cannot be specified at the same time");
    if (has_user && !has_password)
        return skopeo_fail(error, "password must be specified when username is specified");
    if (has_password && !has_user)
        return skopeo_fail(error, "username must be specified when password is specified");
    return true;
}

static bool read_creds(const char *creds, struct skopeo_context *context, GError **error)
{
    gsize length = strcspn(creds, ":");
    if (*creds == '\0')
        return skopeo_fail(error, "credentials can't be empty");
    if (length == 0)
        return skopeo_fail(error, "username can't be empty");
    context->user = g_strndup(creds, length);
    context->secret = g_strdup(creds[length] == ':' ? creds + length + 1 : "");
    return true;
}

bool skopeo_context_read(const struct skopeo_run *run, const char *prefix,
                         struct skopeo_context *context, GError **error)
{
    const struct side side = {run, prefix};
    if (*text(&side, "shared-blob-dir") != '\0' || *text(&side, "cert-dir") != '\0')
        return skopeo_fail_unknown(error);
    *context = (struct skopeo_context){
        .authfile = find_authfile(&side),
        .token = has(&side, "registry-token") ? text(&side, "registry-token") : NULL,
        .is_insecure = is_insecure(&side),
        .daemon_host = *text(&side, "daemon-host") != '\0' ? text(&side, "daemon-host") : NULL,
        .has_credentials =
            creds_of(&side) != NULL || has(&side, "username") || boolean(&side, "no-creds"),
    };
    if (!check(&side, error))
        return false;
    if (creds_of(&side) != NULL)
        return read_creds(creds_of(&side), context, error);
    if (has(&side, "username")) {
        context->user = g_strdup(text(&side, "username"));
        context->secret = g_strdup(text(&side, "password"));
    }
    return true;
}
