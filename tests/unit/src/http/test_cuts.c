/* Properties over every byte of an answer: cut anywhere it is an error, in pieces it is the same.
 */
#include "bench.h"

#include "base/rng.h"

#include <string.h>

static const char with_length[] =
    "HTTP/1.1 200 OK\r\nX-Kind: plain\r\nContent-Length: 5\r\n\r\nhello";
static const char in_chunks[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\nhel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n";
static const char *const answers[] = {with_length, in_chunks};

static char *get_cut(const char *answer, gsize length_bytes, enum act_kind end)
{
    g_autofree char *start = g_strndup(answer, length_bytes);
    const struct act script[] = {READ_HEAD, SEND(start), {.kind = end}};
    const struct act *const scripts[] = {script, NULL};
    return bench_run(scripts, bench_get);
}

static bool is_success(const char *log)
{
    return strcmp(log, "200 hello@0s ") == 0;
}

static bool is_cut_noticed(const char *log)
{
    return g_str_has_prefix(log, "TRUNCATED (") || g_str_has_prefix(log, "EMPTY_REPLY (");
}

/* libcurl does not miss the very last line feed of a chunked body; nothing is lost with it. */
static gsize needed_bytes(const char *answer)
{
    return answer == in_chunks ? strlen(answer) - 1 : strlen(answer);
}

Test(cuts, an_answer_closed_at_any_byte_is_an_error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        for (gsize length = 0; length < needed_bytes(answers[i]); length++) {
            g_autofree char *log = get_cut(answers[i], length, ACT_CLOSE);

            cr_expect(is_cut_noticed(log), "%s cut at %d: %s", answers[i], (int)length, log);
        }
    }
}

Test(cuts, an_answer_reset_at_any_byte_is_a_reset)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        for (gsize length = 0; length < strlen(answers[i]); length++) {
            g_autofree char *log = get_cut(answers[i], length, ACT_RESET);

            cr_expect(g_str_has_prefix(log, "RESET ("), "%s cut at %d: %s", answers[i], (int)length,
                      log);
        }
    }
}

Test(cuts, an_answer_whole_before_its_connection_breaks_counts)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autofree char *closed = get_cut(answers[i], strlen(answers[i]), ACT_CLOSE);
        g_autofree char *reset = get_cut(answers[i], strlen(answers[i]), ACT_RESET);

        cr_expect(is_success(closed), "%s", closed);
        cr_expect(is_success(reset), "%s", reset);
    }
}

/* READ_HEAD, then each byte by itself with a microsecond before it, then HOLD. */
static struct act *drip_new(const char *answer, char (*letters)[2])
{
    static const struct act head = READ_HEAD;
    static const struct act hold = HOLD;
    static const struct act wait = SLEEP(1);
    gsize count = strlen(answer);
    struct act *script = g_new0(struct act, 2 * count + 2);

    script[0] = head;
    for (gsize i = 0; i < count; i++) {
        letters[i][0] = answer[i];
        script[1 + 2 * i] = wait;
        script[2 + 2 * i] = (struct act){.kind = ACT_SEND, .text = letters[i]};
    }
    script[1 + 2 * count] = hold;
    return script;
}

Test(cuts, an_answer_byte_by_byte_is_the_same_answer)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        char letters[128][2] = {0};
        g_autofree struct act *script = drip_new(answers[i], letters);
        const struct act *const scripts[] = {script, NULL};
        g_autofree char *expected = g_strdup_printf("200 hello@%dus ", (int)strlen(answers[i]));

        g_autofree char *log = bench_run(scripts, bench_get);

        cr_expect_str_eq(log, expected, "%s", log);
    }
}

/* Overwrites a few bytes by any others but NUL, which ends a script's text. */
static char *mangled(const char *answer, struct rng *rng)
{
    char *text = g_strdup(answer);
    uint64_t count = 1 + rng_below(rng, 4);
    for (uint64_t i = 0; i < count; i++)
        text[rng_below(rng, strlen(answer))] = (char)(1 + rng_below(rng, 255));
    return text;
}

Test(cuts, a_mangled_answer_never_hangs_its_client)
{
    enum {
        ROUNDS = 300
    };
    struct rng rng = rng_stream(1, "http", "mangled answers");

    for (int i = 0; i < ROUNDS; i++) {
        g_autofree char *text = mangled(answers[i % 2], &rng);

        g_autofree char *log = get_cut(text, strlen(text), ACT_CLOSE);

        cr_expect_null(strstr(log, "lock: "), "%s: %s", text, log); /* deadlock, livelock */
        cr_expect(g_str_has_suffix(log, "@0s "), "%s: %s", text, log);
    }
}
