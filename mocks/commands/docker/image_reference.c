/* Reading and writing names of images. */
#include "mocks/commands/docker/image_reference.h"

#include <string.h>

#define DEFAULT_DOMAIN "docker.io"
#define LEGACY_DOMAIN  "index.docker.io"
#define OFFICIAL       "library/"
#define NAME_BYTES_MAX 255

#define COMPONENT "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*"
#define HOST_PART "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
#define PATTERN                                                                                    \
    "^(" HOST_PART "(?:\\." HOST_PART ")*(?::[0-9]+)?)/(" COMPONENT "(?:/" COMPONENT ")*)"         \
    "(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*"          \
    ":[0-9a-fA-F]{32,}))?$"

static bool invalid(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool invalid(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

/* The first part is a host when it has a dot, a port or capitals, or is localhost. */
static void split_domain(const char *text, char **domain, char **rest)
{
    const char *slash = strchr(text, '/');
    g_autofree char *first = slash == NULL ? NULL : g_strndup(text, (gsize)(slash - text));
    g_autofree char *lower = slash == NULL ? NULL : g_ascii_strdown(first, -1);
    bool is_host = slash != NULL && (strpbrk(first, ".:") != NULL ||
                                     g_str_equal(first, "localhost") || !g_str_equal(first, lower));

    *domain = g_strdup(is_host && !g_str_equal(first, LEGACY_DOMAIN) ? first : DEFAULT_DOMAIN);
    const char *remainder = is_host ? slash + 1 : text;
    bool is_official = g_str_equal(*domain, DEFAULT_DOMAIN) && strchr(remainder, '/') == NULL;
    *rest = g_strconcat(is_official ? OFFICIAL : "", remainder, NULL);
}

static bool is_identifier(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool check_words(const char *text, const char *rest, GError **error)
{
    g_autofree char *path = g_strndup(rest, strcspn(rest, ":@"));
    g_autofree char *lower = g_ascii_strdown(path, -1);

    if (is_identifier(text))
        return invalid(error,
                       "invalid repository name (%s), cannot specify 64-byte hexadecimal strings",
                       text);
    if (!g_str_equal(lower, path))
        return invalid(error, "invalid reference format: repository name (%s) must be lowercase",
                       path);
    return true;
}

static char *match_part(const GMatchInfo *match, gint number)
{
    char *text = g_match_info_fetch(match, number);
    if (text != NULL && *text == '\0')
        g_clear_pointer(&text, g_free);
    return text;
}

struct image_reference *image_reference_parse(const char *text, GError **error)
{
    g_autofree char *domain = NULL;
    g_autofree char *rest = NULL;
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) regex = g_regex_new(PATTERN, G_REGEX_RAW | G_REGEX_DOLLAR_ENDONLY, 0, NULL);

    split_domain(text, &domain, &rest);
    if (!check_words(text, rest, error))
        return NULL;
    g_autofree char *whole = g_strconcat(domain, "/", rest, NULL);
    if (!g_regex_match(regex, whole, 0, &match)) {
        invalid(error, "invalid reference format");
        return NULL;
    }
    AUTO(image_reference) reference = g_new0(struct image_reference, 1);
    reference->domain = match_part(match, 1);
    reference->path = match_part(match, 2);
    reference->tag = match_part(match, 3);
    reference->digest = match_part(match, 4);
    if (strlen(reference->path) <= NAME_BYTES_MAX)
        return g_steal_pointer(&reference);
    invalid(error, "invalid reference format: repository name must not be more than %d characters",
            NAME_BYTES_MAX);
    return NULL;
}

void image_reference_free(struct image_reference *reference)
{
    if (reference == NULL)
        return;
    g_free(reference->domain);
    g_free(reference->path);
    g_free(reference->tag);
    g_free(reference->digest);
    g_free(reference);
}

bool image_reference_is_name_only(const struct image_reference *reference)
{
    return reference->tag == NULL && reference->digest == NULL;
}

static char *with_tag(const struct image_reference *reference, const char *name)
{
    return g_strconcat(name, reference->tag != NULL ? ":" : "",
                       reference->tag != NULL ? reference->tag : "",
                       reference->digest != NULL ? "@" : "",
                       reference->digest != NULL ? reference->digest : "", NULL);
}

char *image_reference_name(const struct image_reference *reference)
{
    return g_strconcat(reference->domain, "/", reference->path, NULL);
}

char *image_reference_text(const struct image_reference *reference)
{
    g_autofree char *name = image_reference_name(reference);
    return with_tag(reference, name);
}

char *image_reference_familiar_name(const struct image_reference *reference)
{
    if (!g_str_equal(reference->domain, DEFAULT_DOMAIN))
        return image_reference_name(reference);
    const char *path = reference->path;
    bool is_official =
        g_str_has_prefix(path, OFFICIAL) && strchr(path + strlen(OFFICIAL), '/') == NULL;
    return g_strdup(is_official ? path + strlen(OFFICIAL) : path);
}

char *image_reference_familiar_text(const struct image_reference *reference)
{
    g_autofree char *name = image_reference_familiar_name(reference);
    return with_tag(reference, name);
}
