/* The arithmetic of scripts: what $((…)) and ((…)) come to, in 64 bits. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

struct sum {
    struct shell *shell;
    const char *text;
    int depth;
    bool is_idle; /* a side that && or || or ?: leaves out */
    bool is_broken;
};

static gint64 read_sum(struct sum *sum, int level);
static gint64 read_choice(struct sum *sum);

static gint64 give_up(struct sum *sum)
{
    sum->is_broken = true;
    return 0;
}

static bool take(struct sum *sum, const char *sign)
{
    sum->text += strspn(sum->text, " \t\n");
    if (!g_str_has_prefix(sum->text, sign))
        return false;
    sum->text += strlen(sign);
    return true;
}

/* ---- operators ---- */

static gint64 add(struct sum *sum, gint64 left, gint64 right)
{
    long long result = 0;
    return __builtin_add_overflow(left, right, &result) ? give_up(sum) : (gint64)result;
}

static gint64 subtract(struct sum *sum, gint64 left, gint64 right)
{
    long long result = 0;
    return __builtin_sub_overflow(left, right, &result) ? give_up(sum) : (gint64)result;
}

static gint64 multiply(struct sum *sum, gint64 left, gint64 right)
{
    long long result = 0;
    return __builtin_mul_overflow(left, right, &result) ? give_up(sum) : (gint64)result;
}

static gint64 divide(struct sum *sum, gint64 left, gint64 right)
{
    return right == 0 || (left == G_MININT64 && right == -1) ? give_up(sum) : left / right;
}

static gint64 modulo(struct sum *sum, gint64 left, gint64 right)
{
    return right == 0 || (left == G_MININT64 && right == -1) ? give_up(sum) : left % right;
}

#define COMPARISON(name, sign)                                                                     \
    static gint64 name(struct sum *sum, gint64 left, gint64 right)                                 \
    {                                                                                              \
        (void)sum;                                                                                 \
        return left sign right;                                                                    \
    }
COMPARISON(is_less, <)
COMPARISON(is_at_most, <=)
COMPARISON(is_more, >)
COMPARISON(is_at_least, >=)
COMPARISON(is_equal, ==)
COMPARISON(is_other, !=)
#undef COMPARISON

/* From the loosest; of those that begin alike the longer first. */
static const struct {
    int level;
    const char *sign;
    gint64 (*work)(struct sum *sum, gint64 left, gint64 right);
} operators[] = {
    {2, "==", is_equal}, {2, "!=", is_other}, {3, "<=", is_at_most}, {3, ">=", is_at_least},
    {3, "<", is_less},   {3, ">", is_more},   {4, "+", add},         {4, "-", subtract},
    {5, "*", multiply},  {5, "/", divide},    {5, "%", modulo},
};
enum {
    LEVEL_OR = 0,
    LEVEL_AND = 1,
    LEVEL_UNARY = 6,
};

/* ---- operands ---- */

static bool read_number(const char *text, gint64 *value)
{
    const char *digits = text + (*text == '-' ? 1 : 0);
    if (*text == '\0') {
        *value = 0;
        return true;
    }
    bool is_octal = digits[0] == '0' && digits[1] != '\0';
    return !is_octal && g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, value, NULL);
}

static gint64 value_of(struct sum *sum, const char *name)
{
    const char *text = NULL;
    gint64 value = 0;
    if (!shell_get(sum->shell, name, &text) || !read_number(text != NULL ? text : "", &value))
        return give_up(sum);
    return value;
}

static gint64 set(struct sum *sum, const char *name, gint64 value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);
    if (!sum->is_idle && !sum->is_broken)
        shell_set(sum->shell, name, text);
    return value;
}

/* What stands behind a name: an assignment, a step, or nothing. */
static gint64 read_name(struct sum *sum, const char *name)
{
    if (take(sum, "++") || take(sum, "--")) {
        gint64 before = value_of(sum, name);
        set(sum, name, add(sum, before, sum->text[-1] == '+' ? 1 : -1));
        return before;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++) {
        g_autofree char *sign = g_strconcat(operators[i].sign, "=", NULL);
        if (operators[i].level < 4 || !take(sum, sign))
            continue;
        gint64 left = value_of(sum, name);
        return set(sum, name, operators[i].work(sum, left, read_choice(sum)));
    }
    bool is_set = !g_str_has_prefix(sum->text, "==") && take(sum, "=");
    return is_set ? set(sum, name, read_choice(sum)) : value_of(sum, name);
}

static gint64 read_digits(struct sum *sum)
{
    gsize length = strspn(sum->text, "0123456789");
    g_autofree char *digits = g_strndup(sum->text, length);
    gint64 value = 0;

    sum->text += length;
    bool is_whole = length > 0 && !g_ascii_isalpha(*sum->text) && *sum->text != '#';
    return is_whole && read_number(digits, &value) ? value : give_up(sum);
}

static gint64 read_step(struct sum *sum, gint64 step)
{
    sum->text += strspn(sum->text, " \t\n");
    gsize length = shell_name_length(sum->text);
    g_autofree char *name = g_strndup(sum->text, length);
    sum->text += length;
    return length == 0 ? give_up(sum) : set(sum, name, add(sum, value_of(sum, name), step));
}

static gint64 read_operand(struct sum *sum)
{
    if (take(sum, "++"))
        return read_step(sum, 1);
    if (take(sum, "--"))
        return read_step(sum, -1);
    if (take(sum, "-"))
        return subtract(sum, 0, read_sum(sum, LEVEL_UNARY));
    if (take(sum, "+"))
        return read_sum(sum, LEVEL_UNARY);
    if (take(sum, "!"))
        return read_sum(sum, LEVEL_UNARY) == 0;
    if (take(sum, "(")) {
        gint64 value = read_choice(sum);
        return take(sum, ")") ? value : give_up(sum);
    }
    gsize length = shell_name_length(sum->text);
    if (length == 0)
        return read_digits(sum);
    g_autofree char *name = g_strndup(sum->text, length);
    sum->text += length;
    sum->text += strspn(sum->text, " \t\n");
    return read_name(sum, name);
}

/* ---- the rest ---- */

/* A side that may be left out. */
static gint64 read_side(struct sum *sum, int level, bool is_idle)
{
    bool was_idle = sum->is_idle;
    sum->is_idle = was_idle || is_idle;
    gint64 value = level < 0 ? read_choice(sum) : read_sum(sum, level);
    sum->is_idle = was_idle;
    return value;
}

static bool read_operator(struct sum *sum, int level, gint64 *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++)
        if (operators[i].level == level && take(sum, operators[i].sign)) {
            *value = operators[i].work(sum, *value, read_sum(sum, level + 1));
            return true;
        }
    return false;
}

static gint64 read_operators(struct sum *sum, int level)
{
    gint64 value = read_sum(sum, level + 1);
    for (;;) {
        if (level == LEVEL_OR && take(sum, "||")) {
            gint64 right = read_side(sum, level + 1, value != 0);
            value = value != 0 || right != 0;
        } else if (level == LEVEL_AND && take(sum, "&&")) {
            gint64 right = read_side(sum, level + 1, value == 0);
            value = value != 0 && right != 0;
        } else if (level == LEVEL_OR || level == LEVEL_AND || !read_operator(sum, level, &value)) {
            return value;
        }
    }
}

static gint64 read_sum(struct sum *sum, int level)
{
    if (sum->is_broken || sum->depth >= SHELL_DEPTH_MAX * LEVEL_UNARY)
        return give_up(sum);
    sum->depth++;
    gint64 value = level == LEVEL_UNARY ? read_operand(sum) : read_operators(sum, level);
    sum->depth--;
    return value;
}

static gint64 read_choice(struct sum *sum)
{
    gint64 value = read_sum(sum, LEVEL_OR);
    if (!take(sum, "?"))
        return value;
    gint64 left = read_side(sum, -1, value == 0);
    if (!take(sum, ":"))
        return give_up(sum);
    gint64 right = read_side(sum, -1, value != 0);
    return value != 0 ? left : right;
}

bool shell_calculate(struct shell *shell, const char *text, gint64 *value)
{
    struct sum sum = {.shell = shell, .text = text};
    sum.text += strspn(text, " \t\n");
    *value = *sum.text == '\0' ? 0 : read_choice(&sum);
    while (!sum.is_broken && take(&sum, ","))
        *value = read_choice(&sum);
    sum.text += strspn(sum.text, " \t\n");
    return !sum.is_broken && *sum.text == '\0';
}
