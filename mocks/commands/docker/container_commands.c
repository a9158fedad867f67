/* docker ps, start, stop, restart, kill, rm, wait, logs, rename, port. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

static const struct flag_row *const no_tables[] = {NULL};

static void release(gpointer value)
{
    json_decref(value);
}

/* ---- ps ---- */

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

/* ---- one request for each container, its name printed ---- */

static bool tell_container(struct invocation *invocation, const char *method, const char *name,
                           const char *rest, GError **error)
{
    g_autofree char *path = api_path("containers", name, rest);
    return invocation_tell(invocation, method, path, NULL, error);
}

static bool print_name(struct invocation *invocation, const char *name)
{
    command_print(invocation->call, "%s\n", name);
    return true;
}

static const struct flag_row stop_flags[] = {
    {"signal", 's', FLAG_TEXT, NULL},
    {"timeout", 't', FLAG_INTEGER, NULL},
    {"time", 0, FLAG_INTEGER, NULL},
    {0},
};
static const struct flag_row *const stop_tables[] = {stop_flags, NULL};

static bool stop_or_restart(struct invocation *invocation, const char *name, const char *verb,
                            GError **error)
{
    const struct flags *flags = invocation->flags;
    const char *option = flags_has(flags, "timeout") ? "timeout" : "time";
    g_autoptr(GString) rest = g_string_new(verb);

    if (*flags_text(flags, "signal") != '\0')
        docker_query_append(rest, "signal", flags_text(flags, "signal"));
    if (flags_has(flags, option))
        docker_query_append(rest, "t", flags_text(flags, option));
    return tell_container(invocation, "POST", name, rest->str, error) &&
           print_name(invocation, name);
}

static bool stop(struct invocation *invocation, const char *name, GError **error)
{
    return stop_or_restart(invocation, name, "/stop", error);
}

static bool restart(struct invocation *invocation, const char *name, GError **error)
{
    return stop_or_restart(invocation, name, "/restart", error);
}

static int run_stop(struct invocation *invocation)
{
    return invocation_each(invocation, stop);
}

static int run_restart(struct invocation *invocation)
{
    return invocation_each(invocation, restart);
}

static const struct flag_row kill_flags[] = {{"signal", 's', FLAG_TEXT, NULL}, {0}};
static const struct flag_row *const kill_tables[] = {kill_flags, NULL};

static bool kill_container(struct invocation *invocation, const char *name, GError **error)
{
    const char *signal = flags_text(invocation->flags, "signal");
    g_autoptr(GString) rest = g_string_new("/kill");

    docker_query_append(rest, "signal", *signal != '\0' ? signal : NULL);
    return tell_container(invocation, "POST", name, rest->str, error) &&
           print_name(invocation, name);
}

static int run_kill(struct invocation *invocation)
{
    return invocation_each(invocation, kill_container);
}

static const struct flag_row rm_flags[] = {
    {"force", 'f', FLAG_BOOLEAN, NULL},
    {"link", 'l', FLAG_BOOLEAN, NULL},
    {"volumes", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const rm_tables[] = {rm_flags, NULL};

static bool remove_container(struct invocation *invocation, const char *argument, GError **error)
{
    const struct flags *flags = invocation->flags;
    const char *name = argument + strspn(argument, "/");
    g_autoptr(GString) rest = g_string_new(NULL);

    if (*name == '\0') {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_USAGE, "container name cannot be empty");
        return false;
    }
    docker_query_append(rest, "force", flags_boolean(flags, "force") ? "1" : NULL);
    docker_query_append(rest, "link", flags_boolean(flags, "link") ? "1" : NULL);
    docker_query_append(rest, "v", flags_boolean(flags, "volumes") ? "1" : NULL);
    return tell_container(invocation, "DELETE", name, rest->str, error) &&
           print_name(invocation, argument);
}

/* With --force a container that is not there is said and forgiven. */
static int run_rm(struct invocation *invocation)
{
    g_autoptr(GString) complaints = g_string_new(NULL);
    bool is_forced = flags_boolean(invocation->flags, "force");

    for (gsize i = 0; i < invocation->argument_count; i++) {
        g_autoptr(GError) error = NULL;
        if (remove_container(invocation, invocation->arguments[i], &error))
            continue;
        g_autofree char *text = docker_cli_error_text(invocation->cli, invocation->call, error);
        if (is_forced && g_error_matches(error, DOCKER_ERROR, 404))
            command_complain(invocation->call, "%s\n", text);
        else
            g_string_append_printf(complaints, "%s\n", text);
    }
    command_write(invocation->call, 2, complaints->str, -1);
    return complaints->len > 0;
}

static bool wait_for(struct invocation *invocation, const char *name, GError **error)
{
    g_autofree char *path = api_path("containers", name, "/wait");
    g_autoptr(json_t) answer = NULL;

    if (!invocation_ask(invocation, "POST", path, NULL, &answer, error))
        return false;
    command_print(invocation->call, "%" G_GINT64_FORMAT "\n",
                  json_get_integer(answer, "StatusCode", 0));
    return true;
}

static int run_wait(struct invocation *invocation)
{
    return invocation_each(invocation, wait_for);
}

static int run_rename(struct invocation *invocation)
{
    g_autoptr(GString) rest = g_string_new("/rename");
    g_autoptr(GError) error = NULL;

    docker_query_append(rest, "name", invocation->arguments[1]);
    if (!tell_container(invocation, "POST", invocation->arguments[0], rest->str, &error))
        return invocation_fail(invocation, error);
    return 0;
}

/* ---- logs ---- */

static const struct flag_row logs_flags[] = {
    {"details", 0, FLAG_BOOLEAN, NULL},
    {"follow", 'f', FLAG_BOOLEAN, NULL},
    {"since", 0, FLAG_TEXT, NULL},
    {"tail", 'n', FLAG_TEXT, "all"},
    {"timestamps", 't', FLAG_BOOLEAN, NULL},
    {"until", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const logs_tables[] = {logs_flags, NULL};

static void print_piece(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct invocation *invocation = context;
    command_write(invocation->call, stream, bytes, (gssize)length_bytes);
}

static bool print_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    struct invocation *invocation = context;
    (void)error;
    command_write(invocation->call, 1, bytes, (gssize)length_bytes);
    return true;
}

static char *logs_path(struct invocation *invocation, const char *id)
{
    const struct flags *flags = invocation->flags;
    g_autofree char *base = api_path("containers", id, "/logs");
    g_autoptr(GString) path = g_string_new(base);

    docker_query_append(path, "details", flags_boolean(flags, "details") ? "1" : NULL);
    docker_query_append(path, "follow", flags_boolean(flags, "follow") ? "1" : NULL);
    docker_query_append(path, "stderr", "1");
    docker_query_append(path, "stdout", "1");
    docker_query_append(path, "tail", flags_text(flags, "tail"));
    docker_query_append(path, "timestamps", flags_boolean(flags, "timestamps") ? "1" : NULL);
    return g_string_free(g_steal_pointer(&path), FALSE);
}

/* capture 18 */
static int run_logs(struct invocation *invocation)
{
    g_autofree char *inspect_path = api_path("containers", invocation->arguments[0], "/json");
    g_autoptr(json_t) container = NULL;
    g_autoptr(GError) error = NULL;

    if (!invocation_ask(invocation, "GET", inspect_path, NULL, &container, &error))
        return invocation_fail(invocation, error);
    g_autofree char *path = logs_path(invocation, json_get_string(container, "Id", ""));
    const struct docker_call call = {.path = path};
    bool has_terminal = json_get_boolean(json_get_object(container, "Config"), "Tty", false);
    bool is_read =
        has_terminal
            ? docker_stream_bytes(invocation->docker, &call, print_bytes, invocation, &error)
            : docker_stream_frames(invocation->docker, &call, print_piece, invocation, &error);
    return is_read ? 0 : invocation_fail(invocation, error);
}

const struct command_row container_commands[] = {
    {"ps|container ls|container ps=container ls|container list=container ls", "[OPTIONS]",
     "List containers", ARGUMENTS_EXACT, 0, ps_tables, run_ps, true},
    {"stop|container stop", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Stop one or more running containers", ARGUMENTS_AT_LEAST, 1, stop_tables, run_stop, true},
    {"restart|container restart", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Restart one or more containers", ARGUMENTS_AT_LEAST, 1, stop_tables, run_restart, true},
    {"kill|container kill", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Kill one or more running containers", ARGUMENTS_AT_LEAST, 1, kill_tables, run_kill, true},
    {"rm|container rm|container remove=container rm", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Remove one or more containers", ARGUMENTS_AT_LEAST, 1, rm_tables, run_rm, true},
    {"wait|container wait", "CONTAINER [CONTAINER...]",
     "Block until one or more containers stop, then print their exit codes", ARGUMENTS_AT_LEAST, 1,
     no_tables, run_wait, true},
    {"rename|container rename", "CONTAINER NEW_NAME", "Rename a container", ARGUMENTS_EXACT, 2,
     no_tables, run_rename, true},
    {"logs|container logs", "[OPTIONS] CONTAINER", "Fetch the logs of a container", ARGUMENTS_EXACT,
     1, logs_tables, run_logs, true},
    {0},
};
