/* Every endpoint of the fake Engine: one row each, the first that fits counts. */
#include "mocks/dockerd/api.h"

#include <string.h>

static const struct route_row rows[] = {
    {"HEAD", "/_ping", NULL, system_ping, false},
    {"GET", "/_ping", NULL, system_ping, false},
    {"GET", "/version", NULL, system_version, false},
    {"GET", "/info", NULL, system_info, false},
    {"GET", "/events", NULL, system_events, true},
    {"GET", "/system/df", NULL, system_df, false},
    {"POST", "/auth", NULL, auth_login, true},

    {"POST", "/images/create", NULL, images_create, true},
    {"POST", "/images/prune", NULL, images_prune, true},
    {"POST", "/images/load", NULL, images_load, true},
    {"GET", "/images/get", NULL, images_save, true},
    {"GET", "/images/json", NULL, images_list, false},
    {"GET", "/images/", "/json", images_inspect, false},
    {"GET", "/images/", "/history", images_history, false},
    {"GET", "/images/", "/get", images_save_one, true},
    {"POST", "/images/", "/push", images_push, true},
    {"POST", "/images/", "/tag", images_tag, false},
    {"DELETE", "/images/", "", images_delete, false},

    {"GET", "/containers/json", NULL, containers_list, false},
    {"POST", "/containers/create", NULL, containers_create, true},
    {"POST", "/containers/prune", NULL, containers_prune, true},
    {"GET", "/containers/", "/json", containers_inspect, false},
    {"GET", "/containers/", "/logs", containers_logs, true},
    {"POST", "/commit", NULL, containers_commit, true},
    {"GET", "/containers/", "/changes", containers_changes, false},
    {"GET", "/containers/", "/export", containers_export, true},
    {"GET", "/containers/", "/archive", archive_get, false},
    {"HEAD", "/containers/", "/archive", archive_get, false},
    {"PUT", "/containers/", "/archive", archive_put, true},
    {"POST", "/containers/", "/start", containers_start, true},
    {"POST", "/containers/", "/stop", containers_stop, true},
    {"POST", "/containers/", "/restart", containers_restart, true},
    {"POST", "/containers/", "/kill", containers_kill, false},
    {"POST", "/containers/", "/wait", containers_wait, true},
    {"POST", "/containers/", "/rename", containers_rename, false},
    {"POST", "/containers/", "/attach", containers_attach, true},
    {"POST", "/containers/", "/exec", exec_create, true},
    {"DELETE", "/containers/", "", containers_delete, true},
    {"POST", "/exec/", "/start", exec_start, true},
    {"GET", "/exec/", "/json", exec_inspect, false},

    {"GET", "/volumes", NULL, volumes_list, false},
    {"POST", "/volumes/create", NULL, volumes_create, true},
    {"POST", "/volumes/prune", NULL, volumes_prune, true},
    {"GET", "/volumes/", "", volumes_inspect, false},
    {"DELETE", "/volumes/", "", volumes_delete, false},

    {"GET", "/networks", NULL, networks_list, false},
    {"POST", "/networks/create", NULL, networks_create, true},
    {"POST", "/networks/prune", NULL, networks_prune, true},
    {"GET", "/networks/", "", networks_inspect, false},
    {"DELETE", "/networks/", "", networks_delete, false},

    {"POST", "/build/prune", NULL, build_prune, true},
    {"POST", "/build", NULL, build_start, true},
    {"POST", "/grpc", NULL, engine_grpc, true},
    {"POST", "/session", NULL, engine_session, true},
    {"GET", "/distribution/", "/json", distribution_inspect, true},
};

static char *match(const struct route_row *row, const char *path)
{
    gsize path_length = strlen(path);
    gsize prefix_length = strlen(row->prefix);

    if (row->suffix == NULL)
        return g_str_equal(path, row->prefix) ? g_strdup("") : NULL;
    gsize suffix_length = strlen(row->suffix);
    if (!g_str_has_prefix(path, row->prefix) || !g_str_has_suffix(path, row->suffix) ||
        path_length <= prefix_length + suffix_length)
        return NULL;
    g_autofree char *name =
        g_uri_unescape_segment(path + prefix_length, path + path_length - suffix_length, NULL);
    return name != NULL ? g_utf8_make_valid(name, -1) : NULL; /* as Go's JSON shows it */
}

const struct route_row *route_row_find(const char *method, const char *path, char **name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!g_str_equal(rows[i].method, method))
            continue;
        *name = match(&rows[i], path);
        if (*name != NULL)
            return &rows[i];
    }
    return NULL;
}
