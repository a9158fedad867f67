/* A job's own container: it is pulled, made and started as the runner does it, but steps run on the
   machine itself, since nothing here is its file system (the runner's
   ContainerOperationProvider.cs). */
#include "runner/services.h"
#include "runner/touch.h"

#include <string.h>

/* What `container` says: its image, or NULL for none; false: it cannot be told. */
static bool read_image(struct step_run *step, char **image)
{
    const struct node *node = step->leg->options.job->container;
    bool is_mapping = node != NULL && node->kind == NODE_MAPPING;
    const struct node *named = is_mapping ? node_get(node, "image") : node;
    *image = NULL;
    if (named == NULL || named->kind == NODE_NULL)
        return true;
    if (!service_text(step, named, image, NULL))
        return false;
    if (*image != NULL && (*image)[0] == '\0')
        g_clear_pointer(image, g_free);
    return true;
}

bool job_container_is_wanted(struct leg_run *leg)
{
    struct step_run asking = {.leg = leg, .scope = leg->scope, .phase = PHASE_SETUP};
    g_autofree char *image = NULL;
    return read_image(&asking, &image) && image != NULL;
}

void job_container_tell(struct step_run *step)
{
    const struct leg_options *options = &step->leg->options;
    g_autofree char *image = NULL;
    bool is_known = read_image(step, &image);
    if (is_known && image == NULL)
        return;
    leg_assume_gap(step->leg, step,
                   job_touches_images(options->job, options->find_action, options->self),
                   "job container %s is not modelled: its steps run on the machine itself",
                   image != NULL ? image : "made by an expression");
    const GPtrArray *assumptions = step->leg->result->assumptions;
    struct assumption *last = assumptions->pdata[assumptions->len - 1];
    last->position = options->job->container->position;
}

void job_container_add_place(struct step_run *step, struct docker_line *line)
{
    const char *work = strrchr(step->leg->workspace, '/');
    g_autofree char *inside = g_strdup_printf("/__w%s%s", work, work);
    docker_add(line, "--workdir", inside, NULL);
}

void job_container_add_mounts(struct step_run *step, struct docker_line *line)
{
    const struct leg_run *leg = step->leg;
    g_autofree char *work = g_path_get_dirname(leg->temp);
    g_autofree char *actions = g_strconcat(work, "/_actions", NULL);
    g_autofree char *home = g_strconcat(leg->temp, "/_github_home", NULL);
    g_autofree char *event = g_strconcat(leg->temp, "/_github_workflow", NULL);
    const char *const mounts[][2] = {
        {"/var/run/docker.sock", "/var/run/docker.sock"},
        {work, "/__w"},
        {leg->temp, "/__w/_temp"},
        {actions, "/__w/_actions"},
        {leg->tool_cache, "/__t"},
        {home, "/github/home"},
        {event, "/github/workflow"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(mounts); i++)
        docker_add_volume(line, mounts[i][0], mounts[i][1]);
}
