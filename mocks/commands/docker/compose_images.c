/* compose build, pull, push: services' images made, fetched, sent. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

static bool fail(const struct project *project, const GError *error)
{
    command_complain(project->call, "%s\n", error->message);
    return false;
}

static bool push_service(const struct project *project, const char *service);

int compose_build(struct compose_call *compose)
{
    const struct project *project = compose->project;
    g_autoptr(GError) error = NULL;
    unsigned needed =
        ORDER_CONTEXTS | (flags_boolean(compose->flags, "with-dependencies") ? ORDER_NEEDS : 0);
    g_autoptr(GPtrArray) order = project_order(project, compose->arguments, needed, &error);

    if (order == NULL)
        return !fail(project, error);
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        if (json_object_get(project_service(project, service), "build") == NULL)
            continue;
        if (!project_build(project, service, compose))
            return 1;
        if (flags_boolean(compose->flags, "push") && !push_service(project, service))
            return 1;
    }
    return 0;
}

/* ---- pull, push ---- */

/* Lines of layers go on as they come ("ID Pulling fs layer"); the rest is not shown. */
static void say_layers(const struct project *project, const GString *output)
{
    g_auto(GStrv) lines = g_strsplit(output->str, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        char *colon = strstr(lines[i], ": ");
        if (colon == NULL || colon - lines[i] != 12)
            continue;
        *colon = '\0';
        command_complain(project->call, " %s %s \n", lines[i], colon + 2);
    }
}

static bool pull_service(const struct project *project, const char *service, bool is_quiet)
{
    g_autofree char *image = project_image(project, service);
    const char *platform = json_get_string(project_service(project, service), "platform", "");
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    WORDS(words);

    words_init(&words, "pull", NULL);
    if (*platform != '\0')
        words_add(&words, "--platform", platform, NULL);
    words_add(&words, image, NULL);
    if (!is_quiet)
        command_complain(project->call, " %s Pulling \n", service);
    int code = project_docker(project, &words, output, errors);
    if (!is_quiet)
        say_layers(project, output);
    if (code == 0) {
        if (!is_quiet)
            command_complain(project->call, " %s Pulled \n", service);
        return true;
    }
    if (!is_quiet)
        command_complain(project->call, " %s Error %s\n", service, g_strchomp(errors->str));
    command_complain(project->call, "%s\n", g_strchomp(errors->str));
    return false;
}

/* A service that can be built is not a failure when its image is nowhere. */
int compose_pull(struct compose_call *compose)
{
    const struct project *project = compose->project;
    const struct flags *flags = compose->flags;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order =
        project_order(project, compose->arguments, flags_boolean(flags, "include-deps"), &error);
    bool has_failed = false;

    if (order == NULL)
        return !fail(project, error);
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        const json_t *shape = project_service(project, service);
        bool is_buildable = json_object_get(shape, "build") != NULL;
        if (json_object_get(shape, "image") == NULL ||
            (is_buildable && flags_boolean(flags, "ignore-buildable"))) {
            command_complain(project->call, " %s Skipped - No image to be pulled \n", service);
            continue;
        }
        has_failed |= !pull_service(project, service, flags_boolean(flags, "quiet")) &&
                      !flags_boolean(flags, "ignore-pull-failures") && !is_buildable;
    }
    return has_failed;
}

static bool push_service(const struct project *project, const char *service)
{
    g_autofree char *image = project_image(project, service);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    WORDS(words);

    words_init(&words, "push", image, NULL);
    command_complain(project->call, " %s Pushing \n", service);
    int code = project_docker(project, &words, output, errors);
    say_layers(project, output);
    if (code == 0) {
        command_complain(project->call, " %s Pushed \n", service);
        return true;
    }
    command_complain(project->call, " %s Error %s\n%s\n", service, g_strchomp(errors->str),
                     errors->str);
    return false;
}

int compose_push(struct compose_call *compose)
{
    const struct project *project = compose->project;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order = project_order(project, compose->arguments, ORDER_ALONE, &error);
    bool has_failed = false;

    if (order == NULL)
        return !fail(project, error);
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        const json_t *shape = project_service(project, service);
        if (json_object_get(shape, "build") == NULL || json_object_get(shape, "image") == NULL)
            continue;
        has_failed |= !push_service(project, service) &&
                      !flags_boolean(compose->flags, "ignore-push-failures");
    }
    return has_failed;
}

/* ---- what up and run need ---- */

static bool is_local(const struct project *project, const char *image)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    WORDS(words);
    words_init(&words, "image", "inspect", "--format", "{{.Id}}", image, NULL);
    return project_docker(project, &words, output, errors) == 0;
}

bool project_obtain_image(const struct project *project, const char *service, bool is_built,
                          bool is_quiet)
{
    const json_t *shape = project_service(project, service);
    g_autofree char *image = project_image(project, service);
    const char *policy = json_get_string(shape, "pull_policy", "missing");
    bool is_buildable = json_object_get(shape, "build") != NULL;
    bool is_there = is_local(project, image);

    if (is_buildable && (is_built || g_str_equal(policy, "build") || !is_there))
        return project_build(project, service, NULL);
    if (!is_there || g_str_equal(policy, "always"))
        return pull_service(project, service, is_quiet);
    return true;
}
