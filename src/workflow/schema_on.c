/* The value of `on`: events, their activity types and filters (actions-semantics.md 6). */
#include "workflow/context.h"
#include "workflow/schema_parts.h"

/* An event whose configuration is its activity types and more filters, each a text or a list; one
   without a value is as if it were not there (thanos-io/thanos lives with `tags:`). The server's
   reader is the relaxed one (actions/runner workflow-v1.0.json, "on-mapping"): keys of an event
   that it does not know pass, and mean nothing; an activity type that it does not know never comes.
   Public workflows live with such types and run for their others. */
#define EVENT(name, ...)                                                                           \
    static const struct property name##_table[] = {__VA_ARGS__, {0}};                              \
    static const struct property *const name##_tables[] = {name##_table, NULL};                    \
    static const struct definition name##_event = {.shapes = SHAPE_NULL | SHAPE_MAPPING,           \
                                                   .tables = name##_tables,                        \
                                                   .value = &schema_any,                           \
                                                   .has_free_key = true}
#define FILTER(key)                                                                                \
    {                                                                                              \
        key, &schema_filter, false                                                                 \
    }

/* Filters of these, such as tags of create, pass as well (actions/runner#1007). */
static const struct definition plain_event = {
    .shapes = SHAPE_NULL | SHAPE_MAPPING, .value = &schema_any, .has_free_key = true};
EVENT(typed, FILTER("types"));
EVENT(image_version, FILTER("types"), FILTER("names"), FILTER("versions"));
EVENT(merge_group, FILTER("types"), FILTER("branches"), FILTER("branches-ignore"));
EVENT(pull_request, FILTER("types"), FILTER("branches"), FILTER("branches-ignore"), FILTER("paths"),
      FILTER("paths-ignore"));
EVENT(workflow_run, FILTER("types"), FILTER("workflows"), FILTER("branches"),
      FILTER("branches-ignore"));
EVENT(push, FILTER("branches"), FILTER("branches-ignore"), FILTER("tags"), FILTER("tags-ignore"),
      FILTER("paths"), FILTER("paths-ignore"));

static const struct property cron_table[] = {
    {"cron", &schema_filled, true}, {"timezone", &schema_filled, false}, {0}};
static const struct property *const cron_tables[] = {cron_table, NULL};
static const struct definition cron = {.shapes = SHAPE_MAPPING, .tables = cron_tables};
static const struct definition schedule_event = {.shapes = SHAPE_SEQUENCE, .item = &cron};

static const char *const call_type_words[] = {"string", "boolean", "number", NULL};
static const struct definition call_type = {.shapes = SHAPE_STRING, .words = call_type_words};
static const struct definition call_default = {.shapes = SHAPE_SCALAR,
                                               .contexts = CONTEXTS_WORKFLOW};
static const struct property call_input_table[] = {{"description", &schema_string, false},
                                                   {"type", &call_type, true},
                                                   {"required", &schema_boolean, false},
                                                   {"default", &call_default, false},
                                                   {0}};
static const struct property *const call_input_tables[] = {call_input_table, NULL};
static const struct definition call_input = {.shapes = SHAPE_MAPPING, .tables = call_input_tables};
static const struct definition call_inputs = {.shapes = SHAPE_MAPPING, .value = &call_input};

static const struct property call_secret_table[] = {
    {"description", &schema_string, false}, {"required", &schema_boolean, false}, {0}};
static const struct property *const call_secret_tables[] = {call_secret_table, NULL};
static const struct definition call_secret = {.shapes = SHAPE_NULL | SHAPE_MAPPING,
                                              .tables = call_secret_tables};
static const struct definition call_secrets = {.shapes = SHAPE_MAPPING, .value = &call_secret};

static const struct definition call_output_value = {.shapes = SHAPE_STRING,
                                                    .contexts = CONTEXTS_WORKFLOW | CONTEXT_JOBS};
static const struct property call_output_table[] = {
    {"description", &schema_string, false}, {"value", &call_output_value, true}, {0}};
static const struct property *const call_output_tables[] = {call_output_table, NULL};
static const struct definition call_output = {.shapes = SHAPE_MAPPING,
                                              .tables = call_output_tables};
static const struct definition call_outputs = {.shapes = SHAPE_MAPPING, .value = &call_output};
EVENT(workflow_call, {"inputs", &call_inputs, false}, {"secrets", &call_secrets, false},
      {"outputs", &call_outputs, false});

static const char *const dispatch_type_words[] = {"string",      "boolean", "number",
                                                  "environment", "choice",  NULL};
static const struct definition dispatch_type = {.shapes = SHAPE_STRING,
                                                .words = dispatch_type_words};
static const struct definition dispatch_default = {.shapes = SHAPE_SCALAR};
static const struct definition dispatch_options = {.shapes = SHAPE_SEQUENCE,
                                                   .item = &schema_string};
static const struct property dispatch_input_table[] = {
    {"description", &schema_string, false},
    {"deprecationMessage", &schema_string, false},
    {"type", &dispatch_type, false},
    {"required", &schema_boolean, false},
    {"default", &dispatch_default, false},
    {"options", &dispatch_options, false},
    {0}};
static const struct property *const dispatch_input_tables[] = {dispatch_input_table, NULL};
/* An input without a body is a string that may be left out: the relaxed reader takes it. */
static const struct definition dispatch_input = {.shapes = SHAPE_NULL | SHAPE_MAPPING,
                                                 .tables = dispatch_input_tables,
                                                 .value = &schema_any,
                                                 .has_free_key = true};
static const struct definition dispatch_inputs = {.shapes = SHAPE_NULL | SHAPE_MAPPING,
                                                  .value = &dispatch_input};
static const struct property dispatch_table[] = {{"inputs", &dispatch_inputs, false}, {0}};
static const struct property *const dispatch_tables[] = {dispatch_table, NULL};
static const struct definition workflow_dispatch_event = {.shapes = SHAPE_NULL | SHAPE_MAPPING,
                                                          .tables = dispatch_tables,
                                                          .value = &schema_any,
                                                          .has_free_key = true};

static const struct property on_table[] = {
    {"branch_protection_rule", &typed_event, false},
    {"check_run", &typed_event, false},
    {"check_suite", &typed_event, false},
    {"create", &plain_event, false},
    {"delete", &plain_event, false},
    {"deployment", &plain_event, false},
    {"deployment_status", &plain_event, false},
    {"discussion", &typed_event, false},
    {"discussion_comment", &typed_event, false},
    {"fork", &plain_event, false},
    {"gollum", &plain_event, false},
    {"image_version", &image_version_event, false},
    {"issue_comment", &typed_event, false},
    {"issues", &typed_event, false},
    {"label", &typed_event, false},
    {"merge_group", &merge_group_event, false},
    {"milestone", &typed_event, false},
    {"page_build", &plain_event, false},
    {"project", &typed_event, false},
    {"project_card", &typed_event, false},
    {"project_column", &typed_event, false},
    {"public", &plain_event, false},
    {"pull_request", &pull_request_event, false},
    {"pull_request_comment", &typed_event, false},
    {"pull_request_review", &typed_event, false},
    {"pull_request_review_comment", &typed_event, false},
    {"pull_request_target", &pull_request_event, false},
    {"push", &push_event, false},
    {"registry_package", &typed_event, false},
    {"release", &typed_event, false},
    {"repository_dispatch", &typed_event, false},
    {"schedule", &schedule_event, false},
    {"status", &plain_event, false},
    {"watch", &typed_event, false},
    {"workflow_call", &workflow_call_event, false},
    {"workflow_dispatch", &workflow_dispatch_event, false},
    {"workflow_run", &workflow_run_event, false},
    {0},
};
static const struct property *const on_tables[] = {on_table, NULL};
static const char *const event_words[] = {"branch_protection_rule",
                                          "check_run",
                                          "check_suite",
                                          "create",
                                          "delete",
                                          "deployment",
                                          "deployment_status",
                                          "discussion",
                                          "discussion_comment",
                                          "fork",
                                          "gollum",
                                          "image_version",
                                          "issue_comment",
                                          "issues",
                                          "label",
                                          "merge_group",
                                          "milestone",
                                          "page_build",
                                          "project",
                                          "project_card",
                                          "project_column",
                                          "public",
                                          "pull_request",
                                          "pull_request_comment",
                                          "pull_request_review",
                                          "pull_request_review_comment",
                                          "pull_request_target",
                                          "push",
                                          "registry_package",
                                          "release",
                                          "repository_dispatch",
                                          "schedule",
                                          "status",
                                          "watch",
                                          "workflow_call",
                                          "workflow_dispatch",
                                          "workflow_run",
                                          NULL};
static const struct definition event_name = {.shapes = SHAPE_STRING, .words = event_words};

const struct definition schema_on = {.shapes = SHAPE_STRING | SHAPE_SEQUENCE | SHAPE_MAPPING,
                                     .words = event_words,
                                     .item = &event_name,
                                     .tables = on_tables};
