/* Reading `assume:`. */
#include "harness/assume.h"

#include "workflow/literal.h"

#include <stddef.h>

static const char *const outcome_names[] = {"success", "failure", "cancelled", "skipped", NULL};

static const struct field assume_fields[] = {
    {.kind = FIELD_POSITION, .offset = offsetof(struct assume_rule, position)},
    {.name = "action",
     .kind = FIELD_STRING,
     .offset = offsetof(struct assume_rule, action),
     .summary = "which actions: a glob over 'owner/repo@ref', or a step's id"},
    {.name = "command",
     .kind = FIELD_STRING,
     .offset = offsetof(struct assume_rule, command),
     .summary = "which commands: a glob over the command line, such as 'npm ci*'"},
    {.name = "outcome",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct assume_rule, outcome),
     .names = outcome_names,
     .otherwise = "success",
     .summary = "how such an action ends"},
    {.name = "duration",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct assume_rule, duration_us),
     .summary = "how long it takes; default no time"},
    {.name = "outputs",
     .kind = FIELD_NODE,
     .offset = offsetof(struct assume_rule, outputs),
     .summary = "outputs of such an action: a mapping of texts"},
    {.name = "creates",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct assume_rule, creates),
     .summary = "files that it makes, empty where they are not there yet: an action below the "
                "workspace, a command below its directory"},
    {.name = "exit_code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct assume_rule, exit_code),
     .minimum = 0,
     .maximum = 255,
     .summary = "exit code of such a command"},
    {.name = "output",
     .kind = FIELD_STRING,
     .offset = offsetof(struct assume_rule, output),
     .summary = "what such a command prints"},
    {0},
};

static bool check_outputs(const struct node *outputs, GError **error)
{
    if (outputs == NULL)
        return true;
    if (outputs->kind != NODE_MAPPING) {
        node_error(error, outputs, "'outputs' is %s, expected a mapping of texts",
                   node_kind_text(outputs));
        return false;
    }
    for (gsize i = 0; i < node_length(outputs); i++) {
        const struct node *value = node_entry(outputs, i)->value;
        if (value->kind != NODE_MAPPING && value->kind != NODE_SEQUENCE)
            continue;
        node_error(error, value, "an output is a text, not %s", node_kind_text(value));
        return false;
    }
    return true;
}

static bool check_rule(const struct node *node, void *record, GError **error)
{
    const struct assume_rule *rule = record;
    if ((rule->action != NULL) == (rule->command != NULL)) {
        node_error(error, node, "a rule is about an `action` or about a `command`, one of them");
        return false;
    }
    return check_outputs(rule->outputs, error);
}

const struct record_type assume_record = {.name = "assume",
                                          .summary = "what is assumed of an action or a command",
                                          .size = sizeof(struct assume_rule),
                                          .fields = assume_fields,
                                          .check = check_rule};

static const struct field assume_file_fields[] = {
    {.name = "assume",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct list_file, records),
     .type = &assume_record,
     .is_required = true,
     .summary = "what is assumed of actions and commands"},
    {0},
};
static const struct record_type assume_file_record = {.name = "assume file",
                                                      .summary = "what to assume in a rehearsal",
                                                      .size = sizeof(struct list_file),
                                                      .fields = assume_file_fields};

/* Outputs are texts, however they are written. */
static json_t *texts_of(const struct node *outputs)
{
    json_t *texts = json_object();
    for (gsize i = 0; i < node_length(outputs); i++) {
        const struct node_entry *entry = node_entry(outputs, i);
        g_autofree char *text = literal_text(entry->value);
        json_object_set_new(texts, entry->key, json_text_or_null(text));
    }
    return texts;
}

static struct assumed_action action_of(const struct assume_rule *rule)
{
    return (struct assumed_action){
        .pattern = rule->action,
        .outcome = rule->outcome,
        .duration_us = rule->duration_us,
        .outputs = rule->outputs != NULL ? texts_of(rule->outputs) : NULL,
        .creates = (const char *const *)rule->creates,
    };
}

struct assume_rules *assume_rules_of(const GPtrArray *records)
{
    struct assume_rules *rules = g_new0(struct assume_rules, 1);
    gsize action_count = 0;
    gsize command_count = 0;

    rules->actions = g_new0(struct assumed_action, records->len + 1);
    rules->commands = g_new0(struct assumed_command, records->len + 1);
    for (guint i = 0; i < records->len; i++) {
        struct assume_rule *rule = g_ptr_array_index(records, i);
        if (rule->action != NULL)
            rules->actions[action_count++] = action_of(rule);
        else
            rules->commands[command_count++] =
                (struct assumed_command){rule->command, (int)rule->exit_code, rule->output,
                                         rule->duration_us, (const char *const *)rule->creates};
    }
    return rules;
}

struct assume_rules *assume_rules_load(const char *path, GError **error)
{
    struct list_file file;
    if (!list_file_load(&file, path, &assume_file_record, error))
        return NULL;
    struct assume_rules *rules = assume_rules_of(file.records);
    rules->file = file;
    return rules;
}

void assume_rules_free(struct assume_rules *rules)
{
    if (rules == NULL)
        return;
    for (struct assumed_action *each = rules->actions; each->pattern != NULL; each++)
        json_decref((json_t *)each->outputs);
    g_free(rules->actions);
    g_free(rules->commands);
    list_file_clear(&rules->file, &assume_file_record);
    g_free(rules);
}
