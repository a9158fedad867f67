/* What the files of this folder share. Nobody else includes this. */
#pragma once

#include "base/limits.h"
#include "base/units.h"
#include "http/http.h"

#include <curl/curl.h>

struct http {
    struct loop *loop;
    struct http_opener opener; /* find is NULL in production */
    char *waits_for;           /* how deadlock reports name a wait for this client */
    CURLM *multi;
    struct timer timer;      /* libcurl's own time-outs */
    struct loop_source kick; /* libcurl's time-out of 0 ms: work at once, no clock */
    bool is_kicked;
    bool is_closed; /* http_free() was called; what is left goes with the last stream */
    GPtrArray *idle_handles;
    GPtrArray *streams; /* every struct http_stream that lives */
    GPtrArray *kept;    /* see kept.c */
};

/*
 * One request and its answer; http_perform() is a stream read to its end. The transfer runs until
 * is_over, then error says how it ended. HEAD -> BODY -> OVER, or HEAD -> OVER.
 */
struct http_stream {
    struct http *http;
    CURL *handle; /* NULL before the dial and once over */
    struct fiber *waiter;

    struct http_request request;     /* its pointers are lent */
    struct curl_slist *header_lines; /* an array, each entry linked to the next */
    guint header_count;
    GSList *empty_headers; /* those of its lines that the request does not lend */
    CURLU *url_parts;
    char *path;      /* of the unix socket dialled; NULL: the network */
    char *target;    /* whose kept connections will do; NULL: the request wants its own */
    int fd;          /* the connection's, -1 before libcurl has chosen one */
    bool is_on_kept; /* that connection was another request's before */
    int64_t body_given_bytes;

    unsigned status;
    GPtrArray *headers;
    gsize head_bytes;
    bool is_head_complete;
    bool is_over;
    GError *error;

    GByteArray *whole; /* the body of http_perform(); NULL for http_open() */
    gsize whole_bytes_max;
    GQueue chunks; /* GBytes not yet read */
    gsize buffered_bytes;
    bool is_paused;
    gsize received_bytes;

    char problem[CURL_ERROR_SIZE]; /* libcurl's own words */
};

/* ---- http.c ---- */

/* A handle with nothing set, from the pool or new. */
CURL *http_take_handle(struct http *http);
/* Takes the handle out of the multi, which closes its connection if the transfer is not over. */
void http_give_handle(struct http *http, CURL *handle);

/* Frees a closed client that has no stream any more. */
void http_release(struct http *http);

/* ---- route.c ---- */

/* Asks the opener, waits as long as the way takes and sets the stream's path, the socket to dial;
   NULL in production without a unix socket. */
bool route_find(struct http_stream *stream, GError **error) MUST_USE;
int64_t route_connect_timeout_us(const struct http_request *request);

/* ---- request.c ---- */

/* Puts everything the request says into the stream's handle. */
void request_apply(struct http_stream *stream);
/* Whether it may go over a connection that was used before. */
bool request_may_reuse(const struct http_request *request);
/* Whether libcurl may send it again when such a connection dies. */
bool request_may_repeat(const struct http_request *request);

/* ---- kept.c ---- */

GPtrArray *kept_list_new(void);
/* The stream's new connection may be kept. */
void kept_add(const struct http_stream *stream, int fd);
/* These three do nothing for a connection that was not added. */
/* True: another request has dialled it. */
bool kept_take(const struct http_stream *stream, int fd);
void kept_give_back(const struct http *http, int fd);
void kept_remove(struct http *http, int fd);
/* The socket path of a free, living connection to target, or NULL; lent. */
const char *kept_find(const struct http *http, const char *target);

/* ---- response.c ---- */

/* Takes one line of a header block, its end of line included. */
bool response_take_line(struct http_stream *stream, const char *line, gsize length_bytes,
                        GError **error) MUST_USE;
/* Whether the end of the connection may be the end of this answer's body (RFC 9112 6.3). */
bool response_may_end_by_close(const struct http_stream *stream);

/* ---- stream.c: libcurl's callbacks and the end of a transfer ---- */

size_t on_head_line(char *bytes, size_t size, size_t count, void *argument);
size_t on_body_bytes(char *bytes, size_t size, size_t count, void *argument);
void stream_end(struct http_stream *stream, CURLcode code);
/* Ends a stream whose client goes; its owner still frees it. */
void stream_close(struct http_stream *stream);

/* ---- failure.c ---- */

/* "GET http://host/path: text"; text may be NULL for the table's own. */
void failure_set(GError **error, const struct http_request *request, enum http_error code,
                 const char *text);
/* What libcurl's code means, with the operating system's error beside it. */
void failure_set_from_curl(GError **error, const struct http_stream *stream, CURLcode code);
