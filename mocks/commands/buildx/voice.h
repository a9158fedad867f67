/*
 * Plain progress of buildx itself, on stderr: vertexes of its own ("[internal] booting buildkit",
 * "importing to docker") and the lines of a build, whose vertexes are counted on from them.
 */
#pragma once

#include "mocks/commands/buildx/plugin.h"

struct voice {
    const struct plugin_run *run;
    char *head; /* "building with \"X\" instance using docker driver"; NULL: none */
    bool is_quiet;
    bool has_spoken;
    int vertex_count;   /* of all so far */
    int offset;         /* of the lines of the build that goes on */
    const char *prefix; /* of its vertexes: the target of a bake of several; or NULL; lent */
    bool is_at_name;    /* the next line of the build names a vertex */
    int64_t started_us; /* of the vertex that is open */
    GString *lines;     /* of the open vertex, for its failure */
    char *name;
};
void voice_clear(struct voice *voice);
#define VOICE(variable) __attribute__((cleanup(voice_clear))) struct voice variable = {0}

void voice_begin(struct voice *voice, const char *name);
void voice_line(struct voice *voice, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A line of a container's log, told with the time since the vertex began. */
void voice_log(struct voice *voice, const char *line);
void voice_end(struct voice *voice);
/* "#1 ERROR: …" and the block that names the vertex again. */
void voice_fail(struct voice *voice, const char *message);
/* Lines of a build follow, numbered from 1 by who writes them. */
void voice_follow(struct voice *voice);
void voice_forward(struct voice *voice, const char *line);

/* A piece of work inside the open vertex: "pulling image X" and, when it is over, "pulling image X
   1.7s done". Only the latter when it takes less than a tick of the display. */
struct voice_work {
    struct voice *voice;
    char *name;
    int64_t started_us;
    struct fiber_group group; /* of the fiber that waits for the tick */
};
/* Every begin has its end, in the same fiber. */
void voice_work_begin(struct voice_work *work, struct voice *voice, const char *name);
void voice_work_end(struct voice_work *work);
