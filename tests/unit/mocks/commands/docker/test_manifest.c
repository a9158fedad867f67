/* docker manifest: what it says when a registry does not answer as it should. */
#include "shell.h"

#include "mocks/registry/registry.h"

static void offer_image(struct bench *bench)
{
    static const char *const platforms[] = {"linux/amd64", NULL};
    static const int64_t layers[] = {1000};
    const struct image_spec spec = {.repository = "o/app",
                                    .tag = "1",
                                    .platforms = platforms,
                                    .layer_bytes = layers,
                                    .layer_count = 1};
    registry_add_image(bench->registry, &spec);
}

static bool refuse_puts(void *context, struct exchange *exchange)
{
    const bool *is_closed = context;
    if (!*is_closed || strcmp(exchange_method(exchange), "PUT") != 0)
        return false;
    exchange_reply_text(exchange, 500, "application/json",
                        "{\"errors\":[{\"code\":\"UNKNOWN\",\"message\":\"unknown error\"}]}");
    return true;
}

static void inspect_nowhere(struct bench *bench)
{
    SHELL(shell, bench, NULL);

    type(&shell, "manifest inspect localhost:5009/o/app:1");

    cr_assert_eq(shell.code, 1);
    cr_assert_str_eq(shell.errors->str,
                     "failed to configure transport: error pinging v2 registry: Get "
                     "\"http://localhost:5009/v2/\": dial tcp 127.0.0.1:5009: connect: connection "
                     "refused\n");
}

Test(manifest, a_registry_that_is_not_there_is_told_in_gos_words)
{
    bench_run(NULL, inspect_nowhere);
}

static void push_refused(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    offer_image(bench);
    type(&shell, "manifest create localhost:5000/o/app:all localhost:5000/o/app:1");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);

    type(&shell, "manifest push localhost:5000/o/app:all");

    cr_assert_eq(shell.code, 1);
    cr_assert_str_eq(shell.errors->str,
                     "received unexpected HTTP status: 500 Internal Server Error\n");
}

/* distribution client/errors.go: what the body says is read of 4xx alone. */
Test(manifest, a_server_error_is_told_by_its_status)
{
    bool is_closed = true;
    const struct weather weather = {.context = &is_closed, .on_request = refuse_puts};
    bench_run(&(struct plan){.weather = &weather}, push_refused);
}
