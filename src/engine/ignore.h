/* The rules of a .dockerignore file (docs: Docker build context; Go's filepath.Match plus `**`). */
#pragma once

#include "base/error.h"

struct ignore;

struct ignore *ignore_parse(const char *text);
void ignore_free(struct ignore *ignore);
CLEANUP(ignore, ignore_free)
/* path is relative to the context, with '/' between its parts. The last rule that matches the path
   or one of its parents decides. */
bool ignore_excludes(const struct ignore *ignore, const char *path);
/* Whether a rule starts with '!': then an excluded folder must still be walked. */
bool ignore_has_exceptions(const struct ignore *ignore);
