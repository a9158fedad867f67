/*
 * Scope cleanup for our own types: CLEANUP(source, source_unref) once in the header of the type,
 * then
 *
 *     AUTO(source) file = source_read(path, limit, error);
 *
 * frees it when the scope ends. g_steal_pointer() hands it on. GLib's types use g_autoptr.
 */
#pragma once

#include <glib.h>

#define CLEANUP(type, free_function)                                                               \
    static inline void type##_cleanup_(struct type **place)                                        \
    {                                                                                              \
        free_function(*place);                                                                     \
    }

#define AUTO(type) __attribute__((cleanup(type##_cleanup_))) struct type *
