/* `jobs`: those that run steps and those that call a workflow. */
#include "workflow/schema_job.h"
#include "workflow/context.h"
#include "workflow/schema_parts.h"

static const struct definition text = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_JOB};
static const struct definition number = {.shapes = SHAPE_NUMBER, .contexts = CONTEXTS_JOB};
static const struct definition boolean = {.shapes = SHAPE_BOOLEAN, .contexts = CONTEXTS_JOB};
static const struct definition condition = {
    .shapes = SHAPE_STRING, .is_condition = true, .contexts = CONTEXTS_JOB_IF};

static const struct definition matrix_vector = {.shapes = SHAPE_SEQUENCE, .item = &schema_any};
static const struct definition matrix_item = {.shapes = SHAPE_MAPPING, .value = &schema_any};
static const struct definition matrix_items = {.shapes = SHAPE_SEQUENCE, .item = &matrix_item};
static const struct property matrix_table[] = {
    {"include", &matrix_items, false}, {"exclude", &matrix_items, false}, {0}};
static const struct property *const matrix_tables[] = {matrix_table, NULL};
static const struct definition matrix = {
    .shapes = SHAPE_MAPPING, .tables = matrix_tables, .value = &matrix_vector};
static const struct definition plain_number = {.shapes = SHAPE_NUMBER};
static const struct property strategy_table[] = {{"fail-fast", &schema_boolean, false},
                                                 {"max-parallel", &plain_number, false},
                                                 {"matrix", &matrix, false},
                                                 {0}};
static const struct property *const strategy_tables[] = {strategy_table, NULL};
static const struct definition strategy = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXTS_NEEDS, .tables = strategy_tables};

static const struct property runs_on_table[] = {
    {"group", &schema_filled, false}, {"labels", &schema_filled_or_list, false}, {0}};
static const struct property *const runs_on_tables[] = {runs_on_table, NULL};
static const struct definition runs_on = {.shapes = SHAPE_STRING | SHAPE_SEQUENCE | SHAPE_MAPPING,
                                          .is_filled = true,
                                          .contexts = CONTEXTS_JOB,
                                          .item = &schema_filled,
                                          .tables = runs_on_tables};

static const struct definition runner_text = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_OUTPUT};
static const struct definition url = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_RUNNER};
static const struct definition container_env = {.shapes = SHAPE_MAPPING, .value = &runner_text};
static const struct property credentials_table[] = {
    {"username", &schema_filled, false}, {"password", &schema_filled, false}, {0}};
static const struct property *const credentials_tables[] = {credentials_table, NULL};
static const struct definition credentials = {.shapes = SHAPE_MAPPING,
                                              .contexts =
                                                  CONTEXTS_WORKFLOW | CONTEXT_SECRETS | CONTEXT_ENV,
                                              .tables = credentials_tables};
#define CONTAINER_ROWS                                                                             \
    {"image", &schema_string, false}, {"options", &schema_string, false},                          \
        {"env", &container_env, false}, {"ports", &schema_filled_list, false},                     \
        {"volumes", &schema_filled_list, false},                                                   \
    {                                                                                              \
        "credentials", &credentials, false                                                         \
    }
static const struct property container_table[] = {CONTAINER_ROWS, {0}};
static const struct property service_table[] = {
    CONTAINER_ROWS, {"entrypoint", &schema_string, false}, {"command", &schema_string, false}, {0}};
static const struct property *const container_tables[] = {container_table, NULL};
static const struct property *const service_tables[] = {service_table, NULL};
static const struct definition container = {
    .shapes = SHAPE_STRING | SHAPE_MAPPING, .contexts = CONTEXTS_JOB, .tables = container_tables};
static const struct definition service = {
    .shapes = SHAPE_STRING | SHAPE_MAPPING, .contexts = CONTEXTS_JOB, .tables = service_tables};
static const struct definition services = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXTS_JOB, .value = &service};

static const struct definition env = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXTS_JOB | CONTEXT_SECRETS, .value = &schema_string};
static const struct property environment_table[] = {
    {"name", &text, true}, {"url", &url, false}, {"deployment", &schema_boolean, false}, {0}};
static const struct property *const environment_tables[] = {environment_table, NULL};
static const struct definition environment = {
    .shapes = SHAPE_STRING | SHAPE_MAPPING, .contexts = CONTEXTS_JOB, .tables = environment_tables};

static const char *const queue_words[] = {"single", "max", NULL};
static const struct definition queue = {.shapes = SHAPE_STRING, .words = queue_words};
static const struct property concurrency_table[] = {{"group", &schema_filled, true},
                                                    {"cancel-in-progress", &schema_boolean, false},
                                                    {"queue", &queue, false},
                                                    {0}};
const struct property *const schema_concurrency_tables[] = {concurrency_table, NULL};
static const struct definition concurrency = {.shapes = SHAPE_STRING | SHAPE_MAPPING,
                                              .is_filled = true,
                                              .contexts = CONTEXTS_JOB,
                                              .tables = schema_concurrency_tables};

static const struct definition outputs = {.shapes = SHAPE_MAPPING, .value = &runner_text};
static const struct property defaults_run_table[] = {
    {"shell", &schema_filled, false}, {"working-directory", &schema_filled, false}, {0}};
static const struct property *const defaults_run_tables[] = {defaults_run_table, NULL};
static const struct definition defaults_run = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXTS_JOB | CONTEXT_ENV, .tables = defaults_run_tables};
static const struct property defaults_table[] = {{"run", &defaults_run, false}, {0}};
static const struct property *const defaults_tables[] = {defaults_table, NULL};
static const struct definition defaults = {.shapes = SHAPE_MAPPING, .tables = defaults_tables};

static const struct property snapshot_table[] = {{"image-name", &schema_filled, true},
                                                 {"if", &condition, false},
                                                 {"version", &schema_filled, false},
                                                 {0}};
static const struct property *const snapshot_tables[] = {snapshot_table, NULL};
static const struct definition snapshot = {.shapes = SHAPE_STRING | SHAPE_MAPPING,
                                           .is_filled = true,
                                           .contexts = CONTEXTS_JOB,
                                           .tables = snapshot_tables};

static const struct definition call_value = {.shapes = SHAPE_SCALAR, .contexts = CONTEXTS_JOB};
static const struct definition call_with = {.shapes = SHAPE_MAPPING, .value = &call_value};
static const struct definition call_secret = {.shapes = SHAPE_SCALAR,
                                              .contexts = CONTEXTS_JOB | CONTEXT_SECRETS};
static const char *const inherit_words[] = {"inherit", NULL};
static const struct definition call_secrets = {
    .shapes = SHAPE_STRING | SHAPE_MAPPING, .words = inherit_words, .value = &call_secret};

static const struct property steps_table[] = {
    {"needs", &schema_filled_or_list, false},
    {"if", &condition, false},
    {"strategy", &strategy, false},
    {"name", &text, false},
    {"runs-on", &runs_on, true},
    {"timeout-minutes", &number, false},
    {"cancel-timeout-minutes", &number, false},
    {"continue-on-error", &boolean, false},
    {"container", &container, false},
    {"services", &services, false},
    {"env", &env, false},
    {"environment", &environment, false},
    {"permissions", &schema_permissions, false},
    {"concurrency", &concurrency, false},
    {"outputs", &outputs, false},
    {"defaults", &defaults, false},
    {"steps", &schema_steps, false},
    {"snapshot", &snapshot, false},
    {0},
};
static const struct property call_table[] = {
    {"name", &text, false},
    {"uses", &schema_filled, true},
    {"with", &call_with, false},
    {"secrets", &call_secrets, false},
    {"needs", &schema_filled_or_list, false},
    {"if", &condition, false},
    {"permissions", &schema_permissions, false},
    {"concurrency", &concurrency, false},
    {"strategy", &strategy, false},
    {0},
};
static const struct property *const job_tables[] = {steps_table, call_table, NULL};
static const struct definition job = {.shapes = SHAPE_MAPPING, .tables = job_tables};

const struct definition schema_jobs = {.shapes = SHAPE_MAPPING, .value = &job};
