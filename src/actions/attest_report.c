/* What a run of actions/attest says, writes and sets (src/main.ts). */
#include "actions/attest.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define CYAN       "\033[36m"
#define PLAIN      "\033[39m"
#define SEARCH_URL "https://search.sigstore.dev"
#define PATHS_FILE "created_attestation_paths.txt"

void attest_result_clear(struct attest_result *result)
{
    attest_bundle_clear(&result->bundle);
    g_free(result->id);
    g_free(result->registry_digest);
    g_free(result->record_ids);
}

/* g_free */
static char *url_of(const struct attest *attest, const struct attest_result *result)
{
    return g_strdup_printf("%s/%s/attestations/%s",
                           action_context(attest->run, "github.server_url"),
                           action_context(attest->run, "github.repository"), result->id);
}

static void log_title(struct action_run *run, const char *title)
{
    action_log(run, CYAN "%s" PLAIN, title);
}

static void log_subjects(struct action_run *run, const GPtrArray *subjects)
{
    if (subjects->len != 1) {
        action_log(run, "Attestation created for %u subjects", subjects->len);
        return;
    }
    const struct attest_subject *only = g_ptr_array_index(subjects, 0);
    g_autofree char *digest = attest_subject_digest(only);
    action_log(run, "Attestation created for %s@%s", only->name, digest);
}

static void log_result(struct attest *attest, const GPtrArray *subjects,
                       const struct attest_result *result)
{
    struct action_run *run = attest->run;
    g_autofree char *title =
        g_strdup_printf(CYAN "Attestation signed using certificate from %s Sigstore instance" PLAIN,
                        attest_is_public(attest) ? "Public Good" : "GitHub");
    log_subjects(run, subjects);
    action_group(run, title);
    core_log_lines(run, result->bundle.certificate);
    action_group_end(run);
    if (result->bundle.log_index != NULL) {
        log_title(run, "Attestation signature uploaded to Rekor transparency log");
        action_log(run, SEARCH_URL "?logIndex=%s", result->bundle.log_index);
    }
    if (result->id != NULL) {
        g_autofree char *url = url_of(attest, result);
        log_title(run, "Attestation uploaded to repository");
        action_log(run, "%s", url);
    }
    if (result->registry_digest != NULL) {
        const struct attest_subject *first = g_ptr_array_index(subjects, 0);
        log_title(run, "Attestation uploaded to registry");
        action_log(run, "%s@%s", first->name, result->registry_digest);
    }
    if (result->record_ids != NULL && *result->record_ids != '\0') {
        log_title(run, "Storage record created");
        action_log(run, "Storage record IDs: %s", result->record_ids);
    }
}

/* ---- files and outputs ---- */

static void append(struct action_run *run, const char *path, const char *text)
{
    g_autofree char *place = action_host_path(run, path);
    FILE *file = place != NULL ? g_fopen(place, "a") : NULL;
    if (file == NULL)
        return;
    fputs(text, file);
    fputc('\n', file);
    fclose(file);
}

static void write_files(struct attest *attest, const char *path, const struct attest_result *result)
{
    const char *base = action_variable(attest->run, "RUNNER_TEMP");
    g_autofree char *bundle = json_text(result->bundle.json);
    g_autofree char *list = g_strdup_printf("%s/" PATHS_FILE, base != NULL ? base : "");
    append(attest->run, path, bundle);
    if (attest->version >= ATTEST_VERSION(2, 0, 0))
        append(attest->run, list, path);
}

static void set_outputs(struct attest *attest, const struct attest_result *result)
{
    if (result->id != NULL && attest->version >= ATTEST_VERSION(2, 0, 0)) {
        g_autofree char *url = url_of(attest, result);
        action_set_output(attest->run, "attestation-id", result->id);
        action_set_output(attest->run, "attestation-url", url);
    }
    if (result->record_ids != NULL)
        action_set_output(attest->run, "storage-record-ids", result->record_ids);
}

static void summarize(struct attest *attest, const struct attest_result *result)
{
    bool is_wanted = strcmp(action_input(attest->run, "show-summary"), "false") != 0;
    if (result->id == NULL || !is_wanted)
        return;
    g_autofree char *url = url_of(attest, result);
    g_autofree char *text = g_strdup_printf("<h3>Attestation Created</h3>\n<ul><li><a href=\"%s\">"
                                            "%s</a></li></ul>\n",
                                            url, url);
    action_summarize(attest->run, text);
}

void attest_report(struct attest *attest, const GPtrArray *subjects, const char *path,
                   const struct attest_result *result)
{
    log_result(attest, subjects, result);
    write_files(attest, path, result);
    set_outputs(attest, result);
    summarize(attest, result);
}
