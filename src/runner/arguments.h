/* Command lines that the runner hands to .NET as one text: only double quotes count there. */
#pragma once

#include "base/error.h"

#include <glib.h>

/* Words split at blanks as .NET does it on Unix (ProcessUtils.ParseArgumentsIntoList): quotes keep
   blanks, \" is a quote, single quotes are plain characters; adds them to words, g_free. */
void arguments_split(const char *text, GPtrArray *words);

/* The format with the argument in place of {0}, as String.Format() does it: {{ and }} are braces,
   any other one is an error in .NET's words. NULL: such an error; g_free. */
char *arguments_format(const char *format, const char *argument, GError **error) MUST_USE;
