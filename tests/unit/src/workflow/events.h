/* Events of workflows, for tests. */
#pragma once

#include "src/workflow/files.h"
#include "workflow/event.h"

#define JOBS "jobs: {a: {runs-on: x, steps: [{run: a}]}}\n"

/* Of "name: CI", this `on` and one job. */
struct workflow *workflow_of(const char *on);
/* text: the event's name or file; NULL: none was chosen. */
struct event *event_of(const struct workflow *workflow, const char *text, GPtrArray *errors);
/* The event of a file with this text. */
struct event *event_of_file(const struct workflow *workflow, const char *text, GPtrArray *errors);
void expect_github(const struct event *event, const char *name, const char *expected);
