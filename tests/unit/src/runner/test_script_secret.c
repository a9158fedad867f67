/* Scripts that failed and had secrets whose values were made up. */
#include "bench.h"

#include <criterion/criterion.h>
#include <string.h>

#define JOB "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"

static char **made_up_in(void *self, const char *text)
{
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    (void)self;
    if (strstr(text, "secret-token") != NULL)
        g_strv_builder_add(found, "TOKEN");
    if (strstr(text, "secret-auth") != NULL)
        g_strv_builder_add(found, "AUTH");
    return g_strv_builder_end(found);
}

/* The secrets that count as assumed, joined by commas; g_free. */
static char *blamed(struct bench *bench)
{
    g_autoptr(GString) names = g_string_new(NULL);
    bench->made_up_in = made_up_in;
    AUTO(leg_result) result = bench_run_leg(bench, NULL);
    for (guint i = 0; i < result->assumptions->len; i++) {
        const struct assumption *each = result->assumptions->pdata[i];
        cr_expect(each->leaves_gap);
        cr_expect_not(each->touches_images);
        g_string_append_printf(names, "%s%s", i > 0 ? "," : "", each->secret);
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

Test(script_secret, is_blamed_for_a_script_that_failed_and_may_have_used_it)
{
    static const struct {
        const char *text;
        const char *secrets;
    } cases[] = {
        {JOB "    steps: [{run: 'false', env: {T: secret-token}}]\n", "TOKEN"},
        {JOB "    steps: [{run: \"# secret-token\\nfalse\"}]\n", "TOKEN"},
        {JOB "    env: {T: secret-token}\n    steps: [{run: \"# $T\\nfalse\"}]\n", "TOKEN"},
        {JOB "    env: {T: secret-token}\n    steps: [{run: \"# $TT U_T\\nfalse\"}]\n", ""},
        {JOB "    steps: [{run: 'false', env: {T: secret-token, A: 'x:secret-auth'}}]\n",
         "AUTH,TOKEN"},
        {JOB "    steps: [{run: 'true', env: {T: secret-token}}]\n", ""},
        {JOB "    steps: [{run: 'false', env: {T: other}}]\n", ""},
        {JOB "    steps: [{run: 'sleep 90', env: {T: secret-token}, timeout-minutes: 1}]\n", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(bench) bench = bench_new_text("case", cases[i].text);

        g_autofree char *secrets = blamed(bench);

        cr_expect_str_eq(secrets, cases[i].secrets, "%s", cases[i].text);
    }
}

/* One more each time it is asked. */
static guint64 count_up(void *self)
{
    return ++*(guint64 *)self;
}

Test(script_secret, is_not_blamed_where_a_command_of_the_machine_has_failed)
{
    AUTO(bench)
    bench = bench_new_text("case", JOB "    steps: [{run: 'false', env: {T: secret-token}}]\n");
    guint64 count = 0;
    bench->host.failure_count = count_up;
    bench->host.self = &count;

    g_autofree char *secrets = blamed(bench);

    cr_expect_str_eq(secrets, "");
}
