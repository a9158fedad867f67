/* `docker import --change`: instructions of a Dockerfile that only change the image's config (moby
   builder/dockerfile BuildFromConfig). */
#include "mocks/dockerd/api.h"
#include "mocks/dockerd/dockerd_private.h"

#include "mocks/dockerfile/plan.h"

#include <string.h>

static bool is_change(enum instruction_kind kind)
{
    static const enum instruction_kind kinds[] = {
        INSTRUCTION_CMD,    INSTRUCTION_ENTRYPOINT, INSTRUCTION_ENV,       INSTRUCTION_EXPOSE,
        INSTRUCTION_LABEL,  INSTRUCTION_ONBUILD,    INSTRUCTION_USER,      INSTRUCTION_HEALTHCHECK,
        INSTRUCTION_VOLUME, INSTRUCTION_WORKDIR,    INSTRUCTION_STOPSIGNAL};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

static bool check_changes(const struct dockerfile *dockerfile, GError **error)
{
    for (guint i = 1; i < dockerfile->instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(dockerfile->instructions, i);
        if (!is_change(instruction->kind))
            return engine_fail(error, 400, "%s is not a valid change command",
                               instruction_name(instruction->kind));
    }
    return true;
}

static bool evaluate(const struct dockerfile *dockerfile, const char *platform, json_t **config,
                     GError **error)
{
    const struct plan_request request = {.platform = platform, .build_platform = platform};
    g_autoptr(GError) reason = NULL;
    AUTO(plan) plan = build_plan_new(dockerfile, &request, &reason);
    if (plan == NULL || !plan_stage_evaluate(plan, plan->target, NULL, &reason))
        return engine_fail(error, 400, "%s", reason->message);
    *config = json_incref(plan->target->config);
    return true;
}

bool import_changes(struct request *request, json_t **config, GError **error)
{
    g_autoptr(GPtrArray) changes = exchange_query_values(request->exchange, "changes");
    g_autoptr(GString) text = g_string_new("FROM scratch\n");
    g_autoptr(GError) reason = NULL;
    for (guint i = 0; i < changes->len; i++)
        g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(changes, i));
    if (changes->len == 0)
        return true;
    AUTO(dockerfile) dockerfile = dockerfile_parse(text->str, text->len, &reason);
    if (dockerfile == NULL)
        return engine_fail(error, 400, "%s", reason->message);
    return check_changes(dockerfile, error) &&
           evaluate(dockerfile, request->dockerd->options.profile->platform, config, error);
}
