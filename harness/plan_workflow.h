/* `seatrial plan` of a workflow, for people. Nothing runs. */
#pragma once

#include "harness/pipeline.h"
#include "workflow/workflow_json.h"

/* What src/workflow shows, for a pipeline as of a day ("2026-11-26", lent). */
struct plan_sources plan_workflow_sources(const struct pipeline *pipeline, const char *date);
/* g_free. */
char *plan_workflow_text(const struct pipeline *pipeline, const char *date);
