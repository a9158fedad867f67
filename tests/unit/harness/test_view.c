/* What expectations may ask of an outcome, name by name, and what they get. */
#include "hand_made.h"

#include "harness/view.h"

#include <criterion/criterion.h>

/* The value as text, or "error: " and the message. */
static char *ask(const struct outcome *outcome, const char *text)
{
    AUTO(view) view = view_new(outcome);
    g_autoptr(GError) error = NULL;
    VALUE(value);
    AUTO(expr) expr = expr_parse(view_dialect(view), text, (struct position){0}, &error);
    if (expr == NULL || !expr_evaluate(expr, view_scope(view), &value, &error))
        return g_strconcat("error: ", error->message, NULL);
    return value_text(&value);
}

struct view_case {
    const char *expression;
    const char *value;
};

static void check(const struct view_case *cases, gsize count)
{
    AUTO(hand_made) hand_made = hand_made_new();
    for (gsize i = 0; i < count; i++) {
        g_autofree char *value = ask(hand_made->outcome, cases[i].expression);
        cr_expect_str_eq(value, cases[i].value, "%s\n  expected %s\n  got      %s",
                         cases[i].expression, cases[i].value, value);
    }
}

#define CHECK(cases) check(cases, G_N_ELEMENTS(cases))

Test(view, shows_the_run_as_a_whole)
{
    static const struct view_case cases[] = {
        {"fate", "'failed'"},
        {"elapsed", "12min"},
        {"elapsed == 720s", "true"},
    };

    CHECK(cases);
}

Test(view, shows_every_member_of_a_step)
{
    static const struct view_case cases[] = {
        {"steps.pre-pull.outcome", "'failure'"},
        {"steps.pre-pull.message", "'Head \"https://registry-1.docker.io\": 503'"},
        {"steps.pre-pull.duration", "5min"},
        {"steps.pre-pull.started", "2s"},
        {"steps.pre-pull.timed_out", "true"},
        {"steps.pre-pull.cause", "'registry'"},
        {"steps.pre-pull.rule", "'failures.md C4'"},
        {"steps['pre-pull'].outcome", "'failure'"},
        {"steps.disk-prune.message", "''"},
        {"steps.disk-prune.rule", "null"},
        {"steps.disk-prune.timed_out", "false"},
    };

    CHECK(cases);
}

Test(view, takes_a_step_from_the_first_leg_that_has_it)
{
    static const struct view_case cases[] = {
        {"steps.disk-prune.duration", "2s"},
        {"steps.build-single-web.duration", "4min"},
        {"legs.web.steps.disk-prune.duration", "3s"},
    };

    CHECK(cases);
}

Test(view, knows_a_step_that_the_policy_has_but_that_did_not_run_as_absent)
{
    static const struct view_case cases[] = {
        {"steps.builder-container.outcome", "'absent'"},
        {"steps.builder-docker.duration", "0s"},
        {"steps.build-multi-api.message", "''"},
        {"steps.publish-multi-web.started", "0s"},
        {"steps.publish-single-api.timed_out", "false"},
        {"steps.engine.rule", "null"},
        {"steps.disk-check.cause", "'unknown'"},
        {"legs.web.steps.pre-pull.outcome", "'absent'"},
        {"legs.web.steps.builder-container.outcome", "'absent'"},
    };

    CHECK(cases);
}

Test(view, shows_every_member_of_a_leg)
{
    static const struct view_case cases[] = {
        {"legs.api.outcome", "'failure'"},
        {"legs.api.fate", "'failed'"},
        {"legs.api.tier", "null"},
        {"legs.web.tier", "'docker'"},
        {"legs.web.outcome", "'success'"},
        {"legs.api.elapsed", "12min"},
        {"legs.api.containers", "['buildx_r1 moby/buildkit running']"},
        {"legs.api.containers.count", "1"},
        {"legs.api.images", "['ghcr.io/acme/api:main']"},
        {"legs.api.disk_free", "20GiB"},
        {"legs.api.bundle", "10B"},
        {"legs.web.bundle", "0B"},
        {"legs.api.diagnosis.cause", "'registry'"},
        {"legs.web.diagnosis.cause", "'none'"},
        {"legs.web.diagnosis.step", "null"},
    };

    CHECK(cases);
}

Test(view, shows_every_member_of_the_diagnosis)
{
    static const struct view_case cases[] = {
        {"diagnosis.cause", "'registry'"},
        {"diagnosis.rule", "'failures.md C4'"},
        {"diagnosis.step", "'pre-pull'"},
        {"diagnosis.evidence", "'503 from registry-1.docker.io'"},
        {"diagnosis.escalation", "'look at status.docker.com'"},
    };

    CHECK(cases);
}

Test(view, shows_every_member_of_an_effect)
{
    static const struct view_case cases[] = {
        {"effects.image('ghcr.io/acme/api:main').exists", "false"},
        {"effects.image('ghcr.io/acme/api:main').platforms", "[]"},
        {"effects.image('ghcr.io/acme/api:main').digest", "null"},
        {"effects.image('ghcr.io/acme/api:main').complete", "false"},
        {"effects.image('ghcr.io/acme/api:main').fresh", "false"},
        {"effects.image('ghcr.io/acme/api:main').fate", "'failed'"},
        {"effects.image('ghcr.io/acme/web:main').exists", "true"},
        {"effects.image('ghcr.io/acme/web:main').platforms", "['linux/amd64']"},
        {"effects.image('ghcr.io/acme/web:main').promised", "['linux/amd64', 'linux/arm64']"},
        {"effects.image('ghcr.io/acme/web:main').before", "[]"},
        {"effects.image('ghcr.io/acme/web:main').digest", "'sha256:00'"},
        {"effects.image('ghcr.io/acme/web:main').complete", "true"},
        {"effects.image('ghcr.io/acme/web:main').fresh", "true"},
        {"effects.image('ghcr.io/acme/web:main').side_image", "null"},
        {"effects.image('ghcr.io/acme/web:main').side_platforms", "[]"},
        {"effects.image('ghcr.io/acme/web:main').files", "[]"},
    };

    CHECK(cases);
}

Test(view, shows_a_side_tag)
{
    AUTO(hand_made) hand_made = hand_made_new();
    struct effect *effect = hand_made_effect(hand_made, 1);
    effect->side_image = g_strdup("ghcr.io/acme/web:main-amd64");
    effect->side = texts_of("linux/amd64");

    g_autofree char *image =
        ask(hand_made->outcome, "effects.image('ghcr.io/acme/web:main').side_image");
    g_autofree char *platforms =
        ask(hand_made->outcome, "effects.image('ghcr.io/acme/web:main').side_platforms");

    cr_assert_str_eq(image, "'ghcr.io/acme/web:main-amd64'");
    cr_assert_str_eq(platforms, "['linux/amd64']");
}

Test(view, counts_requests_by_method_site_and_path)
{
    static const struct view_case cases[] = {
        {"requests('GET ghcr.io/v2/*').count", "2"},
        {"requests('GET ghcr.io/v2/*').first", "4ms"},
        {"requests('GET ghcr.io/v2/*').last", "5ms"},
        {"requests('HEAD registry-1.docker.io/v2/moby/buildkit/manifests/?').count", "1"},
        {"requests('* */v2/acme/api/manifests/main?a=b').count", "1"},
        {"requests('POST leg-api:/var/run/docker.sock/v1.44/images/create').first", "5min"},
        {"requests('* *').count", "4"},
        {"requests('PUT ghcr.io/*').count", "0"},
        {"requests('PUT ghcr.io/*').first", "0s"},
        {"requests('get ghcr.io/v2/*').count", "0"},
    };

    CHECK(cases);
}

Test(view, shows_how_often_faults_fired)
{
    static const struct view_case cases[] = {
        {"faults.hub-503.fired", "2"},
    };

    CHECK(cases);
}

Test(view, refuses_unknown_names_and_says_what_would_be_right)
{
    static const struct view_case cases[] = {
        {"fat == 'failed'", "error: column 1: unknown name 'fat'; did you mean 'fate'?"},
        {"stpes.pre-pull.outcome", "error: column 1: unknown name 'stpes'; did you mean 'steps'?"},
        {"steps.pre-pul.outcome",
         "error: column 7: 'steps' has no 'pre-pul'; did you mean 'pre-pull'?"},
        {"steps.builder-manual.outcome", "error: column 7: 'steps' has no 'builder-manual'"},
        {"steps.pre-pull.outcom",
         "error: column 16: an object has no 'outcom'; did you mean 'outcome'?"},
        {"legs.wbe.fate", "error: column 6: 'legs' has no 'wbe'; did you mean 'web'?"},
        {"legs.web.steps.pre-pul.outcome",
         "error: column 16: 'steps' has no 'pre-pul'; did you mean 'pre-pull'?"},
        {"faults.hub-504.fired",
         "error: column 8: 'faults' has no 'hub-504'; did you mean 'hub-503'?"},
        {"effects.ghcr", "error: column 9: 'effects' has no 'ghcr'"},
        {"effects.image('ghcr.io/acme/ap:main').exists",
         "error: column 1: nobody promises or pushes an image 'ghcr.io/acme/ap:main'"},
        {"effects.image(1)", "error: column 1: an image is named by a string"},
        {"effects.image('ghcr.io/acme/api:main').exist",
         "error: column 40: an object has no 'exist'; did you mean 'exists'?"},
        {"request('GET x/y')",
         "error: column 1: unknown function 'request'; did you mean 'requests'?"},
        {"requests('GET')",
         "error: column 1: requests are matched by 'METHOD SITE/PATH', such as 'GET ghcr.io/v2/*'"},
        {"requests(5)",
         "error: column 1: requests are matched by 'METHOD SITE/PATH', such as 'GET ghcr.io/v2/*'"},
        {"true || stpes.x == 1", "error: column 9: unknown name 'stpes'; did you mean 'steps'?"},
    };

    CHECK(cases);
}

Test(view, of_a_run_that_broke_early_has_legs_without_reports)
{
    AUTO(hand_made) hand_made = hand_made_new();
    struct leg_outcome *leg = hand_made_leg(hand_made, 0);
    g_clear_pointer(&leg->report, leg_report_free);

    g_autofree char *outcome = ask(hand_made->outcome, "legs.api.outcome");
    g_autofree char *elapsed = ask(hand_made->outcome, "legs.api.elapsed");
    g_autofree char *step = ask(hand_made->outcome, "steps.pre-pull.outcome");

    cr_assert_str_eq(outcome, "'broken'");
    cr_assert_str_eq(elapsed, "0s");
    cr_assert_str_eq(step, "'absent'");
}
