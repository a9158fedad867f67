/*
 * A site for tests of clients: one request a connection, read whole and kept, answered with the
 * next of a list of byte-for-byte answers, then closed. Every host name and socket path leads to
 * it. A folder of tests takes it in by a one-line file that includes scripted_site.c.
 */
#pragma once

#include "http/http.h"

struct scripted_answer {
    const char *text;   /* the answer, status line and all; NULL ends the list */
    gsize length_bytes; /* 0: up to the NUL */
    bool is_kept_open;  /* after the text there is silence, not the end */
};

struct scripted_site {
    struct loop *loop;
    struct http *http; /* a client that sees nothing else */
    const struct scripted_answer *answers;
    GPtrArray *requests; /* char*, heads and bodies */
    GString *dialled;    /* "host:port " or "unix:path " of every dial */
    struct http_route route;
    char *folder;
    char *path;
    int listen_fd;
    unsigned open_count; /* connections that are not closed */
    GString *log;        /* what the body notes */
    void (*body)(struct scripted_site *site);
    bool is_over;
};

/* Runs body in a fiber on a virtual clock; gives back what it noted in the log, and the loop's
   error if it had one; g_free. */
char *scripted_site_run(const struct scripted_answer *answers,
                        void (*body)(struct scripted_site *site));
/* Request n, or "" when there were fewer. */
const char *scripted_site_request(const struct scripted_site *site, guint n);
/* "POST /a?b HTTP/1.1" of every request in order, a line each, without the version; g_free. */
char *scripted_site_targets(const struct scripted_site *site);
