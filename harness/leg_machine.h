/*
 * The machine of a workflow's leg: a machine of the stage and, on this machine's file system, a
 * private home with the runner's folders; the sandbox its scripts run in; the commands they find.
 */
#pragma once

#include "harness/far_end.h"
#include "harness/stage.h"
#include "mocks/commands/commands.h"
#include "runner/runner.h"

struct leg_machine {
    struct plan_leg plan;
    struct machine *machine; /* lent by the stage */
    char *directory;
    char *token;                      /* GITHUB_TOKEN of the leg's job */
    char *runtime_token;              /* ACTIONS_RUNTIME_TOKEN */
    char *id_token_request;           /* ACTIONS_ID_TOKEN_REQUEST_TOKEN; or NULL */
    const char *repository;           /* the user's folder; lent */
    struct checkout_store *checkouts; /* lent, or NULL */
    struct far_end *far_end;          /* of the run; lent */
    struct git_origin origin;
    bool was_refused;           /* a push of its git, for what its token may not */
    struct http *registry_http; /* of programs that ask registries for images */
    struct command_set *commands;
    struct sandbox *sandbox; /* NULL: none can be had */
    char *why_no_sandbox;
    char **environment;
    struct runner_machine runner;
};

struct leg_machine_options {
    const char *id;        /* of the leg */
    const json_t *runs_on; /* evaluated */
    const char *directory; /* an empty folder is made in it */
    const char *token;
    bool may_push;            /* with the token, to the repository */
    const char *workflow_ref; /* of the file that holds the job, when it may ask for an identity
                                 token, "acme/api/.github/workflows/ci.yml@refs/heads/main"; or NULL
                               */
    struct far_end *far_end;  /* lent */
    struct checkout_store *checkouts; /* of the process; lent */
    const char *shared_directory;     /* of the process; or NULL */
    unsigned sandbox_layers;
    const char *why_unprotected; /* then no script runs; or NULL */
};

/* Fails when runs_on names no runner that there is, with BASE_ERROR_UNMODELLED when it is none of
   Linux. */
struct leg_machine *leg_machine_new(struct stage *stage, const struct leg_machine_options *options,
                                    GError **error) MUST_USE;
/* The leg is over: its files go, of which runs with many legs have too many to keep. */
void leg_machine_clear_home(struct leg_machine *machine);
/* Ends what still runs and removes the home. Inside no fiber, before the stage. */
void leg_machine_free(struct leg_machine *machine);
CLEANUP(leg_machine, leg_machine_free)
