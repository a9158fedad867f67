/* Image references. */
#include "oci/reference.h"

#include "base/digest.h"

#include <string.h>

#define HUB      "docker.io"
#define HUB_HOST "registry-1.docker.io"

#define REPOSITORY_LENGTH_MAX 255
#define TAG_LENGTH_MAX        128

char *reference_registry_name(const char *text)
{
    static const char *const hub_names[] = {"index.docker.io", HUB_HOST};
    const char *scheme_end = strstr(text, "://");
    const char *start = scheme_end != NULL ? scheme_end + 3 : text;
    g_autofree char *name = g_strndup(start, strcspn(start, "/"));

    for (gsize i = 0; i < G_N_ELEMENTS(hub_names); i++) {
        if (strcmp(name, hub_names[i]) == 0)
            return g_strdup(HUB);
    }
    return g_steal_pointer(&name);
}

/* The first part of a name is a registry when it looks like a host. */
static bool is_registry(const char *part)
{
    return strpbrk(part, ".:") != NULL || strcmp(part, "localhost") == 0;
}

static void split_name(const char *name, struct reference *reference)
{
    const char *slash = strchr(name, '/');
    g_autofree char *first = g_strndup(name, strcspn(name, "/"));
    const char *path = name;

    if (slash != NULL && is_registry(first)) {
        reference->registry = reference_registry_name(first);
        path = slash + 1;
    } else {
        reference->registry = g_strdup(HUB);
    }
    bool is_hub = strcmp(reference->registry, HUB) == 0;
    reference->host = g_strdup(is_hub ? HUB_HOST : reference->registry);
    reference->repository =
        g_strconcat(is_hub && strchr(path, '/') == NULL ? "library/" : "", path, NULL);
}

static bool is_tag(const char *text)
{
    gsize length = strlen(text);
    return length > 0 && length <= TAG_LENGTH_MAX && *text != '.' && *text != '-' &&
           strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == length;
}

/* Parts of small letters and digits, with '.', '_' and '-' between them. */
static bool is_repository(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);
    for (char **part = parts; *part != NULL; part++) {
        gsize length = strlen(*part);
        if (length == 0 || strspn(*part, G_CSET_a_2_z G_CSET_DIGITS "._-") != length ||
            !g_ascii_isalnum(**part) || !g_ascii_isalnum((*part)[length - 1]))
            return false;
    }
    return *text != '\0' && strlen(text) <= REPOSITORY_LENGTH_MAX;
}

/* A host name or address with a port, nothing that could change the meaning of a URL. */
static bool is_host(const char *text)
{
    gsize length = strlen(text);
    return length > 0 && length <= REPOSITORY_LENGTH_MAX &&
           strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-:[]") == length;
}

static bool check(const char *text, const struct reference *reference, GError **error)
{
    const char *reason = NULL;

    if (!is_host(reference->host))
        reason = "its registry is no host name";
    else if (strpbrk(reference->repository, G_CSET_A_2_Z) != NULL)
        reason = "repository name must be lowercase";
    else if (!is_repository(reference->repository))
        reason = "its repository is none; write registry/name:tag or registry/name@sha256:digest";
    else if (reference->is_digest && !digest_is_valid(reference->wanted))
        reason = "its digest is none; write sha256: and 64 hexadecimal digits";
    else if (!reference->is_digest && !is_tag(reference->wanted))
        reason = "its tag is none; write letters, digits, '.', '_' and '-'";
    if (reason != NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "invalid reference format: '%s': %s",
                    text, reason);
    return reason == NULL;
}

bool oci_reference_parse(const char *text, struct reference *reference, GError **error)
{
    const char *at = strchr(text, '@');
    g_autofree char *tagged = at != NULL ? g_strndup(text, (gsize)(at - text)) : g_strdup(text);
    char *slash = strrchr(tagged, '/');
    char *colon = strchr(slash != NULL ? slash : tagged, ':');

    memset(reference, 0, sizeof(*reference));
    if (colon != NULL)
        *colon++ = '\0';
    split_name(tagged, reference);
    reference->is_digest = at != NULL;
    reference->wanted = g_strdup(at != NULL ? at + 1 : colon != NULL ? colon : "latest");
    return check(text, reference, error);
}

void oci_reference_clear(struct reference *reference)
{
    g_free(reference->registry);
    g_free(reference->host);
    g_free(reference->repository);
    g_free(reference->wanted);
    memset(reference, 0, sizeof(*reference));
}
