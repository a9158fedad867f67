/* systemctl and service, as far as the Docker daemon goes: "sudo systemctl restart docker" is a
   common way to help oneself, and what takes up a new daemon.json. Texts: systemd's systemctl. */
#include "mocks/commands/commands_private.h"

#include "base/units.h"

#include <string.h>

enum {
    EXIT_INACTIVE = 3 /* LSB's for a program that does not run */
};

/* Its containers and itself. */
#define STOP_US (500 * MILLISECOND_US)

struct order {
    struct command_set *set;
    const struct command_call *call;
    const char *verb;
    GPtrArray *units; /* char*, lent: all of them Docker's */
    bool is_quiet;
    bool is_now;        /* --now */
    bool is_user;       /* --user: of a service manager that is the user's own */
    const char *signal; /* of kill */
};

static bool is_docker(const char *unit)
{
    static const char *const names[] = {"docker", "docker.service", "docker.socket", NULL};
    return g_strv_contains(names, unit);
}

static bool names_unit(const struct order *order, bool is_socket)
{
    for (guint i = 0; i < order->units->len; i++)
        if (g_str_equal(g_ptr_array_index(order->units, i), "docker.socket") == is_socket)
            return true;
    return false;
}

static bool is_up(const struct order *order)
{
    const struct dockerd *dockerd = order->set->options.dockerd;
    return dockerd == NULL || dockerd_is_up(dockerd);
}

/* ---- what it does ---- */

static bool wait_a_while(const struct order *order, int64_t duration_us)
{
    return fiber_sleep(order->set->options.loop, duration_us, NULL);
}

static int complain_of_start(const struct order *order)
{
    command_complain(order->call,
                     "Job for docker.service failed because the control process exited with error "
                     "code.\nSee \"systemctl status docker.service\" and \"journalctl -xeu "
                     "docker.service\" for details.\n");
    return 1;
}

/* The unit is of Type=notify: systemctl returns once the daemon takes connections, which is a
   moment after. */
static int run_start(const struct order *order)
{
    g_autoptr(GError) error = NULL;
    LENDING(lending);
    if (is_up(order))
        return 0;
    lending_begin(&lending, order->set, order->call);
    bool is_started = dockerd_start(order->set->options.dockerd, &error);
    lending_end(&lending);
    if (!is_started)
        return complain_of_start(order);
    return wait_a_while(order, MILLISECOND_US) ? 0 : 1;
}

/* Since version 254, that of Ubuntu 24.04; 22.04 has 249. */
static void warn_of_socket(const struct order *order)
{
    bool is_old = order->set->options.has_old_system;
    command_complain(order->call, "%s",
                     is_old
                         ? "Warning: Stopping docker.service, but it can still be activated by:\n"
                           "  docker.socket\n"
                         : "Stopping 'docker.service', but its triggering units are still "
                           "active:\ndocker.socket\n");
}

static int run_stop(const struct order *order)
{
    struct dockerd *dockerd = order->set->options.dockerd;
    bool keeps_socket = !names_unit(order, /* is_socket= */ true);
    if (dockerd == NULL)
        return 0;
    if (keeps_socket && is_up(order))
        warn_of_socket(order);
    dockerd_stop(dockerd, keeps_socket);
    return wait_a_while(order, STOP_US) ? 0 : 1;
}

static int run_restart(const struct order *order)
{
    struct dockerd *dockerd = order->set->options.dockerd;
    if (dockerd == NULL)
        return 0;
    dockerd_stop(dockerd, /* keeps_socket= */ true);
    return wait_a_while(order, STOP_US) ? run_start(order) : 1;
}

static int run_try_restart(const struct order *order)
{
    return is_up(order) ? run_restart(order) : 0;
}

static int run_reload(const struct order *order)
{
    LENDING(lending);
    if (!is_up(order)) {
        command_complain(order->call, "docker.service is not active, cannot reload.\n");
        return 1;
    }
    if (order->set->options.dockerd == NULL)
        return 0;
    lending_begin(&lending, order->set, order->call);
    dockerd_reload(order->set->options.dockerd);
    lending_end(&lending);
    return 0;
}

/* -s HUP is a reload; any other signal ends it, and with Restart=always it comes back some seconds
   later: that is not modelled. */
static int run_kill(const struct order *order)
{
    static const char *const names[] = {"HUP", "SIGHUP", "1", NULL};
    return g_strv_contains(names, order->signal) ? run_reload(order)
                                                 : assumed_run(order->set, order->call);
}

static int run_nothing(const struct order *order)
{
    (void)order;
    return 0;
}

static int run_enable(const struct order *order)
{
    return order->is_now ? run_start(order) : 0;
}

static int run_disable(const struct order *order)
{
    return order->is_now ? run_stop(order) : 0;
}

/* ---- what it says ---- */

static const char *refusal_of(const struct order *order)
{
    const struct dockerd *dockerd = order->set->options.dockerd;
    return dockerd != NULL ? dockerd_refusal(dockerd) : NULL;
}

static const char *state_of(const struct order *order)
{
    if (is_up(order))
        return "active";
    return refusal_of(order) != NULL ? "failed" : "inactive";
}

static int run_is_active(const struct order *order)
{
    if (!order->is_quiet)
        command_print(order->call, "%s\n", state_of(order));
    return is_up(order) ? 0 : EXIT_INACTIVE;
}

static int run_status(const struct order *order)
{
    command_print(order->call,
                  "%s docker.service - Docker Application Container Engine\n"
                  "     Active: %s\n",
                  is_up(order)                ? "●"
                  : refusal_of(order) != NULL ? "×"
                                              : "○",
                  is_up(order)                ? "active (running)"
                  : refusal_of(order) != NULL ? "failed (Result: exit-code)"
                                              : "inactive (dead)");
    return is_up(order) ? 0 : EXIT_INACTIVE;
}

static int run_is_enabled(const struct order *order)
{
    if (!order->is_quiet)
        command_print(order->call, "enabled\n");
    return 0;
}

static int run_is_failed(const struct order *order)
{
    if (!order->is_quiet)
        command_print(order->call, "%s\n", state_of(order));
    return refusal_of(order) != NULL ? 0 : 1;
}

/* ---- which one ---- */

static const struct {
    const char *verb;
    int (*run)(const struct order *order);
    bool is_of_everybody;
} verbs[] = {
    {"disable", run_disable, false},
    {"enable", run_enable, false},
    {"force-reload", run_reload, false},
    {"is-active", run_is_active, true},
    {"is-enabled", run_is_enabled, true},
    {"is-failed", run_is_failed, true},
    {"kill", run_kill, false},
    {"mask", run_disable, false},
    {"reload", run_reload, false},
    {"reload-or-restart", run_reload, false}, /* the unit has ExecReload */
    {"reset-failed", run_nothing, false},
    {"restart", run_restart, false},
    {"start", run_start, false},
    {"status", run_status, true},
    {"stop", run_stop, false},
    {"try-restart", run_try_restart, false},
    {"unmask", run_nothing, false},
};

static int refuse_rights(const struct order *order)
{
    const char *unit = g_ptr_array_index(order->units, 0);
    g_autofree char *full =
        strchr(unit, '.') != NULL ? g_strdup(unit) : g_strconcat(unit, ".service", NULL);
    command_complain(order->call,
                     "Failed to %s %s: Interactive authentication required.\nSee system logs and "
                     "'systemctl status %s' for details.\n",
                     order->verb, full, full);
    return 1;
}

static int act(const struct order *order)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i].verb, order->verb) == 0)
            return verbs[i].is_of_everybody || command_is_root(order->call) ? verbs[i].run(order)
                                                                            : refuse_rights(order);
    return assumed_run(order->set, order->call);
}

/* ---- the programs ---- */

/* The words that are no options. */
static GPtrArray *read_words(struct order *order)
{
    static const char option[] = "--signal=";
    GPtrArray *words = g_ptr_array_new();
    order->signal = "TERM";
    for (const char *const *word = order->call->arguments + 1; *word != NULL; word++) {
        if ((g_str_equal(*word, "-s") || g_str_equal(*word, "--signal")) && word[1] != NULL)
            order->signal = *++word;
        else if (g_str_has_prefix(*word, option))
            order->signal = *word + strlen(option);
        else if (**word != '-')
            g_ptr_array_add(words, (void *)*word);
        order->is_quiet |= g_str_equal(*word, "-q") || g_str_equal(*word, "--quiet");
        order->is_now |= g_str_equal(*word, "--now");
        order->is_user |= g_str_equal(*word, "--user");
    }
    return words;
}

static bool are_docker(const GPtrArray *units)
{
    for (guint i = 0; i < units->len; i++)
        if (!is_docker(g_ptr_array_index(units, i)))
            return false;
    return units->len > 0;
}

int row_systemctl(void *self, const struct command_call *call)
{
    struct order order = {.set = self, .call = call};
    g_autoptr(GPtrArray) words = read_words(&order);
    if (words->len == 0 || order.is_user)
        return assumed_run(self, call);
    order.verb = g_ptr_array_steal_index(words, 0);
    order.units = words;
    /* What its unit files say is assumed where they are written (root_files.c). */
    if (g_str_equal(order.verb, "daemon-reload") && command_is_root(call))
        return 0;
    return are_docker(words) ? act(&order) : assumed_run(self, call);
}

/* What dockerd said when it refused to start; the rest of what it writes is not kept. */
int row_journalctl(void *self, const struct command_call *call)
{
    struct order order = {.set = self, .call = call};
    for (const char *const *word = call->arguments + 1; *word != NULL; word++)
        if (strstr(*word, "docker") != NULL) {
            if (refusal_of(&order) != NULL)
                command_print(call, "runnervm dockerd[2345]: %s\n", refusal_of(&order));
            else
                command_print(call, "-- No entries --\n");
            return 0;
        }
    return assumed_run(self, call);
}

/* A script that calls systemctl, for the socket as well when it stops a service. */
int row_service(void *self, const struct command_call *call)
{
    struct order order = {.set = self, .call = call};
    g_autoptr(GPtrArray) words = read_words(&order);
    if (words->len < 2 || !is_docker(g_ptr_array_index(words, 0)))
        return assumed_run(self, call);
    order.verb = g_ptr_array_steal_index(words, 1);
    order.units = words;
    if (g_str_equal(order.verb, "stop"))
        g_ptr_array_add(words, (void *)"docker.socket");
    return act(&order);
}
