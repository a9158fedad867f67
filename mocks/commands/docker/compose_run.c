/* compose run, exec and logs. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

/* ---- run, exec ---- */

static void add_asked(const struct compose_call *compose, struct words *words)
{
    static const char *const lists[][2] = {{"env", "--env"},
                                           {"env-from-file", "--env-file"},
                                           {"label", "--label"},
                                           {"publish", "--publish"},
                                           {"volume", "--volume"}};
    static const char *const texts[][2] = {{"user", "--user"}, {"workdir", "--workdir"}};

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        const char *const *values = flags_list(compose->flags, lists[i][0]);
        for (gsize j = 0; values[j] != NULL; j++)
            words_add(words, lists[i][1], values[j], NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (*flags_text(compose->flags, texts[i][0]) != '\0')
            words_add(words, texts[i][1], flags_text(compose->flags, texts[i][0]), NULL);
}

/* What the service needs is started first. */
static bool start_needs(const struct compose_call *compose, const char *service)
{
    const char *const wanted[] = {service, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order =
        project_order(compose->project, wanted, !flags_boolean(compose->flags, "no-deps"), &error);

    if (order == NULL) {
        project_fail(compose->project, error->message);
        return false;
    }
    for (guint i = 0; i < order->len; i++)
        if (!project_obtain_image(compose->project, g_ptr_array_index(order, i),
                                  flags_boolean(compose->flags, "build"), false))
            return false;
    if (!project_make_networks(compose->project))
        return false;
    for (guint i = 0; i + 1 < order->len; i++) {
        const char *need = g_ptr_array_index(order, i);
        g_autofree char *container = project_container(compose->project, need);
        g_autofree char *state = project_state_of(compose->project, container);
        WORDS(words);
        words_init(&words, "start", container, NULL);
        if (!project_await_needs(compose->project, need))
            return false;
        if ((state == NULL && !project_create_container(compose->project, need, container)) ||
            (g_strcmp0(state, "running") != 0 &&
             !project_step(compose->project, &words, container, "Starting", "Started")))
            return false;
    }
    return flags_boolean(compose->flags, "no-deps") ||
           project_await_needs(compose->project, service);
}

int compose_run_service(struct compose_call *compose)
{
    const struct project *project = compose->project;
    const char *service = compose->arguments[0];
    const char *asked = flags_text(compose->flags, "name");
    WORDS(words);

    if (service == NULL)
        return project_fail(project, "requires at least 1 arg(s), only received 0");
    if (!start_needs(compose, service))
        return 1;
    g_autofree char *made = g_strconcat(project->name, "-", service, "-run-1", NULL);
    g_autofree char *image = project_image(project, service);
    words_init(&words, "run", "--pull", "never", NULL);
    if (flags_boolean(compose->flags, "rm"))
        words_add(&words, "--rm", NULL);
    if (flags_boolean(compose->flags, "detach"))
        words_add(&words, "--detach", NULL);
    project_add_service(project, service, *asked != '\0' ? asked : made, true, &words);
    add_asked(compose, &words);
    if (*flags_text(compose->flags, "entrypoint") != '\0')
        words_add(&words, "--entrypoint", flags_text(compose->flags, "entrypoint"), NULL);
    words_add(&words, image, NULL);
    for (gsize i = 1; compose->arguments[i] != NULL; i++)
        words_add(&words, compose->arguments[i], NULL);
    if (compose->arguments[1] == NULL)
        project_add_command(project, service, &words);
    return project_docker(project, &words, NULL, NULL);
}

int compose_exec(struct compose_call *compose)
{
    const struct project *project = compose->project;
    const char *service = compose->arguments[0];
    WORDS(words);

    if (service == NULL || compose->arguments[1] == NULL)
        return project_fail(project, "requires at least 2 arg(s)");
    g_autofree char *container = project_container(project, service);
    g_autofree char *state = project_state_of(project, container);
    if (g_strcmp0(state, "running") != 0) {
        command_complain(project->call, "service \"%s\" is not running\n", service);
        return 1;
    }
    words_init(&words, "exec", NULL);
    if (flags_boolean(compose->flags, "detach"))
        words_add(&words, "--detach", NULL);
    add_asked(compose, &words);
    words_add(&words, container, NULL);
    for (gsize i = 1; compose->arguments[i] != NULL; i++)
        words_add(&words, compose->arguments[i], NULL);
    return project_docker(project, &words, NULL, NULL);
}

/* ---- logs ---- */

int compose_logs(struct compose_call *compose)
{
    const struct project *project = compose->project;
    bool has_prefix = !flags_boolean(compose->flags, "no-log-prefix");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order = project_order(project, compose->arguments, ORDER_ALONE, &error);

    if (order == NULL)
        return project_fail(project, error->message);
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        g_autofree char *container = project_container(project, service);
        g_autoptr(GString) output = g_string_new(NULL);
        g_autoptr(GString) errors = g_string_new(NULL);
        WORDS(words);
        words_init(&words, "logs", "--tail", flags_text(compose->flags, "tail"), NULL);
        if (flags_boolean(compose->flags, "follow"))
            words_add(&words, "--follow", NULL);
        words_add(&words, container, NULL);
        if (project_docker(project, &words, output, errors) != 0)
            continue;
        project_print_log(project, service, output, 1, has_prefix);
        project_print_log(project, service, errors, 2, has_prefix);
    }
    return 0;
}
