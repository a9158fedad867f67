/* Which program runs in a container, and the generic one for images nobody wrote a program for. */
#include "mocks/dockerd/shell.h"

#include <string.h>

static const struct container_program *const own_programs[] = {
    &binfmt_program, &qemu_register_program, &generic_program, /* last: it matches everything */
};

const struct container_program *program_choose(struct dockerd *dockerd, const char *image_name)
{
    const struct container_program *const *programs = dockerd->options.programs;
    for (gsize i = 0; programs != NULL && programs[i] != NULL; i++)
        if (programs[i]->matches(image_name))
            return programs[i];
    for (gsize i = 0; i < G_N_ELEMENTS(own_programs); i++)
        if (own_programs[i]->matches(image_name))
            return own_programs[i];
    g_assert_not_reached();
}

static bool generic_matches(const char *image_name)
{
    (void)image_name;
    return true;
}

/* ---- what nobody knows ---- */

void dockerd_on_assumed(struct dockerd *dockerd, dockerd_assume_fn *assume, void *context)
{
    dockerd->assume = assume;
    dockerd->assume_context = context;
}

/* Those that only look at images, though they are given the Docker socket. */
static bool is_onlooker(const struct container *container)
{
    static const char *const parts[] = {"trivy",   "grype",  "syft",
                                        "/dive",   "dockle", "scout",
                                        "snyk",    "clair",  "container-structure-test",
                                        "hadolint"};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strstr(container->image_name, parts[i]) != NULL)
            return true;
    return false;
}

/* Images whose containers are there to make or push others. */
static bool is_about_images(const struct container *container)
{
    static const char *const parts[] = {"kaniko", "buildah", "podman",  "skopeo",  "crane",
                                        "regctl", "regsync", "dind",    "docker:", "manifest-tool",
                                        "jib",    "oras",    "buildctl"};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strstr(container->image_name, parts[i]) != NULL)
            return true;
    g_autofree char *host = json_text(container->host_config);
    return !is_onlooker(container) && strstr(host, "docker.sock") != NULL;
}

static void assume(const struct process *process, const char *act)
{
    struct container *container = process->container;
    const struct dockerd *dockerd = container->dockerd;
    container->was_assumed = true;
    const char *verb = process_task(process)->id != NULL ? "exec in" : "run";
    g_autofree char *what = g_strdup_printf("%s %s: what it %s", verb, container->image_name, act);
    if (dockerd->assume != NULL)
        dockerd->assume(dockerd->assume_context, what, is_about_images(container),
                        /* leaves_gap= */ true);
}

void process_assume(struct process *process)
{
    assume(process, "prints");
    process_task(process)->is_output_unknown = true;
}

/* A server, one supposes: it runs until it is stopped. Whoever waits for its end knows better, and
   then it ends well. */
static int serve(struct process *process)
{
    struct container *container = process->container;
    struct loop *loop = container->dockerd->loop;
    while (!container->is_awaited)
        if (!fiber_queue_wait(loop, &container->changed, "a container that serves", NULL))
            return 1;
    assume(process, "comes to");
    return 0;
}

/* Nobody waits for the end of a container that nobody is attached to. */
static bool is_server(const struct process *process)
{
    return process_task(process)->id == NULL && process->container->attachments->len == 0;
}

/* A command that is not known: it does what it should. */
static int run_unknown(struct process *process)
{
    if (!is_server(process)) {
        process_assume(process);
        return 0;
    }
    assume(process, "serves");
    return process->container->dockerd->assume != NULL ? serve(process) : 0;
}

/* Entrypoints that run the command behind them. */
static const char *const *behind_entrypoint(const char *const *words)
{
    static const char *const names[] = {"tini", "dumb-init", "docker-entrypoint.sh", "catatonit",
                                        NULL};
    g_autofree char *name = g_path_get_basename(words[0]);
    if (!g_strv_contains(names, name))
        return words;
    const char *const *rest = words + 1;
    if (*rest != NULL && g_str_equal(*rest, "--"))
        rest++;
    return *rest != NULL && **rest != '-' ? rest : words;
}

/* -1: nothing is known of the command. */
static int run_known(struct process *process)
{
    const struct process outer = *process;
    process->arguments = behind_entrypoint(process->arguments);
    int exit_code = shell_run(process, run_unknown);
    if (exit_code < 0)
        exit_code = common_program_run(process);
    *process = outer;
    return exit_code;
}

int generic_program_exec(struct process *process)
{
    int exit_code = run_known(process);
    if (exit_code >= 0 || process->container->dockerd->assume == NULL)
        return exit_code;
    return run_unknown(process);
}

/* docker-library/hello-world, as far as scripts look at it. */
static const char hello[] =
    "\nHello from Docker!\nThis message shows that your installation appears to be working "
    "correctly.\n\n";

static int generic_run(struct process *process)
{
    int exit_code = run_known(process);
    if (exit_code >= 0)
        return exit_code;
    if (strstr(container_image(process->container), "hello-world") != NULL)
        return process_write(process, 1, hello, NULL) ? 0 : 1;
    return run_unknown(process);
}

const struct container_program generic_program = {
    .name = "generic",
    .matches = generic_matches,
    .run = generic_run,
};
