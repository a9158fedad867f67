/* What a script's output says of programs that are not there. */
#include "runner/missing_program.h"

#include <criterion/criterion.h>
#include <glib.h>

Test(missing_program, is_told_by_those_who_wanted_to_run_it)
{
    static const char *const rows[][2] = {
        {"/home/runner/work/_temp/914f4e2b.sh: 1: just: not found", "just"},
        {"sh: 1: exec: golangci-lint: not found", "golangci-lint"},
        {"/home/runner/work/_temp/a.sh: line 1: exec: mdbook: not found", "mdbook"},
        {"env: 'node20': No such file or directory", "node20"},
        {"env: \xe2\x80\x98node20\xe2\x80\x99: No such file or directory", "node20"},
        {"xargs: yq: No such file or directory", "yq"},
        {"timeout: failed to run command 'helm': No such file or directory", "helm"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = missing_program_find(rows[i][0]);
        cr_expect_str_eq(name != NULL ? name : "(none)", rows[i][1]);
    }
}

Test(missing_program, is_no_file_that_is_missing)
{
    static const char *const lines[] = {
        "a.sh: 1: ./apko: not found",
        "cat: config.json: No such file or directory",
        "ERROR: docker.io/acme/app:1: not found",
        "/home/runner/work/_temp/a.sh: line 2: ./apko: No such file or directory",
        "page not found",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *name = missing_program_find(lines[i]);
        cr_expect_null(name, "%s", lines[i]);
    }
}

Test(missing_program, a_module_or_an_object_of_git_is_told_as_well)
{
    static const char object[] = "9e09546bfde623aa66019baebb82594d8c7c897a";
    static const char *const rows[][2] = {
        {"ModuleNotFoundError: No module named 'docker'", "docker"},
        {"remote: fatal: unable to read 9e09546bfde623aa66019baebb82594d8c7c897a        ", NULL},
        {"fatal: could not fetch 9e09546bfde623aa66019baebb82594d8c7c897a from promisor remote",
         NULL},
        {"error: unable to read askpass response", "(none)"},
    };
    g_autofree char *told = g_strdup_printf("object %s in this clone", object);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = missing_module_find(rows[i][0]);
        cr_expect_str_eq(name != NULL ? name : "(none)", rows[i][1] != NULL ? rows[i][1] : told);
    }
}
