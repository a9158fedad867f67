/* Finds the row of the failure table that an error and the output before it fit. */
#include "docker/failure.h"

#include "base/limits.h"
#include "docker/failure_table.h"

#include <string.h>

GQuark docker_error_quark(void)
{
    return g_quark_from_static_string("seatrial-docker-error");
}

/* The texts between the stars must come in this order; the line is not NUL-terminated. */
static bool line_holds(const char *line, gsize length, const char *pattern)
{
    bool is_tied = *pattern == '^';
    pattern += is_tied;

    for (;;) {
        gsize text_length = strcspn(pattern, "*");
        const char *found = memmem(line, length, pattern, text_length);
        if (found == NULL || (is_tied && found != line))
            return false;
        length -= (gsize)(found - line) + text_length;
        line = found + text_length;
        if (pattern[text_length] == '\0')
            return true;
        pattern += text_length + 1;
        is_tied = false;
    }
}

static bool code_fits(const struct failure_row *row, const GError *error)
{
    if (row->domain == NULL)
        return true;
    return error != NULL && strcmp(g_quark_to_string(error->domain), row->domain) == 0 &&
           error->code >= row->code_first && error->code <= row->code_last;
}

static const struct failure_row *find_by_line(enum failure_weight weight, const GError *error,
                                              const char *line, gsize length)
{
    for (gsize i = 0; i < failure_row_count; i++) {
        const struct failure_row *row = &failure_rows[i];
        if (row->weight == weight && row->pattern != NULL && code_fits(row, error) &&
            line_holds(line, length, row->pattern))
            return row;
    }
    return NULL;
}

/* The last line that fits is nearest to the end that the command came to. */
static const struct failure_row *find_by_text(enum failure_weight weight, const GError *error,
                                              const char *text)
{
    gsize length = text != NULL ? strlen(text) : 0;
    if (length > FAILURE_OUTPUT_BYTES_MAX)
        text += length - FAILURE_OUTPUT_BYTES_MAX;
    const char *end = text != NULL ? text + strlen(text) : NULL;

    while (end != NULL) {
        const char *newline = memrchr(text, '\n', (gsize)(end - text));
        const char *line = newline != NULL ? newline + 1 : text;
        const struct failure_row *row = find_by_line(weight, error, line, (gsize)(end - line));
        if (row != NULL)
            return row;
        end = newline;
    }
    return NULL;
}

static const struct failure_row *find_by_code(enum failure_weight weight, const GError *error)
{
    for (gsize i = 0; error != NULL && i < failure_row_count; i++) {
        const struct failure_row *row = &failure_rows[i];
        if (row->weight == weight && row->pattern == NULL && code_fits(row, error))
            return row;
    }
    return NULL;
}

struct failure failure_classify(const GError *error, const char *output)
{
    const char *message = error != NULL ? error->message : NULL;
    const struct failure_row *row = NULL;

    for (int weight = 0; weight < WEIGHT_COUNT && row == NULL; weight++) {
        row = find_by_code((enum failure_weight)weight, error);
        if (row == NULL)
            row = find_by_text((enum failure_weight)weight, error, message);
        if (row == NULL)
            row = find_by_text((enum failure_weight)weight, error, output);
    }
    if (row == NULL)
        return (struct failure){CAUSE_UNKNOWN, RETRY_UNKNOWN, NULL};
    return (struct failure){row->cause, row->retry, row->rule};
}

const char *failure_cause_text(enum failure_cause cause)
{
    static const char *const texts[] = {
        [CAUSE_UNKNOWN] = "unknown",
        [CAUSE_NETWORK] = "network",
        [CAUSE_REGISTRY] = "registry",
        [CAUSE_RESOURCE] = "resource",
        [CAUSE_CONFIGURATION] = "configuration",
        [CAUSE_TOOLCHAIN] = "toolchain",
        [CAUSE_INFRASTRUCTURE] = "infrastructure",
    };
    return texts[cause];
}

const char *failure_retry_text(enum failure_retry retry)
{
    static const char *const texts[] = {
        [RETRY_UNKNOWN] = "unknown",
        [RETRY_TRANSIENT] = "transient",
        [RETRY_RATE_LIMIT] = "rate_limit",
        [RETRY_PERSISTENT] = "persistent",
    };
    return texts[retry];
}
