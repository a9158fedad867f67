/* Options of trivy (its pkg/flag), which the environment may give as well. */
#include "mocks/commands/trivy.h"

#include <string.h>

enum trivy_value {
    ALONE, /* "--quiet" or "--quiet=false" */
    VALUE,
};

struct trivy_flag {
    const char *name;
    char letter; /* or 0 */
    enum trivy_value value;
    enum trivy_option option;
};

static const struct trivy_flag flags[] = {
    {"cache-backend", 0, VALUE, TRIVY_NONE},
    {"cache-dir", 0, VALUE, TRIVY_CACHE_DIR},
    {"cache-ttl", 0, VALUE, TRIVY_NONE},
    {"checks-bundle-repository", 0, VALUE, TRIVY_NONE},
    {"compliance", 0, VALUE, TRIVY_NONE},
    {"config", 'c', VALUE, TRIVY_CONFIG},
    {"config-check", 0, VALUE, TRIVY_NONE},
    {"db-repository", 0, VALUE, TRIVY_DB_REPOSITORY},
    {"debug", 'd', ALONE, TRIVY_NONE},
    {"dependency-tree", 0, ALONE, TRIVY_NONE},
    {"detection-priority", 0, VALUE, TRIVY_NONE},
    {"disable-telemetry", 0, ALONE, TRIVY_NONE},
    {"docker-host", 0, VALUE, TRIVY_DOCKER_HOST},
    {"download-db-only", 0, ALONE, TRIVY_DOWNLOAD_DB_ONLY},
    {"exit-code", 0, VALUE, TRIVY_EXIT_CODE},
    {"exit-on-eol", 0, VALUE, TRIVY_EXIT_ON_EOL},
    {"file-patterns", 0, VALUE, TRIVY_NONE},
    {"format", 'f', VALUE, TRIVY_FORMAT},
    {"helm-values", 0, VALUE, TRIVY_NONE},
    {"ignore-policy", 0, VALUE, TRIVY_NONE},
    {"ignore-status", 0, VALUE, TRIVY_NONE},
    {"ignore-unfixed", 0, ALONE, TRIVY_NONE},
    {"ignored-licenses", 0, VALUE, TRIVY_NONE},
    {"ignorefile", 0, VALUE, TRIVY_NONE},
    {"image-config-scanners", 0, VALUE, TRIVY_NONE},
    {"image-src", 0, VALUE, TRIVY_IMAGE_SRC},
    {"include-dev-deps", 0, ALONE, TRIVY_NONE},
    {"include-non-failures", 0, ALONE, TRIVY_NONE},
    {"input", 0, VALUE, TRIVY_INPUT},
    {"insecure", 0, ALONE, TRIVY_NONE},
    {"java-db-repository", 0, VALUE, TRIVY_NONE},
    {"license-full", 0, ALONE, TRIVY_NONE},
    {"list-all-pkgs", 0, ALONE, TRIVY_NONE},
    {"misconfig-scanners", 0, VALUE, TRIVY_NONE},
    {"no-progress", 0, ALONE, TRIVY_NONE},
    {"offline-scan", 0, ALONE, TRIVY_NONE},
    {"output", 'o', VALUE, TRIVY_OUTPUT},
    {"parallel", 0, VALUE, TRIVY_NONE},
    {"password", 0, VALUE, TRIVY_PASSWORD},
    {"pkg-relationships", 0, VALUE, TRIVY_NONE},
    {"pkg-types", 0, VALUE, TRIVY_NONE},
    {"quiet", 'q', ALONE, TRIVY_NONE},
    {"removed-pkgs", 0, ALONE, TRIVY_NONE},
    {"report", 0, VALUE, TRIVY_NONE},
    {"scanners", 0, VALUE, TRIVY_SCANNERS},
    {"secret-config", 0, VALUE, TRIVY_NONE},
    {"security-checks", 0, VALUE, TRIVY_SCANNERS},
    {"server", 0, VALUE, TRIVY_SERVER},
    {"severity", 's', VALUE, TRIVY_NONE},
    {"show-suppressed", 0, ALONE, TRIVY_NONE},
    {"skip-check-update", 0, ALONE, TRIVY_NONE},
    {"skip-db-update", 0, ALONE, TRIVY_SKIP_DB_UPDATE},
    {"skip-dirs", 0, VALUE, TRIVY_NONE},
    {"skip-files", 0, VALUE, TRIVY_NONE},
    {"skip-java-db-update", 0, ALONE, TRIVY_NONE},
    {"skip-policy-update", 0, ALONE, TRIVY_NONE},
    {"skip-update", 0, ALONE, TRIVY_SKIP_DB_UPDATE},
    {"skip-version-check", 0, ALONE, TRIVY_NONE},
    {"skip-vex-repo-update", 0, ALONE, TRIVY_NONE},
    {"slow", 0, ALONE, TRIVY_NONE},
    {"table-mode", 0, VALUE, TRIVY_NONE},
    {"template", 't', VALUE, TRIVY_NONE},
    {"tf-vars", 0, VALUE, TRIVY_NONE},
    {"timeout", 0, VALUE, TRIVY_NONE},
    {"username", 0, VALUE, TRIVY_USERNAME},
    {"version", 'v', ALONE, TRIVY_VERSION},
    {"vex", 0, VALUE, TRIVY_NONE},
    {"vuln-type", 0, VALUE, TRIVY_NONE},
};

static const struct trivy_flag *find(const char *word, gsize length)
{
    bool is_long = length > 2 && word[1] == '-';
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
        if (is_long ? strlen(flags[i].name) == length - 2 &&
                          strncmp(flags[i].name, word + 2, length - 2) == 0
                    : length == 2 && flags[i].letter == word[1])
            return &flags[i];
    return NULL;
}

/* Takes the flag at *index with its value. */
static bool read_flag(struct trivy *trivy, gsize *index)
{
    const char *word = trivy->call->arguments[*index];
    const char *equals = strchr(word, '=');
    const struct trivy_flag *flag =
        find(word, equals != NULL ? (gsize)(equals - word) : strlen(word));
    const char *value = equals != NULL ? equals + 1 : "true";
    if (flag == NULL)
        return false;
    if (equals == NULL && flag->value == VALUE) {
        value = trivy->call->arguments[*index + 1];
        *index += value != NULL ? 1 : 0;
    }
    if (value != NULL)
        trivy->values[flag->option] = value;
    return value != NULL;
}

static void read_environment(struct trivy *trivy)
{
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        g_autofree char *upper = g_ascii_strup(flags[i].name, -1);
        g_autofree char *name = g_strconcat("TRIVY_", g_strdelimit(upper, "-", '_'), NULL);
        const char *value = command_variable(trivy->call, name);
        if (trivy->values[flags[i].option] == NULL && value != NULL && *value != '\0')
            trivy->values[flags[i].option] = value;
    }
}

bool trivy_read_options(struct trivy *trivy)
{
    for (gsize i = 1; trivy->call->arguments[i] != NULL; i++) {
        const char *word = trivy->call->arguments[i];
        if (word[0] == '-' && word[1] != '\0') {
            if (!read_flag(trivy, &i))
                return false;
        } else if (trivy->command == NULL) {
            trivy->command = word;
        } else if (trivy->target == NULL) {
            trivy->target = word;
        }
    }
    read_environment(trivy);
    return true;
}

bool trivy_is_on(const struct trivy *trivy, enum trivy_option option)
{
    const char *value = trivy->values[option];
    return value != NULL && strcmp(value, "false") != 0 && strcmp(value, "0") != 0;
}

bool trivy_has(const struct trivy *trivy, enum trivy_option option, const char *item)
{
    g_auto(GStrv) items =
        g_strsplit(trivy->values[option] != NULL ? trivy->values[option] : "", ",", -1);
    return g_strv_contains((const char *const *)items, item);
}
