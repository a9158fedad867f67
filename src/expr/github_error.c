/* Errors of GitHub's dialect. Without a source the kind and the position are in the code. */
#include "expr/fold.h"
#include "expr/github_private.h"

GQuark github_error_quark(void)
{
    return g_quark_from_static_string("seatrial-github-error");
}

enum {
    KIND_COUNT = 3
};

enum github_error_kind github_error_kind(const GError *error)
{
    if (error->domain != GITHUB_ERROR)
        return GITHUB_ERROR_EVALUATION;
    return (enum github_error_kind)(error->code % KIND_COUNT);
}

gsize github_error_position(const GError *error)
{
    return error->domain == GITHUB_ERROR ? (gsize)(error->code / KIND_COUNT) : 1;
}

const char *github_error_kind_text(enum github_error_kind kind)
{
    static const char *const texts[KIND_COUNT] = {
        [GITHUB_ERROR_LEXING] = "lexing",
        [GITHUB_ERROR_PARSING] = "parsing",
        [GITHUB_ERROR_EVALUATION] = "evaluation",
    };
    return texts[kind];
}

void github_set_error(enum github_error_kind kind, gsize position, const char *message,
                      GError **error)
{
    g_set_error_literal(error, GITHUB_ERROR, (int)position * KIND_COUNT + (int)kind, message);
}

void github_fail(const struct expr *expr, enum github_error_kind kind, gsize offset,
                 const char *message, GError **error)
{
    if (expr->source != NULL)
        error_set_at(error, BASE_ERROR_INVALID, expr_position_at(expr, offset), "%s", message);
    else
        github_set_error(kind, text_utf16_length(expr->text, offset) + 1, message, error);
}
