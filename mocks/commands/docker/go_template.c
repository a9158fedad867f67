/* Running a template over data. */
#include "mocks/commands/docker/go_template_private.h"

#include "base/limits.h"

#include <string.h>

struct variable {
    const char *name;
    json_t *value; /* held by the run */
};

/* One execution. Values made on the way live until its end. */
struct run {
    const struct go_template *template;
    const struct go_template_options *options;
    GString *output;
    GPtrArray *made;   /* json_t* */
    GArray *variables; /* struct variable, the innermost last */
    gsize step_count;
    gsize text_bytes; /* that went out or into functions */
};

static json_t *keep(struct run *run, json_t *value)
{
    if (value != NULL)
        g_ptr_array_add(run->made, value);
    return value;
}

static bool fail_at(struct run *run, const struct operand *operand, GError **error,
                    const char *format, ...) G_GNUC_PRINTF(4, 5);

/* `executing "NAME" at <.A.B>: …` */
static bool fail_at(struct run *run, const struct operand *operand, GError **error,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return go_template_fail(run->template, operand->offset, /* has_column= */ true, error,
                            "executing \"%s\" at <%s>: %s", run->template->name, operand->text,
                            what);
}

/* Each step may double what the one before made; a log holds no more than this. */
static bool take_bytes(struct run *run, gsize bytes, GError **error)
{
    run->text_bytes += bytes;
    return run->text_bytes <= RUNNER_LOG_BYTES_MAX ||
           go_template_fail(run->template, 0, /* has_column= */ false, error,
                            "more than %d bytes of text", RUNNER_LOG_BYTES_MAX);
}

/* ---- fields ---- */

/* Of what is read from JSON without a type Go knows nothing. */
static const char *go_type_of(const struct run *run, const json_t *value)
{
    if (run->options->type_name == NULL)
        return "interface {}";
    if (json_is_string(value))
        return "string";
    if (json_is_integer(value))
        return "int";
    if (json_is_boolean(value))
        return "bool";
    return "[]interface {}";
}

/* *value to its member; before: the member that value was, or NULL. */
static bool take_member(struct run *run, const struct operand *operand, const char *before,
                        const char *name, json_t **value, GError **error)
{
    const struct go_template_options *options = run->options;

    if (json_is_object(*value)) {
        json_t *member = go_member_of(run->options, *value, name);
        if (member == NULL && options->is_typed)
            member = keep(run, go_value_empty_member(name));
        if (member == NULL && options->type_name != NULL && before == NULL)
            return fail_at(run, operand, error, "can't evaluate field %s in type %s", name,
                           options->type_name);
        if (member == NULL && !options->is_missing_fine)
            return fail_at(run, operand, error, "map has no entry for key \"%s\"", name);
        *value = member;
        return true;
    }
    if (*value == NULL || json_is_null(*value)) {
        if (options->is_typed && before != NULL)
            return fail_at(run, operand, error, "map has no entry for key \"%s\"", before);
        return fail_at(run, operand, error, "nil data; no entry for key \"%s\"", name);
    }
    return fail_at(run, operand, error, "can't evaluate field %s in type %s", name,
                   go_type_of(run, *value));
}

static bool walk_chain(struct run *run, const struct operand *operand, json_t **value,
                       GError **error)
{
    for (guint i = 0; i < operand->chain->len; i++) {
        const char *before = i > 0 ? g_ptr_array_index(operand->chain, i - 1) : NULL;
        if (!take_member(run, operand, before, g_ptr_array_index(operand->chain, i), value, error))
            return false;
    }
    /* A nil slice or map prints by its type; only its name tells. */
    if (operand->chain->len > 0 && json_is_null(*value)) {
        const char *name = g_ptr_array_index(operand->chain, operand->chain->len - 1);
        const char *text = go_value_null_text(name);
        if (g_str_equal(text, "[]") && run->options->is_typed)
            *value = keep(run, json_array());
        else if (g_str_equal(text, "map[]") && run->options->is_typed)
            *value = keep(run, json_object());
    }
    return true;
}

/* ---- pipelines ---- */

static bool run_pipe(struct run *run, const struct pipe *pipe, json_t *dot, json_t **value,
                     GError **error);

static struct variable *find_variable(struct run *run, const char *name, gsize length)
{
    for (guint i = run->variables->len; i > 0; i--) {
        struct variable *variable = &g_array_index(run->variables, struct variable, i - 1);
        if (strlen(variable->name) == length && strncmp(variable->name, name, length) == 0)
            return variable;
    }
    return NULL;
}

static bool run_operand(struct run *run, const struct operand *operand, json_t *dot, json_t **value,
                        GError **error)
{
    *value = dot;
    switch (operand->kind) {
    case OPERAND_FIELD:
        return walk_chain(run, operand, value, error);
    case OPERAND_VARIABLE:
        *value = find_variable(run, operand->text, strcspn(operand->text, "."))->value;
        return walk_chain(run, operand, value, error);
    case OPERAND_LITERAL:
        *value = operand->literal;
        return true;
    case OPERAND_PIPE:
        return run_pipe(run, operand->pipe, dot, value, error) &&
               walk_chain(run, operand, value, error);
    case OPERAND_FUNCTION: {
        g_autoptr(GPtrArray) none = g_ptr_array_new();
        g_autoptr(GError) reason = NULL;
        *value = keep(run, go_function_call(operand->text, none, run->options, &reason));
        return *value != NULL || fail_at(run, operand, error, "%s", reason->message);
    }
    }
    g_assert_not_reached();
}

/* `.Label "a.b"` of a row or of a table's head: the one method with an argument. */
static bool is_label_method(const struct operand *operand)
{
    return operand->kind == OPERAND_FIELD && operand->chain->len == 1 &&
           g_str_equal(g_ptr_array_index(operand->chain, 0), "Label");
}

static json_t *label_of(const struct run *run, json_t *dot, const char *name)
{
    if (!run->options->is_header) {
        const char *text = json_get_string(json_get_object(dot, "Label"), name, "");
        return json_string(text);
    }
    const char *dot_at = strrchr(name, '.');
    g_autofree char *text = g_strdup(dot_at != NULL ? dot_at + 1 : name);
    return json_string(g_strdelimit(text, "-_", ' '));
}

/* A call that fails is shown whole; one with wrong arguments by its name. */
static bool fail_call(struct run *run, const struct command_node *command, const GError *reason,
                      GError **error)
{
    const struct operand *first = g_ptr_array_index(command->operands, 0);
    g_autoptr(GString) text = g_string_new(first->text);
    bool has_run = g_str_has_prefix(reason->message, "error calling ");

    for (guint i = 1; i < command->operands->len && has_run; i++)
        g_string_append_printf(text, " %s",
                               ((struct operand *)g_ptr_array_index(command->operands, i))->text);
    const struct operand shown = {.offset = first->offset, .text = text->str};
    return fail_at(run, &shown, error, "%s", reason->message);
}

static bool call_function(struct run *run, const struct command_node *command,
                          const GPtrArray *values, json_t **value, GError **error)
{
    const struct operand *first = g_ptr_array_index(command->operands, 0);
    g_autoptr(GError) reason = NULL;
    gsize bytes = 0;
    for (guint i = 0; i < values->len; i++)
        bytes += json_string_length(g_ptr_array_index(values, i));
    if (!take_bytes(run, bytes, error))
        return false;
    *value = keep(run, go_function_call(first->text, values, run->options, &reason));
    return *value != NULL || fail_call(run, command, reason, error);
}

/* final: what the command before handed on, or NULL. */
static bool run_command(struct run *run, const struct command_node *command, json_t *dot,
                        json_t *final, bool has_final, json_t **value, GError **error)
{
    const struct operand *first = g_ptr_array_index(command->operands, 0);
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    bool is_call = first->kind == OPERAND_FUNCTION;

    if (++run->step_count > EXPR_STEPS_MAX)
        return fail_at(run, first, error, "more than %d steps", EXPR_STEPS_MAX);
    for (guint i = 1; i < command->operands->len; i++) {
        json_t *operand = NULL;
        if (!run_operand(run, g_ptr_array_index(command->operands, i), dot, &operand, error))
            return false;
        g_ptr_array_add(values, operand);
    }
    if (has_final)
        g_ptr_array_add(values, final);
    const json_t *argument = values->len == 1 ? g_ptr_array_index(values, 0) : NULL;
    if (is_label_method(first) && json_is_string(argument)) {
        *value = keep(run, label_of(run, dot, json_string_value(argument)));
        return true;
    }
    if (!is_call && values->len > 0)
        return fail_at(run, first, error, "can't give argument to non-function %s", first->text);
    return is_call ? call_function(run, command, values, value, error)
                   : run_operand(run, first, dot, value, error);
}

static void declare(struct run *run, const struct pipe *pipe, const char *name, json_t *value)
{
    struct variable *known = pipe->is_assignment ? find_variable(run, name, strlen(name)) : NULL;
    if (known != NULL) {
        known->value = value;
        return;
    }
    const struct variable variable = {.name = name, .value = value};
    g_array_append_val(run->variables, variable);
}

static bool run_pipe(struct run *run, const struct pipe *pipe, json_t *dot, json_t **value,
                     GError **error)
{
    *value = NULL;
    for (guint i = 0; i < pipe->commands->len; i++)
        if (!run_command(run, g_ptr_array_index(pipe->commands, i), dot, *value, i > 0, value,
                         error))
            return false;
    for (guint i = 0; i < pipe->variables->len; i++)
        declare(run, pipe, g_ptr_array_index(pipe->variables, i), *value);
    return true;
}

/* ---- nodes ---- */

static bool run_nodes(struct run *run, const GPtrArray *nodes, json_t *dot, GError **error);

/* One turn of a range. */
static bool run_turn(struct run *run, const struct template_node *node, json_t *key, json_t *value,
                     GError **error)
{
    guint count = run->variables->len;
    const GPtrArray *names = node->pipe->variables;

    if (names->len > 1)
        declare(run, node->pipe, g_ptr_array_index(names, 0), key);
    if (names->len > 0)
        declare(run, node->pipe, g_ptr_array_index(names, names->len - 1), value);
    bool is_fine = run_nodes(run, node->body, value, error);
    g_array_set_size(run->variables, count);
    return is_fine;
}

static bool run_turns(struct run *run, const struct template_node *node, json_t *dot, json_t *value,
                      GError **error)
{
    if (json_is_array(value) && json_array_size(value) > 0) {
        for (size_t i = 0; i < json_array_size(value); i++)
            if (!run_turn(run, node, keep(run, json_integer((json_int_t)i)),
                          json_array_get(value, i), error))
                return false;
        return true;
    }
    if (json_is_object(value) && json_object_size(value) > 0) {
        g_autoptr(GPtrArray) keys = go_value_sorted_keys(value);
        for (guint i = 0; i < keys->len; i++) {
            const char *key = g_ptr_array_index(keys, i);
            if (!run_turn(run, node, keep(run, json_string(key)), json_object_get(value, key),
                          error))
                return false;
        }
        return true;
    }
    if (go_value_is_true(value)) {
        const struct command_node *command = g_ptr_array_index(node->pipe->commands, 0);
        g_autofree char *text = go_value_text(value);
        return fail_at(run, (struct operand *)g_ptr_array_index(command->operands, 0), error,
                       "range can't iterate over %s", text);
    }
    return node->otherwise == NULL || run_nodes(run, node->otherwise, dot, error);
}

/* Its variables hold the whole until the first turn, and in {{else}}. */
static bool run_range(struct run *run, const struct template_node *node, json_t *dot,
                      GError **error)
{
    guint count = run->variables->len;
    json_t *value = NULL;
    if (!run_pipe(run, node->pipe, dot, &value, error))
        return false;
    bool is_fine = run_turns(run, node, dot, value, error);
    g_array_set_size(run->variables, count);
    return is_fine;
}

static bool run_condition(struct run *run, const struct template_node *node, json_t *dot,
                          GError **error)
{
    guint count = run->variables->len;
    json_t *value = NULL;

    if (!run_pipe(run, node->pipe, dot, &value, error))
        return false;
    bool is_fine = true;
    if (go_value_is_true(value))
        is_fine = run_nodes(run, node->body, node->kind == NODE_WITH ? value : dot, error);
    else if (node->otherwise != NULL)
        is_fine = run_nodes(run, node->otherwise, dot, error);
    g_array_set_size(run->variables, count);
    return is_fine;
}

static bool run_action(struct run *run, const struct template_node *node, json_t *dot,
                       GError **error)
{
    json_t *value = NULL;
    if (!run_pipe(run, node->pipe, dot, &value, error))
        return false;
    if (node->pipe->variables->len > 0)
        return true;
    g_autofree char *text = go_value_text(value);
    g_string_append(run->output, text);
    return take_bytes(run, strlen(text), error);
}

static bool run_node(struct run *run, const struct template_node *node, json_t *dot, GError **error)
{
    switch (node->kind) {
    case NODE_TEXT:
        g_string_append(run->output, node->text);
        return take_bytes(run, strlen(node->text), error);
    case NODE_ACTION:
        return run_action(run, node, dot, error);
    case NODE_RANGE:
        return run_range(run, node, dot, error);
    case NODE_IF:
    case NODE_WITH:
        return run_condition(run, node, dot, error);
    }
    g_assert_not_reached();
}

static bool run_nodes(struct run *run, const GPtrArray *nodes, json_t *dot, GError **error)
{
    for (guint i = 0; i < nodes->len; i++)
        if (!run_node(run, g_ptr_array_index(nodes, i), dot, error))
            return false;
    return true;
}

static void release(gpointer value)
{
    json_decref(value);
}

bool go_template_execute(const struct go_template *template, json_t *data,
                         const struct go_template_options *options, GString *output, GError **error)
{
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(release);
    g_autoptr(GArray) variables = g_array_new(FALSE, FALSE, sizeof(struct variable));
    const struct variable root = {.name = "$", .value = data};
    struct run run = {.template = template,
                      .options = options,
                      .output = output,
                      .made = made,
                      .variables = variables};

    g_array_append_val(variables, root);
    return run_nodes(&run, template->nodes, data, error);
}
