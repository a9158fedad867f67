/* The trivy command: its subcommands, and what a scan leaves behind. */
#include "mocks/commands/trivy.h"

#include "base/regular_file.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

enum {
    NEWEST_VERSION = 7400,
    EXIT_FATAL = 1,
};

void trivy_log(const struct trivy *trivy, const char *level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autoptr(GDateTime) date =
        g_date_time_new_from_unix_utc(command_set_date_us(trivy->set) / SECOND_US);
    g_autofree char *time = g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
    command_complain(trivy->call, "%s\t%s\t%s\n", time, level, text);
}

/* ---- which version it is ---- */

static unsigned version_of(const char *text)
{
    char *patch = NULL;
    unsigned minor = (unsigned)MIN(g_ascii_strtoull(text, &patch, 10), 9999);
    bool has_patch = *patch == '.';
    return minor * 100 + (has_patch ? (unsigned)MIN(g_ascii_strtoull(patch + 1, NULL, 10), 99) : 0);
}

/* What the installer has left in a folder of the PATH says it: "v0.57.1". */
static unsigned installed_version(const struct command_call *call)
{
    const char *path = command_variable(call, "PATH");
    g_auto(GStrv) folders = g_strsplit(path != NULL ? path : "", ":", -1);
    for (char **folder = folders; *folder != NULL; folder++) {
        g_autofree char *file = g_build_filename(*folder, ".trivy-release", NULL);
        g_autofree char *place = command_host_path(call, file);
        g_autofree char *text = NULL;
        bool is_ours = g_str_has_suffix(*folder, "/trivy-bin");
        if (is_ours && place != NULL && regular_file_read(place, &text, NULL, NULL) &&
            g_str_has_prefix(text, "v0."))
            return version_of(text + strlen("v0."));
    }
    return NEWEST_VERSION;
}

/* ---- what it scans ---- */

static bool scans_vulnerabilities(const struct trivy *trivy)
{
    static const char *const bills[] = {"cyclonedx", "spdx", "spdx-json", "github", NULL};
    const char *format = trivy->values[TRIVY_FORMAT];
    bool is_bill = format != NULL && g_strv_contains(bills, format);
    if (trivy->values[TRIVY_SCANNERS] != NULL)
        return trivy_has(trivy, TRIVY_SCANNERS, "vuln");
    return !is_bill;
}

static bool find_archive(struct trivy *trivy, GError **error)
{
    const char *path = trivy->values[TRIVY_INPUT];
    g_autofree char *place = command_host_path(trivy->call, path);
    if (place == NULL || g_file_test(place, G_FILE_TEST_EXISTS))
        return true;
    return trivy_refuse(error,
                        "unable to initialize archive image: 2 errors occurred:\n"
                        "\t* unable to open %s as a Docker image: open %s: no such file or "
                        "directory\n\t* unable to open %s as an OCI Image: stat %s: no such file "
                        "or directory\n\n",
                        path, path, path, path);
}

static bool find_image(struct trivy *trivy, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    bool is_archive = trivy->values[TRIVY_INPUT] != NULL;
    if (is_archive ? find_archive(trivy, &wrong) : trivy_image_find(trivy, &wrong))
        return true;
    if (wrong->domain == FIBER_ERROR) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    return trivy_refuse(error,
                        "image scan error: scan error: unable to initialize a scan service: "
                        "%s%s",
                        is_archive ? "" : "unable to initialize container image: ", wrong->message);
}

static bool find_folder(struct trivy *trivy, GError **error)
{
    g_autofree char *place = command_host_path(trivy->call, trivy->target);
    if (place == NULL || g_file_test(place, G_FILE_TEST_EXISTS))
        return true;
    return trivy_refuse(error,
                        "fs scan error: scan error: scan failed: failed analysis: walk "
                        "error: lstat %s: no such file or directory",
                        trivy->target);
}

/* Another repository than this folder is not looked for. */
static bool find_any(struct trivy *trivy, GError **error)
{
    (void)trivy, (void)error;
    return true;
}

static const struct subcommand {
    const char *name, *alias;
    bool (*find)(struct trivy *trivy, GError **error);
    bool uses_database;
} subcommands[] = {
    {"image", "i", find_image, true},       {"filesystem", "fs", find_folder, true},
    {"rootfs", NULL, find_folder, true},    {"repository", "repo", find_any, true},
    {"config", "conf", find_folder, false},
};

static const struct subcommand *subcommand_of(const struct trivy *trivy)
{
    for (gsize i = 0; trivy->command != NULL && i < G_N_ELEMENTS(subcommands); i++)
        if (strcmp(subcommands[i].name, trivy->command) == 0 ||
            g_strcmp0(subcommands[i].alias, trivy->command) == 0)
            return &subcommands[i];
    return NULL;
}

/* ---- what comes of it ---- */

/* A file of settings may say so, too. */
static bool can_be_red(const struct trivy *trivy)
{
    g_autofree char *settings = command_host_path(trivy->call, "trivy.yaml");
    bool has_settings = trivy->values[TRIVY_CONFIG] != NULL ||
                        (settings != NULL && g_file_test(settings, G_FILE_TEST_EXISTS));
    return trivy_is_on(trivy, TRIVY_EXIT_CODE) || trivy_is_on(trivy, TRIVY_EXIT_ON_EOL) ||
           has_settings;
}

static bool write_report(const struct trivy *trivy)
{
    const char *path = trivy->values[TRIVY_OUTPUT];
    g_autofree char *place = path != NULL ? command_host_path(trivy->call, path) : NULL;
    return place != NULL && g_file_set_contents(place, COMMAND_UNKNOWN_WORD "\n", -1, NULL);
}

static int conclude(const struct trivy *trivy)
{
    bool is_red = can_be_red(trivy);
    bool has_file = write_report(trivy);
    const char *const red[] = {
        "trivy", "image: that it finds nothing for which its --exit-code ends the step", NULL};
    const char *const found[] = {"trivy", "image: what it finds", NULL};
    if (trivy->values[TRIVY_OUTPUT] != NULL && !has_file && !is_red)
        assumed_note(trivy->set, found, /* touches_images= */ false);
    else if (is_red)
        assumed_note(trivy->set, red, /* touches_images= */ true);
    else if (has_file)
        assumed_note(trivy->set, found, /* touches_images= */ false);
    else
        assumed_note_complete(trivy->set, found);
    if (trivy->values[TRIVY_OUTPUT] == NULL)
        unknown_word_say(trivy->set, trivy->call);
    return 0;
}

static int fail(const struct trivy *trivy, const GError *error)
{
    if (error->domain == FIBER_ERROR)
        return EXIT_FATAL;
    trivy_log(trivy, "FATAL", "Fatal error\trun error: %s", error->message);
    return EXIT_FATAL;
}

static int scan(struct trivy *trivy, const struct subcommand *subcommand)
{
    g_autoptr(GError) error = NULL;
    bool is_remote = trivy->values[TRIVY_SERVER] != NULL;
    bool needs_database = subcommand->uses_database && !is_remote && scans_vulnerabilities(trivy);
    if (needs_database && !trivy_database_open(trivy, &error))
        return fail(trivy, error);
    if (needs_database && trivy_is_on(trivy, TRIVY_DOWNLOAD_DB_ONLY))
        return 0;
    if (!subcommand->find(trivy, &error))
        return fail(trivy, error);
    return conclude(trivy);
}

/* Its name came of what nobody knows. */
static bool has_unknown_target(const struct trivy *trivy)
{
    return trivy->target != NULL && strstr(trivy->target, COMMAND_UNKNOWN_STEM) != NULL;
}

/* A flag or a subcommand that is not modelled may end the step as well. */
static int assume(struct trivy *trivy)
{
    bool may_gate = trivy_is_on(trivy, TRIVY_EXIT_CODE) || subcommand_of(trivy) != NULL;
    assumed_note(trivy->set, trivy->call->arguments, may_gate);
    unknown_word_say(trivy->set, trivy->call);
    return 0;
}

int row_trivy(void *self, const struct command_call *call)
{
    struct trivy trivy = {.set = self, .call = call, .version = installed_version(call)};
    if (command_set_lacks(self, call))
        return COMMAND_NOT_FOUND;
    bool is_read = trivy_read_options(&trivy);
    const struct subcommand *subcommand = subcommand_of(&trivy);
    bool is_version =
        trivy_is_on(&trivy, TRIVY_VERSION) || g_strcmp0(trivy.command, "version") == 0;
    if (is_read && is_version) {
        command_print(call, "Version: 0.%u.%u\n", trivy.version / 100, trivy.version % 100);
        return 0;
    }
    bool has_target = trivy.target != NULL || trivy.values[TRIVY_INPUT] != NULL;
    if (!is_read || subcommand == NULL || !has_target)
        return assume(&trivy);
    if (has_unknown_target(&trivy))
        return conclude(&trivy);
    return scan(&trivy, subcommand);
}
