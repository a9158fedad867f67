/* What goes to BuildKit: the context without what is ignored, the Dockerfile, the credentials. */
#include "mocks/commands/buildx/request.h"
#include "mocks/commands/buildx/walk.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <string.h>

/* ---- where things are ---- */

/* The places of one build's files, on this machine. */
struct places {
    char *root;              /* of the context; NULL: empty */
    char *dockerfile_folder; /* NULL: the Dockerfile is text */
    char *filename;
    GBytes *dockerfile; /* when it is text */
    GBytes *tar;        /* the context, when it came through stdin */
    char *url;
};

static void places_clear(struct places *places)
{
    g_free(places->root);
    g_free(places->dockerfile_folder);
    g_free(places->filename);
    g_clear_pointer(&places->dockerfile, g_bytes_unref);
    g_clear_pointer(&places->tar, g_bytes_unref);
    g_free(places->url);
}

bool build_context_is_url(const char *text)
{
    static const char *const prefixes[] = {"https://", "http://", "git://",
                                           "git@",     "ssh://",  "github.com/"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(text, prefixes[i]))
            return true;
    return false;
}

/* "https://github.com/o/r.git#refs/heads/main:sub" is the own repository's. */
static bool is_own_repository(const struct plugin_run *run, const char *url)
{
    const char *own = command_variable(run->call, "GITHUB_REPOSITORY");
    if (own == NULL || *own == '\0')
        return true;
    g_autofree char *plain = g_strconcat("/", own, NULL);
    g_autofree char *bare = g_strndup(url, strcspn(url, "#"));
    if (g_str_has_suffix(bare, ".git"))
        bare[strlen(bare) - strlen(".git")] = '\0';
    gsize length = strlen(bare);
    gsize own_length = strlen(plain);
    return length >= own_length && g_ascii_strcasecmp(bare + length - own_length, plain) == 0;
}

char *build_context_git_folder(const struct plugin_run *run, const char *url, GError **error)
{
    const char *repository = run->buildx->options.repository;
    const char *fragment = strchr(url, '#');
    const char *folder = fragment != NULL ? strchr(fragment, ':') : NULL;
    if (repository == NULL || !is_own_repository(run, url)) {
        run_unmodelled(error, "the build context %s", url);
        return NULL;
    }
    return folder != NULL && folder[1] != '\0' ? g_build_filename(repository, folder + 1, NULL)
                                               : g_strdup(repository);
}

static bool find_git(struct plugin_run *run, const char *context, struct places *places,
                     GError **error)
{
    places->root = build_context_git_folder(run, context, error);
    places->url = g_strdup(context);
    return places->root != NULL;
}

/* A tar is the context, anything else a Dockerfile without one. */
static bool find_on_stdin(struct plugin_run *run, const struct build_request *request,
                          struct places *places, GError **error)
{
    if (g_strcmp0(request->dockerfile, "-") == 0)
        return run_fail(error, "invalid argument: can't use stdin for both build context and "
                               "dockerfile");
    g_autoptr(GBytes) bytes = command_read_all(run->call, BUILD_CARRIED_BYTES_MAX, error);
    if (bytes == NULL)
        return false;
    if (walk_is_tar(bytes))
        places->tar = g_steal_pointer(&bytes);
    else if (request->dockerfile != NULL)
        return run_fail(error, "ambiguous Dockerfile source: both stdin and flag correspond to "
                               "Dockerfiles");
    else
        places->dockerfile = g_steal_pointer(&bytes);
    return true;
}

static bool read_stdin(struct plugin_run *run, struct places *places, GError **error)
{
    places->dockerfile = command_read_all(run->call, DOCKERFILE_BYTES_MAX, error);
    return places->dockerfile != NULL;
}

static bool find_context(struct plugin_run *run, const struct build_request *request,
                         struct places *places, GError **error)
{
    const char *context = request->context;
    if (context == NULL || *context == '\0')
        return run_fail(error, "please specify build context (e.g. \".\" for the current "
                               "directory)");
    if (strcmp(context, "-") == 0)
        return find_on_stdin(run, request, places, error);
    g_autofree char *host = command_host_path(run->call, context);
    if (host != NULL && g_file_test(host, G_FILE_TEST_IS_DIR)) {
        places->root = g_steal_pointer(&host);
        return true;
    }
    if (build_context_is_url(context))
        return find_git(run, context, places, error);
    return run_fail(error, "unable to prepare context: path \"%s\" not found", context);
}

/* build/opt.go handleLowercaseDockerfile */
static char *usual_name(const char *folder)
{
    g_autofree char *upper = g_build_filename(folder, "Dockerfile", NULL);
    g_autofree char *lower = g_build_filename(folder, "dockerfile", NULL);
    bool is_lower =
        !g_file_test(upper, G_FILE_TEST_EXISTS) && g_file_test(lower, G_FILE_TEST_EXISTS);
    return g_strdup(is_lower ? "dockerfile" : "Dockerfile");
}

static bool find_dockerfile(struct plugin_run *run, const struct build_request *request,
                            struct places *places, GError **error)
{
    const char *path = request->dockerfile;
    if (request->inline_dockerfile != NULL)
        places->dockerfile =
            g_bytes_new(request->inline_dockerfile, strlen(request->inline_dockerfile));
    else if (g_strcmp0(path, "-") == 0 && !read_stdin(run, places, error))
        return false;
    if (places->dockerfile != NULL) {
        places->filename = g_strdup("Dockerfile");
        return true;
    }
    if (places->tar != NULL) {
        places->filename = g_path_get_basename(path != NULL && *path != '\0' ? path : "Dockerfile");
        return true;
    }
    if (path == NULL || *path == '\0') {
        places->dockerfile_folder = g_strdup(places->root);
        places->filename = usual_name(places->root);
    } else if (places->url != NULL) { /* inside the repository */
        g_autofree char *inner = g_path_get_dirname(path);
        places->dockerfile_folder = g_build_filename(places->root, inner, NULL);
        places->filename = g_path_get_basename(path);
    } else {
        g_autofree char *folder = g_path_get_dirname(path);
        places->dockerfile_folder = command_host_path(run->call, folder);
        places->filename = g_path_get_basename(path);
    }
    if (places->dockerfile_folder == NULL ||
        !g_file_test(places->dockerfile_folder, G_FILE_TEST_IS_DIR)) {
        g_autofree char *folder = g_path_get_dirname(path != NULL ? path : "");
        return run_fail(error, "resolve : lstat %s: no such file or directory", folder);
    }
    return true;
}

/* ---- putting together ---- */

static GBytes *read_host_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *bytes = NULL;
    gsize length_bytes = 0;
    if (!regular_file_read(path, &bytes, &length_bytes, NULL))
        return NULL;
    return g_bytes_new_take(bytes, length_bytes);
}

static void add_bytes(struct archive_writer *writer, const char *folder, const char *name,
                      GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);
    archive_writer_add_file(writer, path, 0644, data, length_bytes);
}

/* Dockerfile.dockerignore counts before .dockerignore; it lies beside the Dockerfile. */
static struct ignore *add_dockerfile(struct archive_writer *writer, const struct places *places)
{
    g_autofree char *own_name = g_strconcat(places->filename, ".dockerignore", NULL);
    g_autoptr(GBytes) dockerfile = places->dockerfile != NULL ? g_bytes_ref(places->dockerfile)
                                   : places->dockerfile_folder != NULL
                                       ? read_host_file(places->dockerfile_folder, places->filename)
                                       : NULL;
    g_autoptr(GBytes) own = places->dockerfile_folder != NULL
                                ? read_host_file(places->dockerfile_folder, own_name)
                                : NULL;
    g_autoptr(GBytes) usual =
        places->root != NULL ? read_host_file(places->root, ".dockerignore") : NULL;
    if (dockerfile != NULL)
        add_bytes(writer, "dockerfile", places->filename, dockerfile);
    if (own != NULL)
        add_bytes(writer, "dockerfile", own_name, own);
    GBytes *ignore = own != NULL ? own : usual;
    gsize length_bytes = 0;
    const char *text = ignore != NULL ? g_bytes_get_data(ignore, &length_bytes) : NULL;
    return ignore_parse(text != NULL ? text : "", length_bytes);
}

/* The credentials that a session would hand out when asked. */
static void add_credentials(struct plugin_run *run, struct archive_writer *writer)
{
    g_autofree char *folder = docker_cli_config_folder(run->call);
    g_autofree char *path = g_build_filename(folder, "config.json", NULL);
    g_autoptr(GBytes) bytes = run_read_file(run, path, NULL);
    g_autoptr(json_t) config = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    json_t *auths = json_get_object(config, "auths");
    if (auths == NULL)
        return;
    g_autoptr(json_t) kept = json_pack("{s:O}", "auths", auths);
    g_autofree char *text = json_text(kept);
    archive_writer_add_file(writer, "docker/config.json", 0600, text, strlen(text));
}

/* --build-context NAME=PATH; those that are no paths go by their names alone. */
static bool take_named(struct plugin_run *run, const struct build_request *request,
                       struct walk *walk, GError **error)
{
    for (guint i = 0; i < request->contexts->len; i++) {
        g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(request->contexts, i), "=", 2);
        if (!build_context_is_path(g_ptr_array_index(request->contexts, i)))
            continue;
        g_autofree char *host = command_host_path(run->call, pair[1]);
        g_autofree char *prefix = g_strconcat("named/", pair[0], "/", NULL);
        if (host == NULL || !g_file_test(host, G_FILE_TEST_IS_DIR))
            return run_fail(error,
                            "failed to get build context %s: stat %s: no such file or "
                            "directory",
                            pair[0], pair[1]);
        walk->prefix = prefix;
        walk->root = host;
        walk->ignore = NULL;
        walk->leaves_git = false;
        if (!walk_folder(walk, "", error))
            return false;
    }
    return true;
}

bool build_context_is_path(const char *named)
{
    const char *value = strchr(named, '=');
    return value != NULL && strstr(value, "://") == NULL && !g_str_has_prefix(value, "=target:");
}

/* The context from stdin, its Dockerfile among it. */
static bool take_stdin(struct walk *walk, const struct build_request *request,
                       const struct places *places, GError **error)
{
    const char *path = request->dockerfile;
    g_autofree char *wanted = build_path_clean(path != NULL && *path != '\0' ? path : "Dockerfile");
    g_autoptr(GBytes) dockerfile = NULL;
    if (places->tar == NULL)
        return true;
    if (!walk_tar(walk, places->tar, wanted != NULL ? wanted : "", &dockerfile, error))
        return false;
    if (dockerfile != NULL)
        add_bytes(walk->writer, "dockerfile", places->filename, dockerfile);
    return true;
}

/* frontend/dockerui/context.go: a git context is without .git unless an argument keeps it. */
static bool leaves_git(const struct build_request *request, const struct places *places)
{
    static const char *const truths[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    const char *name = "BUILDKIT_CONTEXT_KEEP_GIT_DIR=";
    bool is_kept = false;
    for (guint i = 0; i < request->arguments->len; i++) {
        const char *argument = g_ptr_array_index(request->arguments, i);
        if (g_str_has_prefix(argument, name))
            is_kept = g_strv_contains(truths, argument + strlen(name));
    }
    return places->url != NULL && !is_kept;
}

GBytes *plugin_context_read(struct plugin_run *run, const struct build_request *request,
                            char **filename, char **url, GError **error)
{
    __attribute__((cleanup(places_clear))) struct places places = {0};
    AUTO(archive_writer) writer = archive_writer_new();
    if (!find_context(run, request, &places, error) ||
        !find_dockerfile(run, request, &places, error))
        return NULL;
    AUTO(ignore) ignore = add_dockerfile(writer, &places);
    struct walk walk = {.writer = writer,
                        .prefix = "context/",
                        .root = places.root,
                        .ignore = ignore,
                        .leaves_git = leaves_git(request, &places)};
    add_credentials(run, writer);
    if ((places.root != NULL && !walk_folder(&walk, "", error)) ||
        !take_stdin(&walk, request, &places, error) || !take_named(run, request, &walk, error))
        return NULL;
    *filename = g_steal_pointer(&places.filename);
    *url = g_steal_pointer(&places.url);
    return archive_writer_finish(writer);
}
