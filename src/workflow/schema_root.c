/* The top of a workflow file, and permissions, which jobs have too. */
#include "workflow/context.h"
#include "workflow/schema_job.h"
#include "workflow/schema_parts.h"

static const char *const any_words[] = {"read", "write", "none", NULL};
static const char *const read_words[] = {"read", "none", NULL};
static const char *const write_words[] = {"write", "none", NULL};
static const char *const all_words[] = {"read-all", "write-all", NULL};
static const struct definition any_level = {.shapes = SHAPE_STRING, .words = any_words};
static const struct definition read_level = {.shapes = SHAPE_STRING, .words = read_words};
static const struct definition write_level = {.shapes = SHAPE_STRING, .words = write_words};

static const struct property permissions_table[] = {
    {"actions", &any_level, false},
    {"artifact-metadata", &any_level, false},
    {"attestations", &any_level, false},
    {"checks", &any_level, false},
    {"code-quality", &any_level, false},
    {"contents", &any_level, false},
    {"copilot-requests", &write_level, false},
    {"deployments", &any_level, false},
    {"discussions", &any_level, false},
    {"drives", &any_level, false},
    {"id-token", &write_level, false},
    {"issues", &any_level, false},
    {"models", &read_level, false},
    {"packages", &any_level, false},
    {"pages", &any_level, false},
    {"pull-requests", &any_level, false},
    {"repository-projects", &any_level, false},
    {"security-events", &any_level, false},
    {"statuses", &any_level, false},
    {"vulnerability-alerts", &read_level, false},
    {0},
};
static const struct property *const permissions_tables[] = {permissions_table, NULL};

const struct definition schema_permissions = {
    .shapes = SHAPE_STRING | SHAPE_MAPPING, .words = all_words, .tables = permissions_tables};

static const struct definition run_name = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_WORKFLOW};
static const struct definition env = {.shapes = SHAPE_MAPPING,
                                      .contexts = CONTEXTS_WORKFLOW | CONTEXT_SECRETS,
                                      .value = &schema_string};
static const struct definition concurrency = {.shapes = SHAPE_STRING | SHAPE_MAPPING,
                                              .contexts = CONTEXTS_WORKFLOW,
                                              .tables = schema_concurrency_tables};
static const struct property defaults_run_table[] = {
    {"shell", &schema_filled, false}, {"working-directory", &schema_filled, false}, {0}};
static const struct property *const defaults_run_tables[] = {defaults_run_table, NULL};
static const struct definition defaults_run = {.shapes = SHAPE_MAPPING,
                                               .tables = defaults_run_tables};
static const struct property defaults_table[] = {{"run", &defaults_run, false}, {0}};
static const struct property *const defaults_tables[] = {defaults_table, NULL};
static const struct definition defaults = {.shapes = SHAPE_MAPPING, .tables = defaults_tables};

static const struct property workflow_table[] = {
    {"on", &schema_on, true},
    {"name", &schema_string, false},
    {"description", &schema_string, false},
    {"run-name", &run_name, false},
    {"defaults", &defaults, false},
    {"env", &env, false},
    {"permissions", &schema_permissions, false},
    {"concurrency", &concurrency, false},
    {"jobs", &schema_jobs, true},
    {0},
};
static const struct property *const workflow_tables[] = {workflow_table, NULL};

const struct definition schema_workflow = {.shapes = SHAPE_MAPPING, .tables = workflow_tables};
