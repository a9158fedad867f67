/* What build-push-action and bake-action share of actions-toolkit's buildx/build.ts. Texts. */
#pragma once

#include "actions/toolkit.h"

/* The input `provenance`: "", "false", "builder-id=URL", or its attributes with a builder-id;
   g_free. NULL: thrown. */
char *build_provenance_input(const struct action_run *run, GError **error) MUST_USE;
/* "mode=max" to "mode=max,builder-id=URL", unless it names one; g_free. */
char *build_provenance(const struct action_run *run, const char *attributes,
                       GError **error) MUST_USE;
/* Booleans among the fields become disabled=…: "type=provenance,disabled=true"; g_free. */
char *build_attestation(const char *attributes, GError **error) MUST_USE;
bool build_has_attestation(const char *attributes, const char *type);
/* Whether one of the outputs is of this type; one without type is local. */
bool build_has_exporter(const GPtrArray *outputs, const char *type);
/* The default provenance of a repository, private or not; g_free. */
char *build_default_provenance(const struct action_run *run, GError **error) MUST_USE;

/* {{defaultContext}} in text; g_free. */
char *build_expand_context(const char *text, const char *context, GError **error) MUST_USE;

/* The groups that begin build-push-action and bake-action. has_buildx false: the step has
   failed. with_builder: the group "Builder info", which inspects. */
bool build_begin(struct toolkit *toolkit, bool with_builder, bool *has_buildx,
                 GError **error) MUST_USE;
/* The metadata file as JSON, or NULL; the caller owns it. */
json_t *build_metadata(struct toolkit *toolkit, const char *path, GError **error);
/* The group "Metadata" and the output. */
void build_show_metadata(struct action_run *run, const json_t *metadata);
/* The group "Reference" or "Build references": those that the metadata names, or else a look at the
   builder for the last ones, of which none is known here. References: char *, added. */
bool build_show_references(struct toolkit *toolkit, const json_t *metadata, GPtrArray *references,
                           GError **error) MUST_USE;
/* Logs whether there is a summary; of what build-push-action 6 and bake-action 5 do about it at the
   end of the job, whose failure is a warning, nothing is modelled (failures.md M10). */
bool build_show_summary(struct toolkit *toolkit, const GPtrArray *references,
                        GError **error) MUST_USE;
