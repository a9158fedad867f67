/* curl and wget towards a scripted site: exit codes and words as curl 7.88 and wget 1.21 have them.
 */
#include "bench.h"

#include "mocks/world.h"

static void reply_echo(struct exchange *exchange, void *context)
{
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GError) error = NULL;
    (void)context;
    if (!exchange_read_all(exchange, 1000, &body, &error))
        return;
    const char *type = exchange_header(exchange, "Content-Type");
    const char *auth = exchange_header(exchange, "Authorization");
    const char *query = exchange_query(exchange);
    g_autofree char *text = g_strdup_printf("%s %s%s%s [%s] [%s] %.*s\n", exchange_method(exchange),
                                            exchange_path(exchange), query != NULL ? "?" : "",
                                            query != NULL ? query : "", type != NULL ? type : "",
                                            auth != NULL ? auth : "", (int)g_bytes_get_size(body),
                                            (const char *)g_bytes_get_data(body, NULL));
    exchange_reply_text(exchange, 200, "text/plain", text);
}

static void handle(void *context, struct exchange *exchange)
{
    const char *path = exchange_path(exchange);
    struct disturbance *disturbance = exchange_disturbance(exchange);
    (void)context;

    if (strcmp(path, "/redirect") == 0) {
        exchange_set_header(exchange, "Location", "/echo");
        exchange_reply(exchange, 302, NULL);
    } else if (strcmp(path, "/loop") == 0) {
        exchange_set_header(exchange, "Location", "/loop");
        exchange_reply(exchange, 302, NULL);
    } else if (strcmp(path, "/away") == 0) {
        exchange_set_header(exchange, "Location", "https://elsewhere.example/file");
        exchange_reply(exchange, 302, NULL);
    } else if (strcmp(path, "/missing") == 0) {
        exchange_reply_text(exchange, 404, "text/plain", "not here\n");
    } else if (strcmp(path, "/bad") == 0) {
        exchange_reply_text(exchange, 502, "text/plain", "bad\n");
    } else if (strcmp(path, "/later") == 0) {
        exchange_set_header(exchange, "Retry-After", "30");
        exchange_reply(exchange, 429, NULL);
    } else if (strcmp(path, "/empty") == 0) {
        exchange_reply(exchange, 200, NULL);
        disturbance->end = END_CLOSE;
        disturbance->ends_at = BEFORE_HEADERS;
    } else if (strcmp(path, "/reset") == 0) {
        exchange_reply(exchange, 200, NULL);
        disturbance->end = END_RESET;
        disturbance->ends_at = BEFORE_HEADERS;
    } else if (strcmp(path, "/short") == 0) {
        exchange_reply_text(exchange, 200, "text/plain", "abcdefghij");
        disturbance->end = END_CLOSE;
        disturbance->ends_at = 3;
    } else if (strcmp(path, "/huge") == 0) {
        g_autoptr(GBytes) huge =
            g_bytes_new_take(g_malloc0(DOWNLOAD_BYTES_MAX + 1), DOWNLOAD_BYTES_MAX + 1);
        exchange_reply(exchange, 200, huge);
    } else if (strcmp(path, "/slow") == 0) {
        exchange_reply_text(exchange, 200, "text/plain", "late\n");
        disturbance->delay_us = 30 * SECOND_US;
    } else if (strcmp(path, "/stall") == 0) {
        exchange_reply_text(exchange, 200, "text/plain", "abcdefghij");
        disturbance->end = END_SILENT;
        disturbance->ends_at = 3;
    } else {
        exchange_spawn(exchange, reply_echo, NULL);
    }
}

static const struct plan with_site = {.handle = handle};

static void requests(struct bench *bench)
{
    put_file(bench, "work/data", "one\ntwo\n");
    expect(bench, "curl -s http://site/echo", 0, "GET /echo [] [] \n", "");
    expect(bench, "curl -s site/echo", 0, "GET /echo [] [] \n", "");
    expect(bench, "curl -sS -X POST -d a=b -d c=d https://site/p", 0,
           "POST /p [application/x-www-form-urlencoded] [] a=b&c=d\n", "");
    expect(bench, "curl -sS --data-binary @data https://site/p", 0,
           "POST /p [application/x-www-form-urlencoded] [] one\ntwo\n\n", "");
    expect(bench, "curl -sS -d @data https://site/p", 0,
           "POST /p [application/x-www-form-urlencoded] [] onetwo\n", "");
    expect(bench, "curl -s --json '{\"a\":1}' http://site/p", 0,
           "POST /p [application/json] [] {\"a\":1}\n", "");
    expect(bench, "curl -s -G -d q=1 http://site/get", 0, "GET /get?q=1 [] [] \n", "");
    expect(bench, "curl -s -u u:p http://site/h", 0, "GET /h [] [Basic dTpw] \n", "");
    expect(bench, "curl -sH 'Authorization: Bearer x' http://site/h", 0, "GET /h [] [Bearer x] \n",
           "");
    expect(bench, "curl -s -T data http://site/up", 0, "PUT /up [] [] one\ntwo\n\n", "");
    expect(bench, "curl -s -XDELETE http://site/d", 0, "DELETE /d [] [] \n", "");
    bench->input = "from stdin";
    expect(bench, "curl -s -d @- http://site/p", 0,
           "POST /p [application/x-www-form-urlencoded] [] from stdin\n", "");
}

Test(commands_curl, it_sends_what_it_is_told)
{
    bench_run(&with_site, requests);
}

static void outputs(struct bench *bench)
{
    expect(bench, "curl -s -o /dev/null -w '%{http_code}\\n' http://site/missing", 0, "404\n", "");
    expect(bench,
           "curl -sL -w '%{http_code} %{num_redirects} %{url_effective}' http://site/redirect", 0,
           "GET /echo [] [] \n200 1 http://site/echo", "");
    expect(bench, "curl -s http://site/redirect", 0, "", "");
    expect(bench, "curl -sw '%{foo} %%a\\n' http://site/bad", 0, "bad\n %a\n",
           "curl: unknown --write-out variable: 'foo'\n");
    expect(bench, "curl -fsSLo out/file --create-dirs http://site/redirect", 0, "", "");
    g_autofree char *text = get_file(bench, "work/out/file");
    cr_expect_str_eq(text, "GET /echo [] [] \n");
    expect(bench, "curl -sSO http://site/a/b.txt", 0, "", "");
    g_autofree char *named = get_file(bench, "work/b.txt");
    cr_expect_str_eq(named, "GET /a/b.txt [] [] \n");
    expect(bench, "curl -sSO http://site/", 23, "", "curl: (23) Remote file name has no length!\n");
    expect(bench, "curl -s -o none/x http://site/echo", 23, "", "");
    cr_assert_eq(run(bench, "curl -sI http://site/missing"), 0);
    cr_expect(g_str_has_prefix(bench->out->str, "HTTP/1.1 404 Not Found\r\n"), "%s",
              bench->out->str);
}

Test(commands_curl, it_puts_answers_where_it_is_told)
{
    bench_run(&with_site, outputs);
}

static void failures(struct bench *bench)
{
    expect(bench, "curl -fsS http://site/missing", 22, "",
           "curl: (22) The requested URL returned error: 404\n");
    expect(bench, "curl --fail-with-body -sS http://site/missing", 22, "not here\n",
           "curl: (22) The requested URL returned error: 404\n");
    expect(bench, "curl -sf http://site/missing", 22, "", "");
    expect(bench, "curl -sS http://site/empty", 52, "", "curl: (52) Empty reply from server\n");
    expect(bench, "curl -sS http://site/reset", 56, "",
           "curl: (56) Recv failure: Connection reset by peer\n");
    expect(bench, "curl -sS http://site/short", 18, "abc",
           "curl: (18) transfer closed with 7 bytes remaining to read\n");
    expect(bench, "curl -sS -m 1 http://site/slow", 28, "",
           "curl: (28) Operation timed out after 1000 milliseconds with 0 bytes received\n");
    cr_expect_eq(bench->elapsed_us, SECOND_US);
    expect(bench, "curl -sS --max-time 2.5 http://site/stall", 28, "abc",
           "curl: (28) Operation timed out after 2500 milliseconds with 3 out of 10 bytes "
           "received\n");
    cr_expect_eq(bench->elapsed_us, 2500000);
    expect(bench, "curl -sSL http://site/loop", 47, "",
           "curl: (47) Maximum (50) redirects followed\n");
    expect(bench, "curl -sS ftp://site/x", 1, "",
           "curl: (1) Protocol \"ftp\" not supported or disabled in libcurl\n");
}

Test(commands_curl, failures_have_their_codes_and_words)
{
    bench_run(&with_site, failures);
}

static void huge_download(struct bench *bench)
{
    expect(bench, "curl -sS -o /dev/null http://site/huge", 63, "",
           "curl: (63) Maximum file size exceeded\n");
}

Test(commands_curl, downloads_have_a_ceiling)
{
    bench_run(&with_site, huge_download);
}

static void tries(struct bench *bench)
{
    expect(bench, "curl -fsS --retry 2 http://site/bad", 22, "",
           "curl: (22) The requested URL returned error: 502\n"
           "curl: (22) The requested URL returned error: 502\n"
           "curl: (22) The requested URL returned error: 502\n");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US, "1 s and 2 s");
    expect(bench, "curl -f --retry 1 --retry-delay 5 http://site/bad", 22, "",
           "curl: (22) The requested URL returned error: 502\n"
           "Warning: Problem : HTTP error. Will retry in 5 seconds. 1 retries left.\n"
           "curl: (22) The requested URL returned error: 502\n");
    cr_expect_eq(bench->elapsed_us, 5 * SECOND_US);
    expect(bench, "curl -fs --retry 3 --retry-max-time 2 http://site/bad", 22, "", "");
    cr_expect_eq(bench->elapsed_us, SECOND_US, "the second wait would end too late");
    expect(bench, "curl -fs --retry 1 http://site/later", 22, "", "");
    cr_expect_eq(bench->elapsed_us, 30 * SECOND_US, "Retry-After");
    expect(bench, "curl -fs --retry 2 http://site/missing", 22, "", "");
    cr_expect_eq(bench->elapsed_us, 0, "404 is no transient error");
    expect(bench, "curl -s --retry 2 http://site/reset", 56, "", "");
    cr_expect_eq(bench->elapsed_us, 0);
    expect(bench, "curl -s --retry 2 --retry-all-errors http://site/reset", 56, "", "");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US);
    expect(bench, "curl -s -m 1 --retry 1 http://site/slow", 28, "", "");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US, "1 s, 1 s pause, 1 s");
}

Test(commands_curl, it_tries_again_when_curl_would)
{
    bench_run(&with_site, tries);
}

#define TRY_CURL "curl: try 'curl --help' or 'curl --manual' for more information\n"

static void usage(struct bench *bench)
{
    expect(bench, "curl", 2, "", TRY_CURL);
    expect(bench, "curl -s", 2, "", "curl: no URL specified!\n" TRY_CURL);
    expect(bench, "curl --frob http://site", 2, "", "curl: option --frob: is unknown\n" TRY_CURL);
    expect(bench, "curl -sS --retry", 2, "", "curl: option --retry: requires parameter\n" TRY_CURL);
    expect(bench, "curl -Ss -o", 2, "", "curl: option -o: requires parameter\n" TRY_CURL);
    expect(bench, "curl -sS -m x http://site", 2, "",
           "curl: option -m: expected a proper numerical parameter\n" TRY_CURL);
}

Test(commands_curl, usage_errors_are_curl_s)
{
    bench_run(&with_site, usage);
}

static void foreign_hosts(struct bench *bench)
{
    expect(bench, "curl -fsSL https://get.example.com/install.sh -o install.sh", 0, "", "");
    g_autofree char *text = get_file(bench, "work/install.sh");
    cr_expect_str_eq(text, "");
    expect(bench, "curl -s -o /dev/null -w '%{http_code}' http://localhost:8080/health", 0, "200",
           "");
    expect(bench, "curl -sL http://site/away", 0, "", "");
    expect(bench, "wget -qO- https://get.example.com/x", 0, "", "");
    cr_assert_eq(assumed_count(bench), 4);
    cr_expect_str_eq(assumed_at(bench, 0)->line, "curl get.example.com");
    cr_expect_str_eq(assumed_at(bench, 2)->line, "curl elsewhere.example");
}

Test(commands_curl, hosts_the_world_does_not_have_are_assumed)
{
    bench_run(&with_site, foreign_hosts);
}

static void on_connect(void *context, const char *site, const char *role, struct http_route *route)
{
    const enum http_way *way = context;
    (void)site;
    (void)role;
    route->way = *way;
    route->reason = "x509: certificate signed by unknown authority";
}

static void is_refused(struct bench *bench)
{
    expect(bench, "curl -sS http://site/x", 7, "",
           "curl: (7) Failed to connect to site port 80 after 0 ms: Couldn't connect to server\n");
    expect(bench, "curl -s --retry 2 http://site/x", 7, "", "");
    cr_expect_eq(bench->elapsed_us, 0);
    expect(bench, "curl -s --retry 2 --retry-connrefused http://site/x", 7, "", "");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US);
    expect(bench, "wget -q http://site/x", 4, "", "");
    cr_expect_eq(bench->elapsed_us, 0);
}

static void is_silent(struct bench *bench)
{
    expect(bench, "curl -sS --connect-timeout 3 https://site/x", 28, "",
           "curl: (28) Failed to connect to site port 443 after 3000 ms: Timeout was reached\n");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US);
    expect(bench, "curl -sS https://site/x", 28, "",
           "curl: (28) Failed to connect to site port 443 after 131000 ms: Couldn't connect to "
           "server\n");
    cr_expect_eq(bench->elapsed_us, 131 * SECOND_US);
    expect(bench, "curl -sS -m 200 --connect-timeout 200 https://site/x", 28, "",
           "curl: (28) Failed to connect to site port 443 after 131000 ms: Couldn't connect to "
           "server\n");
    expect(bench, "wget -t 2 https://site/x", 4, "",
           "--2026-01-05 09:04:25--  https://site/x\nfailed: Connection timed out.\nRetrying.\n\n"
           "--2026-01-05 09:06:37--  (try: 2)  https://site/x\nfailed: Connection timed out.\n"
           "Giving up.\n\n");
}

static void is_unknown(struct bench *bench)
{
    expect(bench, "curl -sS https://site/x", 6, "", "curl: (6) Could not resolve host: site\n");
    expect(bench, "wget -nv https://site/x", 4, "",
           "wget: unable to resolve host address 'site'\n");
}

static void is_untrusted(struct bench *bench)
{
    expect(bench, "curl -sS https://site/x", 60, "",
           "curl: (60) SSL certificate problem: unable to get local issuer certificate\n");
}

struct way_case {
    enum http_way way;
    void (*body)(struct bench *bench);
};

static const struct way_case ways[] = {
    {HTTP_WAY_REFUSED, is_refused},
    {HTTP_WAY_SILENT, is_silent},
    {HTTP_WAY_NAME_NOT_FOUND, is_unknown},
    {HTTP_WAY_TLS_REFUSED, is_untrusted},
};

Test(commands_curl, what_happens_before_http_has_its_codes_and_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        enum http_way way = ways[i].way;
        const struct weather weather = {.context = &way, .on_connect = on_connect};
        const struct plan plan = {.handle = handle, .weather = &weather};
        bench_run(&plan, ways[i].body);
    }
}

static void wgets(struct bench *bench)
{
    expect(bench, "wget -qO- http://site/redirect", 0, "GET /echo [] [] \n", "");
    expect(bench, "wget -q http://site/missing", 8, "", "");
    expect(bench, "wget -nv http://site/missing", 8, "",
           "http://site/missing:\n2026-01-05 09:00:00 ERROR 404: Not Found.\n");
    expect(bench, "wget http://site/missing", 8, "",
           "--2026-01-05 09:00:00--  http://site/missing\n"
           "HTTP request sent, awaiting response... 404 Not Found\n"
           "2026-01-05 09:00:00 ERROR 404: Not Found.\n\n");
    expect(bench, "wget -q -P dir http://site/a/file.txt", 0, "", "");
    g_autofree char *text = get_file(bench, "work/dir/file.txt");
    cr_expect_str_eq(text, "GET /a/file.txt [] [] \n");
    expect(bench, "wget -q --tries=3 http://site/empty", 4, "", "");
    cr_expect_eq(bench->elapsed_us, 3 * SECOND_US, "1 s and 2 s");
    expect(bench, "wget", 1, "",
           "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more "
           "options.\n");
}

Test(commands_curl, wget_does_it_its_own_way)
{
    bench_run(&with_site, wgets);
}
