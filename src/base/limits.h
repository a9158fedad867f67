/*
 * Every ceiling of the program in one place. Whatever input can grow has its ceiling here, an error
 * that names it, and a test that reaches it. Units stand last in the names.
 */
#pragma once

#include <stdint.h>

/* Files that people write. */
#define DOC_BYTES_MAX     (4 * 1024 * 1024)
#define DOC_DEPTH_MAX     50
#define DOC_NODES_MAX     50000
#define RECORD_ERRORS_MAX 50

/* Expectation expressions. */
#define EXPR_BYTES_MAX 21000
#define EXPR_DEPTH_MAX 50
#define EXPR_STEPS_MAX 100000

/* Expressions of workflows: GitHub's own ceilings (actions-semantics.md 3.1, 3.6, 6) but for the
   steps, which are ours. The length counts UTF-16 units; JSON nests as deep as Newtonsoft reads. */
#define GITHUB_EXPR_LENGTH_MAX   21000
#define GITHUB_EXPR_MEMORY_MAX   (10 * 1024 * 1024)
#define GITHUB_EXPR_STEPS_MAX    10000000
#define GITHUB_JSON_DEPTH_MAX    64
#define GITHUB_CONTEXT_DEPTH_MAX 200
#define GITHUB_CONTEXT_BYTES_MAX (16 * 1024 * 1024)

/* Workflow files: GitHub's own ceilings (actions-semantics.md 2.1, 6). */
#define WORKFLOW_BYTES_MAX            (1024 * 1024)
#define WORKFLOW_ERRORS_MAX           10
#define WORKFLOW_JOBS_MAX             256
#define WORKFLOW_IDENTIFIER_BYTES_MAX 99
#define MATRIX_LEG_ID_BYTES_MAX       100 /* then a hash of the rest */
#define MATRIX_LEGS_MAX               256
#define MATRIX_COMBINATIONS_MAX       4096   /* before exclude */
#define MATRIX_VALUES_MAX             100000 /* of all legs together */
#define FILTER_PATTERN_BYTES_MAX      1000
#define CONCURRENCY_GROUP_BYTES_MAX   400
#define CONCURRENT_JOBS_MAX           10000 /* ours; GitHub raises its own on request */
#define DISPATCH_INPUTS_MAX           25
#define CALL_DEPTH_MAX                9  /* below the workflow of the run */
#define CALL_FILES_MAX                51 /* that one included */

/* The same, ours: inputs of a call or of an action; `owner/repo@ref=PATH`. */
#define WORKFLOW_INPUTS_MAX 1000
#define REPOSITORY_MAPS_MAX 256

/* HTTP, both ways. */
#define HTTP_HEADER_BYTES_MAX        (64 * 1024)
#define HTTP_BODY_BYTES_MAX          (64 * 1024 * 1024)
#define HTTP_STREAM_BUFFER_BYTES_MAX (1024 * 1024)
#define HTTP_TARGET_BYTES_MAX        (8 * 1024)
#define QUERY_PAIRS_MAX              256
#define CONNECTIONS_MAX              8000

/* JSON on the wire; the depth is what a fiber's stack bears. */
#define JSON_BYTES_MAX (64 * 1024 * 1024)
#define JSON_DEPTH_MAX 200

/* The registry. OCI asks that manifests of 4 MiB pass. */
#define MANIFEST_BYTES_MAX (4 * 1024 * 1024)
#define BLOB_BYTES_MAX     (INT64_C(10) * 1024 * 1024 * 1024)

/* The fake registry keeps all it holds in memory. Objects are blobs, manifests, tags, repositories.
 */
#define REGISTRY_MEMORY_BYTES_MAX (INT64_C(1024) * 1024 * 1024)
#define REGISTRY_OBJECTS_MAX      1000000
#define REGISTRY_UPLOADS_MAX      10000
#define REGISTRY_LOGINS_MAX       10000
#define COMPUTED_SECRETS_MAX      1000 /* made up at look-up, in a run */
#define IMAGE_CACHE_IMAGES_MAX    256
#define IMAGE_LAYERS_MAX          1000

/* Streams of the Engine API. */
#define JSON_MESSAGE_BYTES_MAX      (1024 * 1024)
#define EXEC_FRAME_BYTES_MAX        (16 * 1024 * 1024)
#define EXEC_OUTPUT_BYTES_MAX       (4 * 1024 * 1024)
#define OUTPUT_LINE_BYTES_MAX       (64 * 1024)
#define FAILURE_OUTPUT_BYTES_MAX    (64 * 1024)
#define ARCHIVE_BYTES_MAX           (INT64_C(1024) * 1024 * 1024)
#define ARCHIVE_ENTRIES_MAX         100000
#define DOCKERFILE_BYTES_MAX        (1024 * 1024)
#define DOCKERFILE_INSTRUCTIONS_MAX 10000
/* Of one word with its variables put in, and of all that a plan keeps of words and variables: each
   ARG may double the one before. */
#define DOCKERFILE_WORD_BYTES_MAX  (1024 * 1024)
#define DOCKERFILE_WORDS_BYTES_MAX (128 * 1024 * 1024)

/* The fake Docker Engine. */
#define OUTLET_BYTES_MAX        (1024 * 1024)
#define CONTAINERS_MAX          1000
#define CONTAINER_EXECS_MAX     10000
#define CONTAINER_LOG_BYTES_MAX (4 * 1024 * 1024)
#define CONTAINER_FILES_MAX     100000
#define SHELL_TOKENS_MAX        10000
#define SHELL_DEPTH_MAX         32
/* A script that runs: lists inside lists, commands in all and since time has moved, what was
   substituted, variables, fields of a word, bytes of a value and of a file. */
#define SHELL_RUN_DEPTH_MAX   64
#define SHELL_STEPS_MAX       1000000
#define SHELL_STILL_STEPS_MAX 20000
#define SHELL_TEXTS_MAX       1000
#define SHELL_VARIABLES_MAX   1000
#define SHELL_FIELDS_MAX      10000
#define SHELL_VALUE_BYTES_MAX (64 * 1024)
#define SHELL_FILE_BYTES_MAX  (1024 * 1024)
/* Of the files of the machine that a container looks at: bytes of one, and how many. */
#define HOST_FILE_BYTES_MAX     (4 * 1024 * 1024)
#define HOST_FILES_MAX          1000
#define ENGINE_BODY_BYTES_MAX   (1024 * 1024)
#define IMAGE_ARCHIVE_BYTES_MAX (INT64_C(512) * 1024 * 1024) /* of `docker load` */
#define ENGINE_OBJECTS_MAX      10000

/* The fake BuildKit. */
#define BUILDKITD_CONFIG_BYTES_MAX  (1024 * 1024)
#define BUILD_PLATFORMS_MAX         64
#define BUILD_RESULTS_MAX           1000 /* that later builds of a builder stand on */
#define BUILD_CONTEXT_BYTES_MAX     (INT64_C(512) * 1024 * 1024)
#define BUILD_CARRIED_BYTES_MAX     (48 * 1024 * 1024)  /* of a context, without large files */
#define WORLD_COMMON_WORK_BYTES_MAX (256 * 1024 * 1024) /* of layers that are kept packed */

/* Bake files. The depth of texts is that of brackets and blocks, the other one of evaluation, where
   functions and variables use each other; both are what a fiber's stack bears. */
#define BAKE_FILE_BYTES_MAX       (1024 * 1024)
#define BAKE_FILES_MAX            64
#define BAKE_DEPTH_MAX            50
#define BAKE_EVALUATION_DEPTH_MAX 200
#define BAKE_STEPS_MAX            1000000
#define BAKE_MEMORY_BYTES_MAX     (64 * 1024 * 1024)
#define BAKE_TEXT_BYTES_MAX       (1024 * 1024)
#define BAKE_ITEMS_MAX            10000 /* of range, setproduct and the like */
#define BAKE_MATRIX_MAX           1000
#define BAKE_TARGETS_MAX          1000

/* The commands of a fake machine, and the services they ask. */
#define NESTED_COMMANDS_MAX 64
#define ASSUMED_USES_MAX    1000
#define ASSUMED_ASKS_MAX    100  /* the same line in one step, before it takes its time */
#define ASSUMED_CALLS_MAX   1000 /* of one command in one step, whatever its words */
#define ASSUMED_LINES_MAX   4096 /* whose asks are counted */
#define COMPOSE_EXTENDS_MAX 64   /* services one above the other; compose has no limit */
#define GIT_REFERENCES_MAX  10000
/* git itself waits for ever for a server that says nothing: longer than any job may run. */
#define GIT_SILENCE_US                  (INT64_C(60) * 24 * 60 * 60 * 1000000)
#define GIT_PACKED_REFERENCES_BYTES_MAX (4 * 1024 * 1024)
#define DOWNLOAD_BYTES_MAX              HTTP_BODY_BYTES_MAX
#define GO_MOD_BYTES_MAX                (1024 * 1024)
#define GO_MOD_REQUIREMENTS_MAX         1000
#define PROXY_ADDED_VERSIONS_MAX        10000
#define LOG_ENTRY_BYTES_MAX             (1024 * 1024)      /* of Rekor's entries */
#define SIGNED_FILE_BYTES_MAX           (16 * 1024 * 1024) /* predicates, keys */
#define ATTESTATIONS_MAX                10000              /* artifacts attested at GitHub */
#define CACHE_BYTES_MAX                 (INT64_C(10) * 1024 * 1024 * 1024)
#define CACHE_ENTRIES_MAX               10000
#define CACHE_KEY_BYTES_MAX             512
#define CACHE_MEMORY_BYTES_MAX          (INT64_C(256) * 1024 * 1024)
#define CACHE_REQUEST_BYTES_MAX         (64 * 1024)

/* Scripts in their sandbox. */
#define SANDBOX_REAL_TIME_US_MAX (INT64_C(30) * 1000000)
#define SANDBOX_OUTPUT_BYTES_MAX (INT64_C(256) * 1024 * 1024)
#define SANDBOX_PROCESSES_MAX    512
/* What scripts leave free of the file system they write to; an eighth of it, or half of what is
   free at the start, if that is less. */
#define SANDBOX_FREE_BYTES_MIN (INT64_C(512) * 1024 * 1024)
#define SANDBOX_CALLS_MAX      256
#define COMMAND_LINE_BYTES_MAX                                                                     \
    (8 * 1024 * 1024) /* arguments and environment; the kernel's is 6                              \
                       */

/* What actions pack into caches and artifacts. */
#define ACTION_FILES_MAX       10000
#define ACTION_FILES_DEPTH_MAX 64
#define ACTION_BLOB_BYTES_MAX  HTTP_BODY_BYTES_MAX

/* A rehearsal. */
#define VIRTUAL_TIME_US_MAX        (INT64_C(30) * 24 * 3600 * 1000000)
#define LOOP_STEPS_AT_ONE_TIME_MAX 1000000
#define FIBERS_MAX                 20000
#define TRACE_BYTES_MAX            (256 * 1024 * 1024)
#define DIAGNOSTICS_BYTES_MAX      (1024 * 1024)
#define FAULT_RULES_MAX            1000
#define SERVICES_MAX               256

/* The runner. A summary and the outputs of a job have GitHub's own ceilings (actions-semantics.md
   5.3); so have messages of annotations and how many of a kind a step shows (5.4). */
#define RUNNER_LOG_BYTES_MAX               (16 * 1024 * 1024)
#define RUNNER_LINE_BYTES_MAX              (64 * 1024)
#define RUNNER_FILE_BYTES_MAX              (4 * 1024 * 1024) /* GITHUB_ENV and the like, one step */
#define RUNNER_SUMMARY_BYTES_MAX           (1024 * 1024)
#define RUNNER_OUTPUTS_BYTES_MAX           (1024 * 1024) /* of one step, of one job */
#define RUNNER_ENVIRONMENT_BYTES_MAX       (1024 * 1024) /* written by steps, all together */
#define RUNNER_ANNOTATIONS_MAX             10            /* of one level and step */
#define RUNNER_LEG_ANNOTATIONS_MAX         1000
#define RUNNER_ANNOTATION_BYTES_MAX        4096
#define CONCURRENCY_PENDING_MAX            100 /* GitHub's own, with queue: max */
#define RUNNER_MASKS_MAX                   1000
#define RUNNER_PATHS_MAX                   1000 /* folders that steps put into the PATH */
#define RUNNER_COMPOSITE_DEPTH_MAX         10
#define RUNNER_CHECKOUT_BYTES_MAX          (INT64_C(2) * 1024 * 1024 * 1024)
#define RUNNER_CHECKOUT_FILES_MAX          100000
#define RUNNER_CHECKOUT_DEPTH_MAX          64
#define REPOSITORY_FACTS_FILES_MAX         20000
#define REPOSITORY_FACTS_FILE_BYTES_MAX    (1024 * 1024)
#define REPOSITORY_FACTS_DEFAULT_BYTES_MAX 4096 /* of an ARG; longer ones name no image */
#define GIT_OBJECTS_MAX                    200000 /* of a history that a checkout copies; then it ends */
#define GIT_PARENTS_MAX                    16 /* of a commit; more are dropped */
#define ACTION_OUTPUT_BYTES_MAX            (4 * 1024 * 1024)
#define PICOMATCH_GLOB_BYTES_MAX           4096 /* longer ones are not modelled */
