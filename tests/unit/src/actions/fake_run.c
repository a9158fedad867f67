/* The test double of runner/action.h. */
#include "fake_run_private.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

static GHashTable *table_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

struct action_run *fake_run_new(const struct action *action, const char *ref)
{
    struct action_run *run = g_new0(struct action_run, 1);
    run->action = action;
    run->ref = g_strdup(ref);
    run->root = g_dir_make_tmp("actions-XXXXXX", NULL);
    run->inputs = table_new();
    run->variables = table_new();
    run->states = table_new();
    run->saved = table_new();
    run->outputs = table_new();
    run->exported = table_new();
    run->lent = g_ptr_array_new_with_free_func(g_free);
    run->contexts = json_object();
    run->answers = g_array_new(FALSE, TRUE, sizeof(struct fake_answer));
    run->replies = g_array_new(FALSE, TRUE, sizeof(struct reply));
    GString **texts[] = {&run->commands, &run->log,    &run->requests, &run->warnings,
                         &run->assumed,  &run->masked, &run->path,     &run->unknown};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = g_string_new(NULL);
    run->date_ms = INT64_C(1767225600000); /* 2026-01-01 */
    fake_variable(run, "RUNNER_TEMP", FAKE_TEMP);
    fake_variable(run, "RUNNER_TOOL_CACHE", "/opt/hostedtoolcache");
    fake_variable(run, "GITHUB_WORKSPACE", FAKE_WORKSPACE);
    fake_variable(run, "HOME", "/home/runner");
    fake_contexts(run, "{\"github\": {\"repository\": \"acme/app\", \"ref\": \"refs/heads/main\","
                       " \"sha\": \"" FAKE_COMMIT "\","
                       " \"run_id\": \"42\", \"run_attempt\": \"1\", \"token\": \"ghs_token\"},"
                       " \"runner\": {\"os\": \"Linux\", \"arch\": \"X64\"}}");
    return run;
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    if (directory != NULL && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        for (const char *name = g_dir_read_name(directory); name != NULL;
             name = g_dir_read_name(directory)) {
            g_autofree char *inner = g_build_filename(path, name, NULL);
            remove_tree(inner);
        }
    g_remove(path);
}

void fake_run_free(struct action_run *run)
{
    remove_tree(run->root);
    for (guint i = 0; i < run->replies->len; i++) {
        g_free(g_array_index(run->replies, struct reply, i).pattern);
        g_free(g_array_index(run->replies, struct reply, i).body);
        g_clear_pointer(&g_array_index(run->replies, struct reply, i).bytes, g_bytes_unref);
        g_clear_pointer(&g_array_index(run->replies, struct reply, i).headers, g_ptr_array_unref);
    }
    GHashTable *tables[] = {run->inputs, run->variables, run->states,
                            run->saved,  run->outputs,   run->exported};
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
        g_hash_table_unref(tables[i]);
    GString *texts[] = {run->commands, run->log,    run->requests, run->warnings,
                        run->assumed,  run->masked, run->path,     run->unknown};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_string_free(texts[i], TRUE);
    g_array_unref(run->answers);
    g_array_unref(run->replies);
    g_ptr_array_unref(run->lent);
    json_decref(run->contexts);
    g_clear_pointer(&run->uploaded, g_bytes_unref);
    char *owned[] = {
        run->ref,          run->root, run->failure, run->stdin_text, run->nested_successes,
        run->nested_inputs};
    for (gsize i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
    g_free(run);
}

void fake_run_cleanup(struct action_run **run)
{
    fake_run_free(*run);
}

/* ---- setting ---- */

void fake_input(struct action_run *run, const char *name, const char *value)
{
    g_hash_table_replace(run->inputs, g_ascii_strdown(name, -1), g_strdup(value));
}

void fake_variable(struct action_run *run, const char *name, const char *value)
{
    g_hash_table_replace(run->variables, g_strdup(name), g_strdup(value));
}

void fake_contexts(struct action_run *run, const char *json)
{
    g_autoptr(json_t) given = json_parse_bytes(json, strlen(json), NULL);
    cr_assert_not_null(given, "contexts of the test are no JSON: %s", json);
    json_object_update_recursive(run->contexts, given);
}

void fake_reads_unknown(struct action_run *run)
{
    run->reads_unknown = true;
}

void fake_date(struct action_run *run, const char *iso8601)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(iso8601, NULL);
    cr_assert_not_null(date);
    run->date_ms = g_date_time_to_unix(date) * 1000;
}

void fake_file(struct action_run *run, const char *path, const char *text)
{
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *folder = g_path_get_dirname(place);
    cr_assert_eq(g_mkdir_with_parents(folder, 0700), 0);
    cr_assert(g_file_set_contents(place, text, -1, NULL));
}

void fake_workspace_file(struct action_run *run, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(FAKE_WORKSPACE, name, NULL);
    fake_file(run, path, text);
}

char *fake_file_text(struct action_run *run, const char *path)
{
    char *text = NULL;
    g_autofree char *place = action_host_path(run, path);
    g_file_get_contents(place, &text, NULL, NULL);
    return text;
}

void fake_answer(struct action_run *run, struct fake_answer answer)
{
    g_array_append_val(run->answers, answer);
}

void fake_prints(struct action_run *run, const char *pattern, const char *output)
{
    fake_answer(run, (struct fake_answer){.pattern = pattern, .output = output});
}

void fake_fails(struct action_run *run, const char *pattern, int exit_code, const char *errors)
{
    fake_answer(run,
                (struct fake_answer){.pattern = pattern, .exit_code = exit_code, .errors = errors});
}

void fake_reply(struct action_run *run, const char *pattern, unsigned status, const char *body)
{
    struct reply reply = {.pattern = g_strdup(pattern), .status = status, .body = g_strdup(body)};
    g_array_append_val(run->replies, reply);
}

void fake_reply_header(struct action_run *run, const char *line)
{
    struct reply *latest = &g_array_index(run->replies, struct reply, run->replies->len - 1);
    if (latest->headers == NULL)
        latest->headers = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(latest->headers, g_strdup(line));
}

void fake_copy_upload(struct action_run *run, const char *pattern, const struct action_run *from)
{
    cr_assert_not_null(from->uploaded, "nothing was uploaded");
    struct reply reply = {
        .pattern = g_strdup(pattern), .status = 200, .bytes = g_bytes_ref(from->uploaded)};
    g_array_append_val(run->replies, reply);
}

void fake_reply_with_upload(struct action_run *run, const char *pattern)
{
    fake_copy_upload(run, pattern, run);
}

void fake_nested(struct action_run *run, const char *successes)
{
    run->nested_successes = g_strdup(successes);
}

void fake_changes(struct action_run *run, const char *lines)
{
    run->changes = lines;
}

void fake_git_failures(struct action_run *run, unsigned count)
{
    run->git_failure_count = count;
}

/* ---- running ---- */

static void perform(struct action_run *run, action_fn *phase)
{
    g_autoptr(GError) error = NULL;
    cr_assert_not_null(phase, "the action has no such phase");
    cr_assert(phase(run, &error), "interrupted: %s", error != NULL ? error->message : "");
    GHashTableIter iterator;
    gpointer name, value;
    g_hash_table_iter_init(&iterator, run->saved);
    while (g_hash_table_iter_next(&iterator, &name, &value))
        g_hash_table_replace(run->states, g_strdup(name), g_strdup(value));
}

void fake_main(struct action_run *run)
{
    perform(run, run->action->main);
}

void fake_post(struct action_run *run)
{
    g_string_truncate(run->commands, 0);
    g_string_truncate(run->log, 0);
    run->has_failed = false;
    perform(run, run->action->post);
}

const char *fake_commands(const struct action_run *run)
{
    return run->commands->str;
}
const char *fake_log(const struct action_run *run)
{
    return run->log->str;
}
const char *fake_requests(const struct action_run *run)
{
    return run->requests->str;
}
const char *fake_output(const struct action_run *run, const char *name)
{
    return g_hash_table_lookup(run->outputs, name);
}
const char *fake_unknown(const struct action_run *run)
{
    return run->unknown->str;
}
const char *fake_exported(const struct action_run *run, const char *name)
{
    return g_hash_table_lookup(run->exported, name);
}
const char *fake_path(const struct action_run *run)
{
    return run->path->str;
}
const char *fake_failure(const struct action_run *run)
{
    return run->failure;
}
const char *fake_warnings(const struct action_run *run)
{
    return run->warnings->str;
}
const char *fake_assumed(const struct action_run *run)
{
    return run->assumed->str;
}
const char *fake_masked(const struct action_run *run)
{
    return run->masked->str;
}
const char *fake_stdin(const struct action_run *run)
{
    return run->stdin_text;
}
const char *fake_nested_inputs(const struct action_run *run)
{
    return run->nested_inputs;
}
int64_t fake_slept_us(const struct action_run *run)
{
    return run->slept_us;
}

void fake_expect_text(const char *actual, const char *expected)
{
    cr_expect_str_eq(actual != NULL ? actual : "(null)", expected,
                     "\n--- actual\n%s\n--- expected\n%s\n", actual, expected);
}

void fake_expect_part(const char *actual, const char *part)
{
    cr_expect(actual != NULL && strstr(actual, part) != NULL, "\n--- actual\n%s\n--- lacks\n%s\n",
              actual, part);
}
