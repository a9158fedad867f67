/* trivy's database of vulnerabilities: an artifact of two registries, kept in a folder of the
   machine (its pkg/db/db.go, pkg/oci/artifact.go). */
#include "mocks/commands/trivy.h"

#include "base/json.h"
#include "base/regular_file.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

/* v0.57.0 asks GHCR alone, its patch release Google's mirror before it. */
#define FIRST_VERSION_WITH_MIRROR 5701
#define SCHEMA                    2
#define DATABASE_LIFE_US          (24 * 3600 * SECOND_US) /* NextUpdate of a new one */

/* Below the cache folder, on this machine; g_free. NULL: nothing can be kept there. */
static char *place_of(const struct trivy *trivy, const char *name)
{
    const char *given = trivy->values[TRIVY_CACHE_DIR];
    const char *cache = command_variable(trivy->call, "XDG_CACHE_HOME");
    const char *home = command_variable(trivy->call, "HOME");
    g_autofree char *folder =
        given != NULL   ? g_strdup(given)
        : cache != NULL ? g_build_filename(cache, "trivy", NULL)
                        : g_build_filename(home != NULL ? home : "/", ".cache/trivy", NULL);
    g_autofree char *path = g_build_filename(folder, "db", name, NULL);
    return command_host_path(trivy->call, path);
}

static char *date_text(const struct trivy *trivy, int64_t later_us)
{
    int64_t date_s = (command_set_date_us(trivy->set) + later_us) / SECOND_US;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_s);
    return g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
}

/* Two texts of this form compare as their dates do. */
static bool is_new(const struct trivy *trivy)
{
    g_autofree char *place = place_of(trivy, "metadata.json");
    g_autofree char *database = place_of(trivy, "trivy.db");
    g_autofree char *text = NULL;
    g_autofree char *now = date_text(trivy, 0);
    if (place == NULL || database == NULL || !g_file_test(database, G_FILE_TEST_EXISTS) ||
        !regular_file_read(place, &text, NULL, NULL))
        return false;
    g_autoptr(json_t) metadata = json_parse_bytes(text, strlen(text), NULL);
    return strcmp(now, json_get_string(metadata, "NextUpdate", "")) < 0;
}

static bool is_there(const struct trivy *trivy)
{
    g_autofree char *place = place_of(trivy, "trivy.db");
    return place != NULL && g_file_test(place, G_FILE_TEST_EXISTS);
}

static void keep(const struct trivy *trivy)
{
    g_autofree char *place = place_of(trivy, "metadata.json");
    g_autofree char *database = place_of(trivy, "trivy.db");
    g_autofree char *now = date_text(trivy, 0);
    g_autofree char *next = date_text(trivy, DATABASE_LIFE_US);
    g_autofree char *folder = place != NULL ? g_path_get_dirname(place) : NULL;
    g_autofree char *text =
        g_strdup_printf("{\"Version\":%d,\"NextUpdate\":\"%s\",\"UpdatedAt\":\"%s\","
                        "\"DownloadedAt\":\"%s\"}\n",
                        SCHEMA, next, now, now);
    if (folder == NULL || database == NULL || g_mkdir_with_parents(folder, 0755) != 0)
        return;
    g_file_set_contents(place, text, -1, NULL);
    g_file_set_contents(database, "", 0, NULL);
}

/* ---- the download ---- */

static char *repositories_of(const struct trivy *trivy)
{
    const char *given = trivy->values[TRIVY_DB_REPOSITORY];
    if (given != NULL)
        return g_strdup(given);
    return g_strdup(trivy->version >= FIRST_VERSION_WITH_MIRROR
                        ? "mirror.gcr.io/aquasec/trivy-db:2,ghcr.io/aquasecurity/trivy-db:2"
                        : "ghcr.io/aquasecurity/trivy-db:2");
}

/* A repository without a tag has that of the schema. */
static char *with_tag(const char *repository)
{
    const char *slash = strrchr(repository, '/');
    bool has_tag = strpbrk(slash != NULL ? slash : repository, ":@") != NULL;
    return has_tag ? g_strdup(repository) : g_strdup_printf("%s:%d", repository, SCHEMA);
}

static bool download_one(struct trivy *trivy, const char *repository, bool *may_try_another,
                         GError **error)
{
    __attribute__((cleanup(trivy_remote_clear))) struct trivy_remote remote = {0};
    g_autoptr(GError) wrong = NULL;
    *may_try_another = false;
    if (!trivy_remote_init(&remote, trivy, repository, error))
        return false;
    trivy_log(trivy, "INFO", "[vulndb] Downloading artifact...\trepo=\"%s\"", repository);
    if (trivy_remote_get(&remote, /* with_layers= */ true, &wrong)) {
        trivy_log(trivy, "INFO", "[vulndb] Artifact successfully downloaded\trepo=\"%s\"",
                  repository);
        return true;
    }
    *may_try_another = remote.is_temporary;
    if (wrong->domain == FIBER_ERROR) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    return trivy_refuse(error, "OCI repository error: 1 error occurred:\n\t* %s\n\n",
                        wrong->message);
}

/* One after the other, as long as what went wrong may pass. */
static bool download(struct trivy *trivy, GError **error)
{
    g_autofree char *list = repositories_of(trivy);
    g_auto(GStrv) repositories = g_strsplit(list, ",", -1);
    g_autoptr(GString) errors = g_string_new(NULL);
    guint count = 0;
    for (char **each = repositories; *each != NULL; each++) {
        g_autoptr(GError) wrong = NULL;
        bool may_try_another = false;
        g_autofree char *repository = with_tag(*each);
        if (download_one(trivy, repository, &may_try_another, &wrong))
            return true;
        if (wrong->domain == FIBER_ERROR) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return false;
        }
        if (!may_try_another)
            return trivy_refuse(error, "failed to download artifact from %s: %s", repository,
                                wrong->message);
        trivy_log(trivy, "ERROR", "[vulndb] Failed to download artifact\trepo=\"%s\" err=\"%s\"",
                  repository, wrong->message);
        if (each[1] != NULL)
            trivy_log(trivy, "INFO",
                      "[vulndb] Trying to download artifact from other repository...");
        g_string_append_printf(errors, "\t* %s\n", wrong->message);
        count++;
    }
    return trivy_refuse(error,
                        "failed to download artifact from any source: %u error%s occurred:\n%s\n",
                        count, count == 1 ? "" : "s", errors->str);
}

bool trivy_database_open(struct trivy *trivy, GError **error)
{
    bool is_skipped = trivy_is_on(trivy, TRIVY_SKIP_DB_UPDATE);
    g_autoptr(GError) wrong = NULL;
    if (is_skipped && !is_there(trivy)) {
        trivy_log(trivy, "ERROR", "[vulndb] The first run cannot skip downloading DB");
        return trivy_refuse(error, "init error: DB error: database error: --skip-db-update cannot "
                                   "be specified on the first run");
    }
    if (is_skipped || is_new(trivy))
        return true;
    trivy_log(trivy, "INFO", "[vulndb] Need to update DB");
    trivy_log(trivy, "INFO", "[vulndb] Downloading vulnerability DB...");
    if (download(trivy, &wrong)) {
        keep(trivy);
        return true;
    }
    if (wrong->domain == FIBER_ERROR) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    return trivy_refuse(error,
                        "init error: DB error: failed to download vulnerability DB: OCI artifact "
                        "error: failed to download vulnerability DB: %s",
                        wrong->message);
}
