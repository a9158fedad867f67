/* What is said of the subjects: provenance, an SBOM, or what the inputs hold (actions/attest:
   src/predicate.ts, src/sbom.ts, src/detect.ts; actions/toolkit, packages/attest provenance.ts). */
#include "actions/attest.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <string.h>

#define PREDICATE_BYTES_MAX (16 * 1024 * 1024)

void attest_predicate_clear(struct attest_predicate *predicate)
{
    g_clear_pointer(&predicate->type, g_free);
    g_clear_pointer(&predicate->body, json_decref);
}

enum statement {
    STATEMENT_PROVENANCE,
    STATEMENT_SBOM,
    STATEMENT_CUSTOM,
};

static bool is_given(const struct attest *attest, const char *name)
{
    return action_input_is_given(attest->run, name);
}

/* Until version 4 each action was for one of them. */
static enum statement statement_of(const struct attest *attest)
{
    bool is_old = attest->version < ATTEST_VERSION(4, 0, 0);
    if (is_old && attest->kind == ATTEST_PROVENANCE)
        return STATEMENT_PROVENANCE;
    if (attest->kind == ATTEST_SBOM || (!is_old && is_given(attest, "sbom-path")))
        return STATEMENT_SBOM;
    return is_old || is_given(attest, "predicate-type") || is_given(attest, "predicate") ||
                   is_given(attest, "predicate-path")
               ? STATEMENT_CUSTOM
               : STATEMENT_PROVENANCE;
}

bool attest_predicate_check(struct attest *attest, GError **error)
{
    static const char *const labels[] = {[STATEMENT_PROVENANCE] = "Build Provenance",
                                         [STATEMENT_SBOM] = "SBOM",
                                         [STATEMENT_CUSTOM] = "Custom"};
    bool has_body = is_given(attest, "predicate") || is_given(attest, "predicate-path");
    if (attest->version < ATTEST_VERSION(4, 0, 0))
        return true;
    if (is_given(attest, "sbom-path") && (has_body || is_given(attest, "predicate-type")))
        return core_throw(error, "Cannot specify sbom-path together with predicate-type, "
                                 "predicate, or predicate-path");
    if (has_body && !is_given(attest, "predicate-type"))
        return core_throw(error,
                          "predicate-type is required when using predicate or predicate-path");
    action_log(attest->run, "Attestation type: %s", labels[statement_of(attest)]);
    return true;
}

/* ---- what the inputs hold ---- */

/* Of the action's world; g_free. NULL: it is not there. */
static char *read_file(const struct attest *attest, const char *path, gsize *length)
{
    g_autofree char *absolute = core_absolute_path(attest->run, path);
    g_autofree char *place = action_host_path(attest->run, absolute);
    char *text = NULL;
    return place != NULL && regular_file_read(place, &text, length, NULL) ? text : NULL;
}

char *attest_json_words(GBytes *body)
{
    gsize length = 0;
    const char *text = body != NULL ? g_bytes_get_data(body, &length) : NULL;
    if (length == 0)
        return g_strdup("Unexpected end of JSON input");
    g_autofree char *start = g_utf8_make_valid(text, (gssize)MIN(length, 10));
    return g_strdup_printf("Unexpected token '%.1s', \"%s\"... is not valid JSON", start, start);
}

static bool parse(const char *text, gsize length, json_t **value, GError **error)
{
    g_autoptr(GError) broken = NULL;
    *value = json_parse_bytes(text, length, &broken);
    if (*value != NULL)
        return true;
    g_autoptr(GBytes) bytes = g_bytes_new(text, length);
    g_autofree char *words = attest_json_words(bytes);
    return core_throw(error, "SyntaxError: %s", words);
}
static bool check_size(gsize length, const char *what, GError **error)
{
    return length <= PREDICATE_BYTES_MAX ||
           core_throw(error, "%s exceeds maximum allowed size: %d bytes", what,
                      PREDICATE_BYTES_MAX);
}

static bool make_custom(const struct attest *attest, struct attest_predicate *predicate,
                        GError **error)
{
    const char *text = action_input(attest->run, "predicate");
    const char *path = action_input(attest->run, "predicate-path");
    gsize length = strlen(text);
    if (!is_given(attest, "predicate-type"))
        return core_throw(error, "predicate-type must be provided");
    if (*text == '\0' && *path == '\0')
        return core_throw(error, "One of predicate-path or predicate must be provided");
    if (*text != '\0' && *path != '\0')
        return core_throw(error, "Only one of predicate-path or predicate may be provided");
    g_autofree char *file = *path != '\0' ? read_file(attest, path, &length) : NULL;
    if (*path != '\0' && file == NULL)
        return core_throw(error, "predicate file not found: %s", path);
    if (!check_size(length, file != NULL ? "predicate file" : "predicate string", error))
        return false;
    predicate->type = g_strdup(action_input(attest->run, "predicate-type"));
    return parse(file != NULL ? file : text, length, &predicate->body, error);
}

/* ---- an SBOM ---- */

static bool has_text(const json_t *object, const char *name)
{
    return *json_get_string(object, name, "") != '\0';
}

/* NULL: it is of neither format; g_free. */
static char *sbom_type(const json_t *sbom)
{
    if (has_text(sbom, "spdxVersion") && has_text(sbom, "SPDXID")) {
        g_auto(GStrv) parts = g_strsplit(json_get_string(sbom, "spdxVersion", ""), "-", -1);
        return g_strconcat("https://spdx.dev/Document/v",
                           parts[0] != NULL && parts[1] != NULL ? parts[1] : "undefined", NULL);
    }
    if (has_text(sbom, "bomFormat") && has_text(sbom, "serialNumber") &&
        has_text(sbom, "specVersion"))
        return g_strdup("https://cyclonedx.org/bom");
    return NULL;
}

static bool throw_no_sbom(const struct attest *attest, const char *path, GError **error)
{
    if (attest->version >= ATTEST_VERSION(4, 0, 0))
        return core_throw(error, "SBOM file not found");
    return core_throw(error, "ENOENT: no such file or directory, open '%s'", path);
}

static bool make_sbom(const struct attest *attest, struct attest_predicate *predicate,
                      GError **error)
{
    const char *path = action_input(attest->run, "sbom-path");
    gsize length = 0;
    g_autofree char *text = read_file(attest, path, &length);
    if (text == NULL)
        return throw_no_sbom(attest, path, error);
    if (!check_size(length, "SBOM file", error) || !parse(text, length, &predicate->body, error))
        return false;
    predicate->type = sbom_type(predicate->body);
    return predicate->type != NULL || core_throw(error, "Unsupported SBOM format%s",
                                                 attest->version < ATTEST_VERSION(4, 0, 0)
                                                     ? ""
                                                     : ". Must be valid SPDX or CycloneDX JSON.");
}

/* ---- the provenance ---- */

/* ".github/workflows/ci.yml" of "acme/app/.github/workflows/ci.yml@refs/heads/main"; g_free. */
static char *workflow_path(const struct action_run *run)
{
    const char *repository = action_context(run, "github.repository");
    const char *reference = action_context(run, "github.workflow_ref");
    if (g_str_has_prefix(reference, repository))
        reference += strlen(repository) + (reference[strlen(repository)] == '/');
    return g_strndup(reference, strcspn(reference, "@"));
}

static json_t *build_definition(const struct action_run *run, const char *home)
{
    const char *reference = action_context(run, "github.ref");
    g_autofree char *path = workflow_path(run);
    g_autofree char *uri = g_strdup_printf("git+%s@%s", home, reference);
    return json_pack(
        "{s:s, s:{s:{s:s, s:s, s:s}}, s:{s:{s:s, s:s, s:s, s:s}}, s:[{s:s, s:{s:s}}]}", "buildType",
        "https://actions.github.io/buildtypes/workflow/v1", "externalParameters", "workflow", "ref",
        reference, "repository", home, "path", path, "internalParameters", "github", "event_name",
        action_context(run, "github.event_name"), "repository_id",
        action_context(run, "github.repository_id"), "repository_owner_id",
        action_context(run, "github.repository_owner_id"), "runner_environment",
        strcmp(action_context(run, "runner.environment"), "self-hosted") == 0 ? "self-hosted"
                                                                              : "github-hosted",
        "resolvedDependencies", "uri", uri, "digest", "gitCommit",
        action_context(run, "github.sha"));
}

static bool make_provenance(struct attest *attest, struct attest_predicate *predicate,
                            GError **error)
{
    const struct action_run *run = attest->run;
    if (!attest_ask_claims(attest, error))
        return false;
    g_autofree char *home = g_strdup_printf("%s/%s", action_context(run, "github.server_url"),
                                            action_context(run, "github.repository"));
    g_autofree char *builder = g_strdup_printf("%s/%s", action_context(run, "github.server_url"),
                                               action_context(run, "github.workflow_ref"));
    g_autofree char *invocation = g_strdup_printf("%s/actions/runs/%s/attempts/%s", home,
                                                  action_context(run, "github.run_id"),
                                                  action_context(run, "github.run_attempt"));
    predicate->type = g_strdup("https://slsa.dev/provenance/v1");
    predicate->body =
        json_pack("{s:o, s:{s:{s:s}, s:{s:s}}}", "buildDefinition", build_definition(run, home),
                  "runDetails", "builder", "id", builder, "metadata", "invocationId", invocation);
    return true;
}

bool attest_predicate_make(struct attest *attest, struct attest_predicate *predicate,
                           GError **error)
{
    switch (statement_of(attest)) {
    case STATEMENT_PROVENANCE:
        return make_provenance(attest, predicate, error);
    case STATEMENT_SBOM:
        return make_sbom(attest, predicate, error);
    case STATEMENT_CUSTOM:
        return make_custom(attest, predicate, error);
    }
    g_assert_not_reached();
}
