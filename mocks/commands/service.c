/* systemctl and service, as far as the Docker daemon goes: "sudo systemctl restart docker" is a
   common way to help oneself. */
#include "mocks/commands/commands_private.h"

#include "base/units.h"

#include <string.h>

/* From the stop to the socket's being there again. */
#define RESTART_US (2 * SECOND_US)

static bool is_docker(const char *unit)
{
    static const char *const names[] = {"docker", "docker.service", "docker.socket"};
    for (gsize i = 0; unit != NULL && i < G_N_ELEMENTS(names); i++)
        if (strcmp(unit, names[i]) == 0)
            return true;
    return false;
}

static int restart_docker(const struct command_set *set)
{
    g_autoptr(GError) error = NULL;
    if (set->options.dockerd == NULL)
        return 0;
    dockerd_restart(set->options.dockerd, RESTART_US);
    /* The unit is of Type=notify: systemctl returns once the daemon takes connections again, which
       is a moment after. */
    return fiber_sleep(set->options.loop, RESTART_US + MILLISECOND_US, &error) ? 0 : 1;
}

static int refuse_rights(const struct command_call *call, const char *verb, const char *unit)
{
    g_autofree char *full =
        strchr(unit, '.') != NULL ? g_strdup(unit) : g_strconcat(unit, ".service", NULL);
    command_complain(call,
                     "Failed to %s %s: Interactive authentication required.\nSee system logs and "
                     "'systemctl status %s' for details.\n",
                     verb, full, full);
    return 1;
}

static int act(struct command_set *set, const struct command_call *call, const char *verb,
               const char *unit)
{
    static const char *const restarts[] = {"restart", "try-restart", "reload-or-restart"};

    if (!is_docker(unit))
        return assumed_run(set, call);
    if (strcmp(verb, "is-active") == 0 || strcmp(verb, "status") == 0) {
        command_print(call, strcmp(verb, "status") == 0
                                ? "● docker.service - Docker Application Container Engine\n"
                                  "     Active: active (running)\n"
                                : "active\n");
        return 0;
    }
    if (!command_is_root(call))
        return refuse_rights(call, verb, unit);
    for (gsize i = 0; i < G_N_ELEMENTS(restarts); i++)
        if (strcmp(verb, restarts[i]) == 0)
            return restart_docker(set);
    /* A daemon that runs is started already; one that is stopped would stay so, which no part of
       the Engine's mock models. */
    return strcmp(verb, "start") == 0 ? 0 : assumed_run(set, call);
}

/* The first words that are no options. */
static void read_words(const struct command_call *call, const char **first, const char **second)
{
    *first = *second = NULL;
    for (const char *const *word = call->arguments + 1; *word != NULL; word++) {
        if (**word == '-')
            continue;
        if (*first == NULL)
            *first = *word;
        else if (*second == NULL)
            *second = *word;
    }
}

int row_systemctl(void *self, const struct command_call *call)
{
    const char *verb, *unit;
    read_words(call, &verb, &unit);
    return verb == NULL || unit == NULL ? assumed_run(self, call) : act(self, call, verb, unit);
}

int row_service(void *self, const struct command_call *call)
{
    const char *verb, *unit;
    read_words(call, &unit, &verb);
    return verb == NULL ? assumed_run(self, call) : act(self, call, verb, unit);
}
