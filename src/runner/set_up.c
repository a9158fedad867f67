/* What "Set up job" evaluates before the first step: the environment of the job, its containers and
   its defaults for `run` steps, once for all of them (actions-semantics.md 5.1; the runner's
   JobExtension.cs). */
#include "runner/leg.h"

static bool add_environment(const struct step_run *asking, const struct node *node, GError **error)
{
    g_autoptr(json_t) texts = step_evaluate_map(asking, node, error);
    if (texts != NULL)
        json_object_update(asking->leg->environment, texts);
    return texts != NULL;
}

/* An empty text is none that the runner takes; one that nobody knows may be any. */
static bool read_filled(const struct step_run *asking, const struct node *node, char **text,
                        GError **error)
{
    struct leg_run *leg = asking->leg;
    if (node == NULL)
        return true;
    guint mark = unknown_log_mark(&leg->unknown);
    if (!step_evaluate_text(asking, node, text, error))
        return false;
    bool is_known = unknown_log_mark(&leg->unknown) == mark && leg->unknown.name == NULL &&
                    leg->unknown.doubtful == NULL;
    if ((*text)[0] != '\0' || !is_known)
        return true;
    evaluate_place_error(node, "Unexpected value ''", error);
    return false;
}

static bool check_filled(const struct step_run *asking, const struct node *node, GError **error)
{
    g_autofree char *text = NULL;
    return read_filled(asking, node, &text, error);
}

static bool check_list(const struct step_run *asking, const struct node *list, GError **error)
{
    bool is_list = list != NULL && list->kind == NODE_SEQUENCE;
    for (gsize i = 0; is_list && i < node_length(list); i++)
        if (!check_filled(asking, node_item(list, i), error))
            return false;
    return true;
}

/* A secret that is not set makes no credentials: the job ends here, not where it would pull. */
static bool check_container(const struct step_run *asking, const struct node *container,
                            GError **error)
{
    if (container == NULL || container->kind != NODE_MAPPING)
        return true;
    const struct node *credentials = node_get(container, "credentials");
    return check_filled(asking, node_get(credentials, "username"), error) &&
           check_filled(asking, node_get(credentials, "password"), error) &&
           check_list(asking, node_get(container, "ports"), error) &&
           check_list(asking, node_get(container, "volumes"), error);
}

static bool check_services(const struct step_run *asking, const struct node *services,
                           GError **error)
{
    bool is_mapping = services != NULL && services->kind == NODE_MAPPING;
    for (gsize i = 0; is_mapping && i < node_length(services); i++)
        if (!check_container(asking, node_entry(services, i)->value, error))
            return false;
    return true;
}

bool leg_evaluate_settings(struct leg_run *leg, GError **error)
{
    const struct step_run asking = {.leg = leg, .scope = leg->scope, .phase = PHASE_SETUP};
    const struct leg_options *options = &leg->options;
    /* A job's block takes the place of the workflow's as a whole. */
    const struct run_defaults *defaults =
        options->job->defaults.is_given ? &options->job->defaults : &options->workflow->defaults;
    return add_environment(&asking, options->workflow->env, error) &&
           add_environment(&asking, options->job->env, error) &&
           check_container(&asking, options->job->container, error) &&
           check_services(&asking, options->job->services, error) &&
           read_filled(&asking, defaults->shell, &leg->default_shell, error) &&
           read_filled(&asking, defaults->working_directory, &leg->default_directory, error);
}
