/* Image references as the docker CLI reads them: grammar, normalisation, familiar names. */
#include "base/digest.h"
#include "mocks/puller/puller.h"

#include <string.h>

enum {
    NAME_CHARACTERS_MAX = 255, /* domain and path together */
    TAG_CHARACTERS_MAX = 128,
    IDENTIFIER_CHARACTERS = 64,
    DIGEST_HEX_MIN = 32,
};

#define DEFAULT_DOMAIN "docker.io"
#define LEGACY_DOMAIN  "index.docker.io"
#define OFFICIAL_PATH  "library/"

static bool is_lower_alphanumeric(char c)
{
    return g_ascii_islower(c) || g_ascii_isdigit(c);
}

/* [a-zA-Z0-9] with dashes inside. */
static bool label_is_valid(const char *label)
{
    gsize length = strlen(label);
    if (length == 0 || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return false;
    return true;
}

static bool digits_are_valid(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool domain_is_valid(const char *domain)
{
    const char *port = strrchr(domain, ':');
    if (domain[0] == '[') {
        gsize inside = strspn(domain + 1, "0123456789abcdefABCDEF:");
        const char *rest = domain + 1 + inside;
        return inside > 0 && *rest == ']' &&
               (rest[1] == '\0' || (rest[1] == ':' && digits_are_valid(rest + 2)));
    }
    if (port != NULL && !digits_are_valid(port + 1))
        return false;
    g_autofree char *name =
        port != NULL ? g_strndup(domain, (gsize)(port - domain)) : g_strdup(domain);
    g_auto(GStrv) labels = g_strsplit(name, ".", -1);
    for (gsize i = 0; labels[i] != NULL; i++)
        if (!label_is_valid(labels[i]))
            return false;
    return labels[0] != NULL;
}

/* How long the separator at text is: ".", "_", "__" or any run of dashes; 0: none. */
static gsize separator_length(const char *text)
{
    if (*text == '-')
        return strspn(text, "-");
    if (*text == '_')
        return MIN(strspn(text, "_"), 2);
    return *text == '.' ? 1 : 0;
}

static bool path_component_is_valid(const char *text)
{
    if (!is_lower_alphanumeric(*text))
        return false;
    while (*text != '\0') {
        while (is_lower_alphanumeric(*text))
            text++;
        if (*text == '\0')
            return true;
        gsize separator = separator_length(text);
        text += separator;
        if (separator == 0 || !is_lower_alphanumeric(*text))
            return false;
    }
    return true;
}

static bool path_is_valid(const char *path)
{
    g_auto(GStrv) components = g_strsplit(path, "/", -1);
    for (gsize i = 0; components[i] != NULL; i++)
        if (!path_component_is_valid(components[i]))
            return false;
    return components[0] != NULL;
}

static bool tag_is_valid(const char *tag)
{
    gsize length = strlen(tag);
    if (length == 0 || length > TAG_CHARACTERS_MAX || tag[0] == '.' || tag[0] == '-')
        return false;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(tag[i]) && strchr("_.-", tag[i]) == NULL)
            return false;
    return true;
}

static bool digest_has_form(const char *digest)
{
    const char *colon = strchr(digest, ':');
    if (colon == NULL || !g_ascii_isalpha(digest[0]))
        return false;
    gsize hex = strspn(colon + 1, "0123456789abcdefABCDEF");
    return hex >= DIGEST_HEX_MIN && colon[1 + hex] == '\0';
}

static bool refuse(GError **error, const char *text)
{
    g_set_error_literal(error, PULLER_ERROR, 400, text);
    return false;
}

static bool has_uppercase(const char *text)
{
    for (; *text != '\0'; text++)
        if (g_ascii_isupper(*text))
            return true;
    return false;
}

/* A first component is a domain when it looks like one: a dot, a colon, "localhost" or an
   upper-case letter. */
static gsize domain_length(const char *text)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL)
        return 0;
    g_autofree char *first = g_strndup(text, (gsize)(slash - text));
    bool is_domain =
        strpbrk(first, ".:") != NULL || strcmp(first, "localhost") == 0 || has_uppercase(first);
    return is_domain ? strlen(first) : 0;
}

static char *cut_after(char *text, char separator)
{
    char *found = strchr(text, separator);
    if (found == NULL)
        return NULL;
    *found = '\0';
    return g_strdup(found + 1);
}

static bool is_identifier(const char *text)
{
    return strlen(text) == IDENTIFIER_CHARACTERS &&
           strspn(text, "0123456789abcdef") == IDENTIFIER_CHARACTERS;
}

static void split(const char *text, struct reference *reference)
{
    gsize length = domain_length(text);
    g_autofree char *domain = g_strndup(text, length);
    g_autofree char *rest = g_strdup(length > 0 ? text + length + 1 : text);

    reference->digest = cut_after(rest, '@');
    reference->tag = cut_after(rest, ':');
    bool is_default =
        length == 0 || strcmp(domain, LEGACY_DOMAIN) == 0 || strcmp(domain, DEFAULT_DOMAIN) == 0;
    reference->domain = is_default ? g_strdup(DEFAULT_DOMAIN) : g_steal_pointer(&domain);
    bool is_official = is_default && strchr(rest, '/') == NULL;
    reference->path = is_official ? g_strconcat(OFFICIAL_PATH, rest, NULL) : g_steal_pointer(&rest);
}

/* The words of docker CLI 28 (failures.md K13, K14; capture 37). */
static bool check(const struct reference *reference, GError **error)
{
    if (has_uppercase(reference->path)) {
        g_set_error(error, PULLER_ERROR, 400,
                    "invalid reference format: repository name (%s) must be lowercase",
                    reference->path);
        return false;
    }
    if (!domain_is_valid(reference->domain) || !path_is_valid(reference->path) ||
        (reference->tag != NULL && !tag_is_valid(reference->tag)) ||
        (reference->digest != NULL && !digest_has_form(reference->digest)))
        return refuse(error, "invalid reference format");
    if (strlen(reference->domain) + strlen(reference->path) + 1 > NAME_CHARACTERS_MAX)
        return refuse(error, "repository name must not be more than 255 characters");
    if (reference->digest != NULL && !digest_is_valid(reference->digest))
        return refuse(error, g_str_has_prefix(reference->digest, "sha")
                                 ? "invalid checksum digest length"
                                 : "unsupported digest algorithm");
    return true;
}

struct reference *reference_parse(const char *text, bool default_tag, GError **error)
{
    if (is_identifier(text)) {
        g_set_error(error, PULLER_ERROR, 400,
                    "invalid repository name (%s), cannot specify 64-byte hexadecimal strings",
                    text);
        return NULL;
    }
    AUTO(reference) reference = g_new0(struct reference, 1);
    split(text, reference);
    if (!check(reference, error))
        return NULL;
    if (default_tag && reference->tag == NULL && reference->digest == NULL)
        reference->tag = g_strdup("latest");
    return g_steal_pointer(&reference);
}

struct reference *reference_copy(const struct reference *reference)
{
    struct reference *copy = g_new0(struct reference, 1);
    *copy = (struct reference){
        .domain = g_strdup(reference->domain),
        .path = g_strdup(reference->path),
        .tag = g_strdup(reference->tag),
        .digest = g_strdup(reference->digest),
    };
    return copy;
}

void reference_free(struct reference *reference)
{
    if (reference == NULL)
        return;
    g_free(reference->domain);
    g_free(reference->path);
    g_free(reference->tag);
    g_free(reference->digest);
    g_free(reference);
}

char *reference_name(const struct reference *reference)
{
    return g_strconcat(reference->domain, "/", reference->path, NULL);
}

char *reference_familiar_name(const struct reference *reference)
{
    const char *path = reference->path;
    if (strcmp(reference->domain, DEFAULT_DOMAIN) != 0)
        return reference_name(reference);
    bool is_official =
        g_str_has_prefix(path, OFFICIAL_PATH) && strchr(path + strlen(OFFICIAL_PATH), '/') == NULL;
    return g_strdup(is_official ? path + strlen(OFFICIAL_PATH) : path);
}

static char *with_object(const char *name, const struct reference *reference)
{
    bool has_tag = reference->tag != NULL;
    bool has_digest = reference->digest != NULL;
    return g_strconcat(name, has_tag ? ":" : "", has_tag ? reference->tag : "",
                       has_digest ? "@" : "", has_digest ? reference->digest : "", NULL);
}

char *reference_familiar(const struct reference *reference)
{
    g_autofree char *name = reference_familiar_name(reference);
    return with_object(name, reference);
}

char *reference_text(const struct reference *reference)
{
    g_autofree char *name = reference_name(reference);
    return with_object(name, reference);
}
