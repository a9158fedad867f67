/* The failure table against the texts of real failures, and what wins when several fit. */
#include "docker/docker.h"
#include "docker/failure_table.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const case_files[] = {
    "network", "auth",     "manifest",  "blob", "disk",  "engine", "builder",
    "driver",  "platform", "toolchain", "push", "cache", "runner",
};

static char *read_cases(const char *name)
{
    const char *root = g_getenv("SEATRIAL_SOURCE_DIR");
    g_autofree char *path =
        g_strdup_printf("%s/tests/cases/failure/%s.cases", root != NULL ? root : ".", name);
    char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    return text;
}

/* "failures.md C4 D5 K5" names the case D5. */
static bool rule_names(const char *rule, const char *id)
{
    g_auto(GStrv) words = g_strsplit(rule != NULL ? rule : "", " ", -1);
    return g_strv_contains((const char *const *)words, id);
}

static void check_case(const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, "|", -1);
    cr_assert_eq(g_strv_length(fields), 4, "%s", line);
    g_autofree char *text = g_strcompress(fields[1]);
    g_autoptr(GError) error = g_error_new_literal(DOCKER_ERROR, DOCKER_ERROR_EXIT, text);

    struct failure failure = failure_classify(error, NULL);

    cr_expect(rule_names(failure.rule, fields[0]), "%s: matched %s", line, failure.rule);
    cr_expect_str_eq(failure_cause_text(failure.cause), fields[2], "%s", line);
    cr_expect_str_eq(failure_retry_text(failure.retry), fields[3], "%s", line);
}

Test(failure, every_text_of_the_catalogue_has_its_cause_and_retry)
{
    for (gsize i = 0; i < G_N_ELEMENTS(case_files); i++) {
        g_autofree char *text = read_cases(case_files[i]);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line != NULL; line++) {
            if (**line != '\0' && **line != '#')
                check_case(*line);
        }
    }
}

/* Whether some case of some file is of this id. */
static bool has_case(const char *id)
{
    g_autofree char *wanted = g_strdup_printf("\n%s|", id);
    for (gsize i = 0; i < G_N_ELEMENTS(case_files); i++) {
        g_autofree char *text = read_cases(case_files[i]);
        if (strstr(text, wanted) != NULL)
            return true;
    }
    return false;
}

Test(failure, every_id_that_a_row_names_has_a_case)
{
    for (gsize i = 0; i < failure_row_count; i++) {
        g_auto(GStrv) words = g_strsplit(failure_rows[i].rule, " ", -1);
        for (char **id = words + 1; *id != NULL; id++)
            cr_expect(has_case(*id), "%s", *id);
    }
}

static struct failure classify(GQuark domain, int code, const char *message, const char *output)
{
    g_autoptr(GError) error = g_error_new_literal(domain, code, message);
    return failure_classify(error, output);
}

Test(failure, our_own_limit_and_cancellation_win_over_what_the_output_says)
{
    static const char output[] = "retrying: connection reset by peer\n";

    struct failure late =
        classify(FIBER_ERROR, FIBER_ERROR_TIMED_OUT, "tier timed out after 5min", output);
    struct failure cancelled =
        classify(FIBER_ERROR, FIBER_ERROR_CANCELLED, "cancelled (leg)", output);

    cr_expect_eq(late.cause, CAUSE_RESOURCE);
    cr_expect_str_eq(late.rule, "failures.md M1");
    cr_expect_eq(cancelled.cause, CAUSE_INFRASTRUCTURE);
    cr_expect_str_eq(cancelled.rule, "failures.md M2");
}

Test(failure, a_transport_error_of_our_own_client_is_read_by_its_code)
{
    struct failure failure = classify(HTTP_ERROR, HTTP_ERROR_EMPTY_REPLY,
                                      "GET https://ghcr.io/v2/: closed without an answer", NULL);

    cr_assert_eq(failure.cause, CAUSE_NETWORK);
    cr_assert_eq(failure.retry, RETRY_TRANSIENT);
}

Test(failure, a_stream_that_was_cut_is_the_engines_fault_and_transient)
{
    struct failure failure =
        classify(DOCKER_ERROR, DOCKER_ERROR_CUT, "the pull of a:1 ended without saying how", NULL);

    cr_assert_eq(failure.cause, CAUSE_INFRASTRUCTURE);
    cr_assert_eq(failure.retry, RETRY_TRANSIENT);
}

Test(failure, a_connection_to_the_engine_that_breaks_is_no_registrys_fault)
{
    struct failure failure = classify(
        DOCKER_ERROR, DOCKER_ERROR_CUT,
        "the Engine's stream was cut: POST http://e/v1.41/build: connection reset by peer", NULL);

    cr_assert_str_eq(failure.rule, "failures.md F8");
}

Test(failure, the_line_nearest_to_the_end_is_the_cause)
{
    struct failure failure =
        classify(DOCKER_ERROR, DOCKER_ERROR_EXIT, "buildctl ended with code 1",
                 "error: read tcp: connection reset by peer\nretrying in 1s\n"
                 "go: go.mod requires go >= 1.22 (running go 1.21.13; GOTOOLCHAIN=local)\n"
                 "error: failed to solve: process \"x\" did not complete successfully: "
                 "exit code: 1\n");

    cr_assert_str_eq(failure.rule, "failures.md J1");
}

Test(failure, warnings_beside_the_cause_do_not_hide_it)
{
    struct failure failure = classify(DOCKER_ERROR, DOCKER_ERROR_EXIT, "buildctl ended with code 1",
                                      "write /a: no space left on device\n"
                                      "#5 ERROR: ghcr.io/o/r:buildcache: not found\n#7 CANCELED\n");

    cr_assert_eq(failure.cause, CAUSE_RESOURCE);
}

Test(failure, the_message_counts_before_the_output)
{
    static const char output[] = "read tcp 1->2: read: connection reset by peer\n";

    struct failure failure = classify(DOCKER_ERROR, 0, "no space left on device", output);

    cr_assert_eq(failure.cause, CAUSE_RESOURCE);
    cr_assert_eq(failure_classify(NULL, output).cause, CAUSE_NETWORK);
}

Test(failure, what_nobody_has_seen_is_unknown)
{
    struct failure failure = classify(DOCKER_ERROR, 418, "I am a teapot", "short and stout\n");

    cr_assert_eq(failure.cause, CAUSE_UNKNOWN);
    cr_assert_eq(failure.retry, RETRY_UNKNOWN);
    cr_assert_null(failure.rule);
}

Test(failure, nothing_at_all_is_unknown)
{
    cr_assert_eq(failure_classify(NULL, NULL).cause, CAUSE_UNKNOWN);
}

Test(failure, only_the_end_of_a_long_text_is_read)
{
    g_autofree char *filler = g_strnfill(FAILURE_OUTPUT_BYTES_MAX, 'x');
    g_autofree char *early = g_strconcat("no space left on device\n", filler, NULL);
    g_autofree char *late = g_strconcat(filler, "\nno space left on device", NULL);

    cr_expect_eq(classify(DOCKER_ERROR, DOCKER_ERROR_EXIT, "x", early).cause, CAUSE_UNKNOWN);
    cr_expect_eq(classify(DOCKER_ERROR, DOCKER_ERROR_EXIT, "x", late).cause, CAUSE_RESOURCE);
    cr_expect_eq(classify(DOCKER_ERROR, 0, early, NULL).cause, CAUSE_UNKNOWN);
    cr_expect_eq(classify(DOCKER_ERROR, 0, late, NULL).cause, CAUSE_RESOURCE);
}

Test(failure, a_status_of_the_registry_counts_when_its_text_says_nothing)
{
    GQuark oci = g_quark_from_static_string("seatrial-oci-error");

    cr_assert_eq(classify(oci, 429, "ghcr.io says no", NULL).retry, RETRY_RATE_LIMIT);
    cr_assert_eq(classify(oci, 503, "ghcr.io says no", NULL).retry, RETRY_TRANSIENT);
    cr_assert_eq(classify(oci, 403, "ghcr.io says no", NULL).cause, CAUSE_CONFIGURATION);
}

Test(failure, what_our_registry_client_says_is_read_too)
{
    static const struct {
        int code;
        const char *message;
        const char *rule;
    } rows[] = {
        {503,
         "oauth token: unexpected status from GET request to https://auth.docker.io/token: "
         "503 Service Unavailable",
         "failures.md B2"},
        {401,
         "oauth token: unexpected status from GET request to https://auth.docker.io/token: "
         "401 Unauthorized: incorrect username or password",
         "failures.md B3"},
        {429,
         "unexpected status from GET request to https://ghcr.io/v2/o/a/manifests/1: 429 Too "
         "Many Requests: toomanyrequests: slow down",
         "failures.md K19"},
        {403,
         "unexpected status from PUT request to https://ghcr.io/v2/o/a/manifests/1: 403 "
         "Forbidden: denied: permission_denied: write_package",
         "failures.md K2"},
        {502,
         "unexpected status from GET request to http://localhost:5000/v2/a/manifests/1: 502 "
         "Bad Gateway",
         "failures.md C11"},
        {404, "ghcr.io/o/a has no manifest sha256:ab", "failures.md C5"},
        {0, "https://ghcr.io/v2/o/a/manifests/1 has the bytes of sha256:ab, not of sha256:cd",
         "failures.md D4"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GQuark oci = g_quark_from_static_string("seatrial-oci-error");

        struct failure failure = classify(oci, rows[i].code, rows[i].message, NULL);

        cr_expect_str_eq(failure.rule, rows[i].rule, "%s: %s", rows[i].message, failure.rule);
    }
}
