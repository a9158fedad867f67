/* Whole answers, and everything a peer can do wrong with one; the texts the client has for it. */
#include "bench.h"

#define GET_FAILS(text) "GET http://site/thing: " text "@"

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
     GET_FAILS("closed where the end of the answer's body cannot be told") "0s "},
    {"a header block cut in the middle",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Le")},
     GET_FAILS("closed inside the answer's headers") "0s "},
    {"a header block cut between two lines",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")},
     GET_FAILS("closed inside the answer's headers") "0s "},
    {"a cut status line",
     {READ_HEAD, SEND("HTTP/1.")},
     GET_FAILS("closed without an answer") "0s "},
    {"an interim answer and nothing more",
     {READ_HEAD, SEND("HTTP/1.1 103 Early Hints\r\n\r\n")},
     GET_FAILS("closed inside the answer's headers") "0s "},
    {"a body shorter than its length",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), SLEEP(SECOND_US)},
     GET_FAILS("closed inside the answer's body") "1s "},
    {"a chunked body without its last chunk",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")},
     GET_FAILS("closed inside the answer's body") "0s "},
    {"a chunked body cut inside a chunk",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello")},
     GET_FAILS("closed inside the answer's body") "0s "},
    {"closed after the request", {READ_HEAD}, GET_FAILS("closed without an answer") "0s "},
    {"closed with the request unread", {CLOSE}, GET_FAILS("connection reset by peer") "0s "},
    {"reset before the answer", {READ_HEAD, RESET}, GET_FAILS("connection reset by peer") "0s "},
    {"reset before the request", {RESET}, GET_FAILS("connection reset by peer") "0s "},
    {"reset inside the headers",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Le"), RESET},
     GET_FAILS("connection reset by peer") "0s "},
    {"reset inside the body",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), RESET},
     GET_FAILS("connection reset by peer") "0s "},
    {"another protocol's banner",
     {SEND("SSH-2.0-OpenSSH_9.2\r\n"), HOLD},
     GET_FAILS("the answer is no HTTP/1.1") "0s "},
    {"a status line without a number",
     {READ_HEAD, SEND("HTTP/1.1 abc\r\n\r\n"), HOLD},
     GET_FAILS("the answer is no HTTP/1.1") "0s "},
    {"a negative length",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), HOLD},
     GET_FAILS("Invalid Content-Length: value") "0s "},
    {"a chunk size that is none",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), HOLD},
     GET_FAILS("Illegal or missing hexadecimal sequence in chunked-encoding") "0s "},
    {"a header without a name",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n"), HOLD},
     GET_FAILS("an answer's header without a name") "0s "},
    {"a header without a colon",
     {READ_HEAD, SEND("HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n"), HOLD},
     GET_FAILS("Header without colon") "0s "},
};

Test(answers, every_answer_has_its_outcome)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        const struct answer_case *each = &answer_cases[i];

        g_autofree char *log = get_from(each->script);

        cr_expect_str_eq(log, each->log, "%s: %s", each->name, log);
    }
}
