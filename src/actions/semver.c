/* Semantic versions. */
#include "actions/semver.h"

#include <string.h>

#define SEMVER_BYTES_MAX 256 /* node-semver's MAX_LENGTH */

void semver_clear(struct semver *version)
{
    g_free(version->prerelease);
    g_free(version->raw);
    *version = (struct semver){0};
}

/* A number without leading zeros; digits that overflow are none. */
static bool read_number(const char **at, uint64_t *number)
{
    const char *begin = *at;
    if (!g_ascii_isdigit(*begin) || (begin[0] == '0' && g_ascii_isdigit(begin[1])))
        return false;
    *number = 0;
    for (; g_ascii_isdigit(**at); (*at)++) {
        if (*number > UINT64_C(900719925474099)) /* Number.MAX_SAFE_INTEGER / 10 */
            return false;
        *number = *number * 10 + (uint64_t)(**at - '0');
    }
    return true;
}

static bool is_identifier(const char *text, bool is_prerelease)
{
    gsize length = strlen(text);
    if (length == 0)
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && *c != '-')
            return false;
    bool is_number = strspn(text, "0123456789") == length;
    return !is_prerelease || !is_number || length == 1 || *text != '0';
}

static bool are_identifiers(const char *text, bool are_prerelease)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", -1);
    if (*parts == NULL)
        return false;
    for (char **part = parts; *part != NULL; part++)
        if (!is_identifier(*part, are_prerelease))
            return false;
    return true;
}

static bool read_rest(const char *at, struct semver *version)
{
    if (*at == '-') {
        gsize length = strcspn(++at, "+");
        version->prerelease = g_strndup(at, length);
        if (!are_identifiers(version->prerelease, true))
            return false;
        at += length;
    }
    return *at == '\0' || (*at == '+' && are_identifiers(at + 1, false));
}

bool semver_parse(const char *text, struct semver *version)
{
    *version = (struct semver){.raw = g_strdup(text)};
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *at = trimmed;
    if (*at == '=')
        at++;
    if (*at == 'v')
        at++;
    bool is_version = strlen(text) <= SEMVER_BYTES_MAX && read_number(&at, &version->major) &&
                      *at++ == '.' && read_number(&at, &version->minor) && *at++ == '.' &&
                      read_number(&at, &version->patch) && read_rest(at, version);
    if (!is_version)
        semver_clear(version);
    return is_version;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Numbers come before words, shorter lists before longer ones (semver.org 11.4). */
static int compare_identifiers(const char *a, const char *b)
{
    bool is_a_number = strspn(a, "0123456789") == strlen(a);
    bool is_b_number = strspn(b, "0123456789") == strlen(b);
    if (is_a_number != is_b_number)
        return is_a_number ? -1 : 1;
    if (!is_a_number)
        return strcmp(a, b);
    return compare_numbers(g_ascii_strtoull(a, NULL, 10), g_ascii_strtoull(b, NULL, 10));
}

static int compare_prereleases(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    g_auto(GStrv) as = g_strsplit(a, ".", -1);
    g_auto(GStrv) bs = g_strsplit(b, ".", -1);
    for (gsize i = 0;; i++) {
        if (as[i] == NULL || bs[i] == NULL)
            return (as[i] != NULL) - (bs[i] != NULL);
        int order = compare_identifiers(as[i], bs[i]);
        if (order != 0)
            return order;
    }
}

int semver_compare(const struct semver *a, const struct semver *b)
{
    int order = compare_numbers(a->major, b->major);
    if (order == 0)
        order = compare_numbers(a->minor, b->minor);
    if (order == 0)
        order = compare_numbers(a->patch, b->patch);
    return order != 0 ? order : compare_prereleases(a->prerelease, b->prerelease);
}

char *semver_text(const struct semver *version)
{
    const char *prerelease = version->prerelease;
    return g_strdup_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "%s%s",
                           version->major, version->minor, version->patch,
                           prerelease != NULL ? "-" : "", prerelease != NULL ? prerelease : "");
}

bool semver_is_at_least(const char *text, const char *minimum)
{
    SEMVER(version);
    SEMVER(least);
    return semver_parse(text, &version) && semver_parse(minimum, &least) &&
           version.prerelease == NULL && semver_compare(&version, &least) >= 0;
}
