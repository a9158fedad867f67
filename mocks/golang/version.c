/* Versions of Go and of modules, and how they are ordered. */
#include "mocks/golang/golang.h"

#include <stdlib.h>
#include <string.h>

enum pre_kind {
    PRE_LANGUAGE, /* "1.21" */
    PRE_BETA,
    PRE_RC,
    PRE_RELEASED,
};

struct version {
    long major, minor, patch, pre_number;
    enum pre_kind pre;
    bool is_valid;
};

/* A number without leading zeros; false: there is none. */
static bool take_number(const char **text, long *number)
{
    char *end;
    if (!g_ascii_isdigit(**text) || (**text == '0' && g_ascii_isdigit((*text)[1])))
        return false;
    *number = strtol(*text, &end, 10);
    bool is_short = end - *text <= 9;
    *text = end;
    return is_short;
}

static bool take_pre(const char **text, struct version *version)
{
    if (g_str_has_prefix(*text, "rc")) {
        version->pre = PRE_RC;
        *text += strlen("rc");
    } else if (g_str_has_prefix(*text, "beta")) {
        version->pre = PRE_BETA;
        *text += strlen("beta");
    } else {
        return false;
    }
    return take_number(text, &version->pre_number);
}

/* Up to Go 1.20 the first release was called 1.20; since then 1.N is the language alone. */
static struct version parse(const char *text)
{
    struct version version = {0};
    if (text == NULL || !take_number(&text, &version.major))
        return version;
    if (*text == '.') {
        text++;
        if (!take_number(&text, &version.minor))
            return version;
    }
    bool was_released_so = version.major == 1 && version.minor < GO_TOOLCHAIN_MINOR_MIN;
    version.pre = was_released_so ? PRE_RELEASED : PRE_LANGUAGE;
    if (*text == '.') {
        text++;
        version.pre = PRE_RELEASED;
        if (!take_number(&text, &version.patch))
            return version;
    } else if (*text != '\0' && !take_pre(&text, &version)) {
        return version;
    }
    version.is_valid = *text == '\0';
    return version;
}

static int compare_numbers(long left, long right)
{
    return left < right ? -1 : left > right;
}

int go_version_compare(const char *left, const char *right)
{
    const struct version a = parse(left);
    const struct version b = parse(right);
    int order = compare_numbers(a.is_valid, b.is_valid);
    if (order != 0 || !a.is_valid)
        return order;
    order = compare_numbers(a.major, b.major);
    order = order != 0 ? order : compare_numbers(a.minor, b.minor);
    order = order != 0 ? order : compare_numbers(a.patch, b.patch);
    order = order != 0 ? order : compare_numbers((long)a.pre, (long)b.pre);
    return order != 0 ? order : compare_numbers(a.pre_number, b.pre_number);
}

bool go_version_is_valid(const char *text)
{
    return parse(text).is_valid;
}

bool go_version_is_language(const char *text)
{
    const char *first = text == NULL ? NULL : strchr(text, '.');
    return parse(text).is_valid && (first == NULL || strchr(first + 1, '.') == NULL) &&
           parse(text).pre != PRE_RC && parse(text).pre != PRE_BETA;
}

int go_version_minor(const char *text)
{
    const struct version version = parse(text);
    return version.is_valid && version.major == 1 ? (int)version.minor : 0;
}

/* ---- versions of modules ---- */

struct semver {
    long numbers[3];
    const char *pre; /* after '-', or "" */
    bool is_valid;
};

static struct semver parse_semver(const char *text)
{
    struct semver version = {.pre = ""};
    if (text == NULL || *text++ != 'v')
        return version;
    for (int i = 0; i < 3; i++) {
        if (i > 0 && *text++ != '.')
            return version;
        if (!take_number(&text, &version.numbers[i]))
            return version;
    }
    version.is_valid = *text == '\0' || *text == '-' || *text == '+';
    version.pre = *text == '-' ? text + 1 : "";
    return version;
}

bool go_semver_is_valid(const char *text)
{
    return parse_semver(text).is_valid;
}

int go_semver_compare(const char *left, const char *right)
{
    const struct semver a = parse_semver(left);
    const struct semver b = parse_semver(right);
    int order = compare_numbers(a.is_valid, b.is_valid);
    for (int i = 0; order == 0 && i < 3; i++)
        order = compare_numbers(a.numbers[i], b.numbers[i]);
    if (order != 0)
        return order;
    /* A release comes after its pre-releases. */
    order = compare_numbers(*a.pre == '\0', *b.pre == '\0');
    return order != 0 ? order : strcmp(a.pre, b.pre);
}

/* ---- modules by name ---- */

static bool is_major_suffix(const char *word)
{
    return word != NULL && word[0] == 'v' && g_ascii_isdigit(word[1]);
}

/* How many elements of the path a module has on this host; 0: nobody knows. */
static guint host_elements(char **elements)
{
    static const char *const three[] = {"github.com", "gitlab.com", "bitbucket.org", "golang.org",
                                        "codeberg.org"};
    for (gsize i = 0; i < G_N_ELEMENTS(three); i++)
        if (strcmp(elements[0], three[i]) == 0)
            return 3;
    if (strcmp(elements[0], "google.golang.org") == 0 || strcmp(elements[0], "gopkg.in") == 0)
        return 2;
    return 0;
}

static char *join(char **elements, guint count)
{
    GString *path = g_string_new(elements[0]);
    for (guint i = 1; i < count; i++)
        g_string_append_printf(path, "/%s", elements[i]);
    return g_string_free(path, FALSE);
}

char *go_module_of_package(const char *package)
{
    g_auto(GStrv) elements = g_strsplit(package, "/", -1);
    guint count = g_strv_length(elements);

    for (guint length = count; length > 0; length--) {
        g_autofree char *path = join(elements, length);
        if (go_module_is_known(path))
            return g_steal_pointer(&path);
    }
    if (count == 0)
        return g_strdup(package);
    guint length = host_elements(elements);
    if (length > 0 && length <= count)
        return join(elements, length + is_major_suffix(elements[length]));
    const char *cmd = strstr(package, "/cmd/");
    return cmd != NULL ? g_strndup(package, (gsize)(cmd - package)) : g_strdup(package);
}
