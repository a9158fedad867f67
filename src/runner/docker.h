/*
 * docker as the runner itself calls it: a line of text in the log, words for the command, three
 * attempts where it makes them (actions-semantics.md 1.9; the runner's DockerCommandManager.cs).
 * Nobody outside src/runner includes this.
 */
#pragma once

#include "runner/use.h"

/* Six letters of a hash of the runner's folder, on a real machine. */
#define DOCKER_LABEL "5ea7c1"

struct docker_line {
    GPtrArray *words; /* char *, "docker" first */
    GString *shown;
    const char *input; /* on stdin, lent; and then no output is shown */
};
/* words ends with NULL. */
void docker_line_init(struct docker_line *line, ...) G_GNUC_NULL_TERMINATED;
void docker_line_clear(struct docker_line *line);
#define DOCKER_LINE(variable)                                                                      \
    __attribute__((cleanup(docker_line_clear))) struct docker_line variable = {0}
void docker_add(struct docker_line *line, ...) G_GNUC_NULL_TERMINATED;
/* `-e "text"`. */
void docker_add_quoted(struct docker_line *line, const char *option, const char *text);
/* `-v "source":"target"`. */
void docker_add_volume(struct docker_line *line, const char *source, const char *target);
/* Text that a person wrote, as it is; split as .NET splits it. */
void docker_add_text(struct docker_line *line, const char *text);

/* false: interrupted. Any exit code is fine. */
bool docker_run(struct step_run *step, const struct docker_line *line,
                struct action_exec_result *result, GError **error) MUST_USE;
/* Another exit code than 0 is an error in the runner's words; *first gets the first line of stdout,
   g_free, unless NULL. */
bool docker_demand(struct step_run *step, const struct docker_line *line, char **first,
                   GError **error) MUST_USE;
/* Another exit code than 0 is an error "what exit-code". */
bool docker_expect(struct step_run *step, const struct docker_line *line, const char *what,
                   GError **error) MUST_USE;
/* Only a warning then. */
bool docker_try(struct step_run *step, const struct docker_line *line, const char *what,
                GError **error) MUST_USE;
/* Three attempts with a random pause of 1 to 10 s; what: "Docker pull". */
bool docker_persist(struct step_run *step, const struct docker_line *line, const char *what,
                    GError **error) MUST_USE;
