/* A service's folder as a build context. */
#include "engine/build_context.h"

#include "base/limits.h"
#include "docker/context.h"

#include <string.h>

static char *context_folder(const struct policy *policy, const struct policy_service *service)
{
    if (g_path_is_absolute(service->context))
        return g_strdup(service->context);
    return g_build_filename(policy->directory, service->context, NULL);
}

char *build_context_read(const struct policy *policy, const struct policy_service *service,
                         const char *name)
{
    g_autofree char *folder = context_folder(policy, service);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    AUTO(source) source = source_read(path, DOCKERFILE_BYTES_MAX, NULL);
    return source != NULL ? g_strdup(source->text) : NULL;
}

/* `Dockerfile.dockerignore` goes before `.dockerignore`, as with BuildKit. */
static struct context_ignore *read_ignore(const struct policy *policy,
                                          const struct policy_service *service)
{
    g_autofree char *own_name = g_strconcat(service->dockerfile, ".dockerignore", NULL);
    g_autofree char *text = build_context_read(policy, service, own_name);
    if (text == NULL)
        text = build_context_read(policy, service, ".dockerignore");
    return context_ignore_parse(text != NULL ? text : "");
}

bool build_context_add(const struct policy *policy, const struct policy_service *service,
                       bool is_filtered, const char *prefix, struct archive_writer *archive,
                       GError **error)
{
    g_autofree char *folder = context_folder(policy, service);
    AUTO(context_ignore) ignore = is_filtered ? read_ignore(policy, service) : NULL;

    if (!context_add(folder, ignore, prefix, archive, error))
        return false;
    if (!is_filtered)
        return true;
    /* As `docker build` does: the Dockerfile goes along even where the rules exclude it. */
    g_autofree char *text = build_context_read(policy, service, service->dockerfile);
    if (text != NULL && context_ignore_excludes(ignore, service->dockerfile))
        archive_writer_add_file(archive, service->dockerfile, 0644, text, strlen(text));
    return true;
}
