/* Calls: functions of users, those of buildx's library, and try/can which see problems. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

/* buildx has these, too: a call of one is not modelled instead of wrong. */
static const char *const unmodelled[] = {
    "bcrypt",    "bytesslice", "cidrhost", "cidrnetmask", "cidrsubnet",    "cidrsubnets",
    "csvdecode", "rsadecrypt", "uuidv4",   "uuidv5",      "sethaselement", "setsymmetricdifference",
};

static const struct function_row *const tables[] = {
    functions_numbers,  functions_texts,     functions_lists, functions_sets,
    functions_mappings, functions_encodings, functions_times, functions_regexes,
};

const struct function_row *bake_function_row(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const struct function_row *row = tables[i]; row->name != NULL; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}

static bool is_special(const char *name)
{
    return strcmp(name, "try") == 0 || strcmp(name, "can") == 0 || strcmp(name, "convert") == 0;
}

bool bake_function_is_known(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(unmodelled); i++)
        if (strcmp(unmodelled[i], name) == 0)
            return true;
    return is_special(name) || bake_function_row(name) != NULL;
}

const struct value *call_fails(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    call->problem = bake_take_text(call->bake->arena, text, strlen(text));
    call->problem_argument = -1;
    return NULL;
}

const struct value *call_argument_fails(struct call *call, int argument, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    call->problem = bake_take_text(call->bake->arena, text, strlen(text));
    call->problem_argument = argument;
    return NULL;
}

const struct value *call_string(struct call *call, const char *text)
{
    const struct value *value = value_string(call->bake, text);
    g_free((char *)text);
    return value;
}

/* Evaluated arguments; the last one may expand a list. */
static GPtrArray *arguments_of(struct bake *bake, const struct term *term,
                               const struct scope *scope)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new();
    for (gsize i = 0; i < term->count; i++) {
        const struct value *value = bake_evaluate(bake, term->items[i], scope);
        if (value == NULL)
            return NULL;
        if (!term->is_flagged || i + 1 < term->count) {
            g_ptr_array_add(args, (struct value *)value);
            continue;
        }
        if (!value_is_sequence(value))
            return bake_fail_term(bake, term->items[i], "Invalid expanding argument value",
                                  "The expanding argument (indicated by ...) must be of a tuple, "
                                  "list, or set type.");
        for (gsize k = 0; k < value->count; k++)
            g_ptr_array_add(args, (struct value *)value->items[k]);
    }
    return g_steal_pointer(&args);
}

static bool check_count(struct bake *bake, const struct term *term, gsize count, gsize wanted,
                        bool is_variadic, const char *missing)
{
    if (count < wanted)
        return bake_fail_range(
                   bake, term->source, term->end - 1, term->end, "Not enough function arguments",
                   "Function \"%s\" expects %s%zu argument(s). Missing value for "
                   "\"%s\".",
                   term->name, is_variadic ? "at least " : "", (size_t)wanted, missing) != NULL;
    if (count > wanted && !is_variadic)
        return bake_fail_start(bake, term->count > wanted ? term->items[wanted] : term,
                               "Too many function arguments",
                               "Function \"%s\" expects only %zu argument(s).", term->name,
                               (size_t)wanted) != NULL;
    return true;
}

static const struct value *call_user(struct bake *bake, const struct term *term,
                                     const struct function *function, const GPtrArray *args)
{
    gsize count = function->param_count;
    if (!check_count(bake, term, args->len, count, function->variadic != NULL,
                     args->len < count ? function->params[args->len] : ""))
        return NULL;
    g_autofree struct scope *scopes = g_new0(struct scope, count + 1);
    const struct scope *scope = NULL;
    for (gsize i = 0; i < count; i++) {
        scopes[i] = (struct scope){scope, function->params[i], args->pdata[i]};
        scope = &scopes[i];
        const struct value *value = args->pdata[i];
        if (value->kind == VALUE_NULL)
            return bake_fail_term(bake, term->items[MIN(i, term->count - 1)],
                                  "Invalid function argument",
                                  "Invalid value for \"%s\" parameter: argument must not be null.",
                                  function->params[i]);
    }
    if (function->variadic != NULL) {
        scopes[count] = (struct scope){
            scope, function->variadic,
            value_sequence(bake, VALUE_TUPLE, (const struct value *const *)args->pdata + count,
                           args->len - count)};
        scope = &scopes[count];
    }
    return bake_evaluate(bake, function->result, scope);
}

/* Converts an argument to what the row asks for. */
static const struct value *argument_for(struct bake *bake, const struct value *value, char type,
                                        const char **problem)
{
    bool boolean = false;
    long double number = 0;
    if (type == '?')
        return value;
    if (value->kind == VALUE_NULL)
        *problem = "argument must not be null";
    else if (type == 's') {
        const char *text = value_as_text(bake, value);
        if (text != NULL)
            return value->kind == VALUE_STRING ? value : value_string(bake, text);
        *problem = "string required";
    } else if (type == 'n') {
        if (value_as_number(value, &number))
            return value->kind == VALUE_NUMBER ? value : value_number(bake, number);
        *problem = value->kind == VALUE_STRING ? "a number is required" : "number required";
    } else if (type == 'b') {
        if (value_as_boolean(value, &boolean))
            return value->kind == VALUE_BOOLEAN ? value : value_boolean(bake, boolean);
        *problem = value->kind == VALUE_STRING ? "a bool is required" : "bool required";
    } else if (type == 'l' && !value_is_sequence(value)) {
        *problem = "list of string required";
    } else {
        return value;
    }
    return NULL;
}

static const struct term *argument_term(const struct term *term, gsize index)
{
    return term->count == 0 ? term : term->items[MIN(index, term->count - 1)];
}

static void call_reports(struct call *call, char **names, gsize name_count)
{
    if (call->bake->error != NULL)
        return;
    if (call->problem_argument >= 0 && name_count > 0) {
        const char *name = names[MIN((gsize)call->problem_argument, name_count - 1)];
        name += *name == '+' ? 2 : 1;
        bake_fail_start(call->bake, argument_term(call->term, (gsize)call->problem_argument),
                        "Invalid function argument", "Invalid value for \"%s\" parameter: %s.",
                        name, call->problem);
    } else {
        bake_fail_range(call->bake, call->term->source, call->term->start,
                        call->term->start + strlen(call->term->name) + 1, "Error in function call",
                        "Call to function \"%s\" failed: %s.", call->term->name, call->problem);
    }
}

static const struct value *call_row(struct bake *bake, const struct term *term,
                                    const struct function_row *row, const GPtrArray *args)
{
    g_auto(GStrv) names = g_strsplit(row->params, " ", -1);
    gsize count = row->params[0] == '\0' ? 0 : g_strv_length(names);
    bool is_variadic = count > 0 && names[count - 1][0] == '+';
    gsize wanted = is_variadic ? count - 1 : count;
    if (!check_count(bake, term, args->len, wanted, is_variadic,
                     args->len < wanted ? names[args->len] + 1 : ""))
        return NULL;
    g_autofree const struct value **values = g_new0(const struct value *, args->len + 1);
    struct call call = {.bake = bake, .term = term, .args = values, .count = args->len};
    call.problem_argument = -1;
    for (gsize i = 0; i < args->len; i++) {
        const char *name = names[MIN(i, count - 1)];
        const char *problem = NULL;
        values[i] = argument_for(bake, args->pdata[i], *name == '+' ? name[1] : name[0], &problem);
        if (values[i] == NULL) {
            call_argument_fails(&call, (int)i, "%s", problem == NULL ? "" : problem);
            call_reports(&call, names, count);
            return NULL;
        }
    }
    const struct value *value = row->run(&call);
    if (value == NULL)
        call_reports(&call, names, count);
    return bake->error == NULL ? value : NULL;
}

static const struct value *call_try(struct bake *bake, const struct term *term,
                                    const struct scope *scope)
{
    bool is_can = strcmp(term->name, "can") == 0;
    for (gsize i = 0; i < term->count; i++) {
        const struct value *value = bake_evaluate(bake, term->items[i], scope);
        if (value != NULL)
            return is_can ? value_boolean(bake, true) : value;
        if (bake->error == NULL || bake->error->code != BAKEFILE_ERROR_INVALID)
            return NULL;
        g_clear_error(&bake->error);
    }
    if (is_can)
        return value_boolean(bake, false);
    return bake_fail_term(bake, term, "Error in function call",
                          "Call to function \"try\" failed: no expression succeeded.");
}

static const struct value *call_convert(struct bake *bake, const struct term *term,
                                        const struct scope *scope)
{
    if (!check_count(bake, term, term->count, 2, false, term->count == 0 ? "value" : "type"))
        return NULL;
    const char *problem = NULL;
    const struct value *value = bake_evaluate(bake, term->items[0], scope);
    struct value_type *type = value == NULL ? NULL : bake_type(bake, term->items[1]);
    if (type == NULL)
        return NULL;
    value = bake_convert(bake, value, type, &problem);
    return value != NULL ? value
                         : bake_fail_term(bake, term->items[0], "Invalid function argument",
                                          "Invalid value for \"value\" parameter: %s.", problem);
}

const struct value *bake_call(struct bake *bake, const struct term *term, const struct scope *scope)
{
    if (strcmp(term->name, "try") == 0 || strcmp(term->name, "can") == 0)
        return call_try(bake, term, scope);
    if (strcmp(term->name, "convert") == 0)
        return call_convert(bake, term, scope);
    const struct function_row *row = bake_function_row(term->name);
    const struct function *user =
        row == NULL ? g_hash_table_lookup(bake->functions, term->name) : NULL;
    if (row == NULL && bake_function_is_known(term->name))
        return bake_unknown_term(bake, term, "the function %s()", term->name);
    if (row == NULL && (user == NULL || user->result == NULL))
        return bake_fail_range(bake, term->source, term->start, term->start + strlen(term->name),
                               "Call to unknown function", "There is no function named \"%s\".",
                               term->name);
    g_autoptr(GPtrArray) args = arguments_of(bake, term, scope);
    if (args == NULL)
        return NULL;
    return row != NULL ? call_row(bake, term, row, args) : call_user(bake, term, user, args);
}
