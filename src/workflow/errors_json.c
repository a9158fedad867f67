/* Errors as JSON: their place, and what is wrong without the line of the file below it. */
#include "workflow/workflow_json.h"

#include "workflow/errors_json.h"

#include <stdlib.h>
#include <string.h>

/* The end of the first ":LINE:COLUMN: " of a text, or NULL. */
static const char *find_place(const char *text, const char **start, int64_t *line, int64_t *column)
{
    for (const char *at = strchr(text, ':'); at != NULL; at = strchr(at + 1, ':')) {
        char *end;
        if (!g_ascii_isdigit(at[1]))
            continue;
        *line = strtoll(at + 1, &end, 10);
        if (*end != ':' || !g_ascii_isdigit(end[1]))
            continue;
        *column = strtoll(end + 1, &end, 10);
        if (strncmp(end, ": ", 2) != 0)
            continue;
        *start = at;
        return end + 2;
    }
    return NULL;
}

/* What is wrong without the line of the file and the caret below it; g_free. */
static char *without_excerpt(const char *message)
{
    const char *caret = strrchr(message, '\n');
    if (caret == NULL || strspn(caret, "\n \t") != strlen(caret) - 1 ||
        !g_str_has_suffix(caret, "^"))
        return g_strdup(message);
    const char *excerpt = g_strrstr_len(message, caret - message, "\n");
    return g_strndup(message, (gsize)((excerpt != NULL ? excerpt : caret) - message));
}

static json_t *error_json(const char *text)
{
    const char *end = text;
    int64_t line = 0;
    int64_t column = 0;
    const char *rest = find_place(text, &end, &line, &column);
    g_autofree char *message = without_excerpt(rest != NULL ? rest : text);
    g_autofree char *file = rest != NULL ? g_strndup(text, (gsize)(end - text)) : NULL;
    return json_pack("{s:o, s:I, s:I, s:o}", "file", json_text_or_null(file), "line",
                     (json_int_t)line, "column", (json_int_t)column, "message",
                     json_text_or_null(message));
}

json_t *errors_json(const GPtrArray *errors)
{
    json_t *list = json_array();
    for (guint i = 0; i < errors->len; i++)
        json_array_append_new(list, error_json(((const GError *)errors->pdata[i])->message));
    return list;
}

json_t *workflow_errors_json(const GPtrArray *errors)
{
    return json_pack("{s:s, s:o}", "format", "seatrial.plan/1", "errors", errors_json(errors));
}
