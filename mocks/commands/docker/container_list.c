/* docker ps. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

static void release(gpointer value)
{
    json_decref(value);
}

static const struct flag_row ps_flags[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},
    {"filter", 'f', FLAG_FILTER, NULL},
    {"format", 0, FLAG_TEXT, NULL},
    {"last", 'n', FLAG_INTEGER, "-1"},
    {"latest", 'l', FLAG_BOOLEAN, NULL},
    {"no-trunc", 0, FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"size", 's', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const ps_tables[] = {ps_flags, NULL};

static const struct view_column container_columns[] = {
    {"Command", "COMMAND"},   {"CreatedAt", "CREATED AT"},
    {"ID", "CONTAINER ID"},   {"Image", "IMAGE"},
    {"Labels", "LABELS"},     {"LocalVolumes", "LOCAL VOLUMES"},
    {"Mounts", "MOUNTS"},     {"Names", "NAMES"},
    {"Networks", "NETWORKS"}, {"Platform", "PLATFORM"},
    {"Ports", "PORTS"},       {"RunningFor", "CREATED"},
    {"Size", "SIZE"},         {"State", "STATE"},
    {"Status", "STATUS"},     {0},
};
const struct view container_view = {"*formatter.ContainerContext", container_columns};

static char *join_ports(const json_t *container)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *port;

    json_array_foreach (json_get_array(container, "Ports"), i, port) {
        const char *address = json_get_string(port, "IP", "");
        const char *type = json_get_string(port, "Type", "tcp");
        int inside = (int)json_get_integer(port, "PrivatePort", 0);
        int outside = (int)json_get_integer(port, "PublicPort", 0);
        bool is_v6 = strchr(address, ':') != NULL;
        g_ptr_array_add(texts, outside == 0
                                   ? g_strdup_printf("%d/%s", inside, type)
                                   : g_strdup_printf("%s%s%s:%d->%d/%s", is_v6 ? "[" : "", address,
                                                     is_v6 ? "]" : "", outside, inside, type));
    }
    g_ptr_array_add(texts, NULL);
    return g_strjoinv(", ", (char **)texts->pdata);
}

static gint compare_texts(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static char *join_sorted(GPtrArray *texts)
{
    g_ptr_array_sort(texts, compare_texts);
    g_ptr_array_add(texts, NULL);
    return g_strjoinv(",", (char **)texts->pdata);
}

static char *join_labels(const json_t *container)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *value;
    json_object_foreach (json_get_object(container, "Labels"), key, value)
        g_ptr_array_add(texts, g_strdup_printf("%s=%s", key, json_string_value(value)));
    return join_sorted(texts);
}

static char *join_networks(const json_t *container)
{
    const json_t *settings = json_get_object(container, "NetworkSettings");
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *value;
    json_object_foreach (json_get_object(settings, "Networks"), key, value)
        g_ptr_array_add(texts, g_strdup(key));
    return join_sorted(texts);
}

static char *join_mounts(const json_t *container, bool is_cut, int *local_count)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *mount;

    *local_count = 0;
    json_array_foreach (json_get_array(container, "Mounts"), i, mount) {
        const char *name = json_get_string(mount, "Name", "");
        const char *shown = *name != '\0' ? name : json_get_string(mount, "Source", "");
        g_ptr_array_add(texts, is_cut ? human_ellipsis(shown, 15) : g_strdup(shown));
        *local_count += g_str_equal(json_get_string(mount, "Driver", ""), "local");
    }
    g_ptr_array_add(texts, NULL);
    return g_strjoinv(",", (char **)texts->pdata);
}

/* Names without their slash; of several the one without a link, when cut. */
static char *join_names(const json_t *container, bool is_cut)
{
    g_autoptr(GString) names = g_string_new(NULL);
    size_t i;
    json_t *name;

    json_array_foreach (json_get_array(container, "Names"), i, name) {
        const char *text = json_string_value(name) + 1;
        if (is_cut && strchr(text, '/') == NULL)
            return g_strdup(text);
        g_string_append_printf(names, "%s%s", i > 0 ? "," : "", text);
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

/* An image's id is shortened, a digest behind a name left out. */
static char *image_name(const json_t *container, bool is_cut)
{
    const char *image = json_get_string(container, "Image", "");
    g_autofree char *short_id = human_short_id(json_get_string(container, "ImageID", ""));
    g_autofree char *short_image = human_short_id(image);

    if (*image == '\0')
        return g_strdup("<no image>");
    if (!is_cut)
        return g_strdup(image);
    if (g_str_equal(short_id, short_image))
        return g_steal_pointer(&short_id);
    AUTO(image_reference) reference = image_reference_parse(image, NULL);
    if (reference == NULL)
        return g_strdup(image);
    g_clear_pointer(&reference->digest, g_free);
    return image_reference_familiar_text(reference);
}

static char *size_text_of(const json_t *container)
{
    int64_t whole_bytes = json_get_integer(container, "SizeRootFs", 0);
    g_autofree char *written = human_size((double)json_get_integer(container, "SizeRw", 0), 3);
    g_autofree char *whole = human_size((double)whole_bytes, 3);
    return whole_bytes > 0 ? g_strdup_printf("%s (virtual %s)", written, whole)
                           : g_steal_pointer(&written);
}

static char *quoted_command(const json_t *container, bool is_cut)
{
    const char *command = json_get_string(container, "Command", "");
    g_autofree char *cut = human_ellipsis(command, 20);
    return human_quote(is_cut ? cut : command);
}

/* The moments of a container: "2 hours ago" and the date. */
static void set_moments(struct invocation *invocation, const json_t *container, json_t *row)
{
    int64_t created_s = json_get_integer(container, "Created", 0);
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(created_s);
    g_autofree char *date = g_date_time_format(moment, "%Y-%m-%d %H:%M:%S +0000 UTC");
    g_autofree char *duration = human_duration(invocation_now_s(invocation) - created_s);
    g_autofree char *ago = g_strconcat(duration, " ago", NULL);

    json_object_set_new(row, "CreatedAt", json_string(date));
    json_object_set_new(row, "RunningFor", json_string(ago));
}

json_t *container_row(struct invocation *invocation, const json_t *container, bool is_cut)
{
    int local_count = 0;
    const char *id = json_get_string(container, "Id", "");
    g_autofree char *short_id = human_short_id(id);
    g_autofree char *command = quoted_command(container, is_cut);
    g_autofree char *image = image_name(container, is_cut);
    g_autofree char *labels = join_labels(container);
    g_autofree char *mounts = join_mounts(container, is_cut, &local_count);
    g_autofree char *names = join_names(container, is_cut);
    g_autofree char *networks = join_networks(container);
    g_autofree char *ports = join_ports(container);
    g_autofree char *size = size_text_of(container);
    g_autofree char *locals = g_strdup_printf("%d", local_count);
    /* Sorted, as Go marshals a row. */
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:n, s:s, s:s, s:s, s:s, s:s}",
                  "Command", command, "CreatedAt", "", "ID", is_cut ? short_id : id, "Image", image,
                  "Labels", labels, "LocalVolumes", locals, "Mounts", mounts, "Names", names,
                  "Networks", networks, "Platform", "Ports", ports, "RunningFor", "", "Size", size,
                  "State", json_get_string(container, "State", ""), "Status",
                  json_get_string(container, "Status", ""));

    set_moments(invocation, container, row);
    json_object_set(row, "Label", json_get_object(container, "Labels"));
    return row;
}

static bool list_containers(struct invocation *invocation, json_t **list, GError **error)
{
    const struct flags *flags = invocation->flags;
    g_autoptr(json_t) filters = filters_parse(flags_list(flags, "filter"));
    g_autoptr(GString) path = g_string_new("/containers/json");
    int64_t limit = flags_integer(flags, "last");
    bool needs_size =
        flags_boolean(flags, "size") || strstr(flags_text(flags, "format"), ".Size") != NULL;

    if (flags_boolean(flags, "latest") && limit == -1)
        limit = 1;
    g_autofree char *limit_text = g_strdup_printf("%" G_GINT64_FORMAT, limit);
    docker_query_append(path, "all", flags_boolean(flags, "all") ? "1" : NULL);
    filters_append(path, filters);
    docker_query_append(path, "limit", limit > 0 ? limit_text : NULL);
    docker_query_append(path, "size", needs_size ? "1" : NULL);
    return invocation_ask(invocation, "GET", path->str, NULL, list, error);
}

static const char *ps_format(struct invocation *invocation)
{
    const struct flags *flags = invocation->flags;
    const char *format = flags_text(flags, "format");
    bool is_quiet = flags_boolean(flags, "quiet");

    if (*format != '\0' && is_quiet)
        command_complain(invocation->call, "WARNING: Ignoring custom format, because both --format "
                                           "and --quiet are set.\n");
    if (is_quiet)
        return "{{.ID}}";
    if (*format != '\0' && !g_str_equal(format, "table"))
        return format;
    return flags_boolean(flags, "size")
               ? "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
                 "\t{{.Names}}\t{{.Size}}"
               : "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
                 "\t{{.Names}}";
}

/* `docker ps` tries its template before it asks, with other words. */
static int complain_of_template(struct invocation *invocation, const GError *error)
{
    static const char prefix[] = "template parsing error: ";
    const char *text = error->message;

    if (!g_str_has_prefix(text, prefix) || !flags_has(invocation->flags, "format"))
        return invocation_fail(invocation, error);
    return invocation_end(invocation, 1, "failed to %s template: %s",
                          strstr(text, ": executing ") != NULL ? "execute" : "parse",
                          text + strlen(prefix));
}

static int run_ps(struct invocation *invocation)
{
    const char *format = ps_format(invocation);
    bool is_cut = !flags_boolean(invocation->flags, "no-trunc");
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    g_autoptr(json_t) list = NULL;
    g_autoptr(GError) error = NULL;
    size_t i;
    json_t *container;

    if (!list_containers(invocation, &list, &error))
        return invocation_fail(invocation, error);
    json_array_foreach (list, i, container)
        g_ptr_array_add(rows, container_row(invocation, container, is_cut));
    if (!view_print(invocation, &container_view, format, rows, &error))
        return complain_of_template(invocation, error);
    return 0;
}

const struct command_row list_commands[] = {
    {"ps|container ls|container ps=container ls|container list=container ls", "[OPTIONS]",
     "List containers", ARGUMENTS_EXACT, 0, ps_tables, run_ps, true},
    {0},
};
