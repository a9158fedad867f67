/* The form of platforms. */
#include "base/platform.h"

#include <glib.h>

bool platform_is_valid(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);
    guint count = g_strv_length(parts);
    for (guint i = 0; i < count; i++)
        if (parts[i][0] == '\0')
            return false;
    return count == 2 || count == 3;
}
