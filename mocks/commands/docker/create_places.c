/* Volumes, mounts and ports of docker run. */
#include "mocks/commands/docker/create_options.h"

#include <string.h>

/* ---- volumes and mounts ---- */

/* "/x" is an anonymous volume, "name:/x" and "/host:/x" are binds. */
static bool add_volume(struct making *making, json_t *binds, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 3);
    if (parts[0] == NULL || *parts[0] == '\0')
        return cli_refuse(error, "%s%s",
                          *text == '\0' ? "invalid empty volume spec" : "invalid spec: ",
                          *text == '\0' ? "" : text);
    if (parts[1] == NULL) {
        json_object_set_new(json_get_object(making->body, "Volumes"), parts[0], json_object());
        return true;
    }
    if (*parts[1] == '\0')
        return cli_refuse(error, "invalid spec: %s: empty section between colons", text);
    bool is_relative = parts[0][0] == '.';
    g_autofree char *source = is_relative
                                  ? command_absolute_path(making->invocation->call, parts[0])
                                  : g_strdup(parts[0]);
    g_autofree char *bind = g_strconcat(source, text + strlen(parts[0]), NULL);
    json_array_append_new(binds, json_text_or_null(bind));
    return true;
}

/* The CLI's opts/mount.go makes "." and "./x" absolute, and no other path. */
static json_t *place_value(struct making *making, const char *name, const char *value)
{
    bool is_relative = g_str_equal(value, ".") || g_str_has_prefix(value, "./");
    if (!g_str_equal(name, "Source") || !is_relative)
        return json_text_or_null(value);
    g_autofree char *path = command_absolute_path(making->invocation->call, value);
    return json_text_or_null(path);
}

/* "type=volume,source=x,target=/y,readonly" */
static bool add_mount(struct making *making, json_t *mounts, const char *text, GError **error)
{
    static const char *const names[][2] = {{"type", "Type"},          {"source", "Source"},
                                           {"src", "Source"},         {"target", "Target"},
                                           {"destination", "Target"}, {"dst", "Target"}};
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autoptr(json_t) mount = json_pack("{s:s}", "Type", "volume");

    for (gsize i = 0; parts[i] != NULL; i++) {
        const char *equals = strchr(parts[i], '=');
        g_autofree char *key = g_strndup(parts[i], strcspn(parts[i], "="));
        bool is_read_only = g_str_equal(key, "readonly") || g_str_equal(key, "ro");
        if (is_read_only)
            json_object_set_new(mount, "ReadOnly", json_true());
        if (equals == NULL && !is_read_only)
            return cli_refuse(error,
                              "invalid argument \"%s\" for \"--mount\" flag: invalid field '%s' "
                              "must be a key=value pair",
                              text, parts[i]);
        for (gsize j = 0; equals != NULL && j < G_N_ELEMENTS(names); j++)
            if (g_str_equal(names[j][0], key))
                json_object_set_new(mount, names[j][1],
                                    place_value(making, names[j][1], equals + 1));
    }
    if (json_object_get(mount, "Target") == NULL)
        return cli_refuse(error, "invalid argument \"%s\" for \"--mount\" flag: target is required",
                          text);
    json_array_append(mounts, mount);
    return true;
}

bool create_set_volumes(struct making *making, GError **error)
{
    const char *const *volumes = flags_list(making->flags, "volume");
    const char *const *mounts = flags_list(making->flags, "mount");
    g_autoptr(json_t) binds = json_array();
    g_autoptr(json_t) list = json_array();

    for (gsize i = 0; volumes[i] != NULL; i++)
        if (!add_volume(making, binds, volumes[i], error))
            return false;
    for (gsize i = 0; mounts[i] != NULL; i++)
        if (!add_mount(making, list, mounts[i], error))
            return false;
    if (json_array_size(binds) > 0)
        json_object_set(making->host, "Binds", binds);
    if (json_array_size(list) > 0)
        json_object_set(making->host, "Mounts", list);
    return true;
}

/* ---- ports ---- */

/* "[ip:][host:]container[/protocol]"; ranges are not modelled. */
static bool add_port(struct making *making, json_t *exposed, const char *text, GError **error)
{
    const char *slash = strchr(text, '/');
    g_autofree char *numbers =
        g_strndup(text, slash != NULL ? (gsize)(slash - text) : strlen(text));
    char *last = strrchr(numbers, ':');
    const char *inside = last != NULL ? last + 1 : numbers;
    guint64 port = 0;

    if (!g_ascii_string_to_unsigned(inside, 10, 0, G_MAXUINT16, &port, NULL))
        return cli_refuse(error, "invalid containerPort: %s", inside);
    g_autofree char *key = g_strconcat(inside, "/", slash != NULL ? slash + 1 : "tcp", NULL);
    if (last != NULL)
        *last = '\0';
    char *colon = last != NULL ? strrchr(numbers, ':') : NULL;
    const char *outside = last == NULL ? "" : colon != NULL ? colon + 1 : numbers;
    if (colon != NULL)
        *colon = '\0';
    if (*outside != '\0' && !g_ascii_string_to_unsigned(outside, 10, 0, G_MAXUINT16, &port, NULL))
        return cli_refuse(error, "invalid hostPort: %s", outside);
    json_object_set_new(exposed, key, json_object());
    json_object_set_new(
        json_get_object(making->host, "PortBindings"), key,
        json_pack("[{s:s, s:s}]", "HostIp", colon != NULL ? numbers : "", "HostPort", outside));
    return true;
}

bool create_set_ports(struct making *making, GError **error)
{
    const char *const *ports = flags_list(making->flags, "publish");
    const char *const *others = flags_list(making->flags, "expose");
    g_autoptr(json_t) exposed = json_object();

    for (gsize i = 0; ports[i] != NULL; i++)
        if (!add_port(making, exposed, ports[i], error))
            return false;
    for (gsize i = 0; others[i] != NULL; i++) {
        g_autofree char *key = strchr(others[i], '/') != NULL
                                   ? g_strdup(others[i])
                                   : g_strconcat(others[i], "/tcp", NULL);
        json_object_set_new(exposed, key, json_object());
    }
    if (json_object_size(exposed) > 0)
        json_object_set(making->body, "ExposedPorts", exposed);
    return true;
}
