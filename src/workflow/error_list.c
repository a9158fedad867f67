/* Adding to lists of errors. */
#include "workflow/error_list.h"

void errors_add(GPtrArray *errors, struct position position, const char *format, ...)
{
    va_list arguments;
    GError *error = NULL;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (position.source != NULL)
        error_set_at(&error, BASE_ERROR_INVALID, position, "%s", text);
    else
        error = g_error_new_literal(BASE_ERROR, BASE_ERROR_INVALID, text);
    g_ptr_array_add(errors, error);
}
