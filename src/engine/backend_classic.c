/*
 * Backend classic: POST /build, then push. Silently wrong in measured ways (failures.md, "Classic
 * build is silently wrong"), so it takes only the native platform of a Dockerfile that was checked
 * to use nothing it gets wrong, filters the context itself, and looks at the image it made.
 */
#include "base/archive.h"
#include "engine/build_context.h"
#include "engine/builder.h"
#include "engine/dockerfile_check.h"

#include <string.h>

static bool check_platform(struct builder *builder, const char *wanted, GError **error)
{
    const char *native = builder->leg->facts.platform;
    if (g_strcmp0(native, wanted) == 0)
        return true;
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                "the classic builder builds %s only, not %s", native, wanted);
    return false;
}

static bool build_local(struct builder *builder, const struct build_request *request,
                        const char *tag, GError **error)
{
    struct leg *leg = builder->leg;
    const struct policy_service *service = request->service;
    AUTO(archive_writer) archive = archive_writer_new();
    if (!build_context_add(leg->policy, service, /* is_filtered= */ true, NULL, archive, error))
        return false;
    g_autoptr(GBytes) tar = archive_writer_finish(archive);
    const char *const tags[] = {tag, NULL};
    const struct docker_build_options options = {
        .context_tar = tar,
        .dockerfile = service->dockerfile,
        .tags = tags,
        .target = service->target,
        .build_arguments = (const char *const *)service->build_arguments,
        .labels = (const char *const *)service->labels,
    };
    g_autofree char *image_id = NULL;
    return docker_build(leg->docker, &options, &image_id, error);
}

/* `--platform` is ignored by the classic builder: look at what came out. */
static bool check_image(struct builder *builder, const struct build_request *request,
                        const char *tag, char **image_id, GError **error)
{
    AUTO(docker_image) image = NULL;
    if (!docker_image_inspect(builder->leg->docker, tag, &image, error))
        return false;
    if (image == NULL || g_strcmp0(image->platform, request->platforms[0]) != 0) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT, "the image built is for %s, not %s",
                    image != NULL ? image->platform : "nothing", request->platforms[0]);
        return false;
    }
    *image_id = g_strdup(image->id);
    return true;
}

static bool classic_build(struct builder *builder, const struct build_request *request,
                          struct build_result *result, GError **error)
{
    struct leg *leg = builder->leg;
    struct docker_credentials place;
    g_autofree char *image_id = NULL;
    g_autofree char *tag = request->push
                               ? publish_reference(leg, request->service, request->platforms,
                                                   &result->is_side_tag, error)
                               : g_strdup(request->service->image);

    if (tag == NULL || !check_platform(builder, request->platforms[0], error) ||
        !dockerfile_check_classic(leg->policy, request->service, error) ||
        !build_local(builder, request, tag, error) ||
        !check_image(builder, request, tag, &image_id, error))
        return false;
    if (!request->push) {
        result->digest = g_steal_pointer(&image_id);
        return true;
    }
    if (!docker_push(leg->docker, tag, leg_credentials(leg, tag, &place), NULL, NULL,
                     &result->digest, error))
        return false;
    result->reference = g_steal_pointer(&tag);
    return true;
}

const struct backend backend_classic = {
    .name = "classic",
    .summary = "POST /build on the Engine: native platform, plain Dockerfiles",
    .features =
        {
            [FEATURE_MULTI_PLATFORM] = FEATURE_REFUSED,
            [FEATURE_CACHE_IMPORT] = FEATURE_DROPPED,
            [FEATURE_CACHE_EXPORT] = FEATURE_DROPPED,
            [FEATURE_PUSH_BY_DIGEST] = FEATURE_DROPPED,
            [FEATURE_FOREIGN_PLATFORM] = FEATURE_REFUSED,
        },
    .build = classic_build,
};
