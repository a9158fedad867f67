/* Jobs that call a reusable workflow: its inputs, secrets and outputs (actions-semantics.md 2.4).
 */
#include "runner/leg.h"
#include "runner/server_private.h"
#include "runner/use.h"
#include "workflow/literal.h"

#include <string.h>

enum {
    CALL_DEPTH_MAX = 10 /* docs: reusing workflows, ten levels */
};

/* The configuration of on.workflow_call, or NULL. */
static const struct node *call_of(const struct workflow *workflow, const char *key)
{
    const struct node *call =
        workflow->on->kind == NODE_MAPPING ? node_get(workflow->on, "workflow_call") : NULL;
    return call != NULL && call->kind == NODE_MAPPING ? node_get(call, key) : NULL;
}

/* Expressions of a default are the caller's to see (actions-semantics.md 4). */
static json_t *evaluate_default(const struct flow *caller, const struct node *standard,
                                bool is_text, GError **error)
{
    if (!literal_is_dynamic(standard))
        return node_json(standard);
    json_t *value = flow_evaluate_json(caller, NULL, standard, error);
    if (value == NULL || !is_text || json_is_string(value))
        return value;
    g_autoptr(json_t) other = value;
    g_autofree char *text = json_text(other);
    return json_text_or_null(text);
}

static bool add_default(const struct flow *caller, json_t *inputs, const struct node_entry *input,
                        GError **error)
{
    const struct node *standard =
        input->value->kind == NODE_MAPPING ? node_get(input->value, "default") : NULL;
    const struct node *type =
        input->value->kind == NODE_MAPPING ? node_get(input->value, "type") : NULL;
    g_autofree char *word = type != NULL ? literal_text(type) : g_strdup("string");
    if (json_object_get(inputs, input->key) != NULL)
        return true;
    if (standard != NULL) {
        json_t *value = evaluate_default(caller, standard, strcmp(word, "string") == 0, error);
        return value != NULL && json_object_set_new(inputs, input->key, value) == 0;
    }
    if (strcmp(word, "boolean") == 0)
        json_object_set_new(inputs, input->key, json_false());
    else if (strcmp(word, "number") == 0)
        json_object_set_new(inputs, input->key, json_integer(0));
    else
        json_object_set_new(inputs, input->key, json_string(""));
    return true;
}

/* Whether nothing was read that nobody knows since the log was cleared. */
static bool is_known(const struct task *task)
{
    const struct unknown_log *log = &task->flow->server->unknown;
    return log->name == NULL && log->doubtful == NULL && unknown_log_mark(log) == 0;
}

/* What the caller gives must be of the input's kind, unless it stands on something that nobody
   knows; a string takes any scalar as its text (ConvertToInputValueDefinedType in
   WorkflowTemplateConverter.cs). Takes value over; NULL: an error. */
static json_t *fit(const struct task *task, const struct node *declared, const struct node *given,
                   json_t *value, GError **error)
{
    g_autoptr(json_t) own = value;
    VALUE(shown);
    shown = folded_value(value);
    const struct node *type =
        declared != NULL && declared->kind == NODE_MAPPING ? node_get(declared, "type") : NULL;
    const char *word = type != NULL && type->kind == NODE_STRING ? type->text : "";
    bool is_scalar = !json_is_array(value) && !json_is_object(value);
    bool is_right = strcmp(word, "boolean") == 0  ? json_is_boolean(value)
                    : strcmp(word, "number") == 0 ? json_is_number(value)
                                                  : is_scalar;
    if (!is_right && is_known(task) && !evaluate_may_lack(given, &shown)) {
        evaluate_unexpected(given, &shown, error);
        return NULL;
    }
    if (strcmp(word, "string") != 0 || !is_scalar || json_is_string(value))
        return g_steal_pointer(&own);
    g_autofree char *text = github_value_string(&shown);
    return json_text_or_null(text);
}

static json_t *given_inputs(const struct server_run *run, const struct node *declared,
                            GError **error)
{
    const struct node *with = run->task->job->with;
    g_autoptr(json_t) inputs = json_object();
    if (with != NULL && with->kind != NODE_MAPPING)
        return task_evaluate_json(run->task, run->leg, NULL, with, error);
    for (gsize i = 0; with != NULL && i < node_length(with); i++) {
        const struct node_entry *entry = node_entry(with, i);
        unknown_log_clear(&run->task->flow->server->unknown);
        json_t *value = task_evaluate_json(run->task, run->leg, NULL, entry->value, error);
        if (value != NULL)
            value = fit(run->task, node_get(declared, entry->key), entry->value, value, error);
        if (value == NULL)
            return NULL;
        json_object_set_new(inputs, entry->key, value);
    }
    return g_steal_pointer(&inputs);
}

static json_t *inputs_of(const struct server_run *run, const struct workflow *called,
                         GError **error)
{
    const struct node *declared = call_of(called, "inputs");
    json_t *inputs = given_inputs(run, declared, error);
    for (gsize i = 0; inputs != NULL && declared != NULL && declared->kind == NODE_MAPPING &&
                      i < node_length(declared);
         i++)
        if (!add_default(run->task->flow, inputs, node_entry(declared, i), error))
            g_clear_pointer(&inputs, json_decref);
    return inputs;
}

/* Which of them stand on an output that nobody knows; NULL: none. */
static json_t *unknown_inputs_of(const struct server_run *run)
{
    struct unknown_log *log = &run->task->flow->server->unknown;
    const struct node *with = run->task->job->with;
    json_t *unknown = NULL;
    for (gsize i = 0; with != NULL && with->kind == NODE_MAPPING && i < node_length(with); i++) {
        const struct node_entry *entry = node_entry(with, i);
        unknown_log_clear(log);
        g_autoptr(json_t) value = task_evaluate_json(run->task, run->leg, NULL, entry->value, NULL);
        if (value != NULL)
            unknown_pass_on(log, &unknown, entry->key);
    }
    return unknown;
}

static json_t *secrets_of(const struct server_run *run, GError **error)
{
    const struct job *job = run->task->job;
    if (job->inherits_secrets)
        return json_incref(run->task->flow->secrets);
    json_t *secrets = job->secrets != NULL
                          ? task_evaluate_json(run->task, run->leg, NULL, job->secrets, error)
                          : json_object();
    json_t *token = json_object_get(run->task->flow->secrets, "GITHUB_TOKEN");
    if (secrets != NULL && token != NULL)
        json_object_set(secrets, "GITHUB_TOKEN", token);
    return secrets;
}

static bool give_outputs(struct server_run *run, GError **error)
{
    const struct flow *flow = run->called;
    const struct node *declared = call_of(flow->workflow, "outputs");
    for (gsize i = 0;
         declared != NULL && declared->kind == NODE_MAPPING && i < node_length(declared); i++) {
        const struct node_entry *entry = node_entry(declared, i);
        const struct node *value =
            entry->value->kind == NODE_MAPPING ? node_get(entry->value, "value") : entry->value;
        unknown_log_clear(&flow->server->unknown);
        g_autofree char *text = value != NULL ? flow_output(flow, value, error) : NULL;
        if (text == NULL)
            return false;
        unknown_pass_on(&flow->server->unknown, &run->row->result->unknown, entry->key);
        if (text[0] != '\0')
            json_object_set_new(run->row->result->outputs, entry->key, json_text_or_null(text));
    }
    return true;
}

static void refuse(struct server_run *run, GError *error)
{
    run->row->result->result = run->row->result->conclusion = RESULT_FAILURE;
    g_free(run->row->reason);
    run->row->reason = g_strdup(error->message);
    server_run_doubt(run);
    g_ptr_array_add(run->task->flow->server->result->errors, error);
}

/* Nothing is known of a workflow that is not mapped. */
static void assume(struct server_run *run, const char *text)
{
    struct assumption *assumption = g_new0(struct assumption, 1);
    assumption->what = g_strdup_printf("workflow %s", text);
    assumption->position = run->task->job->position;
    assumption->touches_images = true;
    assumption->leaves_gap = true;
    unknown_add(&run->row->result->unknown, "*");
    g_ptr_array_add(run->row->result->assumptions, assumption);
    run->row->reason = g_strdup_printf("the workflow %s is not here; it is taken to succeed", text);
}

/* Its concurrency let it not begin. */
static void give_up(struct server_run *run, GError *error)
{
    if (error != NULL) {
        refuse(run, error);
        return;
    }
    run->row->result->result = run->row->result->conclusion = RESULT_CANCELLED;
    run->row->reason = g_strdup(run->cancel_text);
    if (run->cancel_text != NULL)
        leg_result_annotate(run->row->result, run->cancel_text);
}

static void call(struct server_run *run, const struct workflow *called)
{
    g_autoptr(GError) error = NULL;
    struct flow *caller = run->task->flow;
    AUTO(flow) flow = flow_new(caller->server, called);
    flow->depth = caller->depth + 1;
    flow->caller = run;
    g_free(flow->id_prefix);
    g_free(flow->name_prefix);
    flow->id_prefix = g_strconcat(run->row->id, "/", NULL);
    flow->name_prefix = g_strconcat(run->row->name, " / ", NULL);
    flow->inputs = inputs_of(run, called, &error);
    flow->unknown_inputs = unknown_inputs_of(run);
    json_t *secrets = flow->inputs != NULL ? secrets_of(run, &error) : NULL;
    if (secrets == NULL && error != NULL) {
        refuse(run, g_steal_pointer(&error));
        return;
    }
    flow_take_secrets(flow, secrets, caller->has_all_secrets && run->task->job->inherits_secrets);
    if (!concurrency_enter_called(run, flow, &error)) {
        give_up(run, g_steal_pointer(&error));
        return;
    }
    run->called = g_steal_pointer(&flow);
    flow_run(run->called);
    run->row->result->result = run->row->result->conclusion = flow_result(run->called);
    if (!give_outputs(run, &error) && error != NULL)
        refuse(run, g_steal_pointer(&error));
}

void server_run_call(struct server_run *run)
{
    const struct server_options *options = run->task->flow->server->options;
    g_autofree char *text = literal_text(run->task->job->uses);
    const struct workflow *called =
        options->find_workflow != NULL ? options->find_workflow(options->self, text) : NULL;
    run->row->result = leg_result_new();
    if (called == NULL) {
        assume(run, text);
        return;
    }
    if (run->task->flow->depth >= CALL_DEPTH_MAX) {
        refuse(run,
               g_error_new(BASE_ERROR, BASE_ERROR_LIMIT,
                           "workflows call each other more than %d levels deep", CALL_DEPTH_MAX));
        return;
    }
    call(run, called);
}
