/* The docker tier: the Engine's own builder. There is nothing to boot; it is verified by building.
 */
#include "base/archive.h"
#include "engine/builder.h"

#include <string.h>

static bool docker_boot(struct builder *builder, GError **error)
{
    (void)builder, (void)error;
    return true;
}

/* A status that says "running" proves nothing (failures.md, "illusion of tier 2"); an image that
   was really built does. */
static bool docker_probe(struct builder *builder, GError **error)
{
    static const char dockerfile[] = "FROM scratch\nLABEL dev.seatrial.probe=1\n";
    struct docker *docker = builder->leg->docker;
    AUTO(archive_writer) archive = archive_writer_new();
    archive_writer_add_file(archive, "Dockerfile", 0644, dockerfile, strlen(dockerfile));
    g_autoptr(GBytes) tar = archive_writer_finish(archive);
    g_autofree char *tag = g_strdup_printf("seatrial-probe:%s", builder->name);
    const char *const tags[] = {tag, NULL};
    const struct docker_build_options options = {
        .context_tar = tar, .dockerfile = "Dockerfile", .tags = tags};
    g_autofree char *image_id = NULL;
    AUTO(docker_image) image = NULL;

    if (!docker_build(docker, &options, &image_id, error) ||
        !docker_image_inspect(docker, tag, &image, error))
        return false;
    if (image == NULL) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine says that it built %s, and has no such image", tag);
        return false;
    }
    return docker_image_remove(docker, tag, error);
}

static bool docker_destroy(struct builder *builder, GError **error)
{
    (void)builder, (void)error;
    return true;
}

const struct driver driver_docker = {
    .driver = DRIVER_DOCKER,
    .name = "docker",
    .summary = "the Engine's own builder: one platform at a time on the classic store",
    .backend = &backend_classic,
    .boot = docker_boot,
    .probe = docker_probe,
    .destroy = docker_destroy,
};
