/* docker commit, diff, export: what a container has become (docker/cli v28.2.2
   cli/command/container). */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct flag_row *const no_tables[] = {NULL};

/* ---- commit ---- */

static const struct flag_row commit_flags[] = {
    {"author", 'a', FLAG_TEXT, NULL},
    {"change", 'c', FLAG_LIST, NULL},
    {"message", 'm', FLAG_TEXT, NULL},
    {"pause", 'p', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const commit_tables[] = {commit_flags, NULL};

static bool read_target(const struct invocation *invocation, struct image_reference **reference,
                        GError **error)
{
    *reference = NULL;
    if (invocation->argument_count < 2 || *invocation->arguments[1] == '\0')
        return true;
    AUTO(image_reference) parsed = image_reference_parse(invocation->arguments[1], error);
    if (parsed == NULL)
        return false;
    if (parsed->digest != NULL)
        return cli_refuse(error, "refusing to create a tag with a digest reference");
    *reference = g_steal_pointer(&parsed);
    return true;
}

/* The parameters in Go's order, which is that of their names. */
static char *commit_path(const struct invocation *invocation,
                         const struct image_reference *reference)
{
    const struct flags *flags = invocation->flags;
    const char *const *changes = flags_list(flags, "change");
    bool is_paused = !flags_has(flags, "pause") || flags_boolean(flags, "pause");
    g_autoptr(GString) path = g_string_new("/commit");
    g_autofree char *repository = reference != NULL ? image_reference_name(reference) : NULL;
    const char *tag = reference == NULL ? "" : reference->tag != NULL ? reference->tag : "latest";

    docker_query_append(path, "author", flags_text(flags, "author"));
    for (gsize i = 0; changes[i] != NULL; i++)
        docker_query_append(path, "changes", changes[i]);
    docker_query_append(path, "comment", flags_text(flags, "message"));
    docker_query_append(path, "container", invocation->arguments[0]);
    docker_query_append(path, "pause", is_paused ? NULL : "0");
    docker_query_append(path, "repo", repository != NULL ? repository : "");
    docker_query_append(path, "tag", tag);
    return g_string_free(g_steal_pointer(&path), FALSE);
}

static int run_commit(struct invocation *invocation)
{
    struct image_reference *parsed = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;

    if (*invocation->arguments[0] == '\0')
        return invocation_end(invocation, 1, "invalid container name or ID: value is empty");
    if (!read_target(invocation, &parsed, &error))
        return invocation_fail(invocation, error);
    AUTO(image_reference) reference = parsed;
    g_autofree char *path = commit_path(invocation, reference);
    if (!invocation_ask(invocation, "POST", path, NULL, &answer, &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", json_get_string(answer, "Id", ""));
    return 0;
}

/* ---- diff ---- */

static int run_diff(struct invocation *invocation)
{
    static const char *const kinds[] = {"C", "A", "D"};
    g_autofree char *path = api_path("containers", invocation->arguments[0], "/changes");
    g_autoptr(json_t) changes = NULL;
    g_autoptr(GError) error = NULL;
    size_t index;
    json_t *change;

    if (*invocation->arguments[0] == '\0')
        return invocation_end(invocation, 1, "Container name cannot be empty");
    if (!invocation_ask(invocation, "GET", path, NULL, &changes, &error))
        return invocation_fail(invocation, error);
    json_array_foreach (changes, index, change) {
        int64_t kind = CLAMP(json_get_integer(change, "Kind", 0), 0, 2);
        command_print(invocation->call, "%s %s\n", kinds[kind],
                      json_get_string(change, "Path", ""));
    }
    return 0;
}

/* ---- export ---- */

static const struct flag_row export_flags[] = {{"output", 'o', FLAG_TEXT, NULL}, {0}};
static const struct flag_row *const export_tables[] = {export_flags, NULL};

static int run_export(struct invocation *invocation)
{
    g_autofree char *path = api_path("containers", invocation->arguments[0], "/export");
    g_autoptr(GError) error = NULL;
    bool is_done = archive_receive(invocation, path, flags_text(invocation->flags, "output"),
                                   "failed to export container: ", &error);
    return is_done ? 0 : invocation_fail(invocation, error);
}

const struct command_row change_commands[] = {
    {"commit|container commit", "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
     "Create a new image from a container's changes", ARGUMENTS_OR_ONE_MORE, 1, commit_tables,
     run_commit, false},
    {"diff|container diff", "CONTAINER",
     "Inspect changes to files or directories on a container's filesystem", ARGUMENTS_EXACT, 1,
     no_tables, run_diff, true},
    {"export|container export", "[OPTIONS] CONTAINER",
     "Export a container's filesystem as a tar archive", ARGUMENTS_EXACT, 1, export_tables,
     run_export, true},
    {0},
};
