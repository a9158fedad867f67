/* Where results of a build go: files, stdout, the Engine's store, and a registry by the Engine. */
#include "mocks/commands/buildx/solve.h"

#include "base/archive.h"
#include "mocks/buildkit/buildkit.h"
#include "mocks/commands/buildx/commands.h"
#include "mocks/commands/buildx/local_cache.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- files ---- */

static bool unpack_member(struct solve *solve, const char *folder,
                          const struct archive_member *member, GError **error)
{
    gsize size_bytes = 0;
    const void *data = g_bytes_get_data(member->contents, &size_bytes);
    g_autofree char *path = g_build_filename(folder, member->name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    if (member->kind == ARCHIVE_DIRECTORY)
        return run_make_folder(solve->run, path, error);
    return member->kind != ARCHIVE_FILE ||
           (run_make_folder(solve->run, parent, error) &&
            run_write_file(solve->run, path, data, size_bytes, error));
}

static bool unpack(struct solve *solve, const char *folder, GBytes *tar, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;
    if (!run_make_folder(solve->run, folder, error))
        return false;
    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return true;
        if (!unpack_member(solve, folder, member, error))
            return false;
    }
    return false;
}

static bool write_result(struct solve *solve, const struct build_output *output, GBytes *bytes,
                         GError **error)
{
    gsize length_bytes = 0;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    if (strcmp(output->destination, "-") == 0) {
        command_write(solve->run->call, 1, data, (gssize)length_bytes);
        return true;
    }
    if (strcmp(output->type, "local") == 0 || build_output_has(output, "tar", "false"))
        return unpack(solve, output->destination, bytes, error);
    return run_write_file(solve->run, output->destination, data, length_bytes, error);
}

/* ---- the Engine's store ---- */

static bool request_load(struct solve *solve, GBytes *tar, int64_t declared_bytes, GError **error)
{
    g_autofree char *header =
        g_strdup_printf("Seatrial-Declared-Bytes: %" G_GINT64_FORMAT, declared_bytes);
    const struct docker_call call = {
        .method = "POST", .path = "/images/load?quiet=1", .body = tar, .header = header};
    return docker_stream_messages(solve->run->docker, &call, run_ignore_message, NULL, error);
}

/* failures.md E5 */
static bool load(struct solve *solve, GBytes *tar, json_t *metadata, GError **error)
{
    int64_t declared_bytes = json_get_integer(metadata, "dev.seatrial.declared-bytes", 0);
    g_autoptr(GError) reason = NULL;
    voice_begin(solve->voice, "importing to docker");
    if (request_load(solve, tar, declared_bytes, &reason)) {
        voice_end(solve->voice);
        return true;
    }
    run_word_error(&reason);
    voice_fail(solve->voice, reason->message);
    if (reason->domain != FIBER_ERROR)
        g_prefix_error(&reason, "failed to solve: rpc error: code = Unknown desc = ");
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

/* ---- push by the Engine ---- */

struct pushing {
    struct solve *solve;
    GHashTable *pushed; /* ids that were told; looked up, never walked */
};

static void on_push_message(void *context, const struct message *message)
{
    struct pushing *pushing = context;
    if (message->id == NULL || g_strcmp0(message->status, "Pushed") != 0 ||
        !g_hash_table_add(pushing->pushed, g_strdup(message->id)))
        return;
    voice_line(pushing->solve->voice, "pushing layer %s 0.0s done", message->id);
}

static bool request_push(struct pushing *pushing, const struct reference *reference,
                         const char *name, GError **error)
{
    g_autofree char *repository = reference_familiar_name(reference);
    g_autofree char *header = run_auth_header(pushing->solve->run, name);
    g_autofree char *escaped = docker_path_escape(repository);
    g_autoptr(GString) path = g_string_new("/images/");
    g_string_append_printf(path, "%s/push", escaped);
    docker_query_append(path, "tag", reference->tag);
    const struct docker_call call = {.method = "POST", .path = path->str, .header = header};
    return docker_stream_messages(pushing->solve->run->docker, &call, on_push_message, pushing,
                                  error);
}

static bool push_with_engine(struct solve *solve, const char *name, GError **error)
{
    g_autoptr(GHashTable) pushed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct pushing pushing = {solve, pushed};
    g_autoptr(GError) reason = NULL;
    AUTO(reference) reference = reference_parse(name, /* default_tag= */ true, error);
    if (reference == NULL)
        return false;
    g_autofree char *vertex = g_strdup_printf("pushing %s with docker", name);
    voice_begin(solve->voice, vertex);
    if (request_push(&pushing, reference, name, &reason)) {
        voice_end(solve->voice);
        return true;
    }
    run_word_error(&reason);
    voice_fail(solve->voice, reason->message);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

/* build.go remoteDigestWithMoby: the registry's digest takes the place of the image's. */
static bool take_remote_digest(struct solve *solve, const char *name, json_t *metadata,
                               GError **error)
{
    g_autofree char *escaped = docker_path_escape(name);
    g_autofree char *inspect = g_strconcat("/images/", escaped, "/json", NULL);
    g_autofree char *distribution = g_strconcat("/distribution/", escaped, "/json", NULL);
    g_autofree char *header = run_auth_header(solve->run, name);
    g_autoptr(json_t) image = NULL;
    g_autoptr(json_t) remote = NULL;
    struct docker *docker = solve->run->docker;
    if (!docker_perform_json(docker, &(struct docker_call){.path = inspect}, &image, error))
        return run_word_error(error);
    if (json_array_size(json_get_array(image, "RepoDigests")) == 0)
        return true;
    const struct docker_call call = {.path = distribution, .header = header};
    if (!docker_perform_json(docker, &call, &remote, error))
        return run_word_error(error);
    const char *digest = json_get_string(json_get_object(remote, "Descriptor"), "digest", NULL);
    if (digest != NULL)
        json_object_set_new(metadata, "containerimage.digest", json_string(digest));
    return true;
}

static bool push_all(struct solve *solve, json_t *metadata, GError **error)
{
    const GPtrArray *tags = solve->request->tags;
    for (guint i = 0; i < tags->len; i++)
        if (!push_with_engine(solve, g_ptr_array_index(tags, i), error))
            return false;
    return tags->len == 0 || take_remote_digest(solve, g_ptr_array_index(tags, 0), metadata, error);
}

/* ---- the whole ---- */

static bool deliver_one(struct solve *solve, guint index, json_t *metadata, GError **error)
{
    const struct build_output *output = g_ptr_array_index(solve->outputs, index);
    GBytes *bytes = g_ptr_array_index(solve->files, index);
    bool is_classic_engine = solve->node->container == NULL && !solve->node->has_snapshotter;
    if (strcmp(output->type, "image") == 0 && is_classic_engine &&
        build_output_has(output, "push", "true"))
        return push_all(solve, metadata, error);
    if (bytes == NULL)
        return true;
    return output->is_load ? load(solve, bytes, metadata, error)
                           : write_result(solve, output, bytes, error);
}

/* The layout of `--cache-to type=local,dest=DIR`; what an earlier one left there stays beside it.
 */
static bool leave_cache(struct solve *solve, guint index, GError **error)
{
    const char *text = g_ptr_array_index(solve->request->cache_to, index);
    GBytes *tar = index < solve->caches->len ? g_ptr_array_index(solve->caches, index) : NULL;
    g_autofree char *folder = local_cache_destination(text);
    if (folder == NULL)
        return true;
    return tar != NULL ? unpack(solve, folder, tar, error)
                       : run_make_folder(solve->run, folder, error);
}

/* Files that a RUN would have made are not there, or are without their content: what comes of them
   later is nobody's to claim. */
static void note_stand_ins(const struct solve *solve, json_t *metadata)
{
    if (json_get_boolean(metadata, METADATA_STAND_INS, false))
        docker_cli_assume(solve->run->cli, solve->run->call,
                          "buildx build: files without their real content in an output",
                          /* touches_images= */ false);
    json_object_del(metadata, METADATA_STAND_INS);
}

bool solve_deliver(struct solve *solve, json_t *metadata, GError **error)
{
    const GPtrArray *caches = solve->request->cache_to;
    note_stand_ins(solve, metadata);
    for (guint i = 0; i < solve->outputs->len; i++)
        if (!deliver_one(solve, i, metadata, error))
            return false;
    for (guint i = 0; i < caches->len; i++)
        if (!leave_cache(solve, i, error))
            return false;
    json_object_del(metadata, "dev.seatrial.declared-bytes");
    return true;
}
