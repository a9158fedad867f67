/* A plan made of a Dockerfile's text, with what it stands on. */
#include "made.h"

#include "mocks/dockerfile/expand.h"

const struct plan_request buildkit = {.has_platform_arguments = true, .is_multi_platform = true};
const struct plan_request buildkit_of_one = {.has_platform_arguments = true};

struct made make(const char *text, const struct plan_request *more, const char *argument)
{
    struct made made = {.arguments = variables_new()};
    g_autoptr(GError) error = NULL;
    struct plan_request request = more != NULL ? *more : (struct plan_request){0};
    if (argument != NULL)
        g_ptr_array_add(made.arguments, g_strdup(argument));
    request.platform = request.platform != NULL ? request.platform : "linux/arm64";
    request.build_platform = "linux/amd64";
    request.arguments = made.arguments;
    made.dockerfile = dockerfile_parse(text, strlen(text), &error);
    cr_assert_not_null(made.dockerfile, "%s", error != NULL ? error->message : "");
    made.plan = build_plan_new(made.dockerfile, &request, &error);
    for (guint i = 0; made.plan != NULL && error == NULL && i < made.plan->stages->len; i++)
        if (!plan_stage_evaluate(made.plan, g_ptr_array_index(made.plan->stages, i), NULL, &error))
            break;
    made.error = g_strdup(error != NULL ? error->message : "");
    return made;
}

void made_clear(struct made *made)
{
    build_plan_free(made->plan);
    dockerfile_free(made->dockerfile);
    g_ptr_array_unref(made->arguments);
    g_free(made->error);
}
