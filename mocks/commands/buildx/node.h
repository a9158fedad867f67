/*
 * Nodes of a builder as far as the Engine shows them (builder/node.go), and their start. The order
 * of requests is engine-contract.md E.
 */
#pragma once

#include "mocks/commands/buildx/store.h"
#include "mocks/commands/buildx/voice.h"

struct builder_node {
    const struct builder *builder;
    json_t *json; /* lent by the builder */
    char *name;
    char *container;      /* "buildx_buildkit_x0"; NULL: the docker driver */
    char *status;         /* "running", "stopped", "inactive"; NULL: not asked */
    char *error;          /* NULL: none */
    char *version;        /* of BuildKit; NULL: not known */
    GPtrArray *platforms; /* char*: of its worker */
    bool has_snapshotter; /* the docker driver on the containerd store */
    bool has_image_index; /* the Engine's store takes indexes; known once the Engine was asked */
};
void builder_node_free(struct builder_node *node);
CLEANUP(builder_node, builder_node_free)

/*
 * Looks at the driver and, with_data, at every node; struct builder_node. Errors of single nodes
 * are kept in them. A context builder gets its driver here: docker, unless the Engine's own
 * BuildKit cannot be had.
 */
GPtrArray *builder_load(struct plugin_run *run, struct builder *builder, bool with_data,
                        GError **error) MUST_USE;
/* Only where a node's container stands. */
bool builder_node_look(struct plugin_run *run, struct builder_node *node, GError **error) MUST_USE;
/* Boots what does not run. *is_booted: something was started. */
bool builder_boot(struct plugin_run *run, GPtrArray *nodes, struct voice *voice, bool *is_booted,
                  GError **error) MUST_USE;
/* Starts a node that does not run, as a vertex of voice. */
bool builder_node_boot(struct plugin_run *run, struct builder_node *node, struct voice *voice,
                       GError **error) MUST_USE;
/* Asks for platforms and version: by exec, or by POST /grpc. */
bool builder_node_ask(struct plugin_run *run, struct builder_node *node, GError **error) MUST_USE;
bool builder_node_stop(struct plugin_run *run, struct builder_node *node, GError **error) MUST_USE;
bool builder_node_remove(struct plugin_run *run, struct builder_node *node, bool keeps_state,
                         bool keeps_daemon, GError **error) MUST_USE;
/* The value of a driver option, or NULL. */
const char *builder_node_option(const struct builder_node *node, const char *name);

/* One exec of a command in the node's container, streams apart; texts are g_free. */
struct builder_exec {
    int exit_code;
    GString *streams[3]; /* 1 and 2 */
};
#define BUILDER_EXEC(variable)                                                                     \
    __attribute__((cleanup(builder_exec_clear))) struct builder_exec variable = {0}
void builder_exec_clear(struct builder_exec *exec);
bool builder_node_run(struct plugin_run *run, const struct builder_node *node,
                      const char *const *command, struct builder_exec *exec,
                      GError **error) MUST_USE;

/* ---- grpc.c: the Engine's own BuildKit ---- */
struct grpc_call {
    const char *const *command;
    const char *folder;
    GBytes *files; /* a tar, or NULL */
    const char *const *results;
    void (*line)(void *context, const char *line); /* of stderr; or NULL */
    void *context;
};
struct grpc_answer {
    int exit_code;
    GString *output; /* stdout */
    json_t *files;   /* name to base64 */
};
#define GRPC_ANSWER(variable)                                                                      \
    __attribute__((cleanup(grpc_answer_clear))) struct grpc_answer variable = {0}
void grpc_answer_clear(struct grpc_answer *answer);
bool grpc_perform(struct plugin_run *run, const struct grpc_call *call, struct grpc_answer *answer,
                  GError **error) MUST_USE;
struct archive_writer;
/* The files of a tar, with something in front of their names. */
bool tar_add(struct archive_writer *writer, const char *prefix, GBytes *files,
             GError **error) MUST_USE;
/* POST /session. */
bool grpc_open_session(struct plugin_run *run, GError **error) MUST_USE;
