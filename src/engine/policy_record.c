/* The tables of policy files: keys, defaults, summaries; reading and the schema come from them. */
#include "engine/policy.h"

#include "base/limits.h"

#include <stddef.h>

static const char *const prune_names[] = {"always", "when_low", "never", NULL};
static const char *const driver_names[] = {"docker-container", "docker", "manual", NULL};
static const char *const pull_names[] = {"always", "if_missing", NULL};

static const struct field job_fields[] = {
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_job, timeout_us),
     .otherwise = "60min",
     .summary = "the job clock: nothing of a leg runs longer"},
    {.name = "serial",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct policy_job, is_serial),
     .summary = "all services on one machine, one after the other, instead of a leg for each"},
    {.name = "budget",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct policy_job, has_budget),
     .otherwise = "true",
     .summary = "start nothing that cannot finish, and keep the last fallback its time"},
    {0},
};
static const struct record_type job_record = {.name = "policy_job",
                                              .summary = "the job as a whole",
                                              .size = sizeof(struct policy_job),
                                              .fields = job_fields};

static const struct field disk_fields[] = {
    {.name = "prune",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct policy_disk, prune),
     .names = prune_names,
     .otherwise = "always",
     .summary = "when to run the prunes of `docker system prune -f`"},
    {.name = "prune_all_images",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct policy_disk, prune_all_images),
     .summary = "prune with -a: every image that no container uses goes"},
    {.name = "free_min",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct policy_disk, free_min_bytes),
     .otherwise = "4GiB",
     .summary = "less free space than this is low"},
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_disk, timeout_us),
     .otherwise = "2min",
     .summary = "limit of the Engine check and of the prune"},
    {0},
};
static const struct record_type disk_record = {.name = "policy_disk",
                                               .summary = "room on the Engine's disk",
                                               .size = sizeof(struct policy_disk),
                                               .fields = disk_fields};

static const struct field retry_fields[] = {
    {.name = "attempts",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct policy_retry, attempts),
     .minimum = 1,
     .maximum = 100,
     .otherwise = "3",
     .summary = "tries in all, as long as the failures are transient"},
    {.name = "wait",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_retry, wait_us),
     .otherwise = "15s",
     .summary = "pause before the second try; doubles after each"},
    {.name = "wait_max",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_retry, wait_us_max),
     .otherwise = "60s",
     .summary = "the longest pause"},
    {.name = "silence",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_retry, silence_us),
     .otherwise = "60s",
     .summary =
         "a pull that says nothing for so long has failed; 0s: wait for ever, as buildx does"},
    {0},
};
static const struct record_type retry_record = {.name = "policy_retry",
                                                .summary = "trying again after transient failures",
                                                .size = sizeof(struct policy_retry),
                                                .fields = retry_fields};

static const struct field pre_pull_fields[] = {
    {.name = "image",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_pre_pull, image),
     .summary = "the image to have on the Engine before any builder boots; none: no pre-pull"},
    {.name = "mirrors",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy_pre_pull, mirrors),
     .summary = "full references of the same image elsewhere, taken when its own source fails"},
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_pre_pull, timeout_us),
     .otherwise = "5min",
     .summary = "limit of the pre-pull; its failure is tolerated"},
    {0},
};
static const struct record_type pre_pull_record = {.name = "policy_pre_pull",
                                                   .summary = "the pre-emptive image pull",
                                                   .size = sizeof(struct policy_pre_pull),
                                                   .fields = pre_pull_fields};

static const struct field tier_fields[] = {
    {.kind = FIELD_POSITION, .offset = offsetof(struct policy_tier, position)},
    {.name = "id",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_tier, id),
     .is_required = true,
     .summary = "name of the tier: its step is builder-ID"},
    {.name = "driver",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct policy_tier, driver),
     .names = driver_names,
     .is_required = true,
     .summary = "who builds"},
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_tier, timeout_us),
     .is_required = true,
     .summary = "limit of boot and verification"},
    {.name = "image",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_tier, image),
     .otherwise = "moby/buildkit:buildx-stable-1",
     .summary = "BuildKit image of docker-container and manual"},
    {.name = "mirrors",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy_tier, mirrors),
     .summary = "other sources of that image"},
    {.name = "pull",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct policy_tier, pull),
     .names = pull_names,
     .otherwise = "always",
     .summary = "for docker-container: whether a local image saves asking the registry; buildx "
                "always asks"},
    {.name = "config",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_tier, config),
     .summary = "text of buildkitd.toml; none: the image's own configuration"},
    {.name = "network",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_tier, network),
     .summary = "network of the BuildKit container, such as host"},
    {0},
};
static const struct record_type tier_record = {.name = "policy_tier",
                                               .summary = "one way to get a builder",
                                               .size = sizeof(struct policy_tier),
                                               .fields = tier_fields};

static const struct field build_fields[] = {
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct policy_build, timeout_us),
     .otherwise = "20min",
     .summary = "limit of one service's build, push included"},
    {.name = "cache_from",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_build, cache_from),
     .summary = "where the build cache comes from, in buildctl's words"},
    {.name = "cache_to",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_build, cache_to),
     .summary = "where the build cache goes"},
    {0},
};
static const struct record_type build_record = {.name = "policy_build",
                                                .summary = "one kind of build",
                                                .size = sizeof(struct policy_build),
                                                .fields = build_fields};

static const struct field service_fields[] = {
    {.kind = FIELD_POSITION, .offset = offsetof(struct policy_service, position)},
    {.name = "id",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_service, id),
     .is_required = true,
     .summary = "name of the service and of its leg"},
    {.name = "context",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_service, context),
     .otherwise = ".",
     .summary = "its folder, relative to the policy file"},
    {.name = "dockerfile",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_service, dockerfile),
     .otherwise = "Dockerfile",
     .summary = "its Dockerfile, relative to the folder"},
    {.name = "image",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_service, image),
     .is_required = true,
     .summary = "the reference to push, with its tag"},
    {.name = "target",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_service, target),
     .summary = "the stage to build; none: the last"},
    {.name = "build_arguments",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy_service, build_arguments),
     .summary = "NAME=VALUE of each build argument"},
    {.name = "labels",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy_service, labels),
     .summary = "NAME=VALUE of each label"},
    {0},
};
static const struct record_type service_record = {.name = "policy_service",
                                                  .summary = "one image to build",
                                                  .size = sizeof(struct policy_service),
                                                  .fields = service_fields};

static const struct field credentials_fields[] = {
    {.name = "registry",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_credentials, registry),
     .is_required = true,
     .summary = "host of the registry, such as ghcr.io"},
    {.name = "username",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_credentials, username),
     .is_required = true,
     .summary = "who logs in"},
    {.name = "password",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_credentials, password),
     .summary = "a made-up secret, for rehearsals"},
    {.name = "password_env",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy_credentials, password_env),
     .summary = "the environment variable that holds the secret, for real runs"},
    {0},
};
static const struct record_type credentials_record = {.name = "policy_credentials",
                                                      .summary = "a login",
                                                      .size = sizeof(struct policy_credentials),
                                                      .fields = credentials_fields};

static const struct field policy_fields[] = {
    {.name = "name",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy, name),
     .summary = "name of the policy in reports"},
    {.name = "job",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct policy, job),
     .type = &job_record,
     .summary = "the job as a whole"},
    {.name = "disk",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct policy, disk),
     .type = &disk_record,
     .summary = "the disk check and the prune before anything else"},
    {.name = "retry",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct policy, retry),
     .type = &retry_record,
     .summary = "trying again after transient failures; others never are"},
    {.name = "pre_pull",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct policy, pre_pull),
     .type = &pre_pull_record,
     .summary = "the pre-emptive pull of the BuildKit image"},
    {.name = "tiers",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct policy, tiers),
     .type = &tier_record,
     .is_required = true,
     .summary = "ways to get a builder, in order of preference"},
    {.name = "platforms",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy, platforms),
     .check = policy_check_platforms,
     .is_required = true,
     .summary = "platforms of the full build; the first is what a rescue builds"},
    {.name = "multi",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct policy, multi),
     .type = &build_record,
     .summary = "the build for all platforms"},
    {.name = "single",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct policy, single),
     .type = &build_record,
     .summary = "the rescue for one platform"},
    {.name = "push",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct policy, push),
     .otherwise = "true",
     .summary = "whether images are pushed; false promises a build only"},
    {.name = "allow_shrink",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct policy, allow_shrink),
     .summary = "a rescue may take platforms away from an existing tag; else it gets a side tag"},
    {.name = "allow_dropped",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy, allow_dropped),
     .summary = "features a backend may do without, such as cache-export"},
    {.name = "services",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct policy, services),
     .type = &service_record,
     .is_required = true,
     .summary = "what is built"},
    {.name = "credentials",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct policy, credentials),
     .type = &credentials_record,
     .summary = "logins to registries"},
    {.name = "plain_http",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct policy, plain_http),
     .summary = "registries spoken to without TLS, such as localhost:5000"},
    {.name = "endpoint",
     .kind = FIELD_STRING,
     .offset = offsetof(struct policy, endpoint),
     .otherwise = "unix:///var/run/docker.sock",
     .summary = "the Docker Engine"},
    {0},
};

static bool check_unique(const GPtrArray *records, const char *what, char *(*id_of)(void *record),
                         const struct node *node, GError **error)
{
    for (guint i = 0; i < records->len; i++) {
        for (guint k = 0; k < i; k++) {
            const char *id = id_of(g_ptr_array_index(records, i));
            if (g_strcmp0(id, id_of(g_ptr_array_index(records, k))) != 0)
                continue;
            node_error(error, node, "two %s have the id '%s'; each needs its own", what, id);
            return false;
        }
    }
    return true;
}

static char *tier_id(void *record)
{
    return ((struct policy_tier *)record)->id;
}

static char *service_id(void *record)
{
    return ((struct policy_service *)record)->id;
}

static bool check_policy(const struct node *node, void *record, GError **error)
{
    struct policy *policy = record;
    if (policy->tiers->len == 0 || policy->services->len == 0 || policy->platforms[0] == NULL) {
        node_error(error, node, "a policy needs at least one tier, one platform and one service");
        return false;
    }
    if (policy->services->len > SERVICES_MAX) {
        const struct policy_service *beyond = g_ptr_array_index(policy->services, SERVICES_MAX);
        error_set_at(error, BASE_ERROR_LIMIT, beyond->position,
                     "more than SERVICES_MAX (%d) services", SERVICES_MAX);
        return false;
    }
    return check_unique(policy->tiers, "tiers", tier_id, node_get(node, "tiers"), error) &&
           check_unique(policy->services, "services", service_id, node_get(node, "services"),
                        error);
}

const struct record_type *policy_record(void)
{
    static const struct record_type type = {
        .name = "policy_file",
        .summary = "what the fallback engine is told to do",
        .size = sizeof(struct policy),
        .fields = policy_fields,
        .format = "policy/1",
        .check = check_policy,
    };
    return &type;
}

const struct record_type *policy_inline_record(void)
{
    static const struct record_type type = {
        .name = "policy",
        .summary = "what the fallback engine is told to do",
        .size = sizeof(struct policy),
        .fields = policy_fields,
        .check = check_policy,
    };
    return &type;
}
