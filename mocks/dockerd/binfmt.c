/* tonistiigi/binfmt: tells which platforms the host can run and installs emulators for others
   (engine-contract.md F, setup-qemu-action); and the images that did so before it. */
#include "mocks/dockerd/container.h"

#include "base/json.h"

#include <string.h>

struct emulator {
    const char *platform;
    const char *name;       /* as /proc/sys/fs/binfmt_misc lists it */
    const char *short_name; /* as --install takes it */
};

static const struct emulator emulators[] = {
    {"linux/amd64", "qemu-x86_64", "amd64"},
    {"linux/arm64", "qemu-aarch64", "arm64"},
    {"linux/riscv64", "qemu-riscv64", "riscv64"},
    {"linux/ppc64le", "qemu-ppc64le", "ppc64le"},
    {"linux/s390x", "qemu-s390x", "s390x"},
    {"linux/386", "qemu-i386", "386"},
    {"linux/mips64le", "qemu-mips64el", "mips64le"},
    {"linux/mips64", "qemu-mips64", "mips64"},
    {"linux/loong64", "qemu-loongarch64", "loong64"},
    {"linux/arm/v7", "qemu-arm", "arm"},
    {"linux/arm/v6", "qemu-arm", "arm"},
};

static bool binfmt_matches(const char *image_name)
{
    return strstr(image_name, "tonistiigi/binfmt") != NULL;
}

static void install(struct dockerd *dockerd, const struct emulator *emulator)
{
    if (dockerd_runs_platform(dockerd, emulator->platform))
        return;
    g_ptr_array_add(dockerd->emulators, g_strdup(emulator->platform));
    dockerd_note(dockerd, "emulator", "install", emulator->platform, NULL);
}

static bool is_wanted(const struct emulator *emulator, char **wanted)
{
    for (gsize i = 0; wanted[i] != NULL; i++)
        if (g_str_equal(wanted[i], "all") || g_str_equal(wanted[i], emulator->short_name) ||
            g_str_equal(wanted[i], emulator->platform))
            return true;
    return false;
}

static void install_list(struct dockerd *dockerd, const char *list)
{
    g_auto(GStrv) wanted = g_strsplit(list, ",", -1);
    for (gsize i = 0; i < G_N_ELEMENTS(emulators); i++)
        if (is_wanted(&emulators[i], wanted))
            install(dockerd, &emulators[i]);
}

static bool is_listed(json_t *list, const char *text)
{
    size_t index;
    json_t *value;
    json_array_foreach (list, index, value)
        if (g_str_equal(json_string_value(value), text))
            return true;
    return false;
}

static char *status_text(struct dockerd *dockerd)
{
    g_autoptr(json_t) supported = json_array();
    g_autoptr(json_t) names = json_array();

    json_array_append_new(supported, json_string(dockerd_profile(dockerd)->platform));
    for (gsize i = 0; i < G_N_ELEMENTS(emulators); i++) {
        const struct emulator *emulator = &emulators[i];
        if (!dockerd_runs_platform(dockerd, emulator->platform) ||
            is_listed(supported, emulator->platform))
            continue;
        json_array_append_new(supported, json_string(emulator->platform));
        if (!is_listed(names, emulator->name))
            json_array_append_new(names, json_string(emulator->name));
    }
    g_autoptr(json_t) status = json_pack("{s:O, s:O}", "supported", supported, "emulators", names);
    return json_pretty_text(status);
}

static const char *install_argument(const struct process *process)
{
    for (gsize i = 0; process->arguments[i] != NULL; i++)
        if (g_str_equal(process->arguments[i], "--install"))
            return process->arguments[i + 1];
    return NULL;
}

static int binfmt_run(struct process *process)
{
    struct dockerd *dockerd = container_dockerd(process->container);

    const char *list = install_argument(process);
    /* Writing to binfmt_misc needs a privileged container. */
    if (list != NULL && !container_is_privileged(process->container)) {
        g_autoptr(GError) ignored = NULL;
        if (!process_write(process, 2, "error: operation not permitted\n", &ignored))
            g_clear_error(&ignored);
        return 1;
    }
    if (list != NULL)
        install_list(dockerd, list);
    g_autofree char *text = status_text(dockerd);
    return process_write(process, 1, text, NULL) ? 0 : 1;
}

const struct container_program binfmt_program = {
    .name = "binfmt",
    .matches = binfmt_matches,
    .run = binfmt_run,
};

/* ---- multiarch/qemu-user-static, docker/binfmt ---- */

static bool registers_all(const char *image_name)
{
    static const char *const images[] = {"multiarch/qemu-user-static",
                                         "docker/binfmt:", "linuxkit/binfmt:"};
    for (gsize i = 0; i < G_N_ELEMENTS(images); i++)
        if (strstr(image_name, images[i]) != NULL)
            return true;
    return false;
}

/* What QEMU's qemu-binfmt-conf.sh registers on an amd64 host, in its order. */
static const char *const interpreters[] = {
    "alpha",   "arm",       "armeb",      "sparc",        "sparc32plus", "sparc64",
    "ppc",     "ppc64",     "ppc64le",    "m68k",         "mips",        "mipsel",
    "mipsn32", "mipsn32el", "mips64",     "mips64el",     "sh4",         "sh4eb",
    "s390x",   "aarch64",   "aarch64_be", "hppa",         "riscv32",     "riscv64",
    "xtensa",  "xtensaeb",  "microblaze", "microblazeel", "or1k",        "hexagon",
};

/* qemu-user-static does it when it is asked to, the others always. */
static int register_run(struct process *process)
{
    struct container *container = process->container;
    bool is_talkative = strstr(container_image(container), "qemu-user-static") != NULL;
    if (is_talkative && process->arguments[0] != NULL &&
        !g_strv_contains(process->arguments, "--reset"))
        return 0;
    if (!container_is_privileged(container)) {
        g_autoptr(GError) ignored = NULL;
        if (!process_write(process, 2, "mount: permission denied (are you root?)\n", &ignored))
            g_clear_error(&ignored);
        return 1;
    }
    install_list(container_dockerd(container), "all");
    for (gsize i = 0; is_talkative && i < G_N_ELEMENTS(interpreters); i++)
        if (!process_printf(process, 1, NULL,
                            "Setting /usr/bin/qemu-%s-static as binfmt interpreter for %s\n",
                            interpreters[i], interpreters[i]))
            return 1;
    return 0;
}

const struct container_program qemu_register_program = {
    .name = "qemu-register",
    .matches = registers_all,
    .run = register_run,
};
