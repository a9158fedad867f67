/* docker build with the classic builder, the one that is left without buildx (captures 30 to 32).
 */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/human.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/limits.h"
#include "docker/context.h"

#include <string.h>
#include <sys/stat.h>

#define EXIT_NOT_MODELLED 125
#define DOCKERFILE        "Dockerfile"

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

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

/* ---- the context ---- */

/* What is sent: a tar and the Dockerfile's place in it. */
struct context {
    GBytes *tar;
    char *dockerfile;
};

static void context_clear(struct context *context)
{
    g_clear_pointer(&context->tar, g_bytes_unref);
    g_clear_pointer(&context->dockerfile, g_free);
}

/* A Dockerfile from outside gets a name of its own, so that it hides nothing. */
static void add_outside_dockerfile(struct archive_writer *writer, GBytes *dockerfile,
                                   struct context *context)
{
    g_autofree char *digest = digest_of_bytes(dockerfile);
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(dockerfile, &length_bytes);

    context->dockerfile = g_strdup_printf(".dockerfile.%.20s", digest + strlen("sha256:"));
    archive_writer_add_file(writer, context->dockerfile, 0600, bytes != NULL ? bytes : "",
                            length_bytes);
}

/* The rules of .dockerignore; what the daemon needs to read is always sent. */
static struct context_ignore *read_rules(const char *folder, const char *dockerfile)
{
    g_autofree char *path = g_build_filename(folder, ".dockerignore", NULL);
    AUTO(source) source = source_read(path, DOCKERFILE_BYTES_MAX, NULL);
    g_autofree char *text =
        source == NULL ? g_strdup("")
                       : g_strconcat(source->text, "\n!.dockerignore\n!", dockerfile, "\n", NULL);
    return context_ignore_parse(text);
}

/* Where the Dockerfile is below the context; NULL and true: outside of it. */
static bool place_dockerfile(struct invocation *invocation, const char *folder, char **inside,
                             char **host_path, GError **error)
{
    const char *asked = flags_text(invocation->flags, "file");
    g_autofree char *root = command_absolute_path(invocation->call, folder);
    g_autofree char *path = *asked != '\0' ? command_absolute_path(invocation->call, asked)
                                           : g_build_filename(root, DOCKERFILE, NULL);
    g_autofree char *prefix = g_strconcat(g_str_equal(root, "/") ? "" : root, "/", NULL);

    *host_path = command_host_path(invocation->call, path);
    if (*host_path == NULL || !g_file_test(*host_path, G_FILE_TEST_EXISTS))
        return refuse(error,
                      "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
                      "lstat %s: no such file or directory",
                      path);
    *inside = g_str_has_prefix(path, prefix) ? g_strdup(path + strlen(prefix)) : NULL;
    return true;
}

static bool read_stdin_dockerfile(struct invocation *invocation, GBytes **dockerfile,
                                  GError **error)
{
    *dockerfile = NULL;
    if (g_str_equal(flags_text(invocation->flags, "file"), "-"))
        *dockerfile = command_read_all(invocation->call, DOCKERFILE_BYTES_MAX, error);
    return *dockerfile != NULL || !g_str_equal(flags_text(invocation->flags, "file"), "-");
}

static bool read_folder(struct invocation *invocation, const char *folder, const char *host_folder,
                        struct context *context, GError **error)
{
    g_autoptr(GBytes) dockerfile = NULL;
    g_autofree char *inside = NULL;
    g_autofree char *host_path = NULL;

    if (!read_stdin_dockerfile(invocation, &dockerfile, error))
        return false;
    if (dockerfile == NULL && !place_dockerfile(invocation, folder, &inside, &host_path, error))
        return false;
    AUTO(context_ignore) rules = read_rules(host_folder, inside != NULL ? inside : DOCKERFILE);
    AUTO(archive_writer) writer = archive_writer_new();
    if (!context_add(host_folder, rules, NULL, writer, error)) {
        g_prefix_error_literal(error, "error checking context: ");
        return false;
    }
    if (dockerfile == NULL && inside == NULL) {
        AUTO(source) source = source_read(host_path, DOCKERFILE_BYTES_MAX, error);
        if (source == NULL)
            return false;
        dockerfile = g_bytes_new(source->text, source->length_bytes);
    }
    if (dockerfile != NULL)
        add_outside_dockerfile(writer, dockerfile, context);
    else
        context->dockerfile = g_steal_pointer(&inside);
    context->tar = archive_writer_finish(writer);
    return true;
}

static bool is_archive(GBytes *bytes)
{
    gsize length_bytes = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length_bytes);

    if (length_bytes > 262 && memcmp(data + 257, "ustar", 5) == 0)
        return true;
    return length_bytes > 3 && ((data[0] == 0x1f && data[1] == 0x8b) ||
                                memcmp(data, "BZh", 3) == 0 || (data[0] == 0xfd && data[1] == '7'));
}

/* `docker build -`: an archive, or a Dockerfile alone (capture 30d). */
static bool read_stdin(struct invocation *invocation, struct context *context, GError **error)
{
    const char *asked = flags_text(invocation->flags, "file");
    gsize length_bytes = 0;

    if (g_str_equal(asked, "-"))
        return refuse(error,
                      "invalid argument: can't use stdin for both build context and dockerfile");
    g_autoptr(GBytes) input = command_read_all(invocation->call, HTTP_BODY_BYTES_MAX, error);
    if (input == NULL)
        return false;
    if (is_archive(input)) {
        context->dockerfile = g_strdup(*asked != '\0' ? asked : DOCKERFILE);
        context->tar = g_steal_pointer(&input);
        return true;
    }
    if (*asked != '\0')
        return refuse(error,
                      "unable to prepare context: ambiguous Dockerfile source: both stdin and "
                      "flag correspond to Dockerfiles");
    const char *bytes = g_bytes_get_data(input, &length_bytes);
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, DOCKERFILE, 0644, bytes != NULL ? bytes : "", length_bytes);
    context->dockerfile = g_strdup(DOCKERFILE);
    context->tar = archive_writer_finish(writer);
    return true;
}

static bool read_context(struct invocation *invocation, struct context *context, GError **error)
{
    const char *place = invocation->arguments[0];
    if (g_str_equal(place, "-"))
        return read_stdin(invocation, context, error);
    g_autofree char *host_folder = command_host_path(invocation->call, place);
    if (host_folder == NULL || !g_file_test(host_folder, G_FILE_TEST_EXISTS))
        return refuse(error, "unable to prepare context: path \"%s\" not found", place);
    if (!g_file_test(host_folder, G_FILE_TEST_IS_DIR)) {
        g_autofree char *absolute = command_absolute_path(invocation->call, place);
        return refuse(error, "unable to prepare context: context must be a directory: %s",
                      absolute);
    }
    return read_folder(invocation, place, host_folder, context, error);
}

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
static char *build_path(struct invocation *invocation, const struct context *context)
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

static bool send(struct build *build, const struct context *context, GError **error)
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
        command_usage_error(invocation, EXIT_NOT_MODELLED, text, NULL);
        return false;
    }
    return true;
}

static int run_build(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) output = g_string_new(NULL);
    struct context context = {0};
    struct build build = {.output = output, .is_quiet = flags_boolean(invocation->flags, "quiet")};

    build.progress.invocation = invocation;
    build.progress.stream = build.is_quiet ? 0 : 1;
    if (!check_tags(invocation))
        return 125;
    if (is_remote(invocation->arguments[0]))
        return invocation_end(invocation, EXIT_NOT_MODELLED,
                              "docker build: contexts from elsewhere are not modelled by the fake "
                              "classic builder");
    int code = 0;
    if (!read_context(invocation, &context, &error)) {
        code = invocation_fail(invocation, error);
    } else {
        build.tar = context.tar;
        code = send(&build, &context, &error) ? finish(&build) : fail(&build, error);
    }
    g_free(build.progress.image_id);
    context_clear(&context);
    return code;
}

const struct command_row build_commands[] = {
    {"build|image build|builder build", "[OPTIONS] PATH | URL | -",
     "Build an image from a Dockerfile", ARGUMENTS_EXACT, 1, build_tables, run_build, true},
    {0},
};
