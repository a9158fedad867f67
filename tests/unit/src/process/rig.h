/* A machine for scripts: a virtual loop, a sandbox in a temporary folder, a command host with a few
   fake commands, and a log of what happened when. */
#pragma once

#include "process/child.h"
#include "process/sandbox.h"

struct rig {
    struct loop *loop;
    char *folder; /* temporary; the home is below it */
    char *home;
    struct command_host host;
    struct sandbox_options options;
    struct sandbox *sandbox;
    GString *log; /* "0.000 docker pull bad", one event a line */
    GString *output[3];
    const char *script;
    const char *shell; /* NULL: bash -e */
    int signal_number; /* sent to the script after a second; 0: none */
    int exit_code;
    bool is_over;
};

/* All layers that the machine gives, the preloaded library, a real-time cap that no test should
   reach. Options may be changed until rig_open(). */
void rig_init(struct rig *rig);
/* The same with these layers. */
void rig_init_with(struct rig *rig, unsigned layers);
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);
/* Runs the script to its end and the end of its output; 137 and so on as a shell has it. Opens the
   rig if it is not open. */
int rig_run(struct rig *rig, const char *script);
/* The same as a whole life; g_free. */
char *rig_log_of(const char *script);
void rig_note(struct rig *rig, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Whether the machine gives all of these layers. */
bool rig_has(unsigned layers);

/* What scripts are tried under: each layer alone, and those together that machines give. A list
   ends with 0. */
extern const unsigned rig_layer_sets[];
#define LAYER_SETS(...)                                                                            \
    (const unsigned[])                                                                             \
    {                                                                                              \
        __VA_ARGS__, 0                                                                             \
    }
/* Runs the script under each of the sets that the machine has and compares what it prints. */
void rig_expect_under(const unsigned *sets, const char *script, const char *expected);
