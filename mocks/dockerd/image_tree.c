/* What is known of a path in a container: files written since it was made, and those that COPY and
   ADD have put into the layers of its image and no RUN above them speaks of. What a base image or a
   RUN has made is never known. */
#include "mocks/dockerd/host_files.h"

#include "base/archive.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

enum {
    LAYER_BYTES_MAX = 16 * 1024 * 1024
};

/* ---- the image's ---- */

static bool is_mentioned(const char *text, const char *name)
{
    return *name != '\0' && strstr(text, name) != NULL;
}

/* Whether a RUN may have changed or removed the file: it names it, or tidies up where it lies. */
static bool is_touched(const char *run, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path + 1, "/", -1);
    guint count = g_strv_length(parts);
    bool is_tidying = g_regex_match_simple("\\b(rm|mv|find|rsync|git|sed)\\b", run, 0, 0);

    if (count > 0 && is_mentioned(run, parts[count - 1]))
        return true;
    for (guint i = 0; is_tidying && i + 1 < count; i++)
        if (is_mentioned(run, parts[i]))
            return true;
    return is_tidying && g_regex_match_simple("\\b(rm|mv)\\s.*(\\s|\\./)\\*", run, 0, 0);
}

static void forget_touched(struct file_tree *tree, const char *run)
{
    g_autoptr(GPtrArray) paths = file_tree_below(tree, "/");
    for (guint i = 0; i < paths->len; i++)
        if (is_touched(run, g_ptr_array_index(paths, i)))
            (void)file_tree_remove(tree, g_ptr_array_index(paths, i));
}

static void add_members(struct file_tree *tree, GBytes *tar)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;

    while (archive_reader_next(reader, &member, NULL) && member != NULL) {
        g_autofree char *rooted = g_strconcat("/", member->name, NULL);
        g_autofree char *path = file_path_clean(rooted);
        if (member->kind == ARCHIVE_FILE && file_tree_count(tree) < CONTAINER_FILES_MAX)
            file_tree_put(tree, path, member->contents, member->mode);
        else if (member->kind == ARCHIVE_DIRECTORY)
            file_tree_add_folder(tree, path);
    }
}

static void add_layer(struct file_tree *tree, const struct stored_layer *layer)
{
    gsize length_bytes = 0;
    const void *bytes = layer->bytes != NULL ? g_bytes_get_data(layer->bytes, &length_bytes) : NULL;
    g_autoptr(GBytes) tar =
        bytes != NULL ? gzip_decompress(bytes, length_bytes, LAYER_BYTES_MAX, NULL) : NULL;
    if (tar != NULL)
        add_members(tree, tar);
}

/* The steps that have a layer, bottom first: char*, lent by the config. */
static GPtrArray *steps_of(const json_t *config)
{
    GPtrArray *steps = g_ptr_array_new();
    size_t index;
    json_t *entry;
    json_array_foreach (json_get_array(config, "history"), index, entry)
        if (!json_get_boolean(entry, "empty_layer", false))
            g_ptr_array_add(steps, (char *)json_get_string(entry, "created_by", ""));
    return steps;
}

static bool brings_files(const char *step)
{
    static const char *const words[] = {"COPY ", "ADD ", "WORKDIR "};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_has_prefix(step, words[i]))
            return true;
    return false;
}

/* A base may tell less of its steps than it has layers: the uppermost belong together. Layers of
   which nobody tells how they came hold nothing that is known. */
static void read_image(struct file_tree *tree, const struct image_variant *variant)
{
    g_autoptr(json_t) config = json_parse_gbytes(variant->config, NULL);
    g_autoptr(GPtrArray) steps = steps_of(config);
    guint count = variant->layers->len;

    for (guint i = count - MIN(steps->len, count); i < count; i++) {
        const char *step = g_ptr_array_index(steps, steps->len - count + i);
        if (brings_files(step))
            add_layer(tree, g_ptr_array_index(variant->layers, i));
        else
            forget_touched(tree, step);
    }
}

struct file_tree *container_image_tree(struct container *container)
{
    if (container->image_files != NULL)
        return container->image_files;
    container->image_files = file_tree_new(/* has_base= */ false);
    const struct image *image =
        image_store_find_id(&container->dockerd->images, container->image_id);
    const struct image_variant *variant =
        image != NULL ? image_variant_for(image, container->platform) : NULL;
    if (variant != NULL)
        read_image(container->image_files, variant);
    return container->image_files;
}

/* ---- a path ---- */

static enum path_fact fact_of(const struct file_tree *tree, const char *path,
                              const struct file **file)
{
    *file = file_tree_find(tree, path);
    if (*file != NULL)
        return PATH_FILE;
    return file_tree_has_folder(tree, path) ? PATH_FOLDER : PATH_MISSING;
}

enum path_fact container_look(struct container *container, const char *path,
                              const struct file **file)
{
    g_autofree char *clean = file_path_clean(path);
    g_autofree char *inner = NULL;
    struct file_tree *tree = container_tree_at(container, clean, &inner, NULL);
    bool is_open = container->dockerd->assume != NULL && container->program == &generic_program;

    *file = NULL;
    if (is_open && container_is_of_host(container, clean))
        return host_files_look(container, clean, file);
    enum path_fact fact = fact_of(tree, inner, file);
    if (fact == PATH_FILE || !is_open)
        return fact;
    if (tree == container->files &&
        fact_of(container_image_tree(container), clean, file) != PATH_MISSING)
        return *file != NULL ? PATH_FILE : PATH_FOLDER;
    return fact == PATH_MISSING ? PATH_UNKNOWN : fact;
}

/* What a build makes up for a file of a RUN or of another image says whose it is. */
bool file_is_made_up(const struct file *file)
{
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    g_autofree char *text = g_strndup(bytes != NULL ? bytes : "", MIN(length_bytes, 1024));
    return g_str_has_prefix(text, "\x1e") ||
           (file->mode == 0755 && g_regex_match_simple("^\\S+ of \\S+\\n\\z", text, 0, 0));
}
