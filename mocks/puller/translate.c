/* Failures as callers see them: the daemon's words and the status it would answer with. */
#include "mocks/puller/pull.h"

/* distribution/errors.go translatePullError, for dockerd's own stores (failures.md C5-C7). Text
   that begins with a URL was wrapped on the way and stays as it is. */
static int translate_classic(const struct reference *reference, GError *error)
{
    if (mishap_kind(error) != MISHAP_CODED || go_url_error_inner(error->message) != error->message)
        return 500;
    g_autofree char *name = reference_familiar_name(reference);
    g_autofree char *whole = reference_familiar(reference);
    g_autofree char *cause = g_steal_pointer(&error->message);
    int code = mishap_detail(error);

    if (code == CODE_DENIED)
        error->message = g_strdup_printf("pull access denied for %s, repository does not exist or "
                                         "may require 'docker login': %s",
                                         name, cause);
    else if (code == CODE_MANIFEST_UNKNOWN)
        error->message = g_strdup_printf("manifest for %s not found: %s", whole, cause);
    else if (code == CODE_NAME_UNKNOWN)
        error->message = g_strdup_printf("repository %s not found: %s", name, cause);
    else
        error->message = g_steal_pointer(&cause);
    return code == CODE_DENIED || code == CODE_MANIFEST_UNKNOWN || code == CODE_NAME_UNKNOWN ? 404
                                                                                             : 500;
}

static int status_of_code(int code)
{
    static const int statuses[] = {
        [CODE_UNAUTHORIZED] = 401,
        [CODE_DENIED] = 403,
        [CODE_UNSUPPORTED] = 501,
        [CODE_UNAVAILABLE] = 503,
    };
    bool has_own = code >= 0 && code < (int)G_N_ELEMENTS(statuses) && statuses[code] != 0;
    return has_own ? statuses[code] : 500;
}

static void replace_message(GError *error, char *message)
{
    g_free(error->message);
    error->message = message;
}

/* daemon/containerd/image_pull.go pullTag and registry_errors.go (C9, C11). */
static int translate_containerd(const struct pull *pull, GError *error)
{
    g_autofree char *name = reference_familiar_name(pull->reference);
    g_autofree char *platform = pull_platform_words(pull);
    switch (mishap_kind(error)) {
    case MISHAP_ACCESS:
        replace_message(error, g_strdup_printf("pull access denied for %s, repository does not "
                                               "exist or may require 'docker login'",
                                               name));
        return 404;
    case MISHAP_NO_PLATFORM:
        replace_message(error, g_strdup_printf("no matching manifest for %s in the manifest list "
                                               "entries: %s",
                                               platform, error->message));
        return 404;
    case MISHAP_MISSING:
        return 404;
    case MISHAP_CODED:
    case MISHAP_BARE:
        return status_of_code(mishap_detail(error));
    case MISHAP_STATUS:
        replace_message(error, g_strconcat("unknown: ", error->message, NULL));
        return 500;
    case MISHAP_STOPPED:
    case MISHAP_TRANSPORT:
    case MISHAP_UNPARSED:
    case MISHAP_NO_SPACE:
    case MISHAP_NO_CREDENTIALS:
    case MISHAP_SHORT_BODY:
    case MISHAP_FINAL:
    case MISHAP_OTHER:
        break;
    }
    return 500;
}

void pull_translate(const struct pull *pull, GError **error)
{
    if (error == NULL || *error == NULL || (*error)->domain != MISHAP_ERROR)
        return;
    const struct puller_habits *habits = pull->puller->habits;
    int status = 500;
    if (habits->is_classic)
        status = translate_classic(pull->reference, *error);
    else if (habits->names_registry)
        status = translate_containerd(pull, *error);
    (*error)->domain = PULLER_ERROR;
    (*error)->code = pull->has_streamed ? 0 : status;
}

/* Nothing of a push's failure is translated but containerd's own words. */
void push_translate(const struct pull *voice, bool is_cache, GError **error)
{
    const struct puller *puller = voice->puller;
    if (*error == NULL || (*error)->domain != MISHAP_ERROR)
        return;
    if (puller->habits->names_registry && mishap_kind(*error) == MISHAP_STATUS)
        mishap_prefix(error, "unknown: ");
    if (puller->options.kind == PULLER_BUILDKIT && !is_cache) {
        g_autofree char *name = reference_text(voice->reference);
        mishap_prefix(error, "failed to push %s: ", name);
    }
    (*error)->domain = PULLER_ERROR;
    (*error)->code = 0;
}
