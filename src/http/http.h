/*
 * HTTP client on the loop: libcurl's multi interface behind calls that a fiber makes and waits in.
 * The one place that knows libcurl. The same code dials a real socket in production and the fakes
 * in a rehearsal; only the opener differs.
 *
 * A complete answer is demanded: a header block cut by the end of the connection, a body shorter
 * than its Content-Length or a chunked body without its last chunk is an error, never a short
 * success (libcurl 7.88 gives 200 and no body for a cut header block; reference virtual-time 9.11).
 * A body with neither length nor chunks ends by the close only where the answer says so: HTTP/1.0,
 * "Connection: close", a 101, or any answer to an upgrade request.
 *
 * Every request uses a fresh connection unless `may_reuse` says otherwise, because libcurl replays
 * a request, even a POST, on a reused connection that dies before its answer (virtual-time 9.10);
 * with `may_reuse` alone that is prevented, `may_repeat` allows it.
 * Cancellation or a deadline of the calling fiber closes the connection at once. There is no other
 * limit on the time an answer may take.
 *
 * Nothing is sent but what the request says: no User-Agent, Accept, Accept-Encoding or Expect.
 * Redirects are not followed, HTTP/1.1 only. An answer that comes before the request's body was
 * sent counts. Error messages read "GET http://host/path: connection refused".
 */
#pragma once

#include "base/units.h"
#include "loop/fiber.h"

struct http;

#define HTTP_ERROR (http_error_quark())
GQuark http_error_quark(void);

/* What went wrong on the wire; the words a Go or Docker client has for it are its caller's. */
enum http_error {
    HTTP_ERROR_NAME_NOT_FOUND,    /* NXDOMAIN */
    HTTP_ERROR_NAME_SERVER,       /* SERVFAIL or REFUSED: "server misbehaving" */
    HTTP_ERROR_NAME_TIMED_OUT,    /* no answer from the name server */
    HTTP_ERROR_REFUSED,           /* RST to SYN, or no such socket file (the message tells which) */
    HTTP_ERROR_CONNECT_TIMED_OUT, /* SYN dropped until connect_timeout_us */
    HTTP_ERROR_UNANSWERED,        /* SYN dropped until the kernel gave up: ETIMEDOUT */
    HTTP_ERROR_TLS_TIMED_OUT,     /* connected, no TLS answer until tls_timeout_us */
    HTTP_ERROR_TLS_REFUSED,       /* certificate or alert; the message holds the reason */
    HTTP_ERROR_RESET,       /* ECONNRESET; "broken pipe" when the request was still going out */
    HTTP_ERROR_EMPTY_REPLY, /* closed before the first line of the answer was whole */
    HTTP_ERROR_TRUNCATED,   /* closed inside headers or body */
    HTTP_ERROR_MALFORMED,   /* bytes that are no HTTP/1 answer */
    HTTP_ERROR_TOO_LARGE,   /* over the ceiling the caller gave */
    HTTP_ERROR_PERMISSION,  /* EACCES on a socket file */
    HTTP_ERROR_OTHER,
};

/* When Linux gives up a connection whose SYNs nobody answers: 6.5 and later, with tcp_syn_retries 6
   and tcp_syn_linear_timeouts 4 (its ip-sysctl.rst); the ten more are sent at these times. */
#define HTTP_SYN_GIVES_UP_US  (131 * SECOND_US)
#define HTTP_SYN_SENT_AGAIN_S 1, 2, 3, 4, 5, 7, 11, 19, 35, 67

/*
 * Where a host name leads. In production there is none (NULL) and libcurl resolves and connects. A
 * rehearsal's opener answers for every name; nothing leaves the process.
 */
enum http_way {
    HTTP_WAY_SOCKET, /* connect to the unix socket at path; speak plain HTTP there */
    HTTP_WAY_NAME_NOT_FOUND,
    HTTP_WAY_NAME_SERVER_FAILS,
    HTTP_WAY_NAME_TIMES_OUT, /* after delay_us */
    HTTP_WAY_REFUSED,        /* after delay_us */
    HTTP_WAY_SILENT,         /* SYN goes unanswered, from delay_us on */
    HTTP_WAY_TLS_SILENT,     /* connected; the TLS handshake gets no answer */
    HTTP_WAY_TLS_REFUSED,    /* reason says why */
    HTTP_WAY_NO_SUCH_FILE,   /* a unix socket path that does not exist */
    HTTP_WAY_NO_PERMISSION,
};

struct http_route {
    enum http_way way;
    const char *path;   /* lent until the opener is asked again */
    const char *reason; /* of TLS_REFUSED, lent */
    int64_t delay_us;   /* spent before the connection is made (or fails) */
};

struct http_opener {
    void *context;
    /* host is a name, or the path of a unix socket when is_unix. Must fill route. */
    void (*find)(void *context, const char *host, int port, bool is_unix, struct http_route *route);
    /* libcurl has made its socket towards path and is about to connect: the in-process server pairs
       the two ends by this. May be NULL. */
    void (*on_socket)(void *context, const char *path, int fd);
    /* The client is about to close fd. May be NULL. */
    void (*on_close)(void *context, int fd);
};

/* opener NULL is production. role names the user of this client in traces ("engine", "dockerd"). */
struct http *http_new(struct loop *loop, const struct http_opener *opener, const char *role);
/* Closes all connections. Calls still in flight end with an error; freeing their streams stays with
   their owners. After it no new call. The loop must still be there. */
void http_free(struct http *http);
CLEANUP(http, http_free)
struct loop *http_loop(const struct http *http);

struct http_header {
    char *name;
    char *value;
};

/* Gives the next bytes of a request body: how many were put into buffer, 0 at the end, -1 on error.
   Called outside any fiber: it must not wait. */
typedef gssize http_body_fn(void *context, char *buffer, gsize size_bytes);

/* What to ask. All pointers are lent as long as the call lasts, or the stream of http_open(). */
struct http_request {
    const char *method;         /* "GET" if NULL */
    const char *url;            /* http or https; a URL that is none is a BASE_ERROR */
    const char *unix_socket;    /* dialled instead of the URL's host, which is then only a header */
    const char *const *headers; /* "Name: value", NULL-terminated; or NULL */
    GBytes *body;               /* sent with Content-Length; NULL: none */
    http_body_fn *body_read;    /* instead of body: sent chunked, or with body_read_bytes if >= 0 */
    void *body_context;
    int64_t body_read_bytes;    /* -1: unknown, chunked; 0 is an empty body */
    int64_t connect_timeout_us; /* 0: 30 s; look-up and connection together, as in Go's dialer */
    int64_t tls_timeout_us;     /* 0: 10 s, after that; in production part of connect_timeout_us */
    gsize reply_bytes_max;      /* of http_perform; 0, and at most: HTTP_BODY_BYTES_MAX */
    /* Adds Connection: Upgrade and Upgrade: tcp; 101 and 200 both give a raw stream, read-only. */
    bool is_upgrade;
    /* The request may go over a kept connection, and leave one, as with Go's clients; the opener is
       asked only when one is dialled. No effect on upgrades and on those with body_read. */
    bool may_reuse;
    /* When the kept connection dies before the answer, a GET or HEAD without a body goes out once
       more over another, as Go's clients do. Otherwise that is the request's failure, as on a
       connection of its own. */
    bool may_repeat;
};

struct http_response {
    unsigned status;
    GPtrArray *headers; /* struct http_header, in the order received */
    GBytes *body;       /* never NULL after http_perform; NULL from http_open */
};
void http_response_clear(struct http_response *response);
/* HTTP_RESPONSE(response); is one that is empty now and cleared when its scope ends. */
#define HTTP_RESPONSE(variable)                                                                    \
    __attribute__((cleanup(http_response_clear))) struct http_response variable = {0}
/* The first header of this name, case-insensitive, or NULL; lent. */
const char *http_response_header(const struct http_response *response, const char *name);

/* Sends and waits for the whole answer. Any status is success here. On failure response is empty;
   errors are of HTTP_ERROR, FIBER_ERROR or, for the URL, BASE_ERROR. */
bool http_perform(struct http *http, const struct http_request *request,
                  struct http_response *response, GError **error) MUST_USE;

/* An answer that is read bit by bit. Returns once the headers are complete. */
struct http_stream;
struct http_stream *http_open(struct http *http, const struct http_request *request,
                              struct http_response *response, GError **error) MUST_USE;
/* The next bytes, as they came off the wire; *chunk is NULL at the proper end of the body. What
   came before a failure is given first. After FIBER_ERROR_TIMED_OUT it may be called again. Reading
   slowly slows the peer (the transfer pauses at HTTP_STREAM_BUFFER_BYTES_MAX). */
bool http_stream_read(struct http_stream *stream, GBytes **chunk, GError **error) MUST_USE;
/* Closes the connection if the body is not at its end. */
void http_stream_free(struct http_stream *stream);
CLEANUP(http_stream, http_stream_free)

/* Splits a URL into its parts; port is the scheme's default if absent. For openers and messages.
   BASE_ERROR_INVALID for what is no plain http or https URL, BASE_ERROR_LIMIT over
   HTTP_TARGET_BYTES_MAX. */
bool http_url_split(const char *url, char **host, int *port, GError **error) MUST_USE;
/* Where a Location header leads from the URL it came from (RFC 3986 5.2); g_free. */
char *http_url_join(const char *base, const char *reference, GError **error) MUST_USE;
/* Percent-encodes everything but unreserved characters; g_free. */
char *http_escape(const char *text);
