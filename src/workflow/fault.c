/* A list of places with what is wrong there. */
#include "workflow/fault.h"
#include "base/limits.h"

#include <string.h>

struct fault {
    struct position position;
    guint order; /* of finding: the sort keeps it for equal places */
    char *message;
};

struct fault_list {
    GPtrArray *faults;
};

static void fault_free(gpointer data)
{
    struct fault *fault = data;
    g_free(fault->message);
    g_free(fault);
}

struct fault_list *fault_list_new(void)
{
    struct fault_list *faults = g_new0(struct fault_list, 1);
    faults->faults = g_ptr_array_new_with_free_func(fault_free);
    return faults;
}

void fault_list_free(struct fault_list *faults)
{
    if (faults == NULL)
        return;
    g_ptr_array_unref(faults->faults);
    g_free(faults);
}

/* The start of a line of the source, counted from 1. */
static const char *line_start(const char *text, int line)
{
    for (int i = 1; i < line && text != NULL; i++) {
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return text;
}

struct position fault_place(const struct node *node)
{
    struct position place = node->position;
    if (node->style != NODE_BLOCK || place.line < 2 || place.source == NULL)
        return place;
    const char *line = line_start(place.source->text, place.line - 1);
    if (line == NULL)
        return place;
    /* The indicator is the last of its kind before a comment: keys before it may hold others. */
    const char *found = NULL;
    for (const char *at = line; *at != '\0' && *at != '\n'; at++) {
        if (*at == '#' && found != NULL)
            break;
        if ((*at == '|' || *at == '>') && at > line && g_ascii_isspace(at[-1]))
            found = at;
    }
    if (found == NULL)
        return place;
    place.line--;
    place.column = (int)g_utf8_strlen(line, found - line) + 1;
    return place;
}

/* Files come from outside: what nobody will read is not kept. */
enum {
    KEPT_FAULTS_MAX = 1000
};

static void add_message(struct fault_list *faults, struct position position, char *message)
{
    struct fault *fault = g_new0(struct fault, 1);
    fault->position = position;
    fault->order = faults->faults->len;
    fault->message = message;
    g_ptr_array_add(faults->faults, fault);
}

void fault_add(struct fault_list *faults, struct position position, const char *format, ...)
{
    va_list arguments;
    if (faults->faults->len >= KEPT_FAULTS_MAX)
        return;
    va_start(arguments, format);
    add_message(faults, position, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void fault_add_at(struct fault_list *faults, const struct node *node, const char *format, ...)
{
    va_list arguments;
    if (faults->faults->len >= KEPT_FAULTS_MAX)
        return;
    va_start(arguments, format);
    add_message(faults, fault_place(node), g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

gsize fault_count(const struct fault_list *faults)
{
    return faults->faults->len;
}

static int compare_faults(const void *left, const void *right)
{
    const struct fault *first = *(const struct fault *const *)left;
    const struct fault *second = *(const struct fault *const *)right;
    if (first->position.line != second->position.line)
        return first->position.line < second->position.line ? -1 : 1;
    if (first->position.column != second->position.column)
        return first->position.column < second->position.column ? -1 : 1;
    return first->order < second->order ? -1 : first->order > second->order;
}

void fault_list_report(struct fault_list *faults, GPtrArray *errors)
{
    g_ptr_array_sort(faults->faults, compare_faults);
    for (guint i = 0; i < faults->faults->len && i < WORKFLOW_ERRORS_MAX; i++) {
        const struct fault *fault = faults->faults->pdata[i];
        GError *error = NULL;
        error_set_at(&error, BASE_ERROR_INVALID, fault->position, "%s", fault->message);
        g_ptr_array_add(errors, error);
    }
}
