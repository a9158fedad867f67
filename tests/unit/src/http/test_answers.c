/* Whole answers, and everything a peer can do wrong with one; the texts the client has for it. */
#include "bench.h"

#include <string.h>

#define GET_FAILS(name, text) name " (" text ")@"

static char *get_from(const struct act *script)
{
    const struct act *const scripts[] = {script, NULL};
    return bench_run(scripts, bench_get);
}

struct answer_case {
    const char *name;
    struct act script[12];
    const char *log;
};

static const struct answer_case answer_cases[] = {
    {"a body with its length",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")},
     "200 hello@0s "},
    {"a chunked body",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
      SEND("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")},
     "200 hello@0s "},
    {"a chunked body with a trailer",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
      SEND("5\r\nhello\r\n0\r\nDigest: x\r\n\r\n"), HOLD},
     "200 hello@0s "},
    {"no content", {READ_HEAD, SEND("HTTP/1.1 204 No Content\r\n\r\n"), HOLD}, "204 @0s "},
    {"not modified, with the length of what is not sent",
     {READ_HEAD, SEND("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), HOLD},
     "304 @0s "},
    {"a failure with a body",
     {READ_HEAD, SEND("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nbad\n"), HOLD},
     "500 bad\n@0s "},
    {"a redirect, which is not followed",
     {READ_HEAD, SEND("HTTP/1.1 307 Away\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"), HOLD},
     "307 @0s "},
    {"an interim answer before the real one",
     {READ_HEAD, SEND("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"), SLEEP(SECOND_US),
      SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), HOLD},
     "200 ok@1s "},
    {"late headers",
     {READ_HEAD, SLEEP(30 * SECOND_US), SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
     "200 @30s "},
    {"a slow drip, headers and all",
     {READ_HEAD, SEND("HTTP/1.1 200 O"), SLEEP(SECOND_US), SEND("K\r\nContent-Length: 2\r\n\r"),
      SLEEP(SECOND_US), SEND("\no"), SLEEP(SECOND_US), SEND("k")},
     "200 ok@3s "},
    {"end by close, announced",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"), SLEEP(SECOND_US)},
     "200 hello@1s "},
    {"end by close of HTTP/1.0",
     {READ_HEAD, SEND("HTTP/1.0 200 OK\r\n\r\nhello")},
     "200 hello@0s "},
    {"end by close out of the blue",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\n\r\nhello")},
     GET_FAILS("TRUNCATED", "closed where the end of the answer's body cannot be told") "0s "},
    {"a header block cut in the middle",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Le")},
     GET_FAILS("TRUNCATED", "closed inside the answer's headers") "0s "},
    {"a header block cut between two lines",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")},
     GET_FAILS("TRUNCATED", "closed inside the answer's headers") "0s "},
    {"a cut status line",
     {READ_HEAD, SEND("HTTP/1.")},
     GET_FAILS("EMPTY_REPLY", "closed without an answer") "0s "},
    {"an interim answer and nothing more",
     {READ_HEAD, SEND("HTTP/1.1 103 Early Hints\r\n\r\n")},
     GET_FAILS("TRUNCATED", "closed inside the answer's headers") "0s "},
    {"a body shorter than its length",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), SLEEP(SECOND_US)},
     GET_FAILS("TRUNCATED", "closed inside the answer's body") "1s "},
    {"a chunked body without its last chunk",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")},
     GET_FAILS("TRUNCATED", "closed inside the answer's body") "0s "},
    {"a chunked body cut inside a chunk",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello")},
     GET_FAILS("TRUNCATED", "closed inside the answer's body") "0s "},
    {"closed after the request",
     {READ_HEAD},
     GET_FAILS("EMPTY_REPLY", "closed without an answer") "0s "},
    {"closed with the request unread",
     {CLOSE},
     GET_FAILS("RESET", "connection reset by peer") "0s "},
    {"reset before the answer",
     {READ_HEAD, RESET},
     GET_FAILS("RESET", "connection reset by peer") "0s "},
    {"reset before the request", {RESET}, GET_FAILS("RESET", "connection reset by peer") "0s "},
    {"reset inside the headers",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Le"), RESET},
     GET_FAILS("RESET", "connection reset by peer") "0s "},
    {"reset inside the body",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), RESET},
     GET_FAILS("RESET", "connection reset by peer") "0s "},
    {"another protocol's banner",
     {SEND("SSH-2.0-OpenSSH_9.2\r\n"), HOLD},
     GET_FAILS("MALFORMED", "the answer is no HTTP/1.1") "0s "},
    {"a status line without a number",
     {READ_HEAD, SEND("HTTP/1.1 abc\r\n\r\n"), HOLD},
     GET_FAILS("MALFORMED", "the answer is no HTTP/1.1") "0s "},
    {"a negative length",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), HOLD},
     GET_FAILS("MALFORMED", "Invalid Content-Length: value") "0s "},
    {"a chunk size that is none",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), HOLD},
     GET_FAILS("MALFORMED", "Illegal or missing hexadecimal sequence in chunked-encoding") "0s "},
    {"a header without a name",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n"), HOLD},
     GET_FAILS("MALFORMED", "an answer's header without a name") "0s "},
    {"a header without a colon",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n"), HOLD},
     GET_FAILS("MALFORMED", "Header without colon") "0s "},
};

Test(answers, every_answer_has_its_outcome)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        const struct answer_case *each = &answer_cases[i];

        g_autofree char *log = get_from(each->script);

        cr_expect_str_eq(log, each->log, "%s: %s", each->name, log);
    }
}

static void get_twice(struct bench *bench)
{
    bench_get(bench);
    bench_get(bench);
}

Test(answers, an_errno_of_one_transfer_does_not_colour_the_next)
{
    static const struct act reset[] = {READ_HEAD, RESET};
    static const struct act bad_chunk[] = {
        READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), HOLD};
    const struct act *const scripts[] = {reset, bad_chunk, NULL};

    g_autofree char *log = bench_run(scripts, get_twice);

    cr_expect_str_eq(
        log, GET_FAILS("RESET", "connection reset by peer") "0s " GET_FAILS(
                 "MALFORMED", "Illegal or missing hexadecimal sequence in chunked-encoding") "0s ");
}

static void get_and_show_the_message(struct bench *bench)
{
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;
    struct http_request request = {.method = "HEAD", .url = "https://ghcr.io/v2/?a=b"};

    cr_expect(!http_perform(bench->http, &request, &response, &error));
    cr_expect_eq(response.status, 0);
    cr_expect_null(response.headers);
    bench_note(bench, error->message);
}

Test(answers, a_message_names_the_method_and_the_url)
{
    static const struct act script[] = {READ_HEAD, CLOSE};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, get_and_show_the_message);

    cr_expect_str_eq(log, "HEAD https://ghcr.io/v2/?a=b: closed without an answer@0s ");
}

static void get_and_look_at_headers(struct bench *bench)
{
    HTTP_RESPONSE(response);
    struct http_request request = {.url = "http://site/thing"};

    cr_assert(http_perform(bench->http, &request, &response, NULL));
    for (guint i = 0; i < response.headers->len; i++) {
        const struct http_header *header = g_ptr_array_index(response.headers, i);
        g_string_append_printf(bench->log, "[%s|%s]", header->name, header->value);
    }
    cr_expect_str_eq(http_response_header(&response, "x-TWICE"), "1");
    cr_expect_null(http_response_header(&response, "X-Trailer"));
}

Test(answers, headers_come_in_order_as_they_were_written)
{
    static const struct act script[] = {
        READ_HEAD, SEND("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"),
        SEND("HTTP/1.1 200 OK\r\nX-Twice: 1\r\nx-twice:2\r\nX-Empty:\r\nX-Long: a,\r\n  b\r\n"),
        SEND("Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: 9\r\n\r\n"), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, get_and_look_at_headers);

    cr_expect_str_eq(log, "[X-Twice|1][x-twice|2][X-Empty|][X-Long|a, b]"
                          "[Transfer-Encoding|chunked]");
}

static void get_at_most_five(struct bench *bench)
{
    struct http_request request = {.url = "http://site/thing", .reply_bytes_max = 5};
    bench_perform(bench, &request);
}

static const struct answer_case ceiling_cases[] = {
    {"as long as allowed",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")},
     "200 hello@0s "},
    {"announced too long",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"), HOLD},
     "TOO_LARGE (the answer's body of 6 bytes is over the limit of 5)@0s "},
    {"chunks that add up",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
      SEND("5\r\nhello\r\n"), SLEEP(SECOND_US), SEND("1\r\n!\r\n"), HOLD},
     "TOO_LARGE (the answer's body is over the limit of 5 bytes)@1s "},
};

Test(answers, a_body_over_the_callers_limit_is_refused)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ceiling_cases); i++) {
        const struct act *const scripts[] = {ceiling_cases[i].script, NULL};

        g_autofree char *log = bench_run(scripts, get_at_most_five);

        cr_expect_str_eq(log, ceiling_cases[i].log, "%s: %s", ceiling_cases[i].name, log);
    }
}

/* An answer whose header block, blank line and all, has so many bytes. */
static char *answer_with_head_bytes(gsize head_bytes)
{
    static const char start[] = "HTTP/1.1 204 No Content\r\nA: ";
    static const char end[] = "\r\n\r\n";
    g_autofree char *fill = g_strnfill(head_bytes - strlen(start) - strlen(end), 'x');
    return g_strconcat(start, fill, end, NULL);
}

Test(answers, headers_up_to_the_ceiling_pass)
{
    g_autofree char *fits = answer_with_head_bytes(HTTP_HEADER_BYTES_MAX);
    g_autofree char *over = answer_with_head_bytes(HTTP_HEADER_BYTES_MAX + 1);
    const struct act first[] = {READ_HEAD, SEND(fits), HOLD};
    const struct act second[] = {READ_HEAD, SEND(over), HOLD};
    const struct act *const scripts[] = {first, second, NULL};

    g_autofree char *log = bench_run(scripts, get_twice);

    cr_expect_str_eq(log, "204 @0s TOO_LARGE (the answer's headers are over the limit of 65536 "
                          "bytes)@0s ");
}

static void get_the_largest_bodies(struct bench *bench)
{
    HTTP_RESPONSE(response);
    struct http_request request = {.url = "http://site/thing", .reply_bytes_max = G_MAXSIZE};

    cr_assert(http_perform(bench->http, &request, &response, NULL));
    cr_expect_eq(g_bytes_get_size(response.body), HTTP_BODY_BYTES_MAX);
    bench_perform(bench, &request);
}

Test(answers, a_body_up_to_the_ceiling_passes_whatever_the_caller_allows)
{
    static const struct act fits[] = {READ_HEAD,
                                      SEND("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n"),
                                      SEND_FILL(HTTP_BODY_BYTES_MAX), HOLD};
    static const struct act over[] = {
        READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n"), HOLD};
    const struct act *const scripts[] = {fits, over, NULL};

    g_autofree char *log = bench_run(scripts, get_the_largest_bodies);

    cr_expect_str_eq(
        log, "TOO_LARGE (the answer's body of 67108865 bytes is over the limit of 67108864)@0s ");
}

Test(answers, one_endless_header_line_is_refused)
{
    g_autofree char *long_line = g_strnfill(200 * 1024, 'x');
    const struct act script[] = {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nA: "), SEND(long_line), HOLD};
    const struct act *const scripts[] = {script, NULL};

    g_autofree char *log = bench_run(scripts, bench_get);

    cr_expect_str_eq(log, "TOO_LARGE (an answer's header line is too long)@0s ");
}
