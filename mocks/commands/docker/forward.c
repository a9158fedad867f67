/* Which command lines are for buildx (cli cmd/docker/builder.go::processBuilder). */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* Words at the start, and what stands in their place. */
static const struct {
    const char *from[2];
    const char *to[2];
} forwards[] = {
    {{"bake", NULL}, {"buildx", "bake"}},
    {{"builder", NULL}, {"buildx", NULL}},
    {{"build", NULL}, {"buildx", "build"}},
    {{"image", "build"}, {"buildx", "build"}},
};

/* Replaces the words at their start; false when they are not for buildx. */
static bool forward_words(const char *const *words, GPtrArray *changed)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forwards); i++) {
        gsize length = forwards[i].from[1] != NULL ? 2 : 1;
        if (g_strcmp0(words[0], forwards[i].from[0]) != 0 ||
            (length == 2 && g_strcmp0(words[1], forwards[i].from[1]) != 0))
            continue;
        g_ptr_array_add(changed, g_strdup("docker"));
        for (gsize j = 0; j < 2 && forwards[i].to[j] != NULL; j++)
            g_ptr_array_add(changed, g_strdup(forwards[i].to[j]));
        for (gsize j = length; words[j] != NULL; j++)
            g_ptr_array_add(changed, g_strdup(words[j]));
        return true;
    }
    return false;
}

static bool names_builder(const struct command_call *call, const char *const *words)
{
    const char *variable = command_variable(call, "BUILDX_BUILDER");
    for (gsize i = 0; words[i] != NULL; i++)
        if (g_str_equal(words[i], "--builder") || g_str_has_prefix(words[i], "--builder="))
            return true;
    return variable != NULL && *variable != '\0';
}

/* `docker buildx install` writes {"aliases":{"builder":"buildx"}}. */
static bool has_builder_alias(const struct command_call *call)
{
    g_autoptr(json_t) config = config_read(call);
    return json_object_get(json_get_object(config, "aliases"), "builder") != NULL;
}

enum builder_choice {
    BUILDER_CLASSIC,
    BUILDER_BUILDX,
    BUILDER_MISSING,
};

/* DOCKER_BUILDKIT=0 asks for the classic builder, anything else insists on BuildKit. */
static enum builder_choice choose_builder(struct docker_cli *cli, const struct command_call *call,
                                          bool is_bake, bool has_alias)
{
    static const char *const falsehoods[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
    static const char old[] =
        "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n";
    const char *asked = command_variable(call, "DOCKER_BUILDKIT");
    bool is_asked = asked != NULL && *asked != '\0';

    if (is_asked && g_strv_contains(falsehoods, asked) && !is_bake) {
        command_complain(call,
                         "%s            BuildKit is currently disabled; enable it by removing "
                         "the DOCKER_BUILDKIT=0\n            environment-variable.\n\n",
                         old);
        return BUILDER_CLASSIC;
    }
    if (docker_cli_plugin(cli, "buildx") != NULL)
        return BUILDER_BUILDX;
    if (is_bake || is_asked || has_alias) {
        command_complain(call,
                         "ERROR: %s\n       Install the buildx component to %s:\n"
                         "       https://docs.docker.com/go/buildx/\n",
                         is_bake ? "docker bake requires the buildx component but it is missing or "
                                   "broken."
                                 : "BuildKit is enabled but the buildx component is missing or "
                                   "broken.",
                         is_bake ? "use bake" : "build images with BuildKit");
        return BUILDER_MISSING;
    }
    command_complain(call,
                     "%s            Install the buildx component to build images with "
                     "BuildKit:\n            https://docs.docker.com/go/buildx/\n\n",
                     old);
    return BUILDER_CLASSIC;
}

/* Through buildx, which must be there. */
static int run_forwarded(struct docker_cli *cli, const struct command_call *call,
                         const char *const *words, const GPtrArray *forwarded, bool has_alias)
{
    const struct docker_plugin *plugin = docker_cli_plugin(cli, "buildx");
    struct changed_call changed;
    changed_call_init(&changed, call);
    for (guint i = 0; i < forwarded->len; i++)
        g_ptr_array_add(changed.arguments, g_strdup(g_ptr_array_index(forwarded, i)));
    /* A plain `docker build` makes a local image whatever builder is current. */
    if (!has_alias && !names_builder(call, words))
        g_ptr_array_add(changed.environment, g_strdup("BUILDX_BUILDER=default"));
    changed_call_finish(&changed);
    int code = plugin->run(plugin->self, cli, &changed.call);
    changed_call_clear(&changed);
    return code;
}

bool forward_build(struct docker_cli *cli, const struct command_call *call,
                   const char *const *words, int *code)
{
    g_autoptr(GPtrArray) forwarded = g_ptr_array_new_with_free_func(g_free);
    if (!forward_words(words, forwarded))
        return false;
    bool has_alias = has_builder_alias(call);
    enum builder_choice choice =
        choose_builder(cli, call, g_str_equal(words[0], "bake"), has_alias);

    if (choice == BUILDER_CLASSIC)
        return false;
    *code = choice == BUILDER_MISSING ? 1 : run_forwarded(cli, call, words, forwarded, has_alias);
    return true;
}
