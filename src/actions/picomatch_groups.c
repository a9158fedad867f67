/* Braces and parentheses of globs. */
#include "actions/picomatch_private.h"

#include <string.h>

struct open_group *picomatch_innermost(struct reader *reader)
{
    return reader->group_count > 0 ? &reader->groups[reader->group_count - 1] : NULL;
}

bool picomatch_open(struct reader *reader, enum group kind, const char *output, gsize length)
{
    if (reader->group_count == NESTING_MAX)
        return false;
    reader->groups[reader->group_count++] =
        (struct open_group){.kind = kind, .at = reader->out->len, .inner = reader->at + length};
    reader->brace_count += kind == GROUP_BRACE;
    picomatch_push(reader, kind == GROUP_BRACE ? TOKEN_BRACE : TOKEN_PAREN, output);
    reader->at += length;
    return true;
}

bool picomatch_open_negated(struct reader *reader)
{
    for (unsigned i = 0; i < reader->group_count; i++)
        if (reader->groups[i].kind != GROUP_BRACE)
            return false;
    return picomatch_open(reader, GROUP_NEGATED,
                          reader->out->len == 0 ? "(?=.)(?:(?!(?:" : "(?:(?!(?:", 2);
}

/* What follows is tried together with what must not be there, where it is an extension or nothing
   (extglobClose). */
static bool close_negated(struct reader *reader, const struct open_group *group)
{
    g_autofree char *inner = g_strndup(group->inner, (gsize)(reader->at - group->inner));
    const char *rest = reader->at + 1;
    const char *star =
        inner[0] != '\0' && inner[1] != '\0' && strchr(inner, '/') != NULL ? GLOBSTAR : STAR;
    if (strchr(inner, '*') != NULL && g_regex_match_simple("^\\.[^\\\\/.]+$", rest, 0, 0)) {
        g_string_append_c(reader->out, ')');
        if (!picomatch_translate(rest, reader->out))
            return false;
        g_string_append_printf(reader->out, ")%s)", star);
    } else if (strcmp(star, STAR) != 0 || rest[strspn(rest, ")")] == '\0') {
        g_string_append_printf(reader->out, ")$))%s", star);
    } else {
        g_string_append_printf(reader->out, "))%s)", star);
    }
    picomatch_push(reader, TOKEN_PAREN, "");
    return true;
}

bool picomatch_close_paren(struct reader *reader)
{
    struct open_group *group = picomatch_innermost(reader);
    if (group == NULL || group->kind == GROUP_BRACE)
        return false;
    reader->group_count--;
    if (group->kind == GROUP_NEGATED) {
        if (!close_negated(reader, group))
            return false;
    } else {
        picomatch_push(reader, TOKEN_PAREN, group->kind == GROUP_OPTIONAL ? ")?" : ")");
    }
    reader->at++;
    return true;
}

/* Braces around one thing stand for themselves. */
bool picomatch_close_brace(struct reader *reader)
{
    struct open_group *group = picomatch_innermost(reader);
    if (reader->brace_count == 0) {
        picomatch_push_literal(reader, reader->at, 1);
        return true;
    }
    if (group->kind != GROUP_BRACE)
        return false;
    if (!group->has_comma) {
        g_string_erase(reader->out, (gssize)group->at, 1);
        g_string_insert(reader->out, (gssize)group->at, "\\{");
    }
    picomatch_push(reader, TOKEN_BRACE, group->has_comma ? ")" : "\\}");
    reader->group_count--;
    reader->brace_count--;
    reader->at++;
    return true;
}

void picomatch_read_comma(struct reader *reader)
{
    struct open_group *group = picomatch_innermost(reader);
    bool is_between = group != NULL && group->kind == GROUP_BRACE;
    if (is_between)
        group->has_comma = true;
    picomatch_push(reader, TOKEN_COMMA, is_between ? "|" : ",");
    reader->at++;
}

bool picomatch_read_pipe(struct reader *reader)
{
    const struct open_group *group = picomatch_innermost(reader);
    if (group == NULL || group->kind == GROUP_BRACE)
        return false;
    picomatch_push(reader, TOKEN_TEXT, "|");
    reader->at++;
    return true;
}
