/* Command lines that the runner hands to .NET as one text: only double quotes count there. */
#pragma once

#include <glib.h>

/* Words split at blanks as .NET does it on Unix (ProcessUtils.ParseArgumentsIntoList): quotes keep
   blanks, \" is a quote, single quotes are plain characters; adds them to words, g_free. */
void arguments_split(const char *text, GPtrArray *words);
