/* A call held against what the called workflow declares and asks for. */
#include "workflow/call_private.h"

#include "base/limits.h"
#include "workflow/context.h"
#include "workflow/folded.h"
#include "workflow/literal.h"
#include "workflow/schema.h"

#include <string.h>

static const struct definition value_of_type[] = {
    [INPUT_STRING] = {.shapes = SHAPE_STRING, .contexts = CONTEXTS_JOB},
    [INPUT_BOOLEAN] = {.shapes = SHAPE_BOOLEAN, .contexts = CONTEXTS_JOB},
    [INPUT_NUMBER] = {.shapes = SHAPE_NUMBER, .contexts = CONTEXTS_JOB},
};

static void declare_secrets(struct call *call, const struct node *secrets)
{
    for (gsize i = 0; secrets != NULL && i < node_length(secrets); i++) {
        const struct node_entry *entry = node_entry(secrets, i);
        const struct node *required = node_get(entry->value, "required");
        struct call_secret *secret = g_new0(struct call_secret, 1);
        secret->name = g_strdup(entry->key);
        secret->is_required =
            required != NULL && required->kind == NODE_BOOLEAN && required->boolean;
        g_ptr_array_add(call->secrets, secret);
    }
}

static void declare_outputs(struct call *call, const struct node *outputs)
{
    for (gsize i = 0; outputs != NULL && i < node_length(outputs); i++) {
        const struct node_entry *entry = node_entry(outputs, i);
        struct call_output *output = g_new0(struct call_output, 1);
        output->name = g_strdup(entry->key);
        output->value = node_get(entry->value, "value");
        g_ptr_array_add(call->outputs, output);
    }
}

void call_declare(struct call *call, struct fault_list *faults)
{
    const struct trigger *trigger = triggers_get(call->workflow->triggers, "workflow_call");
    if (trigger == NULL) {
        fault_add_at(faults, call->workflow->on,
                     "workflow_call key is not defined in the referenced workflow.");
        return;
    }
    g_ptr_array_unref(call->inputs);
    call->inputs = inputs_of(call->workflow->on, "workflow_call");
    declare_secrets(call, node_get(trigger->node, "secrets"));
    declare_outputs(call, node_get(trigger->node, "outputs"));
}

static void check_input(const struct call *call, const struct input *input,
                        struct fault_list *faults)
{
    const struct node *given = folded_node(call->job->with, input->name);
    if (input->initial != NULL)
        schema_check(&value_of_type[input->type], input->initial, faults);
    if (given != NULL)
        schema_check(&value_of_type[input->type], given, faults);
    else if (input->is_required)
        fault_add_at(faults, call->job->uses,
                     "Input %s is required, but not provided while calling.", input->name);
}

static const struct call_secret *find_secret(const struct call *call, const char *name)
{
    for (guint i = 0; i < call->secrets->len; i++) {
        const struct call_secret *secret = call->secrets->pdata[i];
        if (g_ascii_strcasecmp(secret->name, name) == 0)
            return secret;
    }
    return NULL;
}

static bool is_declared(const struct call *call, bool is_input, const char *name)
{
    return is_input ? inputs_find(call->inputs, name) != NULL : find_secret(call, name) != NULL;
}

static void check_unknown(const struct call *call, const struct node *given, bool is_input,
                          struct fault_list *faults)
{
    for (gsize i = 0; given != NULL && given->kind == NODE_MAPPING && i < node_length(given); i++) {
        const struct node_entry *entry = node_entry(given, i);
        if (!literal_has_expression(entry->key) && !is_declared(call, is_input, entry->key))
            fault_add_at(faults, entry->value,
                         "Invalid %s, %s is not defined in the referenced workflow.",
                         is_input ? "input" : "secret", entry->key);
    }
}

static void check_secrets(const struct call *call, struct fault_list *faults)
{
    if (call->job->inherits_secrets)
        return;
    for (guint i = 0; i < call->secrets->len; i++) {
        const struct call_secret *secret = call->secrets->pdata[i];
        if (secret->is_required && folded_node(call->job->secrets, secret->name) == NULL)
            fault_add_at(faults, call->job->uses,
                         "Secret %s is required, but not provided while calling.", secret->name);
    }
    check_unknown(call, call->job->secrets, /* is_input= */ false, faults);
}

void call_check_values(const struct call *call, struct fault_list *faults)
{
    for (guint i = 0; i < call->inputs->len; i++)
        check_input(call, call->inputs->pdata[i], faults);
    check_unknown(call, call->job->with, /* is_input= */ true, faults);
    check_secrets(call, faults);
}

/* What the workflow and its callers say of a job's permissions; false: nothing. */
static bool stated_permissions(const struct call *call, const struct job *job,
                               struct permissions *stated)
{
    const struct node *node = job->permissions;
    if (node == NULL)
        node = call->workflow->permissions;
    if (node != NULL)
        *stated = permissions_of(node);
    else if (call->has_limit)
        *stated = call->limit;
    return node != NULL || call->has_limit;
}

/* job NULL: the workflow's own block. */
static void check_request(const struct call *call, const struct job *job,
                          const struct permissions *allowed, struct fault_list *faults)
{
    const struct node *node = job != NULL ? job->permissions : call->workflow->permissions;
    g_autofree char *wanted_text = NULL;
    g_autofree char *allowed_text = NULL;
    g_autofree char *uses = literal_text(call->job->uses);
    if (node == NULL)
        return;
    struct permissions wanted = permissions_of(node);
    if (!permissions_exceed(&wanted, allowed, &wanted_text, &allowed_text))
        return;
    g_autofree char *who =
        job != NULL ? g_strdup_printf("nested job '%s'", job->id) : g_strdup("workflow");
    fault_add(faults, call->job->position,
              "Error calling workflow '%s'. The %s is requesting '%s', but is only allowed '%s'.",
              uses, who, wanted_text, allowed_text);
}

void call_check_permissions(struct call *call, const struct event *event, struct fault_list *faults)
{
    call->has_limit = stated_permissions(call->caller, call->job, &call->limit);
    /* A setting that nobody has told may be the one under which GitHub takes the call. */
    bool may_write = event->is_write_default || !event->is_default_stated;
    struct permissions allowed =
        call->has_limit ? call->limit
                        : permissions_default(may_write, /* is_trusted= */ call->origin == NULL);
    check_request(call, NULL, &allowed, faults);
    for (guint i = 0; i < call->workflow->jobs->len; i++)
        check_request(call, call->workflow->jobs->pdata[i], &allowed, faults);
}

struct permissions call_permissions(const struct call *call, const struct job *job,
                                    const struct event *event)
{
    struct permissions stated;
    if (!stated_permissions(call, job, &stated))
        stated = event_default_permissions(event, /* is_trusted= */ call->origin == NULL);
    return event_limit_permissions(event, &stated);
}

bool permissions_allow(const struct call *call, const struct job *job, const struct event *event,
                       const char *scope, const char *level)
{
    struct permissions permissions = call_permissions(call, job, event);
    enum permission_level has = permissions_get(&permissions, scope);
    return strcmp(permission_level_text(has), level) == 0 ||
           (has == PERMISSION_WRITE && strcmp(level, "read") == 0) || strcmp(level, "none") == 0;
}
