/* docker images and docker history. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

#define NONE "<none>"

/* ---- images ---- */

static const struct flag_row images_flags[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},    {"digests", 0, FLAG_BOOLEAN, NULL},
    {"filter", 'f', FLAG_FILTER, NULL},  {"format", 0, FLAG_TEXT, NULL},
    {"no-trunc", 0, FLAG_BOOLEAN, NULL}, {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"tree", 0, FLAG_BOOLEAN, NULL},     {0},
};
static const struct flag_row *const images_tables[] = {images_flags, NULL};

static const struct view_column image_columns[] = {
    {"Containers", "CONTAINERS"},
    {"CreatedAt", "CREATED AT"},
    {"CreatedSince", "CREATED"},
    {"Digest", "DIGEST"},
    {"ID", "IMAGE ID"},
    {"Repository", "REPOSITORY"},
    {"SharedSize", "SHARED SIZE"},
    {"Size", "SIZE"},
    {"Tag", "TAG"},
    {"UniqueSize", "UNIQUE SIZE"},
    {"VirtualSize", "SIZE"},
    {0},
};
const struct view image_view = {"*formatter.imageContext", image_columns};

/* time.Time.String() in UTC. */
static json_t *moment_json(int64_t seconds)
{
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(seconds);
    g_autofree char *text = g_date_time_format(moment, "%Y-%m-%d %H:%M:%S +0000 UTC");
    return json_string(text);
}

static json_t *size_json(int64_t bytes, int precision)
{
    g_autofree char *text = bytes == -1 ? g_strdup("N/A") : human_size((double)bytes, precision);
    return json_string(text);
}

static json_t *ago_json(const struct invocation *invocation, int64_t created_s)
{
    g_autofree char *duration = human_duration(invocation_now_s(invocation) - created_s);
    g_autofree char *text = g_strconcat(duration, " ago", NULL);
    return json_string(text);
}

json_t *image_row(struct invocation *invocation, const json_t *image, const char *repository,
                  const char *tag, const char *digest, bool is_cut)
{
    int64_t created_s = json_get_integer(image, "Created", 0);
    int64_t size_bytes = json_get_integer(image, "Size", 0);
    int64_t shared_bytes = json_get_integer(image, "SharedSize", -1);
    int64_t containers = json_get_integer(image, "Containers", -1);
    const char *id = json_get_string(image, "Id", "");
    g_autofree char *short_id = human_short_id(id);
    g_autofree char *count =
        containers == -1 ? g_strdup("N/A") : g_strdup_printf("%" G_GINT64_FORMAT, containers);
    int64_t unique_bytes = size_bytes == -1 || shared_bytes == -1 ? -1 : size_bytes - shared_bytes;

    return json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:o}", "Containers", count, "CreatedAt",
        moment_json(created_s), "CreatedSince", ago_json(invocation, created_s), "Digest", digest,
        "ID", is_cut ? short_id : id, "Repository", repository, "SharedSize",
        size_json(shared_bytes, 4), "Size", size_json(size_bytes, 3), "Tag", tag, "UniqueSize",
        size_json(unique_bytes, 4), "VirtualSize", size_json(size_bytes, 4));
}

/* One image's rows under way: which repositories were shown by a tag. */
struct image_rows {
    struct invocation *invocation;
    const json_t *image;
    GPtrArray *rows;
    bool is_cut;
    bool has_digest_column; /* a row for each digest */
    bool needs_digests;     /* digests are looked at */
};

static void add_row(struct image_rows *rows, const char *repository, const char *tag,
                    const char *digest)
{
    g_ptr_array_add(rows->rows, image_row(rows->invocation, rows->image, repository, tag, digest,
                                          rows->is_cut));
}

/* Rows of the digests of one repository; how many there were. */
static guint add_digests(struct image_rows *rows, const char *repository, const char *tag)
{
    guint count = 0;
    size_t i;
    json_t *text;

    json_array_foreach (json_get_array(rows->image, "RepoDigests"), i, text) {
        AUTO(image_reference) reference = image_reference_parse(json_string_value(text), NULL);
        g_autofree char *name = reference != NULL ? image_reference_familiar_name(reference) : NULL;
        if (g_strcmp0(name, repository) != 0 || reference->digest == NULL)
            continue;
        add_row(rows, repository, tag, reference->digest);
        count++;
    }
    return count;
}

static void add_tagged(struct image_rows *rows, GHashTable *shown)
{
    size_t i;
    json_t *text;

    json_array_foreach (json_get_array(rows->image, "RepoTags"), i, text) {
        AUTO(image_reference) reference = image_reference_parse(json_string_value(text), NULL);
        if (reference == NULL || reference->tag == NULL)
            continue;
        g_autofree char *name = image_reference_familiar_name(reference);
        if (!rows->needs_digests || add_digests(rows, name, reference->tag) == 0)
            add_row(rows, name, reference->tag, NONE);
        g_hash_table_add(shown, g_steal_pointer(&name));
    }
}

/* Repositories that are known by digest only. */
static void add_untagged(struct image_rows *rows, GHashTable *shown)
{
    size_t i;
    json_t *text;

    json_array_foreach (json_get_array(rows->image, "RepoDigests"), i, text) {
        AUTO(image_reference) reference = image_reference_parse(json_string_value(text), NULL);
        g_autofree char *name = reference != NULL ? image_reference_familiar_name(reference) : NULL;
        if (name == NULL || g_hash_table_contains(shown, name))
            continue;
        if (rows->has_digest_column)
            add_digests(rows, name, NONE);
        else
            add_row(rows, name, NONE, "");
        g_hash_table_add(shown, g_steal_pointer(&name));
    }
}

static bool is_dangling(const json_t *image)
{
    const json_t *tags = json_get_array(image, "RepoTags");
    const json_t *digests = json_get_array(image, "RepoDigests");
    const char *tag = json_string_value(json_array_get(tags, 0));

    return (json_array_size(tags) == 0 && json_array_size(digests) == 0) ||
           (json_array_size(tags) == 1 && g_strcmp0(tag, "<none>:<none>") == 0);
}

static void add_image(struct image_rows *rows)
{
    g_autoptr(GHashTable) shown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (is_dangling(rows->image)) {
        add_row(rows, NONE, NONE, NONE);
        return;
    }
    add_tagged(rows, shown);
    add_untagged(rows, shown);
}

static void release(gpointer value)
{
    json_decref(value);
}

static char *images_format(const struct invocation *invocation)
{
    bool is_quiet = flags_boolean(invocation->flags, "quiet");
    bool has_digests = flags_boolean(invocation->flags, "digests");
    const char *format = flags_text(invocation->flags, "format");

    if (*format == '\0' || g_str_equal(format, "table"))
        return is_quiet ? g_strdup("{{.ID}}")
                        : g_strdup_printf("table {{.Repository}}\t{{.Tag}}%s\t{{.ID}}\t{{if "
                                          ".CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t"
                                          "{{.Size}}",
                                          has_digests ? "\t{{.Digest}}" : "");
    bool lacks =
        g_str_has_prefix(format, "table") && has_digests && strstr(format, "{{.Digest}}") == NULL;
    return g_strconcat(format, lacks ? "\t{{.Digest}}" : "", NULL);
}

static bool list_images(struct invocation *invocation, json_t **images, GError **error)
{
    g_autoptr(json_t) filters = filters_parse(flags_list(invocation->flags, "filter"));
    g_autoptr(GString) path = g_string_new("/images/json");

    if (invocation->argument_count > 0)
        filters_add(filters, "reference", invocation->arguments[0]);
    if (flags_boolean(invocation->flags, "all"))
        docker_query_append(path, "all", "1");
    filters_append(path, filters);
    return invocation_ask(invocation, "GET", path->str, NULL, images, error);
}

/* `docker images build`, with nothing of that name. */
static void hint_at_subcommand(struct invocation *invocation)
{
    static const char *const names[] = {"build", "history", "import", "inspect", "list",
                                        "load",  "ls",      "prune",  "pull",    "push",
                                        "rm",    "save",    "tag",    NULL};
    const char *name = invocation->argument_count > 0 ? invocation->arguments[0] : "";

    if (g_str_equal(invocation->path, "images") && g_strv_contains(names, name))
        command_complain(invocation->call,
                         "\nNo images found matching \"%s\": did you mean \"docker image %s\"?\n",
                         name, name);
}

static int run_images(struct invocation *invocation)
{
    g_autoptr(json_t) images = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *format = images_format(invocation);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(release);
    bool has_digests = flags_boolean(invocation->flags, "digests");

    if (!list_images(invocation, &images, &error))
        return invocation_fail(invocation, error);
    size_t i;
    json_t *image;
    json_array_foreach (images, i, image) {
        struct image_rows rows = {
            .invocation = invocation,
            .image = image,
            .rows = list,
            .is_cut = !flags_boolean(invocation->flags, "no-trunc"),
            .has_digest_column = has_digests,
            .needs_digests = has_digests || strstr(format, "{{.Digest}}") != NULL,
        };
        add_image(&rows);
    }
    if (!view_print(invocation, &image_view, format, list, &error))
        return invocation_fail(invocation, error);
    if (json_array_size(images) == 0)
        hint_at_subcommand(invocation);
    return 0;
}

/* ---- history ---- */

static const struct flag_row history_flags[] = {
    {"format", 0, FLAG_TEXT, NULL},      {"human", 'H', FLAG_BOOLEAN, "true"},
    {"no-trunc", 0, FLAG_BOOLEAN, NULL}, {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"platform", 0, FLAG_TEXT, NULL},    {0},
};
static const struct flag_row *const history_tables[] = {history_flags, NULL};

static const struct view_column history_columns[] = {
    {"Comment", "COMMENT"},
    {"CreatedAt", "CREATED AT"},
    {"CreatedBy", "CREATED BY"},
    {"CreatedSince", "CREATED"},
    {"ID", "IMAGE"},
    {"Size", "SIZE"},
    {0},
};
static const struct view history_view = {"*image.historyContext", history_columns};

static json_t *history_row(struct invocation *invocation, const json_t *entry)
{
    bool is_cut = !flags_boolean(invocation->flags, "no-trunc");
    g_autofree char *short_id = human_short_id(json_get_string(entry, "Id", ""));
    g_autofree char *words = g_strdup(json_get_string(entry, "CreatedBy", ""));
    int64_t created_s = json_get_integer(entry, "Created", 0);

    g_strdelimit(words, "\t", ' ');
    g_autofree char *cut = human_ellipsis(words, 45);
    return json_pack(
        "{s:s, s:o, s:s, s:o, s:s, s:o}", "Comment", json_get_string(entry, "Comment", ""),
        "CreatedAt", moment_json(created_s), "CreatedBy", is_cut ? cut : words, "CreatedSince",
        ago_json(invocation, created_s), "ID", is_cut ? short_id : json_get_string(entry, "Id", ""),
        "Size", size_json(json_get_integer(entry, "Size", 0), 3));
}

static int run_history(struct invocation *invocation)
{
    const char *asked = flags_text(invocation->flags, "format");
    const char *format = flags_boolean(invocation->flags, "quiet") ? "{{.ID}}"
                         : *asked != '\0' && !g_str_equal(asked, "table")
                             ? asked
                             : "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t"
                               "{{.Comment}}";
    g_autofree char *path = api_path("images", invocation->arguments[0], "/history");
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    g_autoptr(json_t) history = NULL;
    g_autoptr(GError) error = NULL;
    size_t i;
    json_t *entry;

    if (!invocation_ask(invocation, "GET", path, NULL, &history, &error))
        return invocation_fail(invocation, error);
    json_array_foreach (history, i, entry)
        g_ptr_array_add(rows, history_row(invocation, entry));
    if (!view_print(invocation, &history_view, format, rows, &error))
        return invocation_fail(invocation, error);
    return 0;
}

const struct command_row image_list_commands[] = {
    {"images|image ls|image list=image ls", "[OPTIONS] [REPOSITORY[:TAG]]", "List images",
     ARGUMENTS_AT_MOST, 1, images_tables, run_images, true},
    {"history|image history", "[OPTIONS] IMAGE", "Show the history of an image", ARGUMENTS_EXACT, 1,
     history_tables, run_history, true},
    {0},
};
