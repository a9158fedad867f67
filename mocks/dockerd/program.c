/* Which program runs in a container, and the generic one for images nobody wrote a program for. */
#include "mocks/dockerd/container.h"

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
    return strstr(host, "docker.sock") != NULL;
}

static void assume(const struct process *process, const char *verb, const char *act)
{
    const struct container *container = process->container;
    const struct dockerd *dockerd = container->dockerd;
    g_autofree char *what = g_strdup_printf("%s %s: what it %s", verb, container->image_name, act);
    if (dockerd->assume != NULL)
        dockerd->assume(dockerd->assume_context, what, is_about_images(container),
                        /* leaves_gap= */ true);
}

static bool knows_path(struct container *container, const char *path)
{
    g_autoptr(GPtrArray) files = container_files_below(container, path);
    return files->len > 0 || container_file(container, path) != NULL;
}

/* Files that the image has brought are not known; those that were written since are. */
static bool is_about_image(const struct process *process)
{
    g_autofree char *name = g_path_get_basename(process->arguments[0]);
    bool is_any = false;
    if (!g_str_equal(name, "ls") && !g_str_equal(name, "cat"))
        return false;
    for (gsize i = 1; process->arguments[i] != NULL; i++) {
        if (process->arguments[i][0] == '-')
            continue;
        is_any = true;
        if (!knows_path(process->container, process->arguments[i]))
            return true;
    }
    /* cat alone reads what nobody writes here */
    return !is_any && (g_str_equal(name, "cat") ||
                       !knows_path(process->container, process->working_directory));
}

/* The words of `sh -c` with one plain command: words and quotes, nothing that a shell would have to
   do. NULL: more than that, or another command; g_strfreev. */
static char **plain_command(const struct process *process)
{
    static const char *const shells[] = {"sh", "bash", "ash", "dash", NULL};
    const char *const *words = process->arguments;
    g_autofree char *name = g_path_get_basename(words[0]);
    char **inner = NULL;

    if (!g_strv_contains(shells, name) || g_strv_length((char **)words) != 3 ||
        !g_str_equal(words[1], "-c") || strpbrk(words[2], "$`|&;<>(){}[]*?~#!\\=\n") != NULL)
        return NULL;
    return g_shell_parse_argv(words[2], NULL, &inner, NULL) ? inner : NULL;
}

/* Where somebody is told, files of the image are no errors. */
static int run_direct(struct process *process)
{
    bool is_told = process->container->dockerd->assume != NULL;
    return is_told && is_about_image(process) ? -1 : common_program_run(process);
}

/* -1: nothing is known of the command. */
static int run_known(struct process *process)
{
    const char *const *outer = process->arguments;
    g_auto(GStrv) inner = plain_command(process);

    if (inner == NULL)
        return run_direct(process);
    if (g_str_equal(inner[0], "exit"))
        return inner[1] != NULL ? (int)(g_ascii_strtoll(inner[1], NULL, 10) & 0xff) : 0;
    process->arguments = (const char *const *)inner;
    int exit_code = run_direct(process);
    process->arguments = outer;
    return exit_code;
}

int generic_program_exec(struct process *process)
{
    int exit_code = run_known(process);
    if (exit_code >= 0 || process->container->dockerd->assume == NULL)
        return exit_code;
    assume(process, "exec in", "prints");
    return 0;
}

/* A server, one supposes: it runs until it is stopped. */
static int serve(struct process *process)
{
    struct loop *loop = process->container->dockerd->loop;
    while (fiber_park(loop, "a container that nobody is attached to", NULL))
        ;
    return 1;
}

/* docker-library/hello-world, as far as scripts look at it. */
static const char hello[] =
    "\nHello from Docker!\nThis message shows that your installation appears to be working "
    "correctly.\n\n";

static int generic_run(struct process *process)
{
    struct container *container = process->container;
    int exit_code = run_known(process);
    if (exit_code >= 0)
        return exit_code;
    if (strstr(container_image(container), "hello-world") != NULL)
        return process_write(process, 1, hello, NULL) ? 0 : 1;
    bool is_server = container->attachments->len == 0;
    assume(process, "run", is_server ? "serves" : "prints");
    return is_server && container->dockerd->assume != NULL ? serve(process) : 0;
}

const struct container_program generic_program = {
    .name = "generic",
    .matches = generic_matches,
    .run = generic_run,
};
