/*
 * One leg in the making: what every phase of the engine shares. Lives in the fiber of
 * engine_run_leg(); only the files of this folder see it.
 */
#pragma once

#include "docker/docker.h"
#include "engine/engine.h"
#include "oci/oci.h"

struct builder;

struct leg {
    const struct engine_options *options;
    const struct policy *policy;
    struct loop *loop;
    struct docker *docker;
    struct oci *oci;
    struct leg_report *report;
    struct docker_engine_facts facts; /* version NULL until the Engine has answered */
    struct builder *builder;          /* the current one: builds use it and nothing else */
    int64_t deadline_us;              /* when the job clock ends */
    struct failure last_failure;      /* of the step's last attempt that failed */
    char *last_message;               /* its error, or NULL: what a later success came after */
    char *last_output;                /* of the step's last command that failed, or NULL */
    guint services_left;              /* still to be built, the current one included */
    unsigned builder_count;           /* makes names fresh */
};

/* ---- steps: step.c ---- */

typedef bool step_fn(struct leg *leg, void *context, GError **error);
/*
 * Runs one step under its own limit, records and traces it. A limit of zero means the step does not
 * start: it is recorded as skipped for want of time. Fails with the step's own error.
 */
bool step_run(struct leg *leg, const char *id, int64_t limit_us, step_fn *run, void *context,
              GError **error) MUST_USE;
/* The same for a step whose failure is no failure of the leg. Only says whether it went well. */
bool step_try(struct leg *leg, const char *id, int64_t limit_us, step_fn *run, void *context);
/* What an error means, in the light of what the step's last command printed. */
struct failure leg_classify(const struct leg *leg, const GError *error);
void step_skip(struct leg *leg, const char *id, const char *why);
/* Whether the job clock has run out or the leg was cancelled: no further step makes sense. */
bool leg_is_over(const struct leg *leg);
void leg_note(struct leg *leg, const char *what, const char *detail);

/* ---- time: budget.c, pure ---- */

/*
 * How long a phase may take: what it wants, but never so long that less than reserve_us is left of
 * remaining_us; zero when that is under least_us, for what cannot finish must not start.
 */
int64_t budget_grant_us(int64_t remaining_us, int64_t wanted_us, int64_t reserve_us,
                        int64_t least_us);
int64_t leg_remaining_us(const struct leg *leg);
/* What must stay for the last fallback of the services still to be built. */
int64_t leg_reserve_us(const struct leg *leg, guint services_left);
/* The same, and time for the tiers from this one on. */
int64_t leg_reserve_before_tier_us(const struct leg *leg, guint first_tier);

/* ---- trying again: retry.c ---- */

typedef bool attempt_fn(struct leg *leg, void *context, GError **error);
/* Tries as the policy says: transient failures wait and try again while the limits in force leave
   time for it; a rate limit or a persistent failure ends it at once. */
bool retry_run(struct leg *leg, const char *what, attempt_fn *attempt, void *context,
               GError **error) MUST_USE;

/* ---- images: image.c ---- */

/* Pulls one reference with retries; silence of the registry counts as a transient failure. */
bool image_pull(struct leg *leg, const char *reference, GError **error) MUST_USE;
/* Makes `image` local from itself or, when the class of the failure says that trying the same
   source is useless, from a mirror, whose image then gets the name. */
bool image_fetch(struct leg *leg, const char *image, char *const *mirrors, GError **error) MUST_USE;
/* The other way round: the mirrors first, for whoever shares nothing with what failed before. */
bool image_fetch_elsewhere(struct leg *leg, const char *image, char *const *mirrors,
                           GError **error) MUST_USE;
bool image_is_local(struct leg *leg, const char *reference);
const struct docker_credentials *leg_credentials(const struct leg *leg, const char *reference,
                                                 struct docker_credentials *place);

/* ---- phases ---- */

void phase_disk(struct leg *leg);
void phase_pre_pull(struct leg *leg);
/* Goes through the tiers until a builder stands and is verified. */
bool phase_builder(struct leg *leg, GError **error) MUST_USE;
/* Probes the current builder; a dead one is cleaned up and the tiers are gone through again. */
bool phase_builder_again(struct leg *leg, GError **error) MUST_USE;
/* Destroys the current builder at the end of the leg; the report keeps the tier's name. */
void leg_release_builder(struct leg *leg);
bool phase_service(struct leg *leg, const struct policy_service *service, GError **error) MUST_USE;

/* ---- effects: publish.c ---- */

struct build_result;
/* The reference a build for these platforms may be pushed to: the service's image or, when that tag
   has platforms now that it would lose, a side tag. *is_side_tag says which; g_free. */
char *publish_reference(struct leg *leg, const struct policy_service *service,
                        char *const *platforms, bool *is_side_tag, GError **error) MUST_USE;
/* Checks in the registry that the digest is complete and has the platforms, tags it unless that was
   done, and looks again under the tag. Fills the service's report. */
bool publish(struct leg *leg, const struct policy_service *service, char *const *platforms,
             const struct build_result *result, struct service_report *report,
             GError **error) MUST_USE;

/* ---- the end: diagnosis.c, bundle.c ---- */

void diagnosis_make(struct leg_report *report);
GBytes *bundle_make(struct leg *leg);
