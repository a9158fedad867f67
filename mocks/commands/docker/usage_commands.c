/* docker system df (captures 23, 23b, 23c). */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

static const struct flag_row df_flags[] = {
    {"format", 0, FLAG_TEXT, NULL},
    {"verbose", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const df_tables[] = {df_flags, NULL};

static const struct view_column df_columns[] = {
    {"Active", "ACTIVE"}, {"Reclaimable", "RECLAIMABLE"},
    {"Size", "SIZE"},     {"TotalCount", "TOTAL"},
    {"Type", "TYPE"},     {0},
};
static const struct view df_view = {"*formatter.diskUsageImagesContext", df_columns};

static void release(gpointer value)
{
    json_decref(value);
}

/* One line of the summary. */
struct kind_usage {
    const char *type;
    size_t count;
    int active_count;
    int64_t bytes;
    int64_t reclaimable_bytes;
    bool has_percentage;
};

static json_t *usage_row(const struct kind_usage *usage)
{
    g_autofree char *size = human_size((double)usage->bytes, 4);
    g_autofree char *freeable = human_size((double)usage->reclaimable_bytes, 4);
    g_autofree char *total = g_strdup_printf("%zu", usage->count);
    g_autofree char *active = g_strdup_printf("%d", usage->active_count);
    bool has_percentage = usage->has_percentage && usage->bytes > 0;
    int64_t percentage = has_percentage ? usage->reclaimable_bytes * 100 / usage->bytes : 0;
    g_autofree char *reclaimable =
        has_percentage ? g_strdup_printf("%s (%" G_GINT64_FORMAT "%%)", freeable, percentage)
                       : g_strdup(freeable);

    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "Active", active, "Reclaimable", reclaimable,
                     "Size", size, "TotalCount", total, "Type", usage->type);
}

static json_t *images_usage(const json_t *answer)
{
    const json_t *list = json_get_array(answer, "Images");
    struct kind_usage usage = {.type = "Images", .has_percentage = true};
    int64_t used_bytes = 0;
    size_t i;
    json_t *image;

    usage.count = json_array_size(list);
    usage.bytes = json_get_integer(answer, "LayersSize", 0);
    json_array_foreach (list, i, image) {
        int64_t containers = json_get_integer(image, "Containers", 0);
        int64_t size_bytes = json_get_integer(image, "Size", -1);
        int64_t shared_bytes = json_get_integer(image, "SharedSize", -1);
        usage.active_count += containers > 0;
        if (containers != 0 && size_bytes != -1 && shared_bytes != -1)
            used_bytes += size_bytes - shared_bytes;
    }
    usage.reclaimable_bytes = usage.bytes - used_bytes;
    return usage_row(&usage);
}

static json_t *containers_usage(const json_t *answer)
{
    static const char *const active_states[] = {"running", "paused", "restarting", NULL};
    const json_t *list = json_get_array(answer, "Containers");
    struct kind_usage usage = {.type = "Containers", .has_percentage = true};
    size_t i;
    json_t *container;

    usage.count = json_array_size(list);
    json_array_foreach (list, i, container) {
        int64_t bytes = json_get_integer(container, "SizeRw", 0);
        bool is_active = g_strv_contains(active_states, json_get_string(container, "State", ""));
        usage.active_count += is_active;
        usage.bytes += bytes;
        usage.reclaimable_bytes += is_active ? 0 : bytes;
    }
    return usage_row(&usage);
}

static json_t *volumes_usage(const json_t *answer)
{
    const json_t *list = json_get_array(answer, "Volumes");
    struct kind_usage usage = {.type = "Local Volumes", .has_percentage = true};
    size_t i;
    json_t *volume;

    usage.count = json_array_size(list);
    json_array_foreach (list, i, volume) {
        const json_t *data = json_get_object(volume, "UsageData");
        int64_t bytes = MAX(json_get_integer(data, "Size", -1), 0);
        int64_t users = json_get_integer(data, "RefCount", 0);
        usage.active_count += users > 0;
        usage.bytes += bytes;
        usage.reclaimable_bytes += users == 0 ? bytes : 0;
    }
    return usage_row(&usage);
}

static int64_t cache_bytes(const json_t *answer)
{
    int64_t bytes = 0;
    size_t i;
    json_t *record;
    json_array_foreach (json_get_array(answer, "BuildCache"), i, record)
        if (!json_get_boolean(record, "Shared", false))
            bytes += json_get_integer(record, "Size", 0);
    return bytes;
}

static json_t *cache_usage(const json_t *answer)
{
    const json_t *list = json_get_array(answer, "BuildCache");
    struct kind_usage usage = {.type = "Build Cache"};
    size_t i;
    json_t *record;

    usage.count = json_array_size(list);
    usage.bytes = usage.reclaimable_bytes = cache_bytes(answer);
    json_array_foreach (list, i, record) {
        bool is_used = json_get_boolean(record, "InUse", false);
        usage.active_count += is_used;
        if (is_used && !json_get_boolean(record, "Shared", false))
            usage.reclaimable_bytes -= json_get_integer(record, "Size", 0);
    }
    return usage_row(&usage);
}

static bool print_summary(struct invocation *invocation, const json_t *answer, GError **error)
{
    const char *format = flags_text(invocation->flags, "format");
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);

    if (*format == '\0' || g_str_equal(format, "table"))
        format = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";
    g_ptr_array_add(rows, images_usage(answer));
    g_ptr_array_add(rows, containers_usage(answer));
    g_ptr_array_add(rows, volumes_usage(answer));
    g_ptr_array_add(rows, cache_usage(answer));
    return view_print(invocation, &df_view, format, rows, error);
}

/* ---- df -v ---- */

static const struct view_column cache_columns[] = {
    {"CacheType", "CACHE TYPE"}, {"CreatedSince", "CREATED"},
    {"ID", "CACHE ID"},          {"LastUsedSince", "LAST USED"},
    {"Shared", "SHARED"},        {"Size", "SIZE"},
    {"UsageCount", "USAGE"},     {0},
};
static const struct view cache_view = {"*formatter.buildCacheContext", cache_columns};

/* Only the first name of an image is shown. */
static json_t *verbose_image_row(struct invocation *invocation, const json_t *image)
{
    const char *name = json_string_value(json_array_get(json_get_array(image, "RepoTags"), 0));
    AUTO(image_reference) reference = name != NULL ? image_reference_parse(name, NULL) : NULL;
    g_autofree char *familiar = reference != NULL ? image_reference_familiar_name(reference) : NULL;
    const char *tag = reference != NULL ? reference->tag : NULL;

    return image_row(invocation, image, familiar != NULL ? familiar : "<none>",
                     tag != NULL ? tag : "<none>", "", /* is_cut= */ true);
}

static json_t *ago_json(struct invocation *invocation, const json_t *record, const char *key)
{
    const char *text = json_get_string(record, key, "");
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) moment = g_date_time_new_from_iso8601(text, utc);
    if (moment == NULL)
        return json_string("");
    g_autofree char *duration =
        human_duration(invocation_now_s(invocation) - g_date_time_to_unix(moment));
    g_autofree char *ago = g_strconcat(duration, " ago", NULL);
    return json_string(ago);
}

static json_t *cache_row(struct invocation *invocation, const json_t *record)
{
    g_autofree char *id = human_short_id(json_get_string(record, "ID", ""));
    g_autofree char *size = human_size((double)json_get_integer(record, "Size", 0), 3);
    g_autofree char *count =
        g_strdup_printf("%" G_GINT64_FORMAT, json_get_integer(record, "UsageCount", 0));

    return json_pack("{s:s, s:o, s:s, s:o, s:s, s:s, s:s}", "CacheType",
                     json_get_string(record, "Type", ""), "CreatedSince",
                     ago_json(invocation, record, "CreatedAt"), "ID", id, "LastUsedSince",
                     ago_json(invocation, record, "LastUsedAt"), "Shared",
                     json_get_boolean(record, "Shared", false) ? "true" : "false", "Size", size,
                     "UsageCount", count);
}

static bool print_images(struct invocation *invocation, const json_t *answer, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    size_t i;
    json_t *image;

    json_array_foreach (json_get_array(answer, "Images"), i, image)
        g_ptr_array_add(rows, verbose_image_row(invocation, image));
    command_print(invocation->call, "Images space usage:\n\n");
    return view_print(invocation, &image_view,
                      "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t"
                      "{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}",
                      rows, error);
}

static bool print_containers(struct invocation *invocation, const json_t *answer, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    size_t i;
    json_t *container;

    json_array_foreach (json_get_array(answer, "Containers"), i, container) {
        json_object_set_new(container, "SizeRootFs", json_integer(0)); /* not shown */
        g_ptr_array_add(rows, container_row(invocation, container, /* is_cut= */ true));
    }
    command_print(invocation->call, "\nContainers space usage:\n\n");
    return view_print(invocation, &container_view,
                      "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t"
                      "{{.RunningFor}}\t{{.Status}}\t{{.Names}}",
                      rows, error);
}

static bool print_volumes(struct invocation *invocation, const json_t *answer, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    size_t i;
    json_t *volume;

    json_array_foreach (json_get_array(answer, "Volumes"), i, volume)
        g_ptr_array_add(rows, volume_row(volume));
    command_print(invocation->call, "\nLocal Volumes space usage:\n\n");
    return view_print(invocation, &volume_view, "table {{.Name}}\t{{.Links}}\t{{.Size}}", rows,
                      error);
}

static bool print_cache(struct invocation *invocation, const json_t *answer, GError **error)
{
    g_autofree char *size = human_size((double)cache_bytes(answer), 4);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    size_t i;
    json_t *record;

    json_array_foreach (json_get_array(answer, "BuildCache"), i, record)
        g_ptr_array_add(rows, cache_row(invocation, record));
    command_print(invocation->call, "\nBuild cache usage: %s\n\n", size);
    return view_print(invocation, &cache_view,
                      "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t"
                      "{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
                      rows, error);
}

static int run_df(struct invocation *invocation)
{
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;
    const char *format = flags_text(invocation->flags, "format");

    if (!invocation_ask(invocation, "GET", "/system/df", NULL, &answer, &error))
        return invocation_fail(invocation, error);
    bool is_verbose = flags_boolean(invocation->flags, "verbose");
    if (is_verbose && *format != '\0' && !g_str_equal(format, "table"))
        return invocation_end(invocation, 1, "the fake docker models system df -v as a table only");
    bool is_printed = !is_verbose ? print_summary(invocation, answer, &error)
                                  : print_images(invocation, answer, &error) &&
                                        print_containers(invocation, answer, &error) &&
                                        print_volumes(invocation, answer, &error) &&
                                        print_cache(invocation, answer, &error);
    return is_printed ? 0 : invocation_fail(invocation, error);
}

const struct command_row usage_commands[] = {
    {"system df", "[OPTIONS]", "Show docker disk usage", ARGUMENTS_EXACT, 0, df_tables, run_df,
     true},
    {0},
};
