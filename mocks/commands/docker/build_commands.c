/* docker build with the classic builder, the one that is left without buildx (captures 30 to 32).
 */
#include "mocks/commands/docker/classic_context.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

#define EXIT_USAGE 125

static const struct flag_row build_flags[] = {
    {"add-host", 0, FLAG_LIST, NULL},       {"build-arg", 0, FLAG_LIST, NULL},
    {"cache-from", 0, FLAG_LIST, NULL},     {"compress", 0, FLAG_BOOLEAN, NULL},
    {"cpu-shares", 'c', FLAG_INTEGER, "0"}, {"disable-content-trust", 0, FLAG_BOOLEAN, "true"},
    {"file", 'f', FLAG_TEXT, NULL},         {"force-rm", 0, FLAG_BOOLEAN, NULL},
    {"iidfile", 0, FLAG_TEXT, NULL},        {"label", 0, FLAG_LIST, NULL},
    {"memory", 'm', FLAG_TEXT, NULL},       {"network", 0, FLAG_TEXT, "default"},
    {"no-cache", 0, FLAG_BOOLEAN, NULL},    {"platform", 0, FLAG_TEXT, NULL},
    {"pull", 0, FLAG_BOOLEAN, NULL},        {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"rm", 0, FLAG_BOOLEAN, "true"},        {"shm-size", 0, FLAG_TEXT, NULL},
    {"squash", 0, FLAG_BOOLEAN, NULL},      {"tag", 't', FLAG_LIST, NULL},
    {"target", 0, FLAG_TEXT, NULL},         {0},
};
static const struct flag_row *const build_tables[] = {build_flags, NULL};

/* ---- the request ---- */

static void append_pairs(GString *path, struct invocation *invocation, const char *flag,
                         const char *key)
{
    const char *const *pairs = flags_list(invocation->flags, flag);
    g_autoptr(json_t) object = json_object();

    for (gsize i = 0; pairs[i] != NULL; i++) {
        const char *equals = strchr(pairs[i], '=');
        g_autofree char *name = g_strndup(pairs[i], strcspn(pairs[i], "="));
        const char *value = equals != NULL ? equals + 1 : command_variable(invocation->call, name);
        json_object_set_new(object, name, json_text_or_null(value));
    }
    g_autofree char *text = json_object_size(object) > 0 ? json_text(object) : NULL;
    docker_query_append(path, key, text);
}

static void append_list(GString *path, struct invocation *invocation, const char *flag,
                        const char *key)
{
    const char *const *texts = flags_list(invocation->flags, flag);
    g_autoptr(json_t) list = json_array();

    for (gsize i = 0; texts[i] != NULL; i++)
        json_array_append_new(list, json_text_or_null(texts[i]));
    g_autofree char *text = json_array_size(list) > 0 ? json_text(list) : NULL;
    docker_query_append(path, key, text);
}

/* Sorted, as Go encodes a query. */
static char *build_path(struct invocation *invocation, const struct classic_context *context)
{
    const struct flags *flags = invocation->flags;
    const char *const *tags = flags_list(flags, "tag");
    const char *network = flags_text(flags, "network");
    const char *platform = flags_text(flags, "platform");
    const char *target = flags_text(flags, "target");
    g_autoptr(GString) path = g_string_new("/build");

    if (*platform == '\0')
        platform = command_variable(invocation->call, "DOCKER_DEFAULT_PLATFORM");
    append_pairs(path, invocation, "build-arg", "buildargs");
    append_list(path, invocation, "cache-from", "cachefrom");
    docker_query_append(path, "dockerfile", context->dockerfile);
    docker_query_append(path, "forcerm", flags_boolean(flags, "force-rm") ? "1" : NULL);
    append_pairs(path, invocation, "label", "labels");
    docker_query_append(path, "networkmode", g_str_equal(network, "default") ? NULL : network);
    docker_query_append(path, "nocache", flags_boolean(flags, "no-cache") ? "1" : NULL);
    docker_query_append(path, "platform", platform != NULL && *platform != '\0' ? platform : NULL);
    docker_query_append(path, "pull", flags_boolean(flags, "pull") ? "1" : NULL);
    docker_query_append(path, "q", flags_boolean(flags, "quiet") ? "1" : NULL);
    docker_query_append(path, "rm", flags_boolean(flags, "rm") ? NULL : "0");
    for (gsize i = 0; tags[i] != NULL; i++)
        docker_query_append(path, "t", tags[i]);
    docker_query_append(path, "target", *target != '\0' ? target : NULL);
    docker_query_append(path, "version", "1");
    return g_string_free(g_steal_pointer(&path), FALSE);
}

/* Every login that is kept goes along. */
static char *logins_header(struct invocation *invocation)
{
    g_autoptr(json_t) config = config_read(invocation->call);
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct docker_credentials));
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *value;

    json_object_foreach (json_get_object(config, "auths"), key, value) {
        struct docker_cli_login login = docker_cli_login_of(invocation->call, key);
        if (login.user == NULL)
            continue;
        const struct docker_credentials credentials = {
            .registry = key, .username = login.user, .password = login.secret};
        g_array_append_val(list, credentials);
        g_ptr_array_add(texts, login.user);
        g_ptr_array_add(texts, login.secret);
    }
    return docker_config_header((const struct docker_credentials *)(const void *)list->data,
                                list->len);
}

/* ---- the build ---- */

struct build {
    struct progress progress;
    GBytes *tar;
    GString *output; /* kept back by -q */
    bool is_quiet;
    bool is_said; /* that the context was sent */
};

static void say_sent(void *context)
{
    struct build *build = context;
    g_autofree char *size = human_size((double)g_bytes_get_size(build->tar), 4);

    if (!build->is_said && !build->is_quiet)
        command_print(build->progress.invocation->call,
                      "Sending build context to Docker daemon %8s\r\r\n", size);
    build->is_said = true;
}

static void receive(void *context, const struct message *message)
{
    struct build *build = context;
    if (build->is_quiet && message->stream != NULL)
        g_string_append(build->output, message->stream);
    progress_receive(&build->progress, message);
}

static bool send(struct build *build, const struct classic_context *context, GError **error)
{
    struct invocation *invocation = build->progress.invocation;
    struct docker *docker = invocation_docker(invocation, error);
    g_autofree char *path = build_path(invocation, context);
    g_autofree char *header = logins_header(invocation);
    const struct docker_call call = {.method = "POST",
                                     .path = path,
                                     .body = context->tar,
                                     .header = header,
                                     .on_open = say_sent,
                                     .open_context = build};

    if (docker == NULL)
        return false;
    bool is_built = docker_stream_messages(docker, &call, receive, build, error);
    if (!is_built && error != NULL && (*error)->domain == DOCKER_ERROR && (*error)->code >= 400)
        say_sent(build);
    return is_built;
}

static int finish(struct build *build)
{
    struct invocation *invocation = build->progress.invocation;
    const char *path = flags_text(invocation->flags, "iidfile");
    const char *id = build->progress.image_id;
    g_autoptr(GError) error = NULL;

    if (build->is_quiet) {
        command_print(invocation->call, "%s", build->output->str);
        id = g_strchomp(build->output->str);
    }
    if (*path == '\0')
        return 0;
    if (id == NULL)
        return invocation_end(invocation, 1, "Server did not provide an image ID. Cannot write %s",
                              path);
    if (!world_write_file(invocation->call, path, id, strlen(id), 0644, &error))
        return invocation_fail(invocation, error);
    return 0;
}

/* A step's own code is the command's. */
static int fail(struct build *build, const GError *error)
{
    if (build->is_quiet)
        command_complain(build->progress.invocation->call, "%s", build->output->str);
    invocation_fail(build->progress.invocation, error);
    return build->progress.failure_code > 0 ? (int)build->progress.failure_code : 1;
}

static bool is_remote(const char *place)
{
    return g_str_has_prefix(place, "http://") || g_str_has_prefix(place, "https://") ||
           g_str_has_prefix(place, "git://") || g_str_has_prefix(place, "git@") ||
           g_str_has_prefix(place, "github.com/");
}

static bool check_tags(struct invocation *invocation)
{
    const char *const *tags = flags_list(invocation->flags, "tag");
    for (gsize i = 0; tags[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        AUTO(image_reference) reference = image_reference_parse(tags[i], &error);
        if (reference != NULL)
            continue;
        g_autofree char *text = g_strdup_printf(
            "invalid argument \"%s\" for \"-t, --tag\" flag: %s", tags[i], error->message);
        command_usage_error(invocation, EXIT_USAGE, text, NULL);
        return false;
    }
    return true;
}

static int run_build(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) output = g_string_new(NULL);
    struct classic_context context = {0};
    struct build build = {.output = output, .is_quiet = flags_boolean(invocation->flags, "quiet")};

    build.progress.invocation = invocation;
    build.progress.stream = build.is_quiet ? 0 : 1;
    if (!check_tags(invocation))
        return 125;
    if (is_remote(invocation->arguments[0]))
        return docker_cli_assume(invocation->cli, invocation->call,
                                 "build: a context from elsewhere for the classic builder",
                                 /* touches_images= */ true);
    int code = 0;
    if (!classic_context_read(invocation, &context, &error)) {
        code = invocation_fail(invocation, error);
    } else {
        build.tar = context.tar;
        code = send(&build, &context, &error) ? finish(&build) : fail(&build, error);
    }
    g_free(build.progress.image_id);
    classic_context_clear(&context);
    return code;
}

const struct command_row build_commands[] = {
    {"build|image build|builder build", "[OPTIONS] PATH | URL | -",
     "Build an image from a Dockerfile", ARGUMENTS_EXACT, 1, build_tables, run_build, true},
    {0},
};
