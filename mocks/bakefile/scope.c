/*
 * Names: variables with their overrides from the environment, global attributes, functions of
 * users. A name is resolved when something uses it, so cycles are seen as they are entered
 * (hclparser.go).
 */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static void mark(struct bake *bake, const char *kind, const char *name)
{
    g_hash_table_add(bake->progress, g_strdup_printf("%s %s", kind, name));
}

static bool is_marked(struct bake *bake, const char *kind, const char *name)
{
    g_autofree char *key = g_strdup_printf("%s %s", kind, name);
    return g_hash_table_contains(bake->progress, key);
}

/* Whether a name of the language itself may not be given again. */
static bool is_reserved(const char *name)
{
    return bake_is_block_type(name) || strcmp(name, "BAKE_CMD_CONTEXT") == 0 ||
           strcmp(name, "BAKE_LOCAL_PLATFORM") == 0;
}

static bool takes_block(struct bake *bake, struct block *block)
{
    if (block->label_count != 1 &&
        (strcmp(block->type, "variable") == 0 || strcmp(block->type, "function") == 0))
        return bake_fail_labels(bake, block);
    const char *name = block->label_count > 0 ? block->labels[0] : "";
    if (strcmp(block->type, "variable") == 0 && !is_reserved(name))
        g_hash_table_replace(bake->variables, (char *)name, block);
    if (strcmp(block->type, "function") == 0 && !is_reserved(name)) {
        struct function *function = bake_take(bake->arena, sizeof *function);
        function->name = name;
        function->block = block;
        g_hash_table_replace(bake->functions, (char *)name, function);
    }
    return true;
}

bool bake_names_load(struct bake *bake)
{
    for (guint i = 0; i < bake->file->bodies->len; i++) {
        const struct body *body = bake->file->bodies->pdata[i];
        for (guint k = 0; k < body->blocks->len; k++)
            if (!takes_block(bake, body->blocks->pdata[k]))
                return false;
        for (guint k = 0; k < body->attributes->len; k++) {
            struct attribute *attribute = body->attributes->pdata[k];
            if (!is_reserved(attribute->name) && strcmp(attribute->name, "function") != 0)
                g_hash_table_replace(bake->attributes, (char *)attribute->name, attribute);
        }
    }
    const char *platform = bake->request->local_platform, *context = bake->request->command_context;
    g_hash_table_insert(
        bake->values, "BAKE_LOCAL_PLATFORM",
        (struct value *)value_string(bake, platform == NULL ? "linux/amd64" : platform));
    g_hash_table_insert(bake->values, "BAKE_CMD_CONTEXT",
                        (struct value *)value_string(bake, context == NULL ? "cwd://" : context));
    return true;
}

static bool resolve_default(struct bake *bake, const struct term *term, const struct scope *scope,
                            const struct value **value)
{
    if (!bake_needs(bake, term, scope))
        return false;
    *value = bake_evaluate(bake, term, scope);
    return *value != NULL;
}

static bool resolve_variable(struct bake *bake, const char *name, const struct value **value)
{
    struct block *block = g_hash_table_lookup(bake->variables, name);
    struct attribute *fixed = g_hash_table_lookup(bake->attributes, name);
    if (fixed != NULL && block == NULL)
        return resolve_default(bake, fixed->term, NULL, value);
    struct attribute *normal = fixed != NULL ? fixed : body_attribute(block->body, "default");
    struct attribute *type = body_attribute(block->body, "type");
    if (normal != NULL && !resolve_default(bake, normal->term, NULL, value))
        return false;
    return bake_override(bake, name, type == NULL || fixed != NULL ? NULL : type->term, value,
                         normal != NULL);
}

/* False without an error when there is no such name. */
static bool resolve_value(struct bake *bake, const char *name)
{
    if (g_hash_table_contains(bake->values, name))
        return true;
    if (!g_hash_table_contains(bake->variables, name) &&
        !g_hash_table_contains(bake->attributes, name))
        return false;
    if (is_marked(bake, "v", name))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "variable cycle not allowed for %s", name) !=
               NULL;
    mark(bake, "v", name);
    const struct value *value = NULL;
    if (!resolve_variable(bake, name, &value))
        return false;
    g_hash_table_insert(bake->values, (char *)name, (struct value *)value);
    return true;
}

static const char *keyword_of(const struct term *term)
{
    if (term->kind == TERM_VARIABLE)
        return term->name;
    if (term->kind == TERM_LITERAL && term->literal->kind == VALUE_STRING && term->source->is_json)
        return term->literal->text;
    return NULL;
}

static bool take_params(struct bake *bake, struct function *function,
                        const struct attribute *params, const struct attribute *variadic)
{
    if (params->term->kind != TERM_TUPLE)
        return bake_fail_term(bake, params->term, "Invalid expression",
                              "A static list expression is required.") != NULL;
    function->params = bake_take(bake->arena, params->term->count * sizeof *function->params);
    for (gsize i = 0; i < params->term->count; i++)
        if ((function->params[function->param_count++] = keyword_of(params->term->items[i])) ==
            NULL)
            return bake_fail_term(bake, params->term->items[i], "Invalid param element",
                                  "Each parameter name must be an identifier.") != NULL;
    if (variadic != NULL && (function->variadic = keyword_of(variadic->term)) == NULL)
        return bake_fail_term(bake, variadic->term, "Invalid param element",
                              "Each parameter name must be an identifier.") != NULL;
    return true;
}

static bool resolve_function(struct bake *bake, const char *name)
{
    struct function *function = g_hash_table_lookup(bake->functions, name);
    if (function == NULL || function->result != NULL || bake_function_is_known(name))
        return true;
    if (is_marked(bake, "f", name))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "function cycle not allowed for %s", name) !=
               NULL;
    mark(bake, "f", name);
    const struct body *body = function->block->body;
    struct attribute *result = body_attribute(body, "result");
    struct attribute *params = body_attribute(body, "params");
    if (result == NULL || params == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "empty %s not allowed for %s",
                         result == NULL ? "result" : "params", name) != NULL;
    if (!take_params(bake, function, params, body_attribute(body, "variadic_params")))
        return false;
    g_autofree struct scope *scopes = g_new0(struct scope, function->param_count + 2);
    const struct scope *scope = NULL;
    for (gsize i = 0; i <= function->param_count; i++) {
        const char *param = i < function->param_count ? function->params[i] : function->variadic;
        if (param == NULL)
            continue;
        scopes[i] = (struct scope){scope, param, NULL};
        scope = &scopes[i];
    }
    if (!bake_needs(bake, result->term, scope))
        return false;
    function->result = result->term;
    return true;
}

static bool is_local(const struct scope *scope, const char *name)
{
    for (; scope != NULL; scope = scope->parent)
        if (strcmp(scope->name, name) == 0)
            return true;
    return false;
}

static bool need_name(struct bake *bake, const struct term *term, const char *first,
                      const char *second)
{
    if (bake_is_block_type(term->name))
        return first == NULL ? bake_fail(bake, BAKEFILE_ERROR_INVALID,
                                         "cannot access %s as a variable", term->name) != NULL
                             : bake_block_needs(bake, term->name, first, second);
    resolve_value(bake, term->name);
    return bake->error == NULL;
}

static bool need(struct bake *bake, const struct term *term, const struct scope *scope,
                 const char *first, const char *second);

static bool need_for(struct bake *bake, const struct term *term, const struct scope *scope)
{
    struct scope key = {scope, term->name, NULL};
    struct scope inner = {term->name != NULL ? &key : scope, term->value_name, NULL};
    if (!need(bake, term->left, scope, NULL, NULL) || !need(bake, term->right, &inner, NULL, NULL))
        return false;
    if (term->count > 0 && !need(bake, term->items[0], &inner, NULL, NULL))
        return false;
    return term->third == NULL || need(bake, term->third, &inner, NULL, NULL);
}

/* first and second are the names that follow: target.first.second */
static bool need_parts(struct bake *bake, const struct term *term, const struct scope *scope,
                       const char *first, const char *second)
{
    if (term->kind == TERM_VARIABLE)
        return is_local(scope, term->name) || need_name(bake, term, first, second);
    if (term->kind == TERM_ATTRIBUTE)
        return need(bake, term->left, scope, term->name, first);
    if (term->kind == TERM_KEY)
        return true;
    if (term->kind == TERM_FOR || term->kind == TERM_EACH)
        return need_for(bake, term, scope);
    if (term->kind == TERM_CALL && !resolve_function(bake, term->name))
        return false;
    const struct term *parts[] = {term->left, term->right, term->third};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i] != NULL && !need(bake, parts[i], scope, NULL, NULL))
            return false;
    for (gsize i = 0; i < term->count; i++)
        if (!need(bake, term->items[i], scope, NULL, NULL))
            return false;
    return true;
}

static bool need(struct bake *bake, const struct term *term, const struct scope *scope,
                 const char *first, const char *second)
{
    if (!bake_step(bake))
        return false;
    if (bake->depth >= BAKE_EVALUATION_DEPTH_MAX)
        return bake_fail(bake, BAKEFILE_ERROR_LIMIT, "evaluation nests deeper than %d",
                         BAKE_EVALUATION_DEPTH_MAX) != NULL;
    bake->depth++;
    bool is_ready = need_parts(bake, term, scope, first, second);
    bake->depth--;
    return is_ready;
}

bool bake_needs(struct bake *bake, const struct term *term, const struct scope *scope)
{
    bool is_ready = need(bake, term, scope, NULL, NULL);
    if (!is_ready)
        bake_wrap(bake, term->source, term->start, term->end, "Invalid expression");
    return is_ready;
}

const struct value *bake_variable(struct bake *bake, const struct term *term,
                                  const struct scope *scope)
{
    for (; scope != NULL; scope = scope->parent)
        if (scope->value != NULL && strcmp(scope->name, term->name) == 0)
            return scope->value;
    const struct value *value = g_hash_table_lookup(bake->values, term->name);
    if (value != NULL)
        return value;
    return bake_fail_term(bake, term, "Unknown variable", "There is no variable named \"%s\".",
                          term->name);
}

static bool validate(struct bake *bake, const struct block *block)
{
    for (guint i = 0; i < block->body->blocks->len; i++) {
        const struct block *rule = block->body->blocks->pdata[i];
        const struct attribute *condition = body_attribute(rule->body, "condition");
        const struct attribute *message = body_attribute(rule->body, "error_message");
        bool is_true = false;
        if (condition == NULL || message == NULL)
            continue;
        const struct value *value = bake_evaluate(bake, condition->term, NULL);
        if (value == NULL)
            return false;
        if (value->kind == VALUE_NULL)
            return bake_fail_term(bake, condition->term, "Invalid condition result",
                                  "Condition expression must return either true or false, not "
                                  "null.") != NULL;
        if (!value_as_boolean(value, &is_true))
            return bake_fail_term(bake, condition->term, "Invalid condition result",
                                  "Invalid condition result value: bool required") != NULL;
        if (is_true)
            continue;
        value = bake_evaluate(bake, message->term, NULL);
        if (value == NULL)
            return false;
        return bake_fail_term(bake, condition->term, "Validation failed", "%s",
                              value->kind == VALUE_STRING
                                  ? value->text
                                  : "This check failed, but has an invalid error message.") != NULL;
    }
    return true;
}

/* All blocks of a type in the order of the files, but only the one that counts of each name. */
static bool each_block(struct bake *bake, const char *type, GHashTable *table,
                       bool (*use)(struct bake *, struct block *))
{
    for (guint i = 0; i < bake->file->bodies->len; i++) {
        const struct body *body = bake->file->bodies->pdata[i];
        for (guint k = 0; k < body->blocks->len; k++) {
            struct block *block = body->blocks->pdata[k];
            if (strcmp(block->type, type) == 0 && g_hash_table_contains(table, block->labels[0]) &&
                !use(bake, block))
                return false;
        }
    }
    return true;
}

static bool resolve_one(struct bake *bake, struct block *block)
{
    resolve_value(bake, block->labels[0]);
    bake_wrap(bake, block->source, block->body->end, block->body->end, "Invalid value");
    return bake->error == NULL;
}

static bool validate_one(struct bake *bake, struct block *block)
{
    return g_hash_table_lookup(bake->variables, block->labels[0]) != block || validate(bake, block);
}

static bool function_one(struct bake *bake, struct block *block)
{
    resolve_function(bake, block->labels[0]);
    const struct attribute *params = body_attribute(block->body, "params");
    if (params != NULL)
        bake_wrap(bake, block->source, params->start, params->end, "Invalid function");
    else
        bake_wrap(bake, block->source, block->label_start, block->label_end, "Invalid function");
    return bake->error == NULL;
}

bool bake_resolve_names(struct bake *bake)
{
    return each_block(bake, "variable", bake->variables, resolve_one) &&
           each_block(bake, "variable", bake->variables, validate_one) &&
           each_block(bake, "function", bake->functions, function_one);
}

bool bake_resolve_attributes(struct bake *bake)
{
    for (guint i = 0; i < bake->file->bodies->len; i++) {
        const struct body *body = bake->file->bodies->pdata[i];
        for (guint k = 0; k < body->attributes->len; k++) {
            const struct attribute *attribute = body->attributes->pdata[k];
            resolve_value(bake, attribute->name);
            bake_wrap(bake, body->source, attribute->start, attribute->end, "Invalid attribute");
            if (bake->error != NULL)
                return false;
        }
    }
    return true;
}
