/* actions/attest and its two wrappers: a run of them, from inputs to summary (actions/attest,
   src/main.ts and attest.ts; the wrappers' action.yml). */
#include "actions/attest.h"
#include "actions/actions.h"
#include "actions/oci_attach.h"

#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

#define GRAY        "\033[38;5;244m"
#define PLAIN       "\033[39m"
#define BATCH       50 /* of version 1 */
#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

bool attest_throw(struct attest *attest, GError **error, const char *cause, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *message = g_strdup_vprintf(format, values);
    va_end(values);
    g_free(attest->cause);
    attest->cause = g_strdup(cause);
    return core_throw(error, "%s", message);
}

/* ---- one attestation ---- */

static json_t *statement_of(const GPtrArray *subjects, const struct attest_predicate *predicate)
{
    json_t *list = json_array();
    for (guint i = 0; i < subjects->len; i++) {
        const struct attest_subject *subject = g_ptr_array_index(subjects, i);
        json_array_append_new(list,
                              json_pack("{s:o, s:{s:s}}", "name", json_text_or_null(subject->name),
                                        "digest", subject->algorithm, subject->digest));
    }
    return json_pack("{s:s, s:o, s:s, s:O}", "_type", "https://in-toto.io/Statement/v1", "subject",
                     list, "predicateType", predicate->type, "predicate", predicate->body);
}

/* Since 4.2.1 without its tag and digest; g_free. */
static char *image_of(const struct attest *attest, const struct attest_subject *subject)
{
    if (attest->version < ATTEST_VERSION(4, 2, 1))
        return g_strdup(subject->name);
    char *image = g_strndup(subject->name, strcspn(subject->name, "@"));
    char *slash = strrchr(image, '/');
    char *colon = strrchr(image, ':');
    if (colon != NULL && (slash == NULL || colon > slash))
        *colon = '\0';
    return image;
}

static bool attach(struct attest *attest, const char *image, const char *digest,
                   const struct attest_predicate *predicate, struct attest_result *result,
                   GError **error)
{
    g_autoptr(json_t) annotations =
        json_pack("{s:s, s:s}", "dev.sigstore.bundle.content", "dsse-envelope",
                  "dev.sigstore.bundle.predicateType", predicate->type);
    const struct oci_attachment attachment = {.image = image,
                                              .digest = digest,
                                              .artifact = result->bundle.json,
                                              .media_type = BUNDLE_TYPE,
                                              .annotations = annotations};
    __attribute__((cleanup(oci_failure_clear))) struct oci_failure failure = {0};
    if (!oci_attach(attest->run, &attachment, &result->registry_digest, &failure, error))
        return false;
    return result->registry_digest != NULL ||
           attest_throw(attest, error, failure.cause, "%s", failure.message);
}

static bool push(struct attest *attest, const struct attest_subject *subject,
                 const struct attest_predicate *predicate, struct attest_result *result,
                 GError **error)
{
    g_autofree char *image = image_of(attest, subject);
    g_autofree char *digest = attest_subject_digest(subject);
    bool wants_record = false;
    if (!attach(attest, image, digest, predicate, result, error) ||
        !core_input_boolean(attest->run, "create-storage-record", &wants_record, error))
        return false;
    return !wants_record || attest->version < ATTEST_VERSION(3, 1, 0) ||
           attest_record(attest, image, digest, &result->record_ids, error);
}

/* Who pays for GitHub's instance nobody here knows; where it can be known, the API says no. */
static bool assume_plan(struct attest *attest, GError **error)
{
    return strcmp(action_context(attest->run, "github.event.repository.private"), "true") != 0 ||
           action_assume(attest->run,
                         "that the owner's plan has attestations of private repositories", 0,
                         error);
}

static bool create(struct attest *attest, const GPtrArray *subjects,
                   const struct attest_predicate *predicate, struct attest_result *result,
                   GError **error)
{
    g_autoptr(json_t) statement = statement_of(subjects, predicate);
    if (!attest_sign(attest, statement, &result->bundle, error) ||
        !attest_store(attest, result->bundle.json, &result->id, error) ||
        !assume_plan(attest, error))
        return false;
    return !attest->pushes || subjects->len != 1 ||
           push(attest, g_ptr_array_index(subjects, 0), predicate, result, error);
}

/* ---- the whole ---- */

/* A folder of its own below RUNNER_TEMP, as fs.mkdtemp() makes one; g_free. */
static char *make_path(struct attest *attest)
{
    const char *base = action_variable(attest->run, "RUNNER_TEMP");
    g_autofree char *digits = action_random_hex(attest->run, 6);
    g_autofree char *folder = g_strdup_printf("%s/%s", base != NULL ? base : "", digits);
    g_autofree char *place = action_host_path(attest->run, folder);
    if (place != NULL)
        g_mkdir_with_parents(place, 0700);
    return g_strdup_printf("%s/attestation.json%s", folder,
                           attest->version < ATTEST_VERSION(2, 0, 0) ? "l" : "");
}

static bool attest_together(struct attest *attest, const GPtrArray *subjects,
                            const struct attest_predicate *predicate, const char *path,
                            GError **error)
{
    __attribute__((cleanup(attest_result_clear))) struct attest_result result = {0};
    if (!create(attest, subjects, predicate, &result, error))
        return false;
    attest_report(attest, subjects, path, &result);
    return true;
}

/* Version 1 attests each by itself; batches after the first wait between them. */
static bool attest_each(struct attest *attest, const GPtrArray *subjects,
                        const struct attest_predicate *predicate, const char *path, GError **error)
{
    for (guint i = 0; i < subjects->len; i++) {
        g_autoptr(GPtrArray) one = g_ptr_array_new();
        unsigned batch = i / BATCH;
        g_ptr_array_add(one, g_ptr_array_index(subjects, i));
        if (subjects->len > BATCH && i % BATCH == 0)
            action_log(attest->run, "Processing subject batch %u/%u", batch + 1,
                       (subjects->len + BATCH - 1) / BATCH);
        if (batch > 0 &&
            !action_sleep(attest->run, MIN(75 << MIN(batch, 4u), 1200) * MILLISECOND_US, error))
            return false;
        if (!attest_together(attest, one, predicate, path, error))
            return false;
    }
    return true;
}

static bool has_identity(const struct attest *attest, GError **error)
{
    const char *url = action_variable(attest->run, "ACTIONS_ID_TOKEN_REQUEST_URL");
    return (url != NULL && *url != '\0') ||
           core_throw(error, "missing \"id-token\" permission. Please add \"permissions: id-token: "
                             "write\" to your workflow.");
}

/* The older wrappers make the predicate in a step before. */
static bool is_made_before(const struct attest *attest)
{
    return attest->kind != ATTEST_ANY && attest->version < ATTEST_VERSION(4, 0, 0);
}

/* Checksums that are neither a file nor lines of any leave none, and the action goes on. */
static bool assume_no_subjects(struct attest *attest, GError **error)
{
    return action_assume(attest->run, "that GitHub takes a statement without subjects", 0, error);
}

static bool perform(struct attest *attest, struct attest_predicate *predicate, GError **error)
{
    if (!core_input_boolean(attest->run, "push-to-registry", &attest->pushes, error) ||
        !has_identity(attest, error) || !attest_predicate_check(attest, error))
        return false;
    g_autoptr(GPtrArray) subjects = attest_subjects(attest, error);
    if (subjects == NULL || (subjects->len == 0 && !assume_no_subjects(attest, error)))
        return false;
    if (predicate->type == NULL && !attest_predicate_make(attest, predicate, error))
        return false;
    g_autofree char *path = make_path(attest);
    action_set_output(attest->run, "bundle-path", path);
    return attest->version < ATTEST_VERSION(2, 0, 0)
               ? attest_each(attest, subjects, predicate, path, error)
               : attest_together(attest, subjects, predicate, path, error);
}

/* core.setFailed(err): the class stands in front. */
static void fail(struct attest *attest, const char *message)
{
    static const char *const classes[] = {"InternalError: ", "OCIError: ", "SyntaxError: "};
    const char *class = "Error: ";
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
        if (g_str_has_prefix(message, classes[i]))
            class = "";
    action_fail(attest->run, "%s%s", class, message);
    if (attest->cause != NULL)
        action_log(attest->run, GRAY "%s" PLAIN, attest->cause);
}

/* A digest or a name that a script has put together of what an assumed command did not say. */
static bool names_what_nobody_knows(const struct action_run *run)
{
    static const char *const names[] = {"subject-name", "subject-digest", "subject-path",
                                        "subject-checksums", "sbom-path"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strstr(action_input(run, names[i]), COMMAND_UNKNOWN_STEM) != NULL)
            return true;
    return false;
}

static bool attest_main(struct action_run *run, enum attest_kind kind, GError **error)
{
    struct attest attest = {.run = run, .kind = kind, .version = attest_version_of(run, kind)};
    __attribute__((cleanup(attest_predicate_clear))) struct attest_predicate predicate = {0};
    g_autofree char *message = NULL;
    GError *thrown = NULL;

    if (action_reads_unknown(run) || names_what_nobody_knows(run)) {
        action_set_unknown_output(run, "*");
        return action_assume_gap(run, "the attestation of what nobody knows", 0, error);
    }
    if (kind == ATTEST_SBOM && attest.version >= ATTEST_VERSION(4, 0, 0))
        action_warn(run, "actions/attest-sbom has been deprecated, please use actions/attest "
                         "instead");
    bool is_before = is_made_before(&attest);
    if (is_before && !attest_predicate_make(&attest, &predicate, &thrown)) {
        if (!core_catch(thrown, &message, error))
            return false;
        action_fail(run, "%s", message);
        return true;
    }
    if (!perform(&attest, &predicate, &thrown) && core_catch(thrown, &message, error))
        fail(&attest, message);
    g_free(attest.cause);
    return message != NULL || thrown == NULL;
}

static bool main_any(struct action_run *run, GError **error)
{
    return attest_main(run, ATTEST_ANY, error);
}

static bool main_provenance(struct action_run *run, GError **error)
{
    return attest_main(run, ATTEST_PROVENANCE, error);
}

static bool main_sbom(struct action_run *run, GError **error)
{
    return attest_main(run, ATTEST_SBOM, error);
}

static const struct action_input inputs[] = {
    {"subject-path", "", false},
    {"subject-digest", "", false},
    {"subject-name", "", false},
    {"subject-checksums", "", false},
    {"subject-version", "", false},
    {"sbom-path", "", false},
    {"predicate-type", "", false},
    {"predicate", "", false},
    {"predicate-path", "", false},
    {"push-to-registry", "false", false},
    {"create-storage-record", "true", false},
    {"show-summary", "true", false},
    {"github-token", "${{ github.token }}", false},
    {"private-signing", "", false},
    {NULL, NULL, false},
};

const struct action action_attest = {
    .name = "actions/attest",
    .summary =
        "Signs a statement on files or an image, and keeps it at GitHub and beside the image.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_any,
    .touches_images = false,
};

const struct action action_attest_build_provenance = {
    .name = "actions/attest-build-provenance",
    .summary = "Attests where files or an image were built.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_provenance,
    .touches_images = false,
};

const struct action action_attest_sbom = {
    .name = "actions/attest-sbom",
    .summary = "Attests an SBOM of files or an image.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_sbom,
    .touches_images = false,
};
