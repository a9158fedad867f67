/* Rules under `assume:`. */
#include "harness/assume.h"

#include <criterion/criterion.h>
#include <string.h>

static bool read_rule(const char *text, struct assume_rule *rule, GError **error)
{
    AUTO(doc) doc = doc_load_text("assume.yaml", text, strlen(text), DOC_DEFAULT, NULL);
    cr_assert_not_null(doc);
    return record_read(&assume_record, doc_root(doc), rule, error);
}

Test(assume, is_about_an_action_or_a_command_and_never_both_or_none)
{
    static const char *const texts[] = {"{duration: 1s}", "{action: 'a/b@*', command: 'make*'}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct assume_rule rule = {0};
        g_autoptr(GError) error = NULL;

        bool is_read = read_rule(texts[i], &rule, &error);

        cr_assert_not(is_read, "%s", texts[i]);
        cr_assert_not_null(strstr(error->message, "one of them"), "%s", error->message);
        record_clear(&assume_record, &rule);
    }
}

Test(assume, wants_outputs_as_a_mapping)
{
    struct assume_rule rule = {0};
    g_autoptr(GError) error = NULL;

    bool is_read = read_rule("{action: 'a/b@*', outputs: [x]}", &rule, &error);

    cr_assert_not(is_read);
    cr_assert_not_null(strstr(error->message, "'outputs' is"), "%s", error->message);
    record_clear(&assume_record, &rule);
}

Test(assume, gives_actions_and_commands_apart_each_in_its_order)
{
    struct assume_rule first = {.command = (char *)"npm*", .exit_code = 3};
    struct assume_rule second = {.action = (char *)"a/b@*", .outcome = RESULT_FAILURE};
    struct assume_rule third = {.command = (char *)"make*", .duration_us = 5};
    g_autoptr(GPtrArray) records = g_ptr_array_new();
    g_ptr_array_add(records, &first);
    g_ptr_array_add(records, &second);
    g_ptr_array_add(records, &third);

    AUTO(assume_rules) rules = assume_rules_of(records);

    cr_assert_str_eq(rules->actions[0].pattern, "a/b@*");
    cr_assert_eq(rules->actions[0].outcome, RESULT_FAILURE);
    cr_assert_null(rules->actions[1].pattern);
    cr_assert_str_eq(rules->commands[0].pattern, "npm*");
    cr_assert_eq(rules->commands[0].exit_code, 3);
    cr_assert_str_eq(rules->commands[1].pattern, "make*");
    cr_assert_eq(rules->commands[1].duration_us, 5);
    cr_assert_null(rules->commands[2].pattern);
}
