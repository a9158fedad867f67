/*
 * Caches in folders of the client's, `type=local`: OCI layouts that go to BuildKit with the other
 * files of a build, as "cacheN/…", and come back as tars "cache-outN" (client/solve.go).
 */
#pragma once

#include "base/archive.h"
#include "mocks/commands/buildx/request.h"

/* What lies in the folders of --cache-from, added to the files of a build. Where there is nothing a
   warning is told; false: a cache has no place, or its index no tag. */
bool local_caches_read(struct plugin_run *run, const struct build_request *request,
                       struct archive_writer *writer, GError **error) MUST_USE;

/* The --import-cache of the index-th cache-from, below the folder where BuildKit finds the files;
   NULL: there is nothing. g_free. */
char *local_cache_import(struct plugin_run *run, const char *text, const char *folder, guint index);
/* The --export-cache of the index-th cache-to; g_free. */
char *local_cache_export(const char *text, const char *folder, guint index);
/* The client's folder of a "type=local,dest=…"; NULL: it is none. g_free. */
char *local_cache_destination(const char *text);
/* Whether it is "type=local". */
bool local_cache_is(const char *text);
