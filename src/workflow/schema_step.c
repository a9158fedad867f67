/* `steps`: what runs, what is used, and background steps (actions-semantics.md 1.10). */
#include "workflow/context.h"
#include "workflow/schema_job.h"
#include "workflow/schema_parts.h"

static const struct definition text = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_STEP};
static const struct definition condition = {
    .shapes = SHAPE_STRING, .is_condition = true, .contexts = CONTEXTS_STEP_IF};
static const struct definition boolean = {.shapes = SHAPE_BOOLEAN, .contexts = CONTEXTS_STEP};
static const struct definition number = {.shapes = SHAPE_NUMBER, .contexts = CONTEXTS_STEP};
static const struct definition text_map = {
    .shapes = SHAPE_MAPPING, .contexts = CONTEXTS_STEP, .value = &schema_string};
static const struct definition wait_all = {.shapes = SHAPE_NULL | SHAPE_BOOLEAN};

static const struct property run_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"if", &condition, false},
    {"timeout-minutes", &number, false},
    {"run", &text, true},
    {"continue-on-error", &boolean, false},
    {"env", &text_map, false},
    {"working-directory", &text, false},
    {"shell", &schema_filled, false},
    {"background", &schema_boolean, false},
    {0},
};
static const struct property uses_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"if", &condition, false},
    {"continue-on-error", &boolean, false},
    {"timeout-minutes", &number, false},
    {"uses", &schema_filled, true},
    {"with", &text_map, false},
    {"env", &text_map, false},
    {"background", &schema_boolean, false},
    {0},
};
static const struct property wait_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"continue-on-error", &boolean, false},
    {"wait", &schema_filled_or_list, true},
    {0},
};
static const struct property wait_all_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"continue-on-error", &boolean, false},
    {"wait-all", &wait_all, true},
    {0},
};
static const struct property cancel_table[] = {
    {"name", &text, false},
    {"id", &schema_filled, false},
    {"continue-on-error", &boolean, false},
    {"cancel", &schema_filled, true},
    {0},
};
static const struct property parallel_table[] = {{"parallel", &schema_steps, true}, {0}};

static const struct property *const step_tables[] = {
    run_table, uses_table, wait_table, wait_all_table, cancel_table, parallel_table, NULL,
};
/* GitHub's own message knows no keys of background steps. */
static const struct definition step = {
    .shapes = SHAPE_MAPPING, .tables = step_tables, .told_tables = 2};

const struct definition schema_steps = {.shapes = SHAPE_SEQUENCE, .item = &step};
