/* action.yml: the definitions of actions/runner 2.336.0, src/Runner.Worker/action_yaml.json. */
#include "workflow/context.h"
#include "workflow/schema_parts.h"

static const struct definition input_default = {.shapes = SHAPE_STRING,
                                                .contexts = CONTEXTS_ACTION | CONTEXT_HASH_FILES};
static const struct property input_table[] = {{"default", &input_default, false}, {0}};
static const struct property *const input_tables[] = {input_table, NULL};
static const struct definition input = {
    .shapes = SHAPE_MAPPING, .tables = input_tables, .value = &schema_any};
static const struct definition inputs = {.shapes = SHAPE_MAPPING, .value = &input};

static const struct definition output_value = {.shapes = SHAPE_STRING,
                                               .contexts = CONTEXTS_ACTION_OUTPUT};
static const struct property output_table[] = {
    {"description", &schema_string, false}, {"value", &output_value, false}, {0}};
static const struct property *const output_tables[] = {output_table, NULL};
static const struct definition output = {.shapes = SHAPE_MAPPING, .tables = output_tables};
static const struct definition outputs = {.shapes = SHAPE_MAPPING, .value = &output};

static const struct definition text = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_ACTION_STEP};
static const struct definition boolean = {.shapes = SHAPE_BOOLEAN,
                                          .contexts = CONTEXTS_ACTION_STEP};
static const struct definition condition = {.shapes = SHAPE_STRING,
                                            .is_condition = true,
                                            .contexts = CONTEXTS_ACTION_STEP | CONTEXT_STATUS};
static const struct definition text_map = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXTS_ACTION_STEP, .value = &schema_string};

static const struct property run_step_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"if", &condition, false},
    {"run", &text, true},
    {"env", &text_map, false},
    {"continue-on-error", &boolean, false},
    {"working-directory", &text, false},
    {"shell", &text, true},
    {0},
};
static const struct property uses_step_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"if", &condition, false},
    {"uses", &schema_filled, true},
    {"continue-on-error", &boolean, false},
    {"with", &text_map, false},
    {"env", &text_map, false},
    {0},
};
static const struct property *const step_tables[] = {run_step_table, uses_step_table, NULL};
static const struct definition step = {.shapes = SHAPE_MAPPING, .tables = step_tables};
static const struct definition steps = {.shapes = SHAPE_SEQUENCE, .item = &step};

static const struct definition argument = {.shapes = SHAPE_STRING, .contexts = CONTEXT_INPUTS};
static const struct definition arguments = {.shapes = SHAPE_SEQUENCE, .item = &argument};
static const struct definition container_env = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXT_INPUTS, .value = &schema_string};
static const struct property container_table[] = {
    {"using", &schema_filled, false},      {"image", &schema_filled, false},
    {"entrypoint", &schema_filled, false}, {"args", &arguments, false},
    {"env", &container_env, false},        {"pre-entrypoint", &schema_filled, false},
    {"pre-if", &schema_filled, false},     {"post-entrypoint", &schema_filled, false},
    {"post-if", &schema_filled, false},    {0},
};
static const struct property node_table[] = {
    {"using", &schema_filled, false},
    {"main", &schema_filled, false},
    {"pre", &schema_filled, false},
    {"pre-if", &schema_filled, false},
    {"post", &schema_filled, false},
    {"post-if", &schema_filled, false},
    {0},
};
static const struct property plugin_table[] = {{"plugin", &schema_filled, false}, {0}};
static const struct property composite_table[] = {
    {"using", &schema_filled, false}, {"steps", &steps, false}, {0}};
static const struct property *const runs_tables[] = {container_table, node_table, plugin_table,
                                                     composite_table, NULL};
static const struct definition runs = {.shapes = SHAPE_MAPPING, .tables = runs_tables};

static const struct property action_table[] = {
    {"name", &schema_string, false}, {"description", &schema_string, false},
    {"inputs", &inputs, false},      {"runs", &runs, false},
    {"outputs", &outputs, false},    {0},
};
static const struct property *const action_tables[] = {action_table, NULL};

const struct definition schema_action = {
    .shapes = SHAPE_MAPPING, .tables = action_tables, .value = &schema_any};
