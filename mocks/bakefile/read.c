/* Files to syntax: which format each is, and the ceilings. */
#include "mocks/bakefile/bakefile_private.h"

#include "doc/doc.h"

#include <string.h>

void bakefile_free(struct bakefile *file)
{
    if (file == NULL)
        return;
    for (guint i = 0; i < file->parsed->len; i++) {
        struct body *body = file->parsed->pdata[i];
        g_ptr_array_unref(body->attributes);
        g_ptr_array_unref(body->blocks);
    }
    g_ptr_array_unref(file->parsed);
    g_ptr_array_unref(file->texts);
    g_ptr_array_unref(file->bodies);
    g_ptr_array_unref(file->composes);
    bake_arena_finish(&file->arena);
    g_free(file);
}

static bool has_suffix(const char *name, const char *suffix)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_str_has_suffix(lower, suffix);
}

static struct bake_text *text_of(struct bake *bake, struct bakefile *file,
                                 const struct bakefile_source *source)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(source->bytes, &length);
    if (length > BAKE_FILE_BYTES_MAX)
        return bake_fail(bake, BAKEFILE_ERROR_LIMIT, "%s: more than %d bytes", source->name,
                         BAKE_FILE_BYTES_MAX);
    struct bake_text *text = bake_take(&file->arena, sizeof *text);
    text->name = bake_take_text(&file->arena, source->name, strlen(source->name));
    text->text = bake_take_text(&file->arena, length == 0 ? "" : bytes, length);
    text->length = length;
    g_ptr_array_add(file->texts, text);
    const char *end = NULL;
    if (!g_utf8_validate(text->text, (gssize)length, &end)) {
        gsize at = (gsize)(end - text->text);
        return bake_fail_range(bake, text, at, at + 1, "Invalid character encoding",
                               "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding "
                               "is selected in your editor.");
    }
    return text;
}

static bool is_compose(const struct bake_text *text)
{
    AUTO(doc)
    doc = doc_load_text(text->name, text->text, text->length, DOC_KEYS_ARE_FREE | DOC_HAS_RESETS,
                        NULL);
    return doc != NULL && node_get(doc_root(doc), "services") != NULL;
}

/* A name that says nothing: compose, then HCL, then JSON, as buildx tries them. */
static bool read_any(struct bake *bake, struct bakefile *file, struct bake_text *text)
{
    if (is_compose(text)) {
        g_ptr_array_add(file->composes, text);
        return true;
    }
    struct body *body = bake_parse_hcl(bake, text);
    if (body == NULL && bake->error->code == BAKEFILE_ERROR_INVALID) {
        g_autoptr(GError) first = g_steal_pointer(&bake->error);
        text->is_json = true;
        body = bake_parse_json(bake, text);
        text->is_json = body != NULL;
        if (body == NULL) {
            g_clear_error(&bake->error);
            bake->error = g_steal_pointer(&first);
            return false;
        }
    }
    if (body != NULL)
        g_ptr_array_add(file->bodies, body);
    return body != NULL;
}

static bool read_one(struct bake *bake, struct bakefile *file, const struct bakefile_source *source)
{
    struct bake_text *text = text_of(bake, file, source);
    if (text == NULL)
        return false;
    if (has_suffix(source->name, ".yml") || has_suffix(source->name, ".yaml")) {
        g_ptr_array_add(file->composes, text);
        return true;
    }
    text->is_json = g_str_has_suffix(source->name, ".json");
    if (!text->is_json && !g_str_has_suffix(source->name, ".hcl"))
        return read_any(bake, file, text);
    struct body *body = text->is_json ? bake_parse_json(bake, text) : bake_parse_hcl(bake, text);
    if (body != NULL)
        g_ptr_array_add(file->bodies, body);
    return body != NULL;
}

struct bakefile *bakefile_read(const struct bakefile_source *sources, gsize count, GError **error)
{
    AUTO(bakefile) file = g_new0(struct bakefile, 1);
    bake_arena_init(&file->arena);
    file->texts = g_ptr_array_new();
    file->bodies = g_ptr_array_new();
    file->composes = g_ptr_array_new();
    file->parsed = g_ptr_array_new();
    struct bake bake = {.arena = &file->arena, .file = file, .bodies = file->parsed};
    if (count == 0)
        bake_fail(&bake, BAKEFILE_ERROR_INVALID, "couldn't find a bake definition");
    if (count > BAKE_FILES_MAX)
        bake_fail(&bake, BAKEFILE_ERROR_LIMIT, "more than %d files", BAKE_FILES_MAX);
    for (gsize i = 0; i < count && bake.error == NULL; i++)
        read_one(&bake, file, &sources[i]);
    if (bake.error == NULL)
        return g_steal_pointer(&file);
    g_propagate_error(error, bake.error);
    return NULL;
}
