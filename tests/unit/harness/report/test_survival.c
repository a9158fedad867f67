/* The survival table of hand-made rehearsals. */
#include "golden.h"

#include "harness/report/survival.h"

#include <criterion/criterion.h>
#include <string.h>

/* An entry of one leg with one step and one image. */
static json_t *entry_of_leg(const char *name, const char *fate)
{
    return json_pack("{s:s, s:s, s:s, s:[{s:s, s:s, s:s, s:s, s:i, s:n, s:[]}], "
                     "s:[{s:s, s:s, s:s, s:i, s:s}], s:[{s:s, s:s, s:[], s:[], s:n, s:s}]}",
                     "name", name, "verdict", "pass", "trace_digest", "sha256:00", "legs", "id",
                     "build", "name", "Build it", "fate", fate, "outcome", "failure", "duration_us",
                     5, "reason", "assumptions", "steps", "leg", "build", "title", "Push",
                     "outcome", "failure", "line", 7, "message", "no", "effects", "service",
                     "build", "image", "ghcr.io/acme/api:main", "platforms", "promised", "before",
                     "fate", fate);
}

static json_t *document_of(const char *fault, const char *fate)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    json_t *entry = entry_of_leg(fault, fate);
    cr_assert_not_null(entry);
    g_ptr_array_add(entries, entry);
    return survival_json("ci.yml", "push", entries);
}

Test(survival, for_people_is_a_table_with_what_clear_weather_showed)
{
    g_autoptr(json_t) document = golden_read("survival.json");

    g_autofree char *text = survival_text(document, /* has_color= */ false);

    golden_check("survival.txt", text);
}

Test(survival, lets_no_control_character_of_others_reach_the_terminal)
{
    g_autoptr(json_t) document = golden_read("survival.json");

    g_autofree char *text = survival_text(document, /* has_color= */ false);

    golden_check_harmless(text);
}

Test(survival, tells_how_to_say_where_another_repository_is)
{
    g_autoptr(json_t) document = json_pack(
        "{s:[{s:s, s:s, s:s, s:[{s:s}]}]}", "rehearsals", "fault", "none", "leg", "b", "fate",
        "unknown", "assumptions", "what", "workflow acme/shared/.github/workflows/image.yml@v1");

    g_autofree char *text = survival_text(document, /* has_color= */ false);

    cr_assert_not_null(strstr(text, ": --map acme/shared@v1=PATH\n"), "%s", text);
    cr_assert_null(strstr(text, "--assume"), "what no assumption can tell: %s", text);
}

Test(survival, has_a_row_for_each_leg_with_the_step_that_broke_first)
{
    g_autoptr(json_t) document = document_of("hub-503", "failed");

    const json_t *row = json_array_get(json_get_array(document, "rehearsals"), 0);
    const json_t *place = json_get_object(row, "broke_at");
    cr_assert_str_eq(json_get_string(document, "format", ""), "seatrial.rehearse/1");
    cr_assert_str_eq(json_get_string(row, "job_name", ""), "Build it");
    cr_assert_str_eq(json_get_string(place, "step", ""), "Push");
    cr_assert_eq(json_get_integer(place, "line", 0), 7);
    cr_assert_eq(json_get_integer(row, "modelled", 0), 1);
    cr_assert_eq(json_array_size(json_get_array(row, "images")), 1);
}

Test(survival, does_not_take_a_step_that_may_fail_for_what_broke_a_leg)
{
    g_autoptr(json_t) entry = entry_of_leg("none", "failed");
    json_array_insert_new(json_get_array(entry, "steps"), 0,
                          json_pack("{s:s, s:s, s:s, s:s, s:i}", "leg", "build", "title", "Try",
                                    "outcome", "failure", "conclusion", "success", "line", 6));
    json_object_set_new(json_array_get(json_get_array(entry, "steps"), 1), "conclusion",
                        json_string("failure"));
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    g_ptr_array_add(entries, entry);

    g_autoptr(json_t) document = survival_json("ci.yml", "push", entries);

    const json_t *row = json_array_get(json_get_array(document, "rehearsals"), 0);
    cr_assert_eq(json_get_integer(json_get_object(row, "broke_at"), "line", 0), 7);
}

Test(survival, is_bad_when_nobody_would_notice_or_clear_weather_is_not_survived)
{
    static const struct {
        const char *fault;
        const char *fate;
        bool is_bad;
    } cases[] = {
        {"none", "delivered", false},   {"none", "failed", true},      {"none", "cancelled", true},
        {"hub-503", "failed", false},   {"hub-503", "hollow", true},   {"hub-503", "shrunk", true},
        {"hub-503", "degraded", false}, {"hub-503", "unknown", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(json_t) document = document_of(cases[i].fault, cases[i].fate);

        cr_expect_eq(survival_is_bad(document), cases[i].is_bad, "%s %s", cases[i].fault,
                     cases[i].fate);
    }
}
