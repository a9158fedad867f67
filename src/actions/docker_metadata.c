/*
 * docker/metadata-action: tags, labels and annotations from the event. It runs no command
 * (engine-contract.md F), and asks GitHub's API for the repository; what that would say of it is
 * taken from the event.
 */
#include "actions/actions.h"
#include "actions/list.h"
#include "actions/metadata.h"
#include "actions/octokit.h"
#include "actions/toolkit.h"

#include <string.h>

void meta_clear(struct meta *meta)
{
    g_clear_pointer(&meta->images, g_ptr_array_unref);
    g_clear_pointer(&meta->tags, g_ptr_array_unref);
    g_clear_pointer(&meta->partials, g_ptr_array_unref);
    char *owned[] = {meta->reference,     meta->commit,        meta->version,
                     meta->flavor.latest, meta->flavor.prefix, meta->flavor.suffix};
    for (gsize i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
}

/* ---- what it knows of the event ---- */

static bool read_date(const char *text, int64_t *date_ms)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);
    if (date != NULL)
        *date_ms = g_date_time_to_unix(date) * 1000;
    return date != NULL;
}

/* Of the event's own commits; the date of the run when it lists none. */
static void read_commit_date(struct meta *meta)
{
    g_autoptr(json_t) event = action_context_json(meta->run, "github.event");
    const json_t *head = json_get_object(event, "head_commit");
    gsize i;
    json_t *commit;
    meta->commit_date_ms = meta->date_ms;
    json_array_foreach (json_get_array(event, "commits"), i, commit)
        if (strcmp(json_get_string(commit, "id", ""), meta->commit) == 0 &&
            read_date(json_get_string(commit, "timestamp", ""), &meta->commit_date_ms))
            return;
    if (strcmp(json_get_string(head, "id", ""), meta->commit) == 0)
        read_date(json_get_string(head, "timestamp", ""), &meta->commit_date_ms);
}

static bool read_event(struct meta *meta, GError **error)
{
    struct action_run *run = meta->run;
    const char *source = action_input(run, "context");
    if (*source != '\0' && strcmp(source, "workflow") != 0 && strcmp(source, "git") != 0)
        return core_throw(error, "Invalid context source: %s", source);
    const char *head = action_variable(run, "DOCKER_METADATA_PR_HEAD_SHA");
    bool wants_head = head != NULL && g_ascii_strcasecmp(head, "true") == 0;
    const char *commit = action_context(run, "github.event.pull_request.head.sha");
    meta->event = action_context(run, "github.event_name");
    meta->reference = g_strdup(action_context(run, "github.ref"));
    if (strcmp(meta->event, "pull_request_target") == 0) {
        g_free(meta->reference);
        meta->reference =
            g_strdup_printf("refs/pull/%s/merge", action_context(run, "github.event.number"));
    }
    bool is_head = wants_head && *commit != '\0' && strstr(meta->event, "pull_request") != NULL;
    meta->commit = g_strdup(is_head ? commit : action_context(run, "github.sha"));
    meta->date_ms = action_date_ms(run);
    read_commit_date(meta);
    return true;
}

/* main.ts: repoData(), once and before anything else; its failure is the action's. */
static bool ask_for_repository(struct action_run *run, GError **error)
{
    g_autofree char *url =
        g_strconcat(OCTOKIT_API "/repos/", action_context(run, "github.repository"), NULL);
    const struct octokit_request request = {.method = "GET", .url = url};
    OCTOKIT_ANSWER(answer);
    if (!octokit_ask(run, &request, &answer, error))
        return false;
    return answer.problem == NULL || core_throw(error, "%s", answer.problem);
}

static void log_event(const struct meta *meta)
{
    struct action_run *run = meta->run;
    CORE_GROUP(run, "Context info");
    action_log(run, "eventName: %s", meta->event);
    action_log(run, "sha: %s", meta->commit);
    action_log(run, "ref: %s", meta->reference);
    action_log(run, "workflow: %s", action_context(run, "github.workflow"));
    action_log(run, "action: %s", action_context(run, "github.action"));
    action_log(run, "actor: %s", action_context(run, "github.actor"));
    action_log(run, "runNumber: %s", action_context(run, "github.run_number"));
    action_log(run, "runId: %s", action_context(run, "github.run_id"));
    if (action_major(run) < 5)
        return;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(meta->commit_date_ms / 1000);
    g_autofree char *text =
        g_date_time_format(date, "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)");
    action_log(run, "commitDate: %s", text);
}

/* ---- outputs ---- */

struct writer {
    const struct meta *meta;
    struct toolkit *toolkit;
    bool exports; /* DOCKER_METADATA_OUTPUT_… too */
    GPtrArray *tags, *labels, *annotations;
};

static void set_output(const struct writer *writer, const char *name, const char *value)
{
    struct action_run *run = writer->meta->run;
    action_set_output(run, name, value);
    if (!writer->exports)
        return;
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_autofree char *variable =
        g_strconcat("DOCKER_METADATA_OUTPUT_", g_strdelimit(upper, "-", '_'), NULL);
    action_export_variable(run, variable, value);
}

static const char *separator(const struct writer *writer, const char *input)
{
    const char *given = action_input(writer->meta->run, input);
    return *given != '\0' ? given : "\n";
}

static void write_version(const struct writer *writer)
{
    const struct meta *meta = writer->meta;
    if (meta->version == NULL) {
        action_warn(meta->run, "No Docker image version has been generated. Check tags input.");
    } else {
        CORE_GROUP(meta->run, "Docker image version");
        action_log(meta->run, "%s", meta->version);
    }
    set_output(writer, "version", meta->version != NULL ? meta->version : "");
}

static void log_group(struct action_run *run, const char *title, const GPtrArray *lines)
{
    CORE_GROUP(run, title);
    for (guint i = 0; i < lines->len; i++)
        action_log(run, "%s", (const char *)g_ptr_array_index(lines, i));
}

static void write_list(const struct writer *writer, const char *output, const GPtrArray *lines,
                       const char *separator_input)
{
    g_autofree char *text = list_join(lines, separator(writer, separator_input));
    set_output(writer, output, text);
}

static void write_tags(const struct writer *writer)
{
    struct action_run *run = writer->meta->run;
    if (writer->tags->len == 0)
        action_warn(run, "No Docker tag has been generated. Check tags input.");
    else
        log_group(run, "Docker tags", writer->tags);
    write_list(writer, "tags", writer->tags, "sep-tags");
    if (action_major(run) < 5)
        return;
    g_autoptr(GPtrArray) names = meta_tag_list(writer->meta, /* without_names= */ true);
    write_list(writer, "tag-names", names, "sep-tags");
}

static json_t *texts_json(const GPtrArray *texts)
{
    json_t *array = json_array();
    for (guint i = 0; i < texts->len; i++)
        json_array_append_new(array, json_text_or_null(g_ptr_array_index(texts, i)));
    return array;
}

static json_t *labels_json(const GPtrArray *labels)
{
    json_t *object = json_object();
    for (guint i = 0; i < labels->len; i++) {
        const char *label = g_ptr_array_index(labels, i);
        gsize length = strcspn(label, "=");
        g_autofree char *key = g_strndup(label, length);
        json_object_set_new(object, key, json_text_or_null(label + length + 1));
    }
    return object;
}

static void write_json(const struct writer *writer)
{
    struct action_run *run = writer->meta->run;
    g_autoptr(json_t) all = json_object();
    json_object_set_new(all, "tags", texts_json(writer->tags));
    if (action_major(run) >= 5) {
        g_autoptr(GPtrArray) names = meta_tag_list(writer->meta, /* without_names= */ true);
        json_object_set_new(all, "tag-names", texts_json(names));
    }
    json_object_set_new(all, "labels", labels_json(writer->labels));
    if (action_major(run) >= 5)
        json_object_set_new(all, "annotations", texts_json(writer->annotations));
    CORE_GROUP(run, "JSON output");
    g_autofree char *pretty = core_pretty_json(all);
    g_autofree char *compact = json_text(all);
    core_log_lines(run, pretty);
    set_output(writer, "json", compact);
}

/* ---- files for docker bake ---- */

static json_t *bake_arguments(const struct meta *meta)
{
    g_autoptr(GPtrArray) names = meta_image_names(meta);
    g_autofree char *joined = list_join(names, ",");
    json_t *arguments = json_pack("{s:s}", "DOCKER_META_IMAGES", joined);
    if (meta->version != NULL)
        json_object_set_new(arguments, "DOCKER_META_VERSION", json_text_or_null(meta->version));
    return arguments;
}

/* Writes target to a file and sets the output to its path. Takes target over. */
static bool write_bake_file(const struct writer *writer, const char *suffix, json_t *target,
                            GError **error)
{
    struct action_run *run = writer->meta->run;
    const char *asked = action_input(run, "bake-target");
    g_autoptr(json_t) file =
        json_pack("{s:{s:o}}", "target", *asked != '\0' ? asked : "docker-metadata-action", target);
    g_autofree char *text = core_pretty_json(file);
    const char *directory = toolkit_directory(writer->toolkit, error);
    if (directory == NULL)
        return false;
    g_autofree char *path =
        g_strdup_printf("%s/docker-metadata-action-bake%s.json", directory, suffix);
    if (!toolkit_write_file(writer->toolkit, path, text, error))
        return false;
    g_autofree char *output = g_strconcat("bake-file", suffix, NULL);
    bool is_shown = *suffix != '\0' || action_major(run) < 5;
    if (is_shown) {
        g_autofree char *title = *suffix != '\0'
                                     ? g_strdup_printf("Bake file definition (%s)", suffix + 1)
                                     : g_strdup("Bake file definition");
        CORE_GROUP(run, title);
        core_log_lines(run, text);
    }
    set_output(writer, output, path);
    return true;
}

static json_t *tags_target(const struct writer *writer)
{
    json_t *target = json_object();
    json_object_set_new(target, "tags", texts_json(writer->tags));
    json_object_set_new(target, "args", bake_arguments(writer->meta));
    return target;
}

static json_t *member_target(const char *name, json_t *member)
{
    return json_pack("{s:o}", name, member);
}

static json_t *whole_target(const struct writer *writer)
{
    json_t *target = json_object();
    json_object_set_new(target, "tags", texts_json(writer->tags));
    json_object_set_new(target, "labels", labels_json(writer->labels));
    json_object_set_new(target, "args", bake_arguments(writer->meta));
    return target;
}

static bool write_bake_files(const struct writer *writer, GError **error)
{
    bool has_parts = action_major(writer->meta->run) >= 5;
    return (!has_parts ||
            (write_bake_file(writer, "-tags", tags_target(writer), error) &&
             write_bake_file(writer, "-labels",
                             member_target("labels", labels_json(writer->labels)), error) &&
             write_bake_file(writer, "-annotations",
                             member_target("annotations", texts_json(writer->annotations)),
                             error))) &&
           write_bake_file(writer, "", whole_target(writer), error);
}

/* ---- all of it ---- */

/* "manifest:key=value" for each level that DOCKER_METADATA_ANNOTATIONS_LEVELS lists. */
static GPtrArray *with_levels(const struct action_run *run, const GPtrArray *lines)
{
    const char *asked = action_variable(run, "DOCKER_METADATA_ANNOTATIONS_LEVELS");
    g_auto(GStrv) levels =
        g_strsplit(asked != NULL && *asked != '\0' ? asked : "manifest", ",", -1);
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    for (char **level = levels; *level != NULL; level++)
        for (guint i = 0; i < lines->len; i++)
            g_ptr_array_add(all, g_strconcat(*level, ":", g_ptr_array_index(lines, i), NULL));
    return all;
}

static GPtrArray *labels_of(const struct meta *meta, const char *input, GError **error)
{
    g_autoptr(GPtrArray) extra =
        list_input(meta->run, input, LIST_KEEPS_COMMAS | LIST_HAS_COMMENTS, error);
    return extra != NULL ? meta_labels(meta, extra, error) : NULL;
}

static bool write_all(struct writer *writer, GError **error)
{
    const struct meta *meta = writer->meta;
    write_version(writer);
    write_tags(writer);
    log_group(meta->run, "Docker labels", writer->labels);
    write_list(writer, "labels", writer->labels, "sep-labels");
    if (action_major(meta->run) >= 5) {
        log_group(meta->run, "Annotations", writer->annotations);
        write_list(writer, "annotations", writer->annotations, "sep-annotations");
    }
    write_json(writer);
    return write_bake_files(writer, error);
}

static bool perform(struct action_run *run, GError **error)
{
    META(meta);
    TOOLKIT(toolkit);
    toolkit.run = run;
    meta.run = run;
    if (!read_event(&meta, error) || !ask_for_repository(run, error))
        return false;
    log_event(&meta);
    if (!meta_read_inputs(&meta, error) || !meta_make_version(&meta, error))
        return false;
    g_autoptr(GPtrArray) labels = labels_of(&meta, "labels", error);
    g_autoptr(GPtrArray) plain = labels != NULL ? labels_of(&meta, "annotations", error) : NULL;
    if (plain == NULL)
        return false;
    g_autoptr(GPtrArray) annotations = with_levels(run, plain);
    g_autoptr(GPtrArray) tags = meta_tag_list(&meta, /* without_names= */ false);
    struct writer writer = {
        .meta = &meta,
        .toolkit = &toolkit,
        .tags = tags,
        .labels = labels,
        .annotations = annotations,
    };
    return core_variable_boolean(run, "DOCKER_METADATA_SET_OUTPUT_ENV", true, &writer.exports,
                                 error) &&
           write_all(&writer, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"context", "workflow", true},
    {"images", "", false},
    {"tags", "", false},
    {"flavor", "", false},
    {"labels", "", false},
    {"annotations", "", false}, /* since 5 */
    {"sep-tags", "", false},
    {"sep-labels", "", false},
    {"sep-annotations", "", false},
    {"bake-target", "", false},
    {"github-token", "${{ github.token }}", true},
    {NULL, NULL, false},
};

const struct action action_docker_metadata = {
    .name = "docker/metadata-action",
    .summary = "Makes tags, labels and annotations of an image from the event.",
    .first_major = 3,
    .last_major = 6,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = true,
};
