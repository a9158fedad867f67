/* Recipes: what an image is made from. */
#include "mocks/registry/image.h"

#include <string.h>

static char **copy_strings(const char *const *strings)
{
    return g_strdupv((char **)strings); /* GLib's interface knows no const */
}

struct recipe *recipe_new(const struct image_spec *spec, bool is_virtual)
{
    struct recipe *recipe = g_new0(struct recipe, 1);
    recipe->repository = g_strdup(spec->repository);
    recipe->tag = g_strdup(spec->tag);
    recipe->platforms = copy_strings(spec->platforms);
    recipe->layer_bytes =
        g_memdup2(spec->layer_bytes, spec->layer_count * sizeof spec->layer_bytes[0]);
    recipe->layer_count = spec->layer_count;
    recipe->entrypoint = copy_strings(spec->entrypoint);
    recipe->environment = copy_strings(spec->environment);
    recipe->is_index = spec->is_index;
    recipe->is_docker_types = spec->is_docker_types;
    recipe->has_attestations = spec->has_attestations;
    recipe->is_virtual = is_virtual;
    return recipe;
}

void recipe_free(struct recipe *recipe)
{
    if (recipe == NULL)
        return;
    g_free(recipe->repository);
    g_free(recipe->tag);
    g_strfreev(recipe->platforms);
    g_free(recipe->layer_bytes);
    g_strfreev(recipe->entrypoint);
    g_strfreev(recipe->environment);
    g_free(recipe);
}

static int64_t add_capped(int64_t left, int64_t right)
{
    return right > G_MAXINT64 - left ? G_MAXINT64 : left + right;
}

int64_t recipe_bytes(const struct recipe *recipe)
{
    int64_t total_bytes = 0;
    if (recipe->is_virtual)
        return 0;
    guint platform_count = recipe->is_index ? g_strv_length(recipe->platforms) : 1;
    for (guint i = 0; i < platform_count; i++)
        for (gsize j = 0; j < recipe->layer_count; j++)
            total_bytes = add_capped(total_bytes, MAX(recipe->layer_bytes[j], 0));
    return total_bytes;
}

static void append_strings(GString *key, char **strings)
{
    for (gsize i = 0; strings != NULL && strings[i] != NULL; i++)
        g_string_append_printf(key, "%zu:%s,", strlen(strings[i]), strings[i]);
    g_string_append_c(key, strings != NULL ? ';' : '-');
}

char *recipe_key(const struct recipe *recipe)
{
    g_autoptr(GString) key = g_string_new(NULL);
    g_string_append_printf(key, "%zu:%s,%zu:%s,%d%d%d%d;", strlen(recipe->repository),
                           recipe->repository, strlen(recipe->tag), recipe->tag, recipe->is_index,
                           recipe->is_docker_types, recipe->has_attestations, recipe->is_virtual);
    append_strings(key, recipe->platforms);
    append_strings(key, recipe->entrypoint);
    append_strings(key, recipe->environment);
    for (gsize i = 0; i < recipe->layer_count; i++)
        g_string_append_printf(key, "%" G_GINT64_FORMAT ",", recipe->layer_bytes[i]);
    return g_string_free(g_steal_pointer(&key), FALSE);
}
