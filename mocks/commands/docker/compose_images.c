/* compose build, pull, push: a service's image made, fetched, sent. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

static bool fail(const struct project *project, const GError *error)
{
    command_complain(project->call, "%s\n", error->message);
    return false;
}

/* ---- build ---- */

static void add_each(struct words *words, const char *option, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        words_add(words, option, g_ptr_array_index(texts, i), NULL);
}

static char *context_of(const struct project *project, const json_t *build)
{
    const char *context =
        json_is_string(build) ? json_string_value(build) : json_get_string(build, "context", ".");
    bool is_remote = strstr(context, "://") != NULL || g_str_has_prefix(context, "git@");
    return is_remote ? g_strdup(context) : g_canonicalize_filename(context, project->directory);
}

/* The Dockerfile's place is told from the context. */
static void add_build_options(struct words *words, const json_t *build, const char *context)
{
    static const char *const options[][2] = {{"target", "--target"}, {"network", "--network"}};
    const char *dockerfile = json_get_string(build, "dockerfile", "");
    g_autoptr(GPtrArray) arguments = model_pairs(json_object_get(build, "args"));
    g_autoptr(GPtrArray) labels = model_pairs(json_object_get(build, "labels"));
    g_autoptr(GPtrArray) caches = model_texts(json_object_get(build, "cache_from"));
    g_autoptr(GPtrArray) tags = model_texts(json_object_get(build, "tags"));
    g_autoptr(GPtrArray) platforms = model_texts(json_object_get(build, "platforms"));

    if (*dockerfile != '\0') {
        g_autofree char *path = g_canonicalize_filename(dockerfile, context);
        words_add(words, "--file", path, NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        if (*json_get_string(build, options[i][0], "") != '\0')
            words_add(words, options[i][1], json_get_string(build, options[i][0], ""), NULL);
    if (json_get_boolean(build, "no_cache", false))
        words_add(words, "--no-cache", NULL);
    add_each(words, "--build-arg", arguments);
    add_each(words, "--label", labels);
    add_each(words, "--cache-from", caches);
    add_each(words, "--tag", tags);
    if (platforms->len > 0) {
        g_ptr_array_add(platforms, NULL);
        g_autofree char *joined = g_strjoinv(",", (char **)platforms->pdata);
        words_add(words, "--platform", joined, NULL);
    }
}

/* Options of the command line itself, if its command has them. */
static void add_asked_options(struct words *words, const struct compose_call *compose)
{
    const char *const *arguments = flags_list(compose->flags, "build-arg");
    for (gsize i = 0; arguments[i] != NULL; i++)
        words_add(words, "--build-arg", arguments[i], NULL);
    if (flags_boolean(compose->flags, "no-cache"))
        words_add(words, "--no-cache", NULL);
    if (flags_boolean(compose->flags, "pull"))
        words_add(words, "--pull", NULL);
}

/* asked: the call whose own options count, or NULL. */
static bool build_service(const struct project *project, const char *service,
                          const struct compose_call *asked)
{
    const json_t *build = json_object_get(project_service(project, service), "build");
    const char *platform = json_get_string(project_service(project, service), "platform", "");
    g_autofree char *context = context_of(project, build);
    g_autofree char *image = project_image(project, service);
    bool has_buildx = docker_cli_plugin(project->cli, "buildx") != NULL;
    WORDS(words);

    words_init(&words, "build", NULL);
    if (has_buildx)
        words_add(&words, "--load", NULL);
    words_add(&words, "--tag", image, NULL);
    add_build_options(&words, json_is_object(build) ? build : NULL, context);
    if (*platform != '\0')
        words_add(&words, "--platform", platform, NULL);
    if (asked != NULL)
        add_asked_options(&words, asked);
    words_add(&words, context, NULL);
    if (project_docker(project, &words, NULL, NULL) != 0)
        return false;
    project_say(project, "", service, "Built");
    return true;
}

static bool push_service(const struct project *project, const char *service);

int compose_build(struct compose_call *compose)
{
    const struct project *project = compose->project;
    g_autoptr(GError) error = NULL;
    bool has_needs = flags_boolean(compose->flags, "with-dependencies");
    g_autoptr(GPtrArray) order = project_order(project, compose->arguments, has_needs, &error);

    if (order == NULL)
        return !fail(project, error);
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        if (json_object_get(project_service(project, service), "build") == NULL)
            continue;
        if (!build_service(project, service, compose))
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
    g_autoptr(GPtrArray) order =
        project_order(project, compose->arguments, /* has_needs= */ false, &error);
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
        return build_service(project, service, NULL);
    if (!is_there || g_str_equal(policy, "always"))
        return pull_service(project, service, is_quiet);
    return true;
}
