/* `inspect`: a builder and its nodes as text (capture 42). */
#include "mocks/commands/buildx/commands.h"

#include "base/units.h"

#include <string.h>

GPtrArray *csv_fields(const char *text)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) field = g_string_new(NULL);
    bool is_quoted = false;
    for (const char *next = text;; next++) {
        if (*next == '"') {
            is_quoted = !is_quoted;
        } else if (*next == '\0' || (*next == ',' && !is_quoted)) {
            g_ptr_array_add(fields, g_strdup(field->str));
            g_string_truncate(field, 0);
        } else {
            g_string_append_c(field, *next);
        }
        if (*next == '\0')
            return fields;
    }
}

/* ---- platforms ---- */

static bool is_of_group(const char *platform, const char *group)
{
    gsize length = strlen(group);
    return strncmp(platform, group, length) == 0 &&
           (platform[length] == '\0' || platform[length] == '/' || platform[length] == '*');
}

static void append_group(GString *text, const char *group, guint count, bool is_preferred)
{
    g_string_append_printf(text, "%s%s%s", text->len > 0 ? ", " : "", group,
                           is_preferred ? "*" : "");
    if (count > 1)
        g_string_append_printf(text, " (+%u)", count);
}

/* ls.go truncPlatforms: the major ones first, four groups, what is left is counted. */
static char *short_platforms(const struct builder_node *node)
{
    static const char *const majors[] = {"linux/amd64",   "linux/arm64", "linux/arm",
                                         "linux/ppc64le", "linux/s390x", "linux/riscv64",
                                         "linux/mips64",  "linux/386"};
    GString *text = g_string_new(NULL);
    guint shown = 0;
    guint groups = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(majors) && groups < 4; i++) {
        guint count = 0;
        bool is_preferred = false;
        for (guint j = 0; j < node->platforms->len; j++) {
            const char *platform = g_ptr_array_index(node->platforms, j);
            bool is_member = is_of_group(platform, majors[i]);
            count += is_member;
            is_preferred = is_preferred || (is_member && g_str_has_suffix(platform, "*"));
        }
        if (count == 0)
            continue;
        append_group(text, majors[i], count, is_preferred);
        shown += count;
        groups++;
    }
    if (shown < node->platforms->len)
        g_string_append_printf(text, ", (%u more)", node->platforms->len - shown);
    return g_string_free(text, FALSE);
}

char *platforms_text(const struct builder_node *node, bool is_short)
{
    if (is_short)
        return short_platforms(node);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < node->platforms->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(node->platforms, i));
    return g_string_free(text, FALSE);
}

/* ---- inspect ---- */

static void add_driver_options(GString *text, const struct builder_node *node)
{
    const char *name;
    json_t *value;
    bool is_first = true;
    json_object_foreach (json_get_object(node->json, "DriverOpts"), name, value) {
        g_string_append_printf(text, "%s%s=\"%s\"", is_first ? "Driver Options:\t" : " ", name,
                               json_string_value(value));
        is_first = false;
    }
    if (!is_first)
        g_string_append_c(text, '\n');
}

static void add_flags(GString *text, const struct builder_node *node)
{
    size_t index;
    const json_t *word;
    json_array_foreach (json_get_array(node->json, "Flags"), index, word)
        g_string_append_printf(text, "%s%s", index == 0 ? "BuildKit daemon flags:\t" : " ",
                               json_string_value(word));
    if (index > 0)
        g_string_append_c(text, '\n');
}

/* What every worker of the official image says; sizes are of the disk it was recorded on. */
static void add_worker(GString *text, const struct builder_node *node)
{
    bool is_container = node->container != NULL;
    if (is_container)
        g_string_append(text, "Labels:\n"
                              "\torg.mobyproject.buildkit.worker.executor:\toci\n"
                              "\torg.mobyproject.buildkit.worker.hostname:\tvm\n"
                              "\torg.mobyproject.buildkit.worker.network:\thost\n"
                              "\torg.mobyproject.buildkit.worker.oci.process-mode:\tsandbox\n"
                              "\torg.mobyproject.buildkit.worker.selinux.enabled:\tfalse\n"
                              "\torg.mobyproject.buildkit.worker.snapshotter:\toverlayfs\n");
    else if (node->has_snapshotter)
        g_string_append(text,
                        "Labels:\n"
                        "\torg.mobyproject.buildkit.worker.moby.host-gateway-ip:\t172.17.0.1\n"
                        "\torg.mobyproject.buildkit.worker.snapshotter:\toverlayfs\n");
    else
        g_string_append(text,
                        "Labels:\n"
                        "\torg.mobyproject.buildkit.worker.moby.host-gateway-ip:\t172.17.0.1\n");
    g_string_append(text, "GC Policy rule#0:\n"
                          "\tAll:\tfalse\n"
                          "\tFilters:\ttype==source.local,type==exec.cachemount,"
                          "type==source.git.checkout\n"
                          "\tKeep Duration:\t48h0m0s\n"
                          "\tMax Used Space:\t488.3MiB\n");
}

static void add_files(GString *text, const struct builder_node *node)
{
    const char *name;
    json_t *value;
    json_object_foreach (json_get_object(node->json, "Files"), name, value) {
        gsize length_bytes = 0;
        g_autofree guchar *bytes = g_base64_decode(json_string_value(value), &length_bytes);
        g_autofree char *content = g_strndup((const char *)bytes, length_bytes);
        g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
        g_string_append_printf(text, "File#%s:\n", name);
        for (gsize i = 0; lines[i] != NULL; i++)
            g_string_append_printf(text, "\t> %s\n", lines[i]);
    }
}

static void add_node(GString *text, const struct builder_node *node)
{
    g_string_append_printf(text, "Name:\t%s\nEndpoint:\t%s\n", node->name,
                           json_get_string(node->json, "Endpoint", ""));
    add_driver_options(text, node);
    if (node->error != NULL) {
        g_string_append_printf(text, "Error:\t%s\n", node->error);
        return;
    }
    g_string_append_printf(text, "Status:\t%s\n", node->status != NULL ? node->status : "");
    add_flags(text, node);
    if (node->version != NULL)
        g_string_append_printf(text, "BuildKit version:\t%s\n", node->version);
    if (node->platforms->len > 0) {
        g_autofree char *platforms = platforms_text(node, /* is_short= */ false);
        g_string_append_printf(text, "Platforms:\t%s\n", platforms);
    }
    if (node->version != NULL)
        add_worker(text, node);
    add_files(text, node);
}

static void print_builder(struct plugin_run *run, const struct builder *builder,
                          const GPtrArray *nodes, const char *failure)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "Name:\t%s\nDriver:\t%s\n", builder->name, builder->driver);
    if (builder->last_activity_s > 0) {
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(builder->last_activity_s);
        g_autofree char *when = g_date_time_format(time, "%Y-%m-%d %H:%M:%S +0000 UTC");
        g_string_append_printf(text, "Last Activity:\t%s\n", when);
    }
    if (failure != NULL)
        g_string_append_printf(text, "Error:\t%s\n", failure);
    if (nodes != NULL || failure == NULL)
        g_string_append(text, "\nNodes:\n");
    for (guint i = 0; nodes != NULL && i < nodes->len; i++) {
        if (i > 0)
            g_string_append_c(text, '\n');
        add_node(text, g_ptr_array_index(nodes, i));
    }
    g_autofree char *table = table_format(text->str, 0, 1);
    command_write(run->call, 1, table, -1);
}

/* A boot that fails is an error; a node that cannot be asked is told and counts as success. */
static bool boot_first(struct plugin_run *run, struct builder *builder, GPtrArray **nodes,
                       GError **error)
{
    VOICE(voice);
    bool is_booted = false;
    voice.run = run;
    if (*nodes == NULL || !builder_boot(run, *nodes, &voice, &is_booted, error))
        return *nodes == NULL;
    if (!is_booted)
        return true;
    g_clear_pointer(nodes, g_ptr_array_unref);
    *nodes = builder_load(run, builder, /* with_data= */ true, error);
    return *nodes != NULL;
}

int command_inspect(struct plugin_run *run, GError **error)
{
    const char *argument = plugin_flags_argument(run->flags, 0);
    g_autoptr(GError) failure = NULL;
    AUTO(builder) builder = builder_find(run, argument != NULL ? argument : run->builder, error);
    if (builder == NULL)
        return 1;
    g_autoptr(GPtrArray) nodes = builder_load(run, builder, /* with_data= */ true, &failure);
    if (plugin_flags_is_on(run->flags, "bootstrap") && !boot_first(run, builder, &nodes, error))
        return 1;
    print_builder(run, builder, nodes, failure != NULL ? failure->message : NULL);
    return 0;
}
