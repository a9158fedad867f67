/* What the tests of crane, skopeo and cosign share. */
#include "image_tools.h"

const struct plan with_mirror = {.has_registry = true, .has_mirror = true};

void run_in_weather(request_handler *handle, void *context, void (*body)(struct bench *bench))
{
    const struct weather weather = {.context = context, .on_request = handle};
    struct plan plan = with_mirror;
    plan.weather = &weather;
    bench_run(&plan, body);
}

static bool refuse(void *context, struct exchange *exchange)
{
    struct outage *outage = context;
    if (outage->left == 0 || strcmp(exchange_method(exchange), outage->method) != 0)
        return false;
    outage->left--;
    exchange_reply_text(exchange, outage->status, "text/plain", "no\n");
    return true;
}

void run_in_outage(struct outage *outage, void (*body)(struct bench *bench))
{
    run_in_weather(refuse, outage, body);
}

void expect_copy(struct bench *bench, struct registry *registry, const char *repository,
                 const char *tag)
{
    AUTO(image_facts) source = registry_find(bench->registry, "acme/api", "1");
    AUTO(image_facts) copy = registry_find(registry, repository, tag);
    cr_assert_not_null(copy, "%s:%s is not there", repository, tag);
    cr_assert(copy->is_complete, "%s:%s lacks something", repository, tag);
    cr_assert_str_eq(copy->digest, source->digest);
    cr_assert_eq(copy->platforms->len, source->platforms->len);
}

void expect_touching(struct bench *bench, const char *answers)
{
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < assumed_count(bench); i++)
        g_string_append_printf(found, "%s%s", i > 0 ? " " : "",
                               assumed_at(bench, i)->touches_images ? "yes" : "no");
    cr_expect_str_eq(found->str, answers, "%s", found->str);
}
