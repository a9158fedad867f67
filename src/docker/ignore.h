/* The rules of a .dockerignore file (docs: Docker build context; Go's filepath.Match plus `**`). */
#pragma once

#include "base/error.h"

struct context_ignore;

struct context_ignore *context_ignore_parse(const char *text);
void context_ignore_free(struct context_ignore *ignore);
CLEANUP(context_ignore, context_ignore_free)
/* path is relative to the context, with '/' between its parts. The last rule that matches the path
   or one of its parents decides. */
bool context_ignore_excludes(const struct context_ignore *ignore, const char *path);
/* Whether a rule starts with '!': then an excluded folder must still be walked. */
bool context_ignore_has_exceptions(const struct context_ignore *ignore);
