/* docker run, docker create and docker start: a container made, attached to, started, waited for
   (captures 11, 13, 15, 39). */
#include "mocks/commands/docker/attachment.h"
#include "mocks/commands/docker/create_options.h"

#include <string.h>

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND      127

static const struct flag_row run_flags[] = {
    {"detach", 'd', FLAG_BOOLEAN, NULL},
    {"detach-keys", 0, FLAG_TEXT, NULL},
    {"sig-proxy", 0, FLAG_BOOLEAN, "true"},
    {0},
};
static const struct flag_row *const run_tables[] = {run_flags, create_flags, NULL};
static const struct flag_row *const create_tables[] = {create_flags, NULL};

/* ---- words ---- */

/* cli command/container/run.go::toStatusError */
static int code_of(const char *text)
{
    static const char *const missing[] = {"executable file not found", "no such file or directory",
                                          "system cannot find the file specified"};
    for (gsize i = 0; i < G_N_ELEMENTS(missing); i++)
        if (strstr(text, missing[i]) != NULL)
            return EXIT_NOT_FOUND;
    if (strstr(text, "permission denied") != NULL || strstr(text, "is a directory") != NULL)
        return EXIT_NOT_EXECUTABLE;
    return EXIT_CANNOT_RUN;
}

static int fail_with_help(struct invocation *invocation, const char *command, const GError *error)
{
    g_autofree char *text = docker_cli_error_text(error);
    command_complain(invocation->call,
                     "docker: %s\n\nRun 'docker %s --help' for more information\n", text, command);
    return code_of(text);
}

/* ---- create ---- */

static const char *platform_of(const struct invocation *invocation)
{
    const char *platform = flags_text(invocation->flags, "platform");
    const char *variable = command_variable(invocation->call, "DOCKER_DEFAULT_PLATFORM");
    if (*platform != '\0')
        return platform;
    return variable != NULL && *variable != '\0' ? variable : NULL;
}

static bool check_pull_option(struct invocation *invocation, GError **error)
{
    static const char *const options[] = {"always", "missing", "never", "", NULL};
    const char *option = flags_text(invocation->flags, "pull");

    if (g_strv_contains(options, option))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                "invalid pull option: '%s': must be one of \"always\", \"missing\" or \"never\"",
                option);
    return false;
}

static bool ask_to_create(struct invocation *invocation, json_t *body, json_t **answer,
                          GError **error)
{
    const char *name = flags_text(invocation->flags, "name");
    g_autoptr(GString) path = g_string_new("/containers/create");

    docker_query_append(path, "name", *name != '\0' ? name : NULL);
    docker_query_append(path, "platform", platform_of(invocation));
    return invocation_ask(invocation, "POST", path->str, json_incref(body), answer, error);
}

/* The image as a name; NULL and no error for an id. "latest" is filled in. */
static bool read_image(struct invocation *invocation, struct image_reference **reference,
                       GError **error)
{
    const char *image = invocation->arguments[0];
    bool is_id = strlen(image) == 64 && strspn(image, "0123456789abcdef") == 64;

    *reference = is_id ? NULL : image_reference_parse(image, error);
    if (*reference == NULL)
        return is_id;
    if (image_reference_is_name_only(*reference))
        (*reference)->tag = g_strdup("latest");
    return true;
}

static bool pull_missing(struct invocation *invocation, const struct image_reference *reference,
                         bool is_said, GError **error)
{
    g_autofree char *familiar = image_reference_familiar_text(reference);
    bool is_quiet = flags_boolean(invocation->flags, "quiet");

    if (is_said && !is_quiet)
        command_complain(invocation->call, "Unable to find image '%s' locally\n", familiar);
    return pull_image(invocation, reference, platform_of(invocation), /* is_all= */ false,
                      is_quiet ? 0 : 2, error);
}

/* Asks; a missing image is pulled and asked for once more (capture 39). */
static bool create_with_image(struct invocation *invocation, json_t *body,
                              const struct image_reference *reference, json_t **answer,
                              GError **error)
{
    const char *pull = flags_text(invocation->flags, "pull");
    g_autoptr(GError) reason = NULL;

    if (reference != NULL && g_str_equal(pull, "always") &&
        !pull_missing(invocation, reference, /* is_said= */ false, error))
        return false;
    if (ask_to_create(invocation, body, answer, &reason))
        return true;
    if (reference == NULL || !g_str_equal(pull, "missing") ||
        !g_error_matches(reason, DOCKER_ERROR, 404)) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    return pull_missing(invocation, reference, /* is_said= */ true, error) &&
           ask_to_create(invocation, body, answer, error);
}

static bool write_id_file(struct invocation *invocation, const char *id, GError **error)
{
    const char *path = flags_text(invocation->flags, "cidfile");
    return *path == '\0' || world_write_file(invocation->call, path, id, strlen(id), 0644, error);
}

static bool create_container(struct invocation *invocation, json_t *body, char **id, GError **error)
{
    struct image_reference *parsed = NULL;
    g_autoptr(json_t) answer = NULL;
    size_t i;
    json_t *warning;

    if (!read_image(invocation, &parsed, error))
        return false;
    AUTO(image_reference) reference = parsed;
    if (!create_with_image(invocation, body, reference, &answer, error))
        return false;
    json_array_foreach (json_get_array(answer, "Warnings"), i, warning)
        command_complain(invocation->call, "WARNING: %s\n", json_string_value(warning));
    *id = g_strdup(json_get_string(answer, "Id", ""));
    return write_id_file(invocation, *id, error);
}

static int run_create(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = NULL;
    g_autoptr(json_t) body = NULL;

    if (check_pull_option(invocation, &error))
        body = create_body(invocation, /* is_detached= */ false, &error);
    if (body == NULL)
        return fail_with_help(invocation, "create", error);
    if (!create_container(invocation, body, &id, &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", id);
    return 0;
}

/* A failed start: with --rm the CLI waits until the container is gone. */
static int fail_start(struct attachment *attachment, bool is_removed, const GError *error)
{
    if (is_removed && attachment->wait_error == NULL &&
        !attachment_wait_until(attachment, &attachment->is_over, NULL))
        return EXIT_CANNOT_RUN;
    return fail_with_help(attachment->invocation, "run", error);
}

static int run_container(struct invocation *invocation, json_t *body, const char *id)
{
    bool is_removed = flags_boolean(invocation->flags, "rm");
    g_autoptr(GError) error = NULL;
    struct attachment attachment;
    int code = 0;

    attachment_init(&attachment, invocation, id, body, is_removed);
    bool is_detached = !attachment.wants_output && !attachment.wants_errors;
    if (is_detached)
        command_print(invocation->call, "%s\n", id);
    if (!attachment_open(&attachment, &error))
        code = invocation_fail(invocation, error);
    else if (!attachment_start(invocation, id, &error))
        code = fail_start(&attachment, is_removed, error);
    else if (!is_detached)
        code = attachment_follow(&attachment);
    attachment_finish(&attachment);
    return code;
}

static int run_run(struct invocation *invocation)
{
    bool is_detached = flags_boolean(invocation->flags, "detach");
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body = NULL;
    g_autofree char *id = NULL;

    if (check_pull_option(invocation, &error))
        body = create_body(invocation, is_detached, &error);
    if (body == NULL)
        return fail_with_help(invocation, "run", error);
    if (json_get_boolean(body, "AttachStdin", false) && json_get_boolean(body, "Tty", false))
        return invocation_end(invocation, 1, "the input device is not a TTY");
    if (is_detached && flags_has(invocation->flags, "attach"))
        return invocation_end(invocation, 1,
                              "conflicting options: cannot specify both --attach and --detach");
    if (!create_container(invocation, body, &id, &error))
        return fail_with_help(invocation, "run", error);
    return run_container(invocation, body, id);
}

/* ---- start ---- */

static const struct flag_row start_flags[] = {
    {"attach", 'a', FLAG_BOOLEAN, NULL},
    {"detach-keys", 0, FLAG_TEXT, NULL},
    {"interactive", 'i', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const start_tables[] = {start_flags, NULL};

/* docker start -a NAME */
static int start_attached(struct invocation *invocation)
{
    g_autofree char *path = api_path("containers", invocation->arguments[0], "/json");
    g_autoptr(json_t) container = NULL;
    g_autoptr(GError) error = NULL;
    struct attachment attachment;

    if (invocation->argument_count > 1)
        return invocation_end(invocation, 1,
                              "you cannot start and attach multiple containers at once");
    if (!invocation_ask(invocation, "GET", path, NULL, &container, &error))
        return invocation_fail(invocation, error);
    bool is_removed =
        json_get_boolean(json_get_object(container, "HostConfig"), "AutoRemove", false);
    attachment_init(&attachment, invocation, json_get_string(container, "Id", ""),
                    json_get_object(container, "Config"), is_removed);
    attachment.wants_output = attachment.wants_errors = true;
    int code = 0;
    if (!attachment_open(&attachment, &error) ||
        !attachment_start(invocation, attachment.id, &error))
        code = invocation_fail(invocation, error);
    else
        code = attachment_follow(&attachment);
    attachment_finish(&attachment);
    return code;
}

static int run_start(struct invocation *invocation)
{
    g_autoptr(GPtrArray) failed = g_ptr_array_new();

    if (flags_boolean(invocation->flags, "attach") ||
        flags_boolean(invocation->flags, "interactive"))
        return start_attached(invocation);
    for (gsize i = 0; i < invocation->argument_count; i++) {
        g_autoptr(GError) error = NULL;
        if (attachment_start(invocation, invocation->arguments[i], &error)) {
            command_print(invocation->call, "%s\n", invocation->arguments[i]);
            continue;
        }
        invocation_fail(invocation, error);
        g_ptr_array_add(failed, (char *)invocation->arguments[i]);
    }
    if (failed->len == 0)
        return 0;
    g_ptr_array_add(failed, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)failed->pdata);
    return invocation_end(invocation, 1, "Error: failed to start containers: %s", names);
}

const struct command_row run_commands[] = {
    {"run|container run", "[OPTIONS] IMAGE [COMMAND] [ARG...]",
     "Create and run a new container from an image", ARGUMENTS_AT_LEAST, 1, run_tables, run_run,
     false},
    {"create|container create", "[OPTIONS] IMAGE [COMMAND] [ARG...]", "Create a new container",
     ARGUMENTS_AT_LEAST, 1, create_tables, run_create, false},
    {"start|container start", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Start one or more stopped containers", ARGUMENTS_AT_LEAST, 1, start_tables, run_start, true},
    {0},
};
