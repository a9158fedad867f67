/* POST /containers/create: from a request's body and an image to a container. */
#include "mocks/dockerd/api.h"

#include "base/json.h"
#include "base/limits.h"
#include "mocks/dockerd/host_files.h"
#include "mocks/dockerd/volume.h"
#include "mocks/puller/content.h"

#include <signal.h>
#include <string.h>

static void mount_free(gpointer mount)
{
    g_free(((struct mount *)mount)->target);
    g_free(mount);
}

static void log_entry_free(gpointer entry)
{
    g_free(((struct log_entry *)entry)->text);
    g_free(entry);
}

static void attachment_free(gpointer attachment)
{
    outlet_unref(((struct attachment *)attachment)->outlet);
    g_free(attachment);
}

static void append_strings(GPtrArray *texts, json_t *list)
{
    size_t index;
    json_t *value;
    json_array_foreach (list, index, value)
        if (json_is_string(value))
            g_ptr_array_add(texts, g_strdup(json_string_value(value)));
}

static char **end_strings(GPtrArray *texts)
{
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

/* An entrypoint given by the client takes the image's command away with the image's entrypoint. */
static char **arguments_of(json_t *config, json_t *image_config)
{
    GPtrArray *arguments = g_ptr_array_new();
    json_t *entrypoint = json_get_array(config, "Entrypoint");
    json_t *command = json_get_array(config, "Cmd");

    append_strings(arguments,
                   entrypoint != NULL ? entrypoint : json_get_array(image_config, "Entrypoint"));
    append_strings(arguments, command != NULL || entrypoint != NULL
                                  ? command
                                  : json_get_array(image_config, "Cmd"));
    if (arguments->len == 0)
        g_ptr_array_add(arguments, g_strdup("/bin/sh")); /* images generated without a command */
    return end_strings(arguments);
}

static gboolean has_same_name(gconstpointer left, gconstpointer right)
{
    gsize name_bytes = strcspn(right, "=");
    return strcspn(left, "=") == name_bytes && strncmp(left, right, name_bytes) == 0;
}

/* The client's variables win over the image's of the same name. */
static char **environment_of(json_t *config, json_t *image_config)
{
    GPtrArray *environment = g_ptr_array_new();
    GPtrArray *own = g_ptr_array_new_with_free_func(g_free);

    append_strings(environment, json_get_array(image_config, "Env"));
    append_strings(own, json_get_array(config, "Env"));
    for (guint i = 0; i < own->len; i++) {
        guint index = 0;
        const char *entry = g_ptr_array_index(own, i);
        if (g_ptr_array_find_with_equal_func(environment, entry, has_same_name, &index))
            g_free(g_ptr_array_steal_index(environment, index));
        g_ptr_array_add(environment, g_strdup(entry));
    }
    g_ptr_array_unref(own);
    return end_strings(environment);
}

/* ---- mounts ---- */

static void add_mount(struct container *container, const char *volume_name, const char *target)
{
    struct mount *mount = g_new0(struct mount, 1);
    mount->volume = volume_obtain(container->dockerd, volume_name);
    mount->volume->use_count++;
    mount->target = file_path_clean(target);
    g_ptr_array_add(container->mounts, mount);
}

static bool is_mounted(const struct container *container, const char *target)
{
    g_autofree char *clean = file_path_clean(target);
    for (guint i = 0; i < container->mounts->len; i++) {
        const struct mount *mount = g_ptr_array_index(container->mounts, i);
        if (g_str_equal(mount->target, clean))
            return true;
    }
    return false;
}

/* Mounts of type volume, binds "name:/target" (host folders are not modelled), and the anonymous
   volumes that image or client declare. */
static void add_mounts(struct container *container)
{
    size_t index;
    json_t *value;
    const char *target;

    json_array_foreach (json_get_array(container->host_config, "Mounts"), index, value)
        if (g_str_equal(json_get_string(value, "Type", ""), "volume"))
            add_mount(container, json_get_string(value, "Source", NULL),
                      json_get_string(value, "Target", "/"));
    json_array_foreach (json_get_array(container->host_config, "Binds"), index, value) {
        g_auto(GStrv) parts =
            g_strsplit(json_is_string(value) ? json_string_value(value) : "", ":", 3);
        if (parts[0] != NULL && parts[0][0] != '/' && parts[1] != NULL)
            add_mount(container, parts[0], parts[1]);
    }
    json_object_foreach (json_get_object(container->image_config, "Volumes"), target, value)
        if (!is_mounted(container, target))
            add_mount(container, NULL, target);
    json_object_foreach (json_get_object(container->config, "Volumes"), target, value)
        if (!is_mounted(container, target))
            add_mount(container, NULL, target);
}

/* ---- making ---- */

static json_t *image_config_of(const struct image_variant *variant)
{
    g_autoptr(json_t) document = json_parse_gbytes(variant->config, NULL);
    json_t *config = json_get_object(document, "config");
    return config == NULL ? json_object() : json_incref(config);
}

static void take_body(struct container *container, json_t *body)
{
    json_t *host_config = json_get_object(body, "HostConfig");
    container->host_config = host_config == NULL ? json_object() : json_incref(host_config);
    container->config = json_copy(body);
    json_object_del(container->config, "HostConfig");
    json_object_del(container->config, "NetworkingConfig");
}

static char *working_directory_of(const struct container *container)
{
    const char *own = json_get_string(container->config, "WorkingDir", "");
    const char *of_image = json_get_string(container->image_config, "WorkingDir", "");
    return file_path_clean(*own != '\0' ? own : of_image);
}

/* moby's names are adjective_surname; ours say where they come from. */
static char *default_name(struct dockerd *dockerd)
{
    g_autofree char *id = dockerd_new_id(dockerd);
    return g_strdup_printf("nameless_%.8s", id);
}

static struct container *container_new(struct dockerd *dockerd, const char *name, json_t *body,
                                       const struct image *image,
                                       const struct image_variant *variant)
{
    struct container *container = g_new0(struct container, 1);
    container->dockerd = dockerd;
    container->reference_count = 1;
    container->id = dockerd_new_id(dockerd);
    container->name = name != NULL ? g_strdup(name) : default_name(dockerd);
    container->image_name = g_strdup(json_get_string(body, "Image", ""));
    container->image_id = g_strdup(image->id);
    container->platform = g_strdup(variant->platform);
    container->image_config = image_config_of(variant);
    take_body(container, body);
    container->arguments = arguments_of(container->config, container->image_config);
    container->environment = environment_of(container->config, container->image_config);
    container->working_directory = working_directory_of(container);
    container->mounts = g_ptr_array_new_with_free_func(mount_free);
    container->created_us = dockerd_now_us(dockerd);
    container->files = file_tree_new(/* has_base= */ true);
    container->program = program_choose(dockerd, container->image_name);
    container->tasks = g_ptr_array_new_with_free_func((GDestroyNotify)task_unref);
    container->log = g_ptr_array_new_with_free_func(log_entry_free);
    container->attachments = g_ptr_array_new_with_free_func(attachment_free);
    add_mounts(container);
    return container;
}

void dockerd_leave_container(struct dockerd *dockerd, const char *name, const char *reference)
{
    const struct image *image = image_store_find(&dockerd->images, reference);
    g_autoptr(json_t) body = json_pack("{s:s}", "Image", reference);
    g_assert(image != NULL);
    struct container *container =
        container_new(dockerd, name, body, image, g_ptr_array_index(image->variants, 0));
    container->state = CONTAINER_EXITED;
    container->exit_code = 128 + SIGKILL;
    g_ptr_array_add(dockerd->containers, container);
}

/* ---- checking ---- */

static bool check_name(struct dockerd *dockerd, const char *name, GError **error)
{
    const struct container *holder = NULL;

    if (name == NULL)
        return true;
    if (!g_regex_match_simple("^[a-zA-Z0-9][a-zA-Z0-9_.-]+$", name, 0, 0))
        return engine_fail(error, 400,
                           "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are "
                           "allowed",
                           name);
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (g_str_equal(container->name, name))
            holder = container;
    }
    if (holder != NULL) /* failures.md G10 */
        return engine_fail(error, 409,
                           "Conflict. The container name \"/%s\" is already in use by container "
                           "\"%s\". You have to remove (or rename) that container to be able to "
                           "reuse that name.",
                           name, holder->id);
    return true;
}

/* Capture 39b: the text that makes the CLI pull. */
static struct image *find_image(struct dockerd *dockerd, const char *name, GError **error)
{
    struct image *image = image_store_find(&dockerd->images, name);
    if (image == NULL) {
        g_autofree char *familiar = image_familiar_name(name, NULL);
        engine_fail(error, 404, "No such image: %s", familiar != NULL ? familiar : name);
    }
    return image;
}

/* Classic stores take whatever is there; the containerd store has several variants. */
static struct image_variant *choose_variant(struct dockerd *dockerd, const struct image *image,
                                            const char *wanted)
{
    const char *host = dockerd->options.profile->platform;
    const char *platform = wanted != NULL ? wanted : host;
    struct image_variant *variant = image_variant_for(image, platform);
    for (guint i = 0; variant == NULL && i < image->variants->len; i++) {
        struct image_variant *offered = g_ptr_array_index(image->variants, i);
        if (content_platform_fits(platform, offered->platform))
            variant = offered;
    }
    return variant != NULL ? variant : g_ptr_array_index(image->variants, 0);
}

/* Capture 39. */
static json_t *warnings_of(struct dockerd *dockerd, const struct container *container,
                           const char *wanted)
{
    const char *host = dockerd->options.profile->platform;
    if (wanted != NULL || g_str_equal(container->platform, host))
        return json_array();
    g_autofree char *text = g_strdup_printf(
        "The requested image's platform (%s) does not match the detected host platform (%s) and no "
        "specific platform was requested",
        container->platform, host);
    return json_pack("[s]", text);
}

/* moby daemon/images/image.go: platforms.Only(). */
static bool check_platform(const struct dockerd *dockerd, const struct image_variant *variant,
                           const char *name, const char *wanted, GError **error)
{
    if (wanted == NULL || content_platform_fits(wanted, variant->platform))
        return true;
    g_autofree char *words = dockerd_mismatch_words(dockerd, name, variant->platform, wanted);
    return engine_fail(error, 404, "%s", words);
}

enum {
    MEMORY_BYTES_MIN = 6 * 1024 * 1024
};

/* moby daemon/container.go verifyContainerSettings */
static bool check_settings(const json_t *body, GError **error)
{
    static const char *const policies[] = {"",  "no", "always", "on-failure", "unless-stopped",
                                           NULL};
    const json_t *host = json_get_object(body, "HostConfig");
    const char *folder = json_get_string(body, "WorkingDir", "");
    const char *policy = json_get_string(json_get_object(host, "RestartPolicy"), "Name", "");
    int64_t memory_bytes = json_get_integer(host, "Memory", 0);

    if (*folder != '\0' && *folder != '/')
        return engine_fail(error, 400,
                           "the working directory '%s' is invalid, it needs to be an absolute path",
                           folder);
    if (!g_strv_contains(policies, policy))
        return engine_fail(error, 400,
                           "invalid restart policy: unknown policy '%s'; use one of 'no', "
                           "'always', 'on-failure', or 'unless-stopped'",
                           policy);
    if (memory_bytes > 0 && memory_bytes < MEMORY_BYTES_MIN)
        return engine_fail(error, 400, "Minimum memory limit allowed is 6MB");
    return true;
}

static struct container *make(struct request *request, json_t *body, const char *wanted,
                              GError **error)
{
    struct dockerd *dockerd = request->dockerd;
    const char *name = exchange_query_value(request->exchange, "name");
    const char *image_name = json_get_string(body, "Image", "");
    const char *bare = name != NULL && name[0] == '/' ? name + 1 : name;

    if (bare != NULL && *bare == '\0')
        bare = NULL;
    if (!host_files_check_mounts(dockerd, body, error))
        return NULL;
    const struct image *image = find_image(dockerd, image_name, error);
    if (image == NULL || !check_name(dockerd, bare, error) || !check_settings(body, error))
        return NULL;
    const struct image_variant *variant = choose_variant(dockerd, image, wanted);
    if (!check_platform(dockerd, variant, image_name, wanted, error))
        return NULL;
    if (dockerd->containers->len >= CONTAINERS_MAX) {
        engine_fail(error, 500, "more than %d containers", CONTAINERS_MAX);
        return NULL;
    }
    return container_new(dockerd, bare, body, image, variant);
}

/* moby daemon/rename.go */
HANDLER(containers_rename)
{
    struct container *container = container_find(request->dockerd, request->name, error);
    const char *name = exchange_query_value(request->exchange, "name");
    const char *bare = name != NULL && name[0] == '/' ? name + 1 : name;
    g_autoptr(GError) reason = NULL;

    if (container == NULL)
        return false;
    if (bare == NULL || *bare == '\0')
        return engine_fail(error, 400, "Neither old nor new names may be empty");
    if (g_str_equal(container->name, bare))
        return engine_fail(error, 400,
                           "Renaming a container with the same name as its current name");
    if (!check_name(request->dockerd, bare, &reason))
        return engine_fail(error, reason->code, "Error when allocating new name: %s",
                           reason->message);
    g_free(container->name);
    container->name = g_strdup(bare);
    dockerd_note(request->dockerd, "container", "rename", bare, NULL);
    api_reply_empty(request, 204);
    return true;
}

/* captures 11, 39 */
HANDLER(containers_create)
{
    const char *platform = exchange_query_value(request->exchange, "platform");
    const char *wanted = platform != NULL && *platform != '\0' ? platform : NULL;
    g_autoptr(json_t) body = api_read_json(request, error);
    struct container *container = body == NULL ? NULL : make(request, body, wanted, error);
    if (container == NULL)
        return false;
    g_ptr_array_add(request->dockerd->containers, container);
    dockerd_note(request->dockerd, "container", "create", container->name, container->image_name);
    api_reply_json(request, 201,
                   json_pack("{s:s, s:o}", "Id", container->id, "Warnings",
                             warnings_of(request->dockerd, container, wanted)));
    return true;
}
