/* `skopeo list-tags`, `delete` and `manifest-digest` (cmd/skopeo/list_tags.go and its like). */
#include "mocks/commands/skopeo/manifest.h"
#include "mocks/commands/skopeo/place.h"

#include "base/digest.h"
#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct flag_row no_flags[] = {{0}};
static const struct flag_row image_flags[] = {SKOPEO_SHARED_FLAGS, SKOPEO_IMAGE_FLAGS(""), {0}};

/* What a command is about. */
struct subject {
    struct skopeo_run *run;
    struct skopeo_context context;
    struct skopeo_place place;
    GPtrArray *tags;
};

static void subject_clear(struct subject *subject)
{
    skopeo_context_clear(&subject->context);
    skopeo_place_clear(&subject->place);
    g_clear_pointer(&subject->tags, g_ptr_array_unref);
}
#define SUBJECT(variable)                                                                          \
    __attribute__((cleanup(subject_clear))) struct subject variable = {.run = run}

/* ---- list-tags ---- */

static bool try_tags(void *self, GError **error)
{
    struct subject *subject = self;
    SKOPEO_REGISTRY(registry);
    g_clear_pointer(&subject->tags, g_ptr_array_unref);
    subject->tags = g_ptr_array_new_with_free_func(g_free);
    skopeo_registry_init(&registry, subject->run, &subject->context, "pull");
    return skopeo_prefixed(skopeo_registry_open(&registry, subject->place.reference, error) &&
                               skopeo_registry_tags(&registry, subject->tags, error),
                           error, "Error listing repository tags: ");
}

/* Registries deny, or do not know, what nothing has been pushed to: nothing here. */
static void note_missing(const struct skopeo_options *options, const GError *error)
{
    static const char *const answers[] = {"access to the resource is denied", "name unknown",
                                          "name not known"};
    if (options->note_doubt == NULL || !skopeo_is_said(error))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++)
        if (strstr(error->message, answers[i]) != NULL) {
            options->note_doubt(options->self, "list-tags");
            return;
        }
}

static bool parse_repository(struct subject *subject, const char *name, GError **error)
{
    const struct skopeo_kind *kind = skopeo_kind_of(name);
    if (kind == NULL) {
        g_autofree char *quoted = human_quote(name);
        return skopeo_fail(error, "Invalid %s: does not specify a transport", quoted);
    }
    if (kind == &skopeo_docker_archive_kind)
        return skopeo_fail_unknown(error);
    if (kind != &skopeo_docker_kind)
        return skopeo_fail(error,
                           "Unsupported transport '%s' for tag listing. Only supported: docker, "
                           "docker-archive",
                           kind->name);
    if (!g_str_has_prefix(name, "docker://"))
        return skopeo_fail(error, "docker: image reference %s does not start with docker://", name);
    AUTO(image_reference) plain = image_reference_parse(name + strlen("docker://"), NULL);
    if (plain != NULL && !image_reference_is_name_only(plain))
        return skopeo_fail(error, "No tag or digest allowed in reference");
    return skopeo_place_parse(name, &subject->place, error);
}

static bool run_list_tags(struct skopeo_run *run, GError **error)
{
    SUBJECT(subject);
    const struct skopeo_options *options = run->options;
    if (run->argument_count != 1)
        return skopeo_fail_unknown(error);
    if (!skopeo_context_read(run, "", &subject.context, error) ||
        !parse_repository(&subject, run->arguments[0], error))
        return false;
    if (options->has_all_tags != NULL &&
        !options->has_all_tags(options->self, subject.place.reference->path))
        return skopeo_fail_unknown(error);
    GError *reason = NULL;
    if (!skopeo_retry(run, try_tags, &subject, &reason)) {
        note_missing(options, reason);
        g_propagate_error(error, reason);
        return false;
    }
    g_autofree char *name = image_reference_name(subject.place.reference);
    g_autoptr(json_t) output = json_object();
    json_t *tags = json_array();
    json_object_set_new(output, "Repository", json_string(name));
    json_object_set_new(output, "Tags", tags);
    for (guint i = 0; i < subject.tags->len; i++)
        json_array_append_new(tags, json_string(g_ptr_array_index(subject.tags, i)));
    g_autofree char *text = skopeo_json_indented(output);
    command_print(run->call, "%s\n", text);
    return true;
}

const struct skopeo_command skopeo_list_tags = {
    .name = "list-tags", .flags = image_flags, .run = run_list_tags};

/* ---- delete ---- */

static bool try_delete(void *self, GError **error)
{
    struct subject *subject = self;
    SKOPEO_REGISTRY(registry);
    skopeo_registry_init(&registry, subject->run, &subject->context, "*");
    return skopeo_registry_open(&registry, subject->place.reference, error) &&
           skopeo_registry_delete(&registry, error);
}

static bool run_delete(struct skopeo_run *run, GError **error)
{
    SUBJECT(subject);
    if (run->argument_count != 1)
        return skopeo_fail(error, "Usage: delete imageReference");
    const char *name = run->arguments[0];
    if (!skopeo_prefixed(skopeo_place_parse(name, &subject.place, error), error,
                         "Invalid source name %s: ", name) ||
        !skopeo_context_read(run, "", &subject.context, error))
        return false;
    if (subject.place.kind == &skopeo_docker_kind)
        return skopeo_retry(run, try_delete, &subject, error);
    return subject.place.kind == &skopeo_dir_kind
               ? skopeo_fail(error, "Deleting images not implemented for dir: images")
           : subject.place.kind == &skopeo_oci_kind
               ? skopeo_fail(error, "Deleting images not implemented for oci: images")
               : skopeo_fail_unknown(error);
}

const struct skopeo_command skopeo_delete = {
    .name = "delete", .flags = image_flags, .moves_images = true, .run = run_delete};

/* ---- manifest-digest ---- */

static bool run_manifest_digest(struct skopeo_run *run, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (run->argument_count != 1)
        return skopeo_fail(error, "Usage: skopeo manifest-digest manifest");
    if (!skopeo_has_path(run, run->arguments[0]))
        return skopeo_fail_unknown(error);
    g_autoptr(GBytes) bytes =
        world_read_file(run->call, run->arguments[0], MANIFEST_BYTES_MAX, &reason);
    if (bytes == NULL)
        return skopeo_fail(error, "Error reading manifest from %s: %s", run->arguments[0],
                           reason->message);
    if (g_strcmp0(skopeo_manifest_type(bytes), SKOPEO_SCHEMA_1) == 0)
        return skopeo_fail_unknown(error);
    g_autofree char *digest = digest_of_bytes(bytes);
    command_print(run->call, "%s\n", digest);
    return true;
}

const struct skopeo_command skopeo_manifest_digest = {
    .name = "manifest-digest", .flags = no_flags, .run = run_manifest_digest};
