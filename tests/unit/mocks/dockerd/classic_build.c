/* What tests of POST /build share. */
#include "classic_build.h"

char *post_build(struct bench *bench, const char *query, const char *const *files)
{
    g_autofree char *path = g_strconcat("/v1.41/build?version=1&t=app:1", query, NULL);
    g_autoptr(GBytes) tar = tar_of(files);
    ask_bytes(bench, "POST", path, tar);
    g_autofree char *text = text_of(bench);
    g_autoptr(GRegex) ids = g_regex_new("[0-9a-f]{12,64}", 0, 0, NULL);
    g_autofree char *plain = g_regex_replace_literal(ids, text, -1, 0, "ID", 0, NULL);
    g_auto(GStrv) lines = g_strsplit(plain, "\r\n", -1);
    return g_strjoinv("\n", lines);
}

char *build_one(struct bench *bench, const char *query, const char *dockerfile)
{
    const char *const files[] = {"Dockerfile", dockerfile, "f", "x\n", NULL};
    return post_build(bench, query, files);
}

void add_base(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "base:1", "linux/amd64", 5 * MIB_BYTES);
}
