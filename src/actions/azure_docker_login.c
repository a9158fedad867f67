/*
 * Azure/docker-login: writes credentials into a config.json and points DOCKER_CONFIG there
 * (src/login.ts of v1 and v2). It asks no registry: wrong ones fail only when they are used.
 */
#include "actions/actions.h"
#include "actions/core.h"
#include "base/regular_file.h"

#include <glib/gstdio.h>
#include <string.h>

static char *credentials(const struct action_run *run)
{
    g_autofree char *text =
        g_strdup_printf("%s:%s", action_input(run, "username"), action_input(run, "password"));
    return g_base64_encode((const guchar *)text, strlen(text));
}

/* What the file holds, with the server added; a broken file is begun anew. */
static char *config_text(const struct action_run *run, const char *place)
{
    g_autofree char *old = NULL;
    g_autofree char *encoded = credentials(run);
    regular_file_read(place, &old, NULL, NULL);
    g_autoptr(GError) broken = NULL;
    g_autoptr(json_t) config = old != NULL ? json_parse_bytes(old, strlen(old), &broken) : NULL;
    if (config == NULL)
        config = json_object();
    if (json_get_object(config, "auths") == NULL)
        json_object_set_new(config, "auths", json_object());
    json_object_set_new(json_get_object(config, "auths"), action_input(run, "login-server"),
                        json_pack("{s:s}", "auth", encoded));
    return json_text(config);
}

static bool perform(struct action_run *run, GError **error)
{
    static const char *const needed[] = {"username", "password", "login-server"};
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!action_input_is_given(run, needed[i]))
            return core_throw(error, "Input required and not supplied: %s", needed[i]);
    const char *given = action_variable(run, "DOCKER_CONFIG");
    const char *temporary = action_variable(run, "RUNNER_TEMP");
    g_autofree char *directory =
        given != NULL && *given != '\0'
            ? g_strdup(given)
            : g_strdup_printf("%s/docker_login_%" G_GINT64_FORMAT,
                              temporary != NULL ? temporary : "", action_date_ms(run));
    g_autofree char *path = g_strconcat(directory, "/config.json", NULL);
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *folder = action_host_path(run, directory);
    if (place == NULL || folder == NULL || g_mkdir_with_parents(folder, 0700) != 0)
        return core_throw(error, "ENOENT: no such file or directory, mkdir '%s'", directory);
    g_autofree char *text = config_text(run, place);
    if (!g_file_set_contents(place, text, -1, NULL))
        return core_throw(error, "ENOENT: no such file or directory, open '%s'", path);
    action_export_variable(run, "DOCKER_CONFIG", directory);
    action_log(run, "DOCKER_CONFIG environment variable is set");
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"username", "", true},
    {"password", "", true},
    {"login-server", "https://index.docker.io/v1/", true},
    {NULL, NULL, false},
};

const struct action action_azure_docker_login = {
    .name = "Azure/docker-login",
    .summary = "Writes a registry's credentials for docker.",
    .first_major = 1,
    .last_major = 2,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
