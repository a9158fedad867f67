/*
 * What differs between the programs that pull and push, as one table: tries, waits, words. Sources:
 * failures.md 0 and C, engine-contract.md C, captures/faults.
 */
#pragma once

#include "mocks/puller/puller.h"

/* Waits and limits that all versions of one program share. */
#define PING_TIMEOUT_US          (15 * SECOND_US) /* of dockerd's GET /v2/ and of its token requests */
#define LAYER_DELAY_STEP_SECONDS 5                /* a layer's k-th wait is 5·k s */
#define CONFIG_DELAY_US          (250 * MILLISECOND_US) /* doubles */
#define HANDLER_DELAY_US         SECOND_US              /* BuildKit's, doubles */
#define UNPACK_BYTES_PER_SECOND  (INT64_C(200) * 1000 * 1000)

enum {
    CONFIG_TRIES = 5,         /* the message says one more: an off-by-one of dockerd's (D1) */
    UPLOAD_TRIES = 5,         /* xfer/upload.go */
    RESOLVER_RETRIES_MAX = 5, /* containerd: so many after the first (registry.md 4: n=6) */
    STALLED_READS_MAX = 3,    /* containerd's body reader: reconnects without progress */
    REDIRECTS_MAX = 10,
};

struct puller_habits {
    const char *user_agent;
    const char *ingest_folder;          /* below the data root, where downloads go (E1, E4) */
    const char *register_words;         /* before "write PATH: no space left on device" (E2) */
    const char *certificate_prefix;     /* before "x509: …": Go 1.20 and later (A10) */
    const char *name_server_of_missing; /* in "lookup HOST…: no such host" (A1) */
    const char *address;                /* this end of its connections, in texts */
    enum puller_kind kind;
    unsigned layer_tries;    /* classic: downloads of one layer */
    unsigned handler_tries;  /* BuildKit's retry handler; 1: none */
    bool is_classic;         /* dockerd's graph drivers; else containerd's resolver */
    bool reads_content_type; /* from 25.0 on an error's body that is no JSON is passed on (C3) */
    bool names_registry; /* dockerd with the containerd store: "error from registry: …" (C11) */
};

const struct puller_habits *puller_habits_of(enum puller_kind kind);
