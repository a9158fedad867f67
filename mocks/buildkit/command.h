/* The command line of `buildctl build`, as data. */
#pragma once

#include "base/error.h"

/* "type=registry,ref=R,mode=max" and other comma lists with quotes. */
struct attributes {
    GPtrArray *pairs; /* char*: "ref=R" */
};
const char *attributes_get(const struct attributes *attributes, const char *name);
/* Whether it is what Go reads as true (strconv.ParseBool). */
bool attributes_is_true(const struct attributes *attributes, const char *name);

struct build_command {
    char *frontend;
    char *progress; /* "plain" */
    char *metadata_file;
    bool ignores_cache;
    GPtrArray *locals;  /* char*: "context=/x" */
    GPtrArray *options; /* char*: "platform=linux/amd64" */
    GPtrArray *outputs; /* struct attributes */
    GPtrArray *imports;
    GPtrArray *exports;
    GPtrArray *secrets; /* struct attributes: "id=token,src=…" */
    GPtrArray *allowed; /* char*: "network.host" */
    GPtrArray *agents;  /* char*: "default" of --ssh default=… */
};
/* arguments: what follows `build`. Errors are the last line's text, without "error: ". */
struct build_command *build_command_parse(const char *const *arguments, GError **error) MUST_USE;
void build_command_free(struct build_command *command);
CLEANUP(build_command, build_command_free)
const char *build_command_local(const struct build_command *command, const char *name);
/* --opt NAME=VALUE, or NULL. */
const char *build_command_option(const struct build_command *command, const char *name);
/* Whether the client has a secret of this id, an agent of this name. */
bool build_command_has_secret(const struct build_command *command, const char *id);
bool build_command_has_agent(const struct build_command *command, const char *name);
/* The rest of all --opt that begin with prefix ("build-arg:"): char*, lent; caller unrefs. */
GPtrArray *build_command_options(const struct build_command *command, const char *prefix);
