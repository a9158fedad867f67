/* Arithmetic and comparison as functions, and the logical ones. */
#include "mocks/bakefile/bakefile_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static long double number_at(const struct call *call, gsize index)
{
    return call->args[index]->number;
}

static const struct value *answer(struct call *call, long double number)
{
    if (!isfinite(number))
        return bake_unknown_term(call->bake, call->term, "a number that is not finite");
    return value_number(call->bake, number);
}

/* Sums and the like of fractions have hundreds of digits in buildx. */
static const struct value *exact_answer(struct call *call, long double number)
{
    for (gsize i = 0; i < call->count; i++)
        if (call->args[i]->kind == VALUE_NUMBER && !value_is_exact(call->args[i]->number))
            return bake_unknown_term(call->bake, call->term,
                                     "arithmetic with such fractions or large numbers");
    if (!value_is_exact(number))
        return bake_unknown_term(call->bake, call->term,
                                 "arithmetic with such fractions or large numbers");
    return answer(call, number);
}

static const struct value *run_add(struct call *call)
{
    return exact_answer(call, number_at(call, 0) + number_at(call, 1));
}

static const struct value *run_subtract(struct call *call)
{
    return exact_answer(call, number_at(call, 0) - number_at(call, 1));
}

static const struct value *run_multiply(struct call *call)
{
    return exact_answer(call, number_at(call, 0) * number_at(call, 1));
}

static const struct value *run_divide(struct call *call)
{
    if (fpclassify(number_at(call, 1)) == FP_ZERO)
        return call_fails(call, "division by zero");
    return exact_answer(call, number_at(call, 0) / number_at(call, 1));
}

static const struct value *run_modulo(struct call *call)
{
    if (fpclassify(number_at(call, 1)) == FP_ZERO)
        return call_fails(call, "division by zero");
    return exact_answer(call, fmodl(number_at(call, 0), number_at(call, 1)));
}

static const struct value *run_negate(struct call *call)
{
    return answer(call, -number_at(call, 0));
}

static const struct value *run_absolute(struct call *call)
{
    return answer(call, fabsl(number_at(call, 0)));
}

static const struct value *run_ceil(struct call *call)
{
    return answer(call, ceill(number_at(call, 0)));
}

static const struct value *run_floor(struct call *call)
{
    return answer(call, floorl(number_at(call, 0)));
}

static const struct value *run_int(struct call *call)
{
    return answer(call, truncl(number_at(call, 0)));
}

static const struct value *run_signum(struct call *call)
{
    long double number = number_at(call, 0);
    return answer(call, (long double)((number > 0) - (number < 0)));
}

static const struct value *run_pow(struct call *call)
{
    return exact_answer(call, powl(number_at(call, 0), number_at(call, 1)));
}

static const struct value *run_log(struct call *call)
{
    return exact_answer(call, logl(number_at(call, 0)) / logl(number_at(call, 1)));
}

static const struct value *extreme(struct call *call, bool is_max)
{
    if (call->count == 0)
        return call_fails(call, "must pass at least one number");
    long double best = number_at(call, 0);
    for (gsize i = 1; i < call->count; i++)
        best = is_max ? fmaxl(best, number_at(call, i)) : fminl(best, number_at(call, i));
    return answer(call, best);
}

static const struct value *run_max(struct call *call)
{
    return extreme(call, true);
}

static const struct value *run_min(struct call *call)
{
    return extreme(call, false);
}

static const struct value *run_parseint(struct call *call)
{
    const char *text = call->args[0]->kind == VALUE_STRING ? call->args[0]->text : NULL;
    long double base = number_at(call, 1);
    if (text == NULL)
        return call_argument_fails(call, 0, "first argument must be a string, not %s",
                                   value_type_text(call->args[0]));
    if (!(base >= 2 && base <= 62))
        return call_argument_fails(call, 1,
                                   "base must be a whole number between 2 and 62 "
                                   "inclusive");
    char *end = NULL;
    if (base > 36 || strlen(text) > 15)
        return bake_unknown_term(call->bake, call->term, "parseint() of such a number");
    long long number = strtoll(text, &end, (int)base);
    if (*text == '\0' || *end != '\0' || g_ascii_isspace(*text))
        return call_argument_fails(call, 0, "cannot parse \"%s\" as a base %d integer", text,
                                   (int)base);
    return answer(call, (long double)number);
}

static const struct value *run_greaterthan(struct call *call)
{
    return value_boolean(call->bake, number_at(call, 0) > number_at(call, 1));
}

static const struct value *run_greaterthanorequalto(struct call *call)
{
    return value_boolean(call->bake, number_at(call, 0) >= number_at(call, 1));
}

static const struct value *run_lessthan(struct call *call)
{
    return value_boolean(call->bake, number_at(call, 0) < number_at(call, 1));
}

static const struct value *run_lessthanorequalto(struct call *call)
{
    return value_boolean(call->bake, number_at(call, 0) <= number_at(call, 1));
}

static const struct value *run_equal(struct call *call)
{
    return value_boolean(call->bake, value_equal(call->args[0], call->args[1]));
}

static const struct value *run_notequal(struct call *call)
{
    return value_boolean(call->bake, !value_equal(call->args[0], call->args[1]));
}

static const struct value *run_and(struct call *call)
{
    return value_boolean(call->bake, call->args[0]->boolean && call->args[1]->boolean);
}

static const struct value *run_or(struct call *call)
{
    return value_boolean(call->bake, call->args[0]->boolean || call->args[1]->boolean);
}

static const struct value *run_not(struct call *call)
{
    return value_boolean(call->bake, !call->args[0]->boolean);
}

const struct function_row functions_numbers[] = {
    {"add", "na nb", run_add},
    {"subtract", "na nb", run_subtract},
    {"multiply", "na nb", run_multiply},
    {"divide", "na nb", run_divide},
    {"modulo", "na nb", run_modulo},
    {"negate", "nnum", run_negate},
    {"absolute", "nnum", run_absolute},
    {"ceil", "nnum", run_ceil},
    {"floor", "nnum", run_floor},
    {"int", "nnum", run_int},
    {"signum", "nnum", run_signum},
    {"pow", "nnum npower", run_pow},
    {"log", "nnum nbase", run_log},
    {"max", "+nnumbers", run_max},
    {"min", "+nnumbers", run_min},
    {"parseint", "*number nbase", run_parseint},
    {"greaterthan", "na nb", run_greaterthan},
    {"greaterthanorequalto", "na nb", run_greaterthanorequalto},
    {"lessthan", "na nb", run_lessthan},
    {"lessthanorequalto", "na nb", run_lessthanorequalto},
    {"equal", "?a ?b", run_equal},
    {"notequal", "?a ?b", run_notequal},
    {"and", "ba bb", run_and},
    {"or", "ba bb", run_or},
    {"not", "bval", run_not},
    {NULL, NULL, NULL},
};
