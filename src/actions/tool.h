/* Toolchains in the runner's tool cache, as @actions/tool-cache keeps them. */
#pragma once

#include "actions/core.h"

/* "x64", "arm64": Node's name of the machine's architecture; lent. */
const char *tool_architecture(const struct action_run *run);
/* RUNNER_TOOL_CACHE/go/1.22.12/x64, made on this machine where it can be; g_free. */
char *tool_place(struct action_run *run, const char *tool, const char *version,
                 const char *architecture);
/* Adds its folder to PATH. sub: "bin" or NULL. */
void tool_add_path(struct action_run *run, const char *place, const char *sub);
/* The file that `version_file` names, read by what matches first: the first group of pattern in
   it, or the whole of it, trimmed, without a pattern. NULL: no such file; g_free. */
char *tool_version_file(const struct action_run *run, const char *path, const char *pattern);
/* hashFiles over one file: SHA-256 of its SHA-256, in hex; NULL: not there; g_free. */
char *tool_hash_file(const struct action_run *run, const char *path);
/* tc.downloadTool: up to three requests, 10 to 20 s apart; what is below 500 but for 408 and 429 is
   final. url is where github.com's redirect leads to, or the place itself; throws "Unexpected HTTP
   response: 404". What came is not kept. */
bool tool_download(struct action_run *run, const char *url, GError **error) MUST_USE;
