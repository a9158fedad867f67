/*
 * Backend buildkit-exec: `buildctl build` inside the builder's BuildKit container, over the Engine
 * API (engine-contract.md H). The context goes in as an archive, the image is pushed by digest, the
 * digest comes back in the metadata file.
 */
#include "base/archive.h"
#include "base/json.h"
#include "base/units.h"
#include "engine/build_context.h"
#include "engine/builder.h"

#include <string.h>

#define KILL_US (30 * SECOND_US)

struct build {
    struct builder *builder;
    const struct build_request *request;
    char *folder; /* in the container; its name is in the command line, so that the process can be
                     found and killed by it */
    GPtrArray *command;
};

static void build_clear(struct build *build)
{
    g_free(build->folder);
    if (build->command != NULL)
        g_ptr_array_unref(build->command);
}

/* DOCKER_CONFIG for buildctl: the password never stands in a command line (engine-contract.md H).
 */
static char *docker_config(const struct leg *leg)
{
    g_autoptr(json_t) config = json_object();
    json_t *auths = json_object();
    json_object_set_new(config, "auths", auths);
    for (guint i = 0; i < leg->policy->credentials->len; i++) {
        const struct policy_credentials *each = g_ptr_array_index(leg->policy->credentials, i);
        if (each->username == NULL || each->password == NULL)
            continue;
        g_autofree char *pair = g_strconcat(each->username, ":", each->password, NULL);
        g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
        json_object_set_new(auths, each->registry, json_pack("{s:s}", "auth", encoded));
    }
    return json_text(config);
}

static bool put_context(const struct build *build, GError **error)
{
    struct leg *leg = build->builder->leg;
    const char *name = strrchr(build->folder, '/') + 1;
    g_autofree char *config = docker_config(leg);
    g_autofree char *config_name = g_strdup_printf("%s/docker/config.json", name);
    g_autofree char *context_name = g_strdup_printf("%s/context", name);
    AUTO(archive_writer) archive = archive_writer_new();

    archive_writer_add_file(archive, config_name, 0600, config, strlen(config));
    if (!build_context_add(leg->policy, build->request->service, /* is_filtered= */ false,
                           context_name, archive, error))
        return false;
    g_autoptr(GBytes) tar = archive_writer_finish(archive);
    return docker_archive_put(leg->docker, build->builder->container, "/tmp", tar, error);
}

static void add(struct build *build, const char *option, char *value)
{
    g_ptr_array_add(build->command, g_strdup(option));
    g_ptr_array_add(build->command, value);
}

static char *output_option(const struct build_request *request)
{
    if (!request->push)
        return g_strdup("type=image,push=false");
    const char *image = request->service->image;
    const char *colon = strrchr(image, ':');
    int length =
        colon != NULL && strchr(colon, '/') == NULL ? (int)(colon - image) : (int)strlen(image);
    return g_strdup_printf("type=image,name=%.*s,push=true,push-by-digest=true", length, image);
}

static void add_service_options(struct build *build, const struct policy_service *service)
{
    if (service->target != NULL)
        add(build, "--opt", g_strconcat("target=", service->target, NULL));
    for (char **each = service->build_arguments; each != NULL && *each != NULL; each++)
        add(build, "--opt", g_strconcat("build-arg:", *each, NULL));
    for (char **each = service->labels; each != NULL && *each != NULL; each++)
        add(build, "--opt", g_strconcat("label:", *each, NULL));
}

static void make_command(struct build *build)
{
    const struct build_request *request = build->request;
    g_autofree char *platforms = g_strjoinv(",", (char **)request->platforms);

    build->command = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(build->command, g_strdup("buildctl"));
    g_ptr_array_add(build->command, g_strdup("build"));
    add(build, "--frontend", g_strdup("dockerfile.v0"));
    add(build, "--local", g_strdup_printf("context=%s/context", build->folder));
    add(build, "--local", g_strdup_printf("dockerfile=%s/context", build->folder));
    add(build, "--opt", g_strdup_printf("filename=%s", request->service->dockerfile));
    add(build, "--opt", g_strconcat("platform=", platforms, NULL));
    add_service_options(build, request->service);
    if (request->cache_from != NULL)
        add(build, "--import-cache", g_strdup(request->cache_from));
    if (request->cache_to != NULL)
        add(build, "--export-cache", g_strdup(request->cache_to));
    add(build, "--output", output_option(request));
    add(build, "--progress", g_strdup("plain"));
    add(build, "--metadata-file", g_strdup_printf("%s/metadata.json", build->folder));
    g_ptr_array_add(build->command, NULL);
}

/* buildctl's last line is the reason: "error: failed to solve: …". */
static char *last_line(const char *output)
{
    g_autofree char *text = g_strchomp(g_strdup(output != NULL ? output : ""));
    const char *line = strrchr(text, '\n');
    return g_strdup(line != NULL ? line + 1 : text);
}

static bool run_command(struct build *build, GError **error)
{
    g_autofree char *config = g_strdup_printf("DOCKER_CONFIG=%s/docker", build->folder);
    const char *const environment[] = {config, NULL};
    const struct docker_exec_options options = {
        .command = (const char *const *)build->command->pdata, .environment = environment};
    struct docker_exec_result result = {0};

    if (!docker_exec(build->builder->leg->docker, build->builder->container, &options, &result,
                     error))
        return false;
    if (result.exit_code != 0) {
        g_autofree char *line = last_line(result.output);
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_EXIT, "buildctl exit code %d: %s",
                    result.exit_code, line);
        g_free(build->builder->leg->last_output);
        build->builder->leg->last_output = g_steal_pointer(&result.output);
    }
    g_free(result.output);
    return result.exit_code == 0;
}

/* GET archive answers with a tar of the one file asked for. */
static json_t *parse_metadata(GBytes *tar, GError **error)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(tar, &length);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length, /* is_confined= */ true);
    const struct archive_member *member = NULL;

    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL) {
            g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                        "buildctl's metadata file is missing from its archive");
            return NULL;
        }
        if (member->kind == ARCHIVE_FILE)
            return json_parse_gbytes(member->contents, error);
    }
    return NULL;
}

static bool read_digest(struct build *build, char **digest, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/metadata.json", build->folder);
    g_autoptr(GBytes) tar = NULL;

    if (!docker_archive_get(build->builder->leg->docker, build->builder->container, path, &tar,
                            error))
        return false;
    if (tar == NULL) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "buildctl says success and left no metadata file");
        return false;
    }
    g_autoptr(json_t) metadata = parse_metadata(tar, error);
    if (metadata == NULL)
        return false;
    *digest = g_strdup(json_get_string(metadata, "containerimage.digest", NULL));
    if (*digest == NULL)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "buildctl's metadata names no containerimage.digest");
    return *digest != NULL;
}

/* Closing the exec's connection does not stop buildctl (engine-contract.md H): an orphan would go
   on and push after the rescue did. */
static void stop_and_clean(struct build *build, bool may_still_run)
{
    struct leg *leg = build->builder->leg;
    const char *container = build->builder->container;
    const char *const command[] = {"rm", "-rf", build->folder, NULL};
    const struct docker_exec_options options = {.command = command};
    struct docker_exec_result result = {0};
    g_autoptr(GError) error = NULL;
    DEADLINE(shield);

    deadline_begin_shielded(leg->loop, &shield, "end of a build", KILL_US);
    if (may_still_run && !docker_exec_kill(leg->docker, container, build->folder, &error))
        leg_note(leg, "orphan may go on", error->message);
    g_clear_error(&error);
    if (!docker_exec(leg->docker, container, &options, &result, &error))
        leg_note(leg, "left behind", build->folder);
    g_free(result.output);
    deadline_end(&shield);
}

static bool buildkit_build(struct builder *builder, const struct build_request *request,
                           struct build_result *result, GError **error)
{
    struct leg *leg = builder->leg;
    struct build build = {.builder = builder, .request = request};
    build.folder = g_strdup_printf("/tmp/seatrial-build-%u", ++leg->builder_count);
    make_command(&build);

    bool has_run = false;
    bool is_fine = put_context(&build, error);
    if (is_fine) {
        has_run = run_command(&build, error);
        is_fine = has_run && read_digest(&build, &result->digest, error);
    }
    stop_and_clean(&build, !has_run);
    build_clear(&build);
    return is_fine;
}

const struct backend backend_buildkit = {
    .name = "buildkit-exec",
    .summary = "buildctl by exec in a BuildKit container; pushes by digest",
    .features =
        {
            [FEATURE_MULTI_PLATFORM] = FEATURE_KEPT,
            [FEATURE_CACHE_IMPORT] = FEATURE_KEPT,
            [FEATURE_CACHE_EXPORT] = FEATURE_KEPT,
            [FEATURE_PUSH_BY_DIGEST] = FEATURE_KEPT,
            [FEATURE_FOREIGN_PLATFORM] = FEATURE_KEPT,
        },
    .build = buildkit_build,
};
