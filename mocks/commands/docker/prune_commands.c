/* The prunes: containers, networks, volumes, images, build cache, and all of them (captures 24 to
   27). */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

static const struct flag_row prune_flags[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},     {"filter", 0, FLAG_FILTER, NULL},
    {"force", 'f', FLAG_BOOLEAN, NULL},   {"volumes", 0, FLAG_BOOLEAN, NULL},
    {"keep-storage", 0, FLAG_TEXT, NULL}, {0},
};
static const struct flag_row *const prune_tables[] = {prune_flags, NULL};

/* ---- asking first ---- */

#define QUESTION "Are you sure you want to continue?"

/* internal/prompt: the first line of stdin; its end counts as no. */
static bool confirm(struct invocation *invocation, const char *message)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    bool is_end = false;

    command_print(invocation->call, "%s [y/N] ", message);
    while (!is_end &&
           memchr(bytes->data != NULL ? (const void *)bytes->data : "", '\n', bytes->len) == NULL)
        if (!invocation->call->seam->read(invocation->call->self, bytes, &is_end, &error))
            return false;
    return bytes->len > 0 && g_ascii_tolower((char)bytes->data[0]) == 'y' &&
           (bytes->len == 1 || g_ascii_isspace(bytes->data[1]));
}

/* ---- one prune ---- */

/* What came of a prune: a text such as "Deleted Images:\n…" (NULL: nothing) and bytes. */
struct pruned {
    char *text;
    int64_t bytes;
};

/* The list of a kind: its head and how an item is written. */
static void append_items(GString *text, const json_t *list)
{
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item) {
        const char *untagged = json_get_string(item, "Untagged", "");
        if (json_is_string(item))
            g_string_append_printf(text, "%s\n", json_string_value(item));
        else if (*untagged != '\0')
            g_string_append_printf(text, "untagged: %s\n", untagged);
        else
            g_string_append_printf(text, "deleted: %s\n", json_get_string(item, "Deleted", ""));
    }
}

static bool prune(struct invocation *invocation, const char *path, const char *member,
                  const char *head, struct pruned *pruned, GError **error)
{
    g_autoptr(json_t) answer = NULL;

    if (!invocation_ask(invocation, "POST", path, NULL, &answer, error))
        return false;
    const json_t *list = json_get_array(answer, member);
    pruned->bytes = json_get_integer(answer, "SpaceReclaimed", 0);
    if (json_array_size(list) == 0)
        return true;
    GString *text = g_string_new(head);
    g_string_append_c(text, '\n');
    append_items(text, list);
    pruned->text = g_string_free(text, FALSE);
    return true;
}

static json_t *asked_filters(struct invocation *invocation)
{
    return filters_parse(flags_list(invocation->flags, "filter"));
}

static bool prune_plain(struct invocation *invocation, const char *base, const char *member,
                        const char *head, struct pruned *pruned, GError **error)
{
    g_autoptr(json_t) filters = asked_filters(invocation);
    g_autoptr(GString) path = g_string_new(base);

    filters_append(path, filters);
    return prune(invocation, path->str, member, head, pruned, error);
}

static bool prune_containers(struct invocation *invocation, struct pruned *pruned, GError **error)
{
    return prune_plain(invocation, "/containers/prune", "ContainersDeleted",
                       "Deleted Containers:", pruned, error);
}

static bool prune_networks(struct invocation *invocation, struct pruned *pruned, GError **error)
{
    return prune_plain(invocation, "/networks/prune", "NetworksDeleted",
                       "Deleted Networks:", pruned, error);
}

/* `volume prune -a` takes named ones too; from API 1.42 on that is a filter. */
static bool prune_volumes(struct invocation *invocation, struct pruned *pruned, GError **error)
{
    g_autoptr(json_t) filters = asked_filters(invocation);
    g_autoptr(GString) path = g_string_new("/volumes/prune");
    bool is_whole = g_str_equal(invocation->path, "volume prune");

    if (is_whole && flags_boolean(invocation->flags, "all"))
        filters_add(filters, "all", "true");
    filters_append(path, filters);
    return prune(invocation, path->str, "VolumesDeleted", "Deleted Volumes:", pruned, error);
}

static bool prune_images(struct invocation *invocation, struct pruned *pruned, GError **error)
{
    g_autoptr(json_t) filters = asked_filters(invocation);
    g_autoptr(GString) path = g_string_new("/images/prune");

    filters_add(filters, "dangling", flags_boolean(invocation->flags, "all") ? "false" : "true");
    filters_append(path, filters);
    return prune(invocation, path->str, "ImagesDeleted", "Deleted Images:", pruned, error);
}

/* The filters go along even when there are none (capture 25). */
static bool prune_build_cache(struct invocation *invocation, struct pruned *pruned, GError **error)
{
    g_autoptr(json_t) filters = asked_filters(invocation);
    g_autoptr(GString) path = g_string_new("/build/prune");

    g_autofree char *text = json_object_size(filters) > 0 ? json_text(filters) : g_strdup("");
    docker_query_append(path, "all", flags_boolean(invocation->flags, "all") ? "1" : NULL);
    docker_query_append(path, "filters", text);
    return prune(invocation, path->str, "CachesDeleted", "Deleted build cache objects:", pruned,
                 error);
}

static void print_sum(struct invocation *invocation, int64_t bytes)
{
    g_autofree char *size = human_size((double)bytes, 4);
    command_print(invocation->call, "Total reclaimed space: %s\n", size);
}

/* Asks unless forced; without a yes the command ends well (cli cancelledErr). */
static int run_one(struct invocation *invocation, const char *warning,
                   bool (*act)(struct invocation *invocation, struct pruned *pruned,
                               GError **error),
                   bool has_sum)
{
    struct pruned pruned = {0};
    g_autoptr(GError) error = NULL;

    if (!flags_boolean(invocation->flags, "force") && !confirm(invocation, warning))
        return 0;
    if (!act(invocation, &pruned, &error))
        return invocation_fail(invocation, error);
    if (pruned.text != NULL)
        command_print(invocation->call, "%s\n", pruned.text);
    if (has_sum)
        print_sum(invocation, pruned.bytes);
    g_free(pruned.text);
    return 0;
}

static int run_container_prune(struct invocation *invocation)
{
    return run_one(invocation, "WARNING! This will remove all stopped containers.\n" QUESTION,
                   prune_containers, /* has_sum= */ true);
}

static int run_network_prune(struct invocation *invocation)
{
    return run_one(invocation,
                   "WARNING! This will remove all custom networks not used by at least one "
                   "container.\n" QUESTION,
                   prune_networks, /* has_sum= */ false);
}

static int run_volume_prune(struct invocation *invocation)
{
    return run_one(invocation,
                   flags_boolean(invocation->flags, "all")
                       ? "WARNING! This will remove all local volumes not used by at least one "
                         "container.\n" QUESTION
                       : "WARNING! This will remove anonymous local volumes not used by at least "
                         "one container.\n" QUESTION,
                   prune_volumes, /* has_sum= */ true);
}

static int run_image_prune(struct invocation *invocation)
{
    return run_one(invocation,
                   flags_boolean(invocation->flags, "all")
                       ? "WARNING! This will remove all images without at least one container "
                         "associated to them.\n" QUESTION
                       : "WARNING! This will remove all dangling images.\n" QUESTION,
                   prune_images, /* has_sum= */ true);
}

static int run_builder_prune(struct invocation *invocation)
{
    return run_one(invocation,
                   flags_boolean(invocation->flags, "all")
                       ? "WARNING! This will remove all build cache. " QUESTION
                       : "WARNING! This will remove all dangling build cache. " QUESTION,
                   prune_build_cache, /* has_sum= */ true);
}

/* ---- system prune ---- */

static char *system_warning(const struct invocation *invocation)
{
    const struct flags *flags = invocation->flags;
    bool is_all = flags_boolean(flags, "all");
    const char *const *filters = flags_list(flags, "filter");
    GString *text = g_string_new("WARNING! This will remove:\n  - all stopped containers\n  - all "
                                 "networks not used by at least one container\n");

    if (flags_boolean(flags, "volumes"))
        g_string_append(text, "  - all anonymous volumes not used by at least one container\n");
    g_string_append(text, is_all ? "  - all images without at least one container associated to "
                                   "them\n  - all build cache\n"
                                 : "  - all dangling images\n  - unused build cache\n");
    if (filters[0] != NULL)
        g_string_append(text, "\n  Items to be pruned will be filtered with:");
    for (gsize i = 0; filters[i] != NULL; i++)
        g_string_append_printf(text, "\n  - %s", filters[i]);
    g_string_append(text, "\n" QUESTION);
    return g_string_free(text, FALSE);
}

/* In the CLI's order; the first error ends them. */
static int run_system_prune(struct invocation *invocation)
{
    static const struct {
        bool (*act)(struct invocation *invocation, struct pruned *pruned, GError **error);
        bool is_of_volumes;
    } steps[] = {{prune_containers, false},
                 {prune_networks, false},
                 {prune_volumes, true},
                 {prune_images, false},
                 {prune_build_cache, false}};
    g_autofree char *warning = system_warning(invocation);
    int64_t sum_bytes = 0;

    if (!flags_boolean(invocation->flags, "force") && !confirm(invocation, warning))
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        struct pruned pruned = {0};
        g_autoptr(GError) error = NULL;
        if (steps[i].is_of_volumes && !flags_boolean(invocation->flags, "volumes"))
            continue;
        if (!steps[i].act(invocation, &pruned, &error))
            return invocation_fail(invocation, error);
        if (pruned.text != NULL)
            command_print(invocation->call, "%s\n", pruned.text);
        sum_bytes += pruned.bytes;
        g_free(pruned.text);
    }
    print_sum(invocation, sum_bytes);
    return 0;
}

const struct command_row prune_commands[] = {
    {"system prune", "[OPTIONS]", "Remove unused data", ARGUMENTS_EXACT, 0, prune_tables,
     run_system_prune, true},
    {"container prune", "[OPTIONS]", "Remove all stopped containers", ARGUMENTS_EXACT, 0,
     prune_tables, run_container_prune, true},
    {"image prune", "[OPTIONS]", "Remove unused images", ARGUMENTS_EXACT, 0, prune_tables,
     run_image_prune, true},
    {"volume prune", "[OPTIONS]", "Remove unused local volumes", ARGUMENTS_EXACT, 0, prune_tables,
     run_volume_prune, true},
    {"network prune", "[OPTIONS]", "Remove all unused networks", ARGUMENTS_EXACT, 0, prune_tables,
     run_network_prune, true},
    {"builder prune", "", "Remove build cache", ARGUMENTS_EXACT, 0, prune_tables, run_builder_prune,
     true},
    {0},
};
