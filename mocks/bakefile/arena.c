/* Memory that lives as long as a read file or one evaluation of it. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

void bake_arena_init(struct bake_arena *arena)
{
    arena->blocks = g_ptr_array_new_with_free_func(g_free);
    arena->bytes = 0;
}

void bake_arena_finish(struct bake_arena *arena)
{
    g_clear_pointer(&arena->blocks, g_ptr_array_unref);
}

void *bake_take(struct bake_arena *arena, gsize size)
{
    void *block = g_malloc0(MAX(size, 1));
    g_ptr_array_add(arena->blocks, block);
    arena->bytes += size + sizeof(void *);
    return block;
}

char *bake_take_text(struct bake_arena *arena, const char *text, gsize length)
{
    char *copy = bake_take(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *bake_take_printf(struct bake_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(arena->blocks, text);
    arena->bytes += strlen(text) + sizeof(void *);
    return text;
}
