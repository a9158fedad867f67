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
    struct act script[8];
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
};

Test(answers, every_answer_has_its_outcome)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        const struct answer_case *each = &answer_cases[i];

        g_autofree char *log = get_from(each->script);

        cr_expect_str_eq(log, each->log, "%s: %s", each->name, log);
    }
}
