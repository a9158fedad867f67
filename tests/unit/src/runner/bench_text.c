/* What came of legs and runs as text, and case files with such texts. */
#include "bench.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static const char *const phases[] = {[PHASE_SETUP] = "setup",
                                     [PHASE_PRE] = "pre",
                                     [PHASE_MAIN] = "main",
                                     [PHASE_POST] = "post",
                                     [PHASE_COMPLETE] = "end"};

static void add_step(GString *text, const struct step_result *step, int depth)
{
    g_autofree char *outputs = json_text(step->outputs);
    g_string_append_printf(text, "%*s%s %s: %s", 2 + 2 * depth, "", phases[step->phase],
                           step->title, result_text(step->outcome));
    if (step->conclusion != step->outcome)
        g_string_append_printf(text, " -> %s", result_text(step->conclusion));
    if (step->has_timed_out)
        g_string_append(text, ", timed out");
    if (step->is_assumed)
        g_string_append(text, ", assumed");
    g_string_append_printf(text, ", %gs", (double)step->duration_us / 1e6);
    if (json_object_size(step->outputs) > 0)
        g_string_append_printf(text, ", %s", outputs);
    g_string_append_c(text, '\n');
    for (guint i = 0; step->steps != NULL && i < step->steps->len; i++)
        add_step(text, step->steps->pdata[i], depth + 1);
}

static void add_annotations(GString *text, const struct leg_result *result)
{
    static const char *const levels[] = {"notice", "warning", "error"};
    for (guint i = 0; i < result->annotations->len; i++) {
        const struct annotation *annotation = result->annotations->pdata[i];
        g_string_append_printf(text, "annotation %s%s%s of %s: %s\n", levels[annotation->level],
                               annotation->title != NULL ? " " : "",
                               annotation->title != NULL ? annotation->title : "",
                               annotation->step != NULL ? annotation->step : "the job",
                               annotation->message);
    }
    for (guint i = 0; i < result->assumptions->len; i++) {
        const struct assumption *assumption = result->assumptions->pdata[i];
        g_string_append_printf(text, "assumption %s at line %d%s\n", assumption->what,
                               assumption->position.line,
                               assumption->touches_images ? ", touches images" : "");
    }
}

char *bench_leg_text(const struct leg_result *result)
{
    GString *text = g_string_new(NULL);
    g_autofree char *outputs = json_text(result->outputs);
    g_string_append_printf(text, "%s, %gs, outputs %s\n", result_text(result->result),
                           (double)result->duration_us / 1e6, outputs);
    for (guint i = 0; i < result->steps->len; i++)
        add_step(text, result->steps->pdata[i], 0);
    add_annotations(text, result);
    if (result->summary[0] != '\0')
        g_string_append_printf(text, "summary %s", result->summary);
    /* The set-up says the same in every case; ESC is made visible. */
    const char *log = strstr(result->log->str, "Complete job name");
    g_autoptr(GString) shown = g_string_new(log != NULL ? log : result->log->str);
    g_string_replace(shown, "\033", "ESC", 0);
    g_string_append_printf(text, "log:\n%s", shown->str);
    return g_string_free(text, FALSE);
}

char *bench_server_text(const struct server_result *result)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "run: %s\n", result_text(result->conclusion));
    for (guint i = 0; i < result->errors->len; i++)
        g_string_append_printf(text, "error: %s\n", ((GError *)result->errors->pdata[i])->message);
    for (guint i = 0; i < result->legs->len; i++) {
        const struct server_leg *leg = result->legs->pdata[i];
        g_autofree char *outputs = json_text(leg->result->outputs);
        g_string_append_printf(text, "%s (%s): %s", leg->id, leg->name,
                               result_text(leg->result->result));
        if (leg->result->conclusion != leg->result->result)
            g_string_append_printf(text, " -> %s", result_text(leg->result->conclusion));
        g_string_append_printf(text, ", %gs to %gs, %s\n", (double)leg->result->started_us / 1e6,
                               (double)(leg->result->started_us + leg->result->duration_us) / 1e6,
                               outputs);
        if (leg->queued_us > 0)
            g_string_append_printf(text, "  queued %gs\n", (double)leg->queued_us / 1e6);
        if (leg->reason != NULL)
            g_string_append_printf(text, "  because %s\n", leg->reason);
        for (guint j = 0; j < leg->result->steps->len; j++) {
            const struct step_result *step = leg->result->steps->pdata[j];
            if (step->phase == PHASE_MAIN)
                add_step(text, step, 0);
        }
        add_annotations(text, leg->result);
    }
    return g_string_free(text, FALSE);
}

/* ---- case files ---- */

static void check_case(const char *folder, const char *name, char *(*answer)(const char *path))
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".yaml"));
    g_autofree char *expected_path = g_strconcat(stem, ".expected", NULL);
    g_autofree char *expected = NULL;

    g_autofree char *got = answer(path);

    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(expected_path, got, -1, NULL));
    cr_assert(g_file_get_contents(expected_path, &expected, NULL, NULL), "%s", expected_path);
    cr_expect_str_eq(got, expected, "%s\n--- expected\n%s--- got\n%s", name, expected, got);
}

int bench_check_cases(const char *folder, char *(*answer)(const char *path))
{
    const char *source = g_getenv("SEATRIAL_SOURCE_DIR");
    const char *name;
    int count = 0;
    cr_assert_eq(chdir(source != NULL ? source : "."), 0);
    GDir *cases = g_dir_open(folder, 0, NULL);
    cr_assert_not_null(cases);
    while ((name = g_dir_read_name(cases)) != NULL)
        if (g_str_has_suffix(name, ".yaml")) {
            check_case(folder, name, answer);
            count++;
        }
    g_dir_close(cases);
    return count;
}
