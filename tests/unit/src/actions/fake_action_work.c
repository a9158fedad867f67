/* The functions of runner/action.h by which an action does something, over the test's run. */
#include "fake_run_private.h"

#include "base/glob.h"

#include <criterion/criterion.h>
#include <string.h>

void action_exec_result_clear(struct action_exec_result *result)
{
    g_clear_pointer(&result->output, g_free);
    g_clear_pointer(&result->errors, g_free);
}

static struct fake_answer *answer_for(struct action_run *run, const char *command)
{
    for (guint i = run->answers->len; i > 0; i--) {
        struct fake_answer *answer = &g_array_index(run->answers, struct fake_answer, i - 1);
        if (answer->pattern == NULL || !glob_match(answer->pattern, command))
            continue;
        if (answer->times > 0 && --answer->times == 0)
            answer->pattern = NULL;
        return answer;
    }
    return NULL;
}

static void write_file(struct action_run *run, const struct action_exec *exec,
                       const struct fake_answer *answer)
{
    for (const char *const *word = exec->arguments; answer->file_after != NULL && *word != NULL;
         word++)
        if (strcmp(*word, answer->file_after) == 0)
            fake_file(run, word[1], answer->file_text);
}

static void log_output(struct action_run *run, const char *text)
{
    if (*text != '\0')
        g_string_append_printf(run->log, "%s%s", text, g_str_has_suffix(text, "\n") ? "" : "\n");
}

bool action_exec(struct action_run *run, const struct action_exec *exec,
                 struct action_exec_result *result, GError **error)
{
    (void)error;
    g_autofree char *command = g_strjoinv(" ", (char **)exec->arguments);
    g_string_append_printf(run->commands, "%s\n", command);
    if (exec->input != NULL) {
        g_free(run->stdin_text);
        run->stdin_text = g_strdup(exec->input);
    }
    const struct fake_answer nothing = {0};
    const struct fake_answer *answer = answer_for(run, command);
    if (answer == NULL)
        answer = &nothing;
    write_file(run, exec, answer);
    *result = (struct action_exec_result){
        .exit_code = answer->exit_code,
        .output = answer->output_bytes > 0 ? g_memdup2(answer->output, answer->output_bytes + 1)
                                           : g_strdup(answer->output != NULL ? answer->output : ""),
        .errors = g_strdup(answer->errors != NULL ? answer->errors : ""),
        .has_timed_out = answer->has_timed_out,
    };
    result->output_bytes = answer->output_bytes > 0 ? answer->output_bytes : strlen(result->output);
    if (answer->is_missing)
        action_fail(run, "Unable to locate executable file: %s. Please verify", exec->arguments[0]);
    if (!exec->is_silent) {
        g_string_append_printf(run->log, "[command]/usr/bin/%s\n", command);
        log_output(run, result->output);
        log_output(run, result->errors);
    }
    return true;
}

bool action_assume(struct action_run *run, const char *what, int64_t duration_us, GError **error)
{
    (void)error;
    (void)duration_us;
    g_string_append_printf(run->assumed, "%s\n", what);
    return true;
}

bool action_assume_gap(struct action_run *run, const char *what, int64_t duration_us,
                       GError **error)
{
    return action_assume(run, what, duration_us, error);
}

bool action_sleep(struct action_run *run, int64_t delay_us, GError **error)
{
    (void)error;
    run->slept_us += delay_us;
    run->date_ms += delay_us / 1000;
    return true;
}

void action_reply_clear(struct action_reply *reply)
{
    g_clear_pointer(&reply->body, g_bytes_unref);
    g_clear_pointer(&reply->headers, g_ptr_array_unref);
    g_clear_pointer(&reply->failure, g_free);
}

const char *action_reply_header(const struct action_reply *reply, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; reply->headers != NULL && i < reply->headers->len; i++) {
        const char *line = g_ptr_array_index(reply->headers, i);
        if (g_ascii_strncasecmp(line, name, length) == 0)
            return line + length + strlen(": ");
    }
    return NULL;
}

bool action_exchange(struct action_run *run, const struct action_exchange *exchange,
                     struct action_reply *reply, GError **error)
{
    return action_request(run, exchange->method, exchange->url, exchange->headers, exchange->body,
                          reply, error);
}

bool action_request(struct action_run *run, const char *method, const char *url,
                    const char *const *headers, GBytes *body, struct action_reply *reply,
                    GError **error)
{
    (void)error;
    (void)headers;
    g_autofree char *line = g_strdup_printf("%s %s", method, url);
    gsize length = body != NULL ? g_bytes_get_size(body) : 0;
    bool is_text =
        length < 2000 && length > 0 && *(const char *)g_bytes_get_data(body, NULL) == '{';
    g_string_append_printf(run->requests, "%s %.*s\n", line, is_text ? (int)length : 0,
                           is_text ? (const char *)g_bytes_get_data(body, NULL) : "");
    *reply = (struct action_reply){0};
    if (strcmp(method, "PUT") == 0) {
        g_clear_pointer(&run->uploaded, g_bytes_unref);
        run->uploaded = g_bytes_ref(body);
    }
    for (guint i = run->replies->len; i > 0; i--) {
        const struct reply *known = &g_array_index(run->replies, struct reply, i - 1);
        if (!glob_match(known->pattern, line))
            continue;
        reply->status = known->status;
        if (known->headers != NULL)
            reply->headers = g_ptr_array_ref(known->headers);
        if (known->status == 0)
            reply->failure = g_strdup(known->body);
        else if (known->bytes != NULL)
            reply->body = g_bytes_ref(known->bytes);
        else if (known->body != NULL)
            reply->body = g_bytes_new(known->body, strlen(known->body));
        return true;
    }
    reply->failure = g_strdup("getaddrinfo ENOTFOUND");
    return true;
}

bool action_nested(struct action_run *run, const struct action_nested *nested,
                   struct action_nested_result *result, GError **error)
{
    (void)error;
    g_free(run->nested_inputs);
    run->nested_inputs = json_text(nested->inputs);
    g_string_append_printf(run->commands, "(uses %s%s)\n", nested->uses,
                           nested->is_post ? ", post" : "");
    gsize count = run->nested_successes != NULL ? strlen(run->nested_successes) : 0;
    result->has_succeeded =
        run->nested_count >= count || run->nested_successes[run->nested_count] == '1';
    run->nested_count++;
    result->outputs = json_pack("{s:s}", "digest", "sha256:1");
    return true;
}

void action_nested_result_clear(struct action_nested_result *result)
{
    g_clear_pointer(&result->outputs, json_decref);
}
