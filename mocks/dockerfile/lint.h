/*
 * Build checks, as far as the file alone decides them (frontend/dockerfile/linter): warnings that
 * "# check=error=true" makes an error and `docker build --check` prints. Rules that look at base
 * images (UndefinedVar, InvalidBaseImagePlatform) and experimental ones are left out.
 */
#pragma once

#include "mocks/dockerfile/plan.h"

/* "skip=A,B;error=true" of the directive or of the build argument BUILDKIT_DOCKERFILE_CHECK. */
struct lint_options {
    bool is_error;  /* a warning fails the build */
    bool skips_all; /* nothing is checked */
    char **skipped; /* names of rules, or NULL */
};
/* text NULL: none are said. */
bool lint_options_read(const char *text, struct lint_options *options, GError **error) MUST_USE;
void lint_options_clear(struct lint_options *options);

struct lint_warning {
    const struct lint_rule *rule;
    char *text;
    int line, last_line;
};
/* In the order in which BuildKit comes upon them; struct lint_warning, the caller unrefs. */
GPtrArray *dockerfile_lint(const struct plan *plan, const struct lint_options *options);

/* "lint violation found for rules: A, B"; g_free. */
char *lint_violation(const GPtrArray *warnings);
/* What buildx says of them at the end of a build: "1 warning found …"; g_free. */
char *lint_summary(const GPtrArray *warnings);
/* What --check prints, with the lines of the file; g_free. */
char *lint_report(const GPtrArray *warnings, const struct dockerfile *dockerfile, const char *name);
