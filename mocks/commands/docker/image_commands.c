/* Local images: tag, remove. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct flag_row *const no_tables[] = {NULL};

/* ---- tag, rmi ---- */

/* moby client/image_tag.go */
static int run_tag(struct invocation *invocation)
{
    const char *source = invocation->arguments[0];
    const char *target = invocation->arguments[1];
    g_autoptr(GError) error = NULL;
    AUTO(image_reference) from = image_reference_parse(source, &error);

    if (from == NULL && strchr(source, ':') == NULL)
        g_clear_error(&error); /* an image's id */
    if (error != NULL)
        return invocation_end(invocation, 1,
                              "Error parsing reference: \"%s\" is not a valid repository/tag: %s",
                              source, error->message);
    AUTO(image_reference) to = image_reference_parse(target, &error);
    if (to == NULL)
        return invocation_end(invocation, 1,
                              "Error parsing reference: \"%s\" is not a valid repository/tag: %s",
                              target, error->message);
    if (to->digest != NULL)
        return invocation_end(invocation, 1, "refusing to create a tag with a digest reference");
    g_autofree char *base = api_path("images", source, "/tag");
    g_autofree char *name = image_reference_familiar_name(to);
    g_autoptr(GString) path = g_string_new(base);
    docker_query_append(path, "repo", name);
    docker_query_append(path, "tag", to->tag != NULL ? to->tag : "latest");
    if (!invocation_tell(invocation, "POST", path->str, NULL, &error))
        return invocation_fail(invocation, error);
    return 0;
}

static const struct flag_row remove_flags[] = {
    {"force", 'f', FLAG_BOOLEAN, NULL},
    {"no-prune", 0, FLAG_BOOLEAN, NULL},
    {"platform", 0, FLAG_LIST, NULL},
    {0},
};
static const struct flag_row *const remove_tables[] = {remove_flags, NULL};

static bool remove_image(struct invocation *invocation, const char *name, GError **error)
{
    g_autofree char *base = api_path("images", name, "");
    g_autoptr(GString) path = g_string_new(base);
    g_autoptr(json_t) removed = NULL;
    size_t i;
    json_t *item;

    if (flags_boolean(invocation->flags, "force"))
        docker_query_append(path, "force", "1");
    if (flags_boolean(invocation->flags, "no-prune"))
        docker_query_append(path, "noprune", "1");
    if (!invocation_ask(invocation, "DELETE", path->str, NULL, &removed, error))
        return false;
    json_array_foreach (removed, i, item) {
        const char *deleted = json_get_string(item, "Deleted", "");
        bool is_deleted = *deleted != '\0';
        command_print(invocation->call, "%s: %s\n", is_deleted ? "Deleted" : "Untagged",
                      is_deleted ? deleted : json_get_string(item, "Untagged", ""));
    }
    return true;
}

/* With --force an image that is not there is no failure. */
static int run_remove(struct invocation *invocation)
{
    g_autoptr(GString) complaints = g_string_new(NULL);
    bool is_fatal = false;

    for (gsize i = 0; i < invocation->argument_count; i++) {
        g_autoptr(GError) error = NULL;
        if (remove_image(invocation, invocation->arguments[i], &error))
            continue;
        g_autofree char *text = docker_cli_error_text(error);
        g_string_append_printf(complaints, "%s\n", text);
        is_fatal |= !g_error_matches(error, DOCKER_ERROR, 404);
    }
    command_write(invocation->call, 2, complaints->str, -1);
    return complaints->len > 0 && (is_fatal || !flags_boolean(invocation->flags, "force"));
}

const struct command_row image_commands[] = {
    {"rmi|image rm|image rmi=image rm|image remove=image rm", "[OPTIONS] IMAGE [IMAGE...]",
     "Remove one or more images", ARGUMENTS_AT_LEAST, 1, remove_tables, run_remove, true},
    {"tag|image tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
     "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", ARGUMENTS_EXACT, 2, no_tables,
     run_tag, false},
    {0},
};
