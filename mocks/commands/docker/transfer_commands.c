/* docker pull and docker push. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct flag_row pull_flags[] = {
    {"all-tags", 'a', FLAG_BOOLEAN, NULL},
    {"disable-content-trust", 0, FLAG_BOOLEAN, "true"},
    {"platform", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const pull_tables[] = {pull_flags, NULL};

static const char *platform_asked(const struct invocation *invocation)
{
    const char *platform = flags_text(invocation->flags, "platform");
    if (!flags_has(invocation->flags, "platform"))
        platform = command_variable(invocation->call, "DOCKER_DEFAULT_PLATFORM");
    return platform != NULL && *platform != '\0' ? platform : NULL;
}

/* What an image is without a tag: the tag "latest", said aloud unless quiet. With -a it must have
   none. */
static struct image_reference *read_reference(struct invocation *invocation, GError **error)
{
    bool is_all = flags_boolean(invocation->flags, "all-tags");
    AUTO(image_reference) reference = image_reference_parse(invocation->arguments[0], error);

    if (reference == NULL)
        return NULL;
    if (is_all && !image_reference_is_name_only(reference)) {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_USAGE,
                            "tag can't be used with --all-tags/-a");
        return NULL;
    }
    if (!is_all && image_reference_is_name_only(reference)) {
        reference->tag = g_strdup("latest");
        if (!flags_boolean(invocation->flags, "quiet"))
            command_print(invocation->call, "Using default tag: latest\n");
    }
    return g_steal_pointer(&reference);
}

bool pull_image(struct invocation *invocation, const struct image_reference *reference,
                const char *platform, bool is_all, int out, GError **error)
{
    g_autofree char *name = image_reference_name(reference);
    g_autofree char *header = config_auth_header(invocation->call, reference->domain);
    g_autoptr(GString) path = g_string_new("/images/create");
    struct progress progress = {.invocation = invocation, .stream = out};
    const char *tag = reference->digest != NULL ? reference->digest
                      : reference->tag != NULL  ? reference->tag
                                                : "latest";

    docker_query_append(path, "fromImage", name);
    docker_query_append(path, "platform", platform);
    docker_query_append(path, "tag", is_all ? NULL : tag);
    bool is_pulled = progress_run(&progress, path->str, NULL, header, error);
    g_free(progress.image_id);
    return is_pulled;
}

static int run_pull(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    AUTO(image_reference) reference = read_reference(invocation, &error);
    bool is_quiet = flags_boolean(invocation->flags, "quiet");

    if (reference == NULL ||
        !pull_image(invocation, reference, platform_asked(invocation),
                    flags_boolean(invocation->flags, "all-tags"), is_quiet ? 0 : 1, &error))
        return invocation_fail(invocation, error);
    g_autofree char *text = image_reference_text(reference);
    command_print(invocation->call, "%s\n", text);
    return 0;
}

static const struct flag_row push_flags[] = {
    {"all-tags", 'a', FLAG_BOOLEAN, NULL},
    {"disable-content-trust", 0, FLAG_BOOLEAN, "true"},
    {"platform", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const push_tables[] = {push_flags, NULL};

/* API 1.46 */
char *platform_json(const char *platform)
{
    g_auto(GStrv) parts = g_strsplit(platform, "/", 3);
    g_autoptr(json_t) value = json_pack("{s:s}", "os", parts[0] != NULL ? parts[0] : "");
    if (parts[0] != NULL && parts[1] != NULL)
        json_object_set_new(value, "architecture", json_string(parts[1]));
    if (parts[0] != NULL && parts[1] != NULL && parts[2] != NULL)
        json_object_set_new(value, "variant", json_string(parts[2]));
    return json_text(value);
}

static bool push(struct invocation *invocation, const struct image_reference *reference,
                 GError **error)
{
    g_autofree char *name = image_reference_familiar_name(reference);
    g_autofree char *base = api_path("images", name, "/push");
    g_autofree char *header = config_auth_header(invocation->call, reference->domain);
    g_autoptr(GString) path = g_string_new(base);
    struct progress progress = {.invocation = invocation,
                                .stream = flags_boolean(invocation->flags, "quiet") ? 0 : 1};
    const char *platform = flags_text(invocation->flags, "platform");

    docker_query_append(path, "tag", reference->tag);
    if (*platform != '\0') {
        g_autofree char *wanted = platform_json(platform);
        docker_query_append(path, "platform", wanted);
    }
    bool is_pushed = progress_run(&progress, path->str, NULL, header, error);
    g_free(progress.image_id);
    return is_pushed;
}

static int run_push(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    AUTO(image_reference) reference = read_reference(invocation, &error);

    if (reference == NULL)
        return invocation_fail(invocation, error);
    if (reference->digest != NULL)
        return invocation_end(invocation, 1, "cannot push a digest reference");
    if (!push(invocation, reference, &error))
        return invocation_fail(invocation, error);
    if (flags_boolean(invocation->flags, "quiet")) {
        g_autofree char *text = image_reference_text(reference);
        command_print(invocation->call, "%s\n", text);
    }
    return 0;
}

const struct command_row transfer_commands[] = {
    {"pull|image pull", "[OPTIONS] NAME[:TAG|@DIGEST]", "Download an image from a registry",
     ARGUMENTS_EXACT, 1, pull_tables, run_pull, true},
    {"push|image push", "[OPTIONS] NAME[:TAG]", "Upload an image to a registry", ARGUMENTS_EXACT, 1,
     push_tables, run_push, true},
    {0},
};
