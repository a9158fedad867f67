/* What an action does: lines, outputs, command lines, exchanges. */
#include "http/http.h"
#include "runner/native.h"

#include <glib/gstdio.h>
#include <string.h>

#define FORMAT(text, format)                                                                       \
    va_list arguments_;                                                                            \
    va_start(arguments_, format);                                                                  \
    g_autofree char *text = g_strdup_vprintf(format, arguments_);                                  \
    va_end(arguments_)

void action_log(struct action_run *run, const char *format, ...)
{
    FORMAT(text, format);
    step_output(run->step, 1, text, strlen(text));
    step_output(run->step, 1, "\n", 1);
}

void action_group(struct action_run *run, const char *title)
{
    step_print(run->step, "##[group]%s", title);
}

void action_group_end(struct action_run *run)
{
    step_print(run->step, "##[endgroup]");
}

void action_warn(struct action_run *run, const char *format, ...)
{
    FORMAT(text, format);
    step_annotate(run->step, ANNOTATION_WARNING, NULL, text);
}

void action_notice(struct action_run *run, const char *format, ...)
{
    FORMAT(text, format);
    step_annotate(run->step, ANNOTATION_NOTICE, NULL, text);
}

void action_error(struct action_run *run, const char *format, ...)
{
    FORMAT(text, format);
    step_annotate(run->step, ANNOTATION_ERROR, NULL, text);
}

void action_fail(struct action_run *run, const char *format, ...)
{
    FORMAT(text, format);
    step_annotate(run->step, ANNOTATION_ERROR, NULL, text);
    run->has_failed = true;
}

bool action_has_failed(const struct action_run *run)
{
    return run->has_failed;
}

void action_set_output(struct action_run *run, const char *name, const char *value)
{
    if (run->outputs != NULL)
        json_object_set_new(run->outputs, name, json_text_or_null(value));
    else
        step_set_output(run->step, name, value);
}

void action_set_unknown_output(struct action_run *run, const char *name)
{
    unknown_add(&run->step->result->unknown, name);
    if (run->outputs != NULL)
        unknown_add(&run->step->result->unknown, "outputs"); /* where who runs it shows them */
}

void action_save_state(struct action_run *run, const char *name, const char *value)
{
    step_set_state(run->step, name, value);
}

void action_export_variable(struct action_run *run, const char *name, const char *value)
{
    step_set_variable(run->step, name, value);
    action_set_variable(run, name, value);
}

void action_add_path(struct action_run *run, const char *path)
{
    const char *old = action_variable(run, "PATH");
    g_autofree char *all = g_strconcat(path, ":", old != NULL ? old : "", NULL);
    leg_add_path(run->step->leg, path);
    action_set_variable(run, "PATH", all);
}

bool action_put_program(struct action_run *run, const char *folder, const char *name)
{
    const struct leg_run *leg = run->step->leg;
    g_autofree char *path = g_canonicalize_filename(folder, leg->workspace);
    g_autofree char *place = action_host_path(run, path);
    if (leg->machine->sandbox == NULL)
        return true;
    return place != NULL && g_mkdir_with_parents(place, 0755) == 0 &&
           sandbox_put_command(leg->machine->sandbox, path, name, NULL);
}

void action_mask(struct action_run *run, const char *secret)
{
    masks_add(run->step->leg->masks, secret);
}

void action_summarize(struct action_run *run, const char *markdown)
{
    step_add_summary(run->step, markdown);
}

/* ---- command lines ---- */

void action_exec_result_clear(struct action_exec_result *result)
{
    g_free(result->output);
    g_free(result->errors);
    *result = (struct action_exec_result){0};
}

/* As the toolkit prints it: the tool's path, then the arguments with blanks between. */
static void print_command(struct action_run *run, const struct action_exec *exec)
{
    g_autofree char *line = g_strjoinv(" ", (char **)(uintptr_t)exec->arguments);
    bool is_path = strchr(exec->arguments[0], '/') != NULL;
    action_log(run, "[command]%s%s", is_path ? "" : "/usr/bin/", line);
}

/* The action's variables, then those of the call; g_ptr_array_unref. */
static GPtrArray *environment_of(const struct action_run *run, const struct action_exec *exec)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint i = 0; i + 1 < run->environment->len; i++)
        g_ptr_array_add(all, run->environment->pdata[i]);
    for (const char *const *pair = exec->environment; pair != NULL && *pair != NULL; pair++)
        g_ptr_array_add(all, (gpointer)(uintptr_t)*pair);
    g_ptr_array_add(all, NULL);
    return all;
}

bool action_exec(struct action_run *run, const struct action_exec *exec,
                 struct action_exec_result *result, GError **error)
{
    g_autoptr(GPtrArray) environment = environment_of(run, exec);
    const struct command_order order = {.arguments = exec->arguments,
                                        .environment = (const char *const *)environment->pdata,
                                        .directory = exec->directory,
                                        .input = exec->input,
                                        .is_silent = exec->is_silent,
                                        .limit_us = exec->limit_us};
    bool is_found = true;
    if (!exec->is_silent && !exec->is_plain)
        print_command(run, exec);
    if (!command_perform(run->step, &order, result, &is_found, error))
        return false;
    if (is_found)
        return true;
    action_fail(run,
                "Unable to locate executable file: %s. Please verify either the file path exists "
                "or the file can be found within a directory specified by the PATH environment "
                "variable. Also check the file mode to verify the file is executable.",
                exec->arguments[0]);
    result->exit_code = 127;
    result->output = g_strdup("");
    result->errors = g_strdup("");
    return true;
}

/* ---- time ---- */

static bool pass_assumed(struct action_run *run, int64_t duration_us, GError **error)
{
    run->step->result->is_assumed = true;
    return duration_us <= 0 || fiber_sleep(action_loop(run), duration_us, error);
}

bool action_assume(struct action_run *run, const char *what, int64_t duration_us, GError **error)
{
    leg_assume(run->step->leg, run->step, run->action->touches_images, "%s: %s",
               run->step->use->text, what);
    return pass_assumed(run, duration_us, error);
}

bool action_assume_gap(struct action_run *run, const char *what, int64_t duration_us,
                       GError **error)
{
    leg_assume_gap(run->step->leg, run->step, run->action->touches_images, "%s: %s",
                   run->step->use->text, what);
    return pass_assumed(run, duration_us, error);
}

bool action_sleep(struct action_run *run, int64_t delay_us, GError **error)
{
    return fiber_sleep(action_loop(run), delay_us, error);
}

/* ---- exchanges ---- */

void action_reply_clear(struct action_reply *reply)
{
    if (reply->body != NULL)
        g_bytes_unref(reply->body);
    g_clear_pointer(&reply->headers, g_ptr_array_unref);
    g_free(reply->failure);
    *reply = (struct action_reply){0};
}

const char *action_reply_header(const struct action_reply *reply, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; reply->headers != NULL && i < reply->headers->len; i++) {
        const char *line = g_ptr_array_index(reply->headers, i);
        if (g_ascii_strncasecmp(line, name, length) == 0 && g_str_has_prefix(line + length, ": "))
            return line + length + strlen(": ");
    }
    return NULL;
}

/* The one limit that @actions/http-client has (its index.ts); the kernel gives up a dial before. */
#define NODE_SILENCE_US (180 * SECOND_US)

/* Node's words for what went wrong; {} is the host. */
static const struct {
    enum http_error code;
    const char *words;
} node_words[] = {
    {HTTP_ERROR_NAME_NOT_FOUND, "getaddrinfo ENOTFOUND {}"},
    {HTTP_ERROR_NAME_SERVER, "getaddrinfo EAI_AGAIN {}"},
    {HTTP_ERROR_NAME_TIMED_OUT, "getaddrinfo EAI_AGAIN {}"},
    {HTTP_ERROR_REFUSED, "connect ECONNREFUSED {}"},
    {HTTP_ERROR_UNANSWERED, "connect ETIMEDOUT {}"},
    {HTTP_ERROR_TLS_TIMED_OUT,
     "Client network socket disconnected before secure TLS connection was established"},
    {HTTP_ERROR_TLS_REFUSED,
     "Client network socket disconnected before secure TLS connection was established"},
    {HTTP_ERROR_RESET, "read ECONNRESET"},
    {HTTP_ERROR_EMPTY_REPLY, "socket hang up"},
    {HTTP_ERROR_TRUNCATED, "aborted"},
    {HTTP_ERROR_MALFORMED, "Parse Error: Expected HTTP/"},
};

static char *failure_of(const GError *error, const char *url)
{
    g_autofree char *host = NULL;
    int port = 0;
    if (!http_url_split(url, &host, &port, NULL))
        host = g_strdup(url);
    for (gsize i = 0; error->domain == HTTP_ERROR && i < G_N_ELEMENTS(node_words); i++)
        if (error->code == (int)node_words[i].code) {
            g_autoptr(GString) words = g_string_new(node_words[i].words);
            g_string_replace(words, "{}", host, 1);
            return g_strdup(words->str);
        }
    return g_strdup(error->message);
}

static void take_answer(struct http_response *response, struct action_reply *reply)
{
    reply->status = response->status;
    reply->body = g_steal_pointer(&response->body);
    reply->headers = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; response->headers != NULL && i < response->headers->len; i++) {
        const struct http_header *header = g_ptr_array_index(response->headers, i);
        g_ptr_array_add(reply->headers, g_strconcat(header->name, ": ", header->value, NULL));
    }
}

static bool perform_within(struct http *http, const struct http_request *request, int64_t limit_us,
                           struct http_response *response, bool *has_timed_out, GError **error)
{
    if (limit_us <= 0)
        return http_perform(http, request, response, error);
    DEADLINE(limit);
    deadline_begin(http_loop(http), &limit, "a request", limit_us);
    bool is_whole = http_perform(http, request, response, error);
    *has_timed_out = !is_whole && limit.has_expired;
    return is_whole;
}

bool action_exchange(struct action_run *run, const struct action_exchange *exchange,
                     struct action_reply *reply, GError **error)
{
    struct http *http = run->step->leg->machine->http;
    HTTP_RESPONSE(response);
    g_autoptr(GError) wrong = NULL;
    const struct http_request request = {.method = exchange->method,
                                         .url = exchange->url,
                                         .headers = exchange->headers,
                                         .body = exchange->body,
                                         .connect_timeout_us = NODE_SILENCE_US};
    *reply = (struct action_reply){0};
    if (http == NULL) {
        reply->failure = g_strdup("connect ENETUNREACH");
        return true;
    }
    if (perform_within(http, &request, exchange->limit_us, &response, &reply->has_timed_out,
                       &wrong)) {
        take_answer(&response, reply);
        return true;
    }
    if (wrong->domain == FIBER_ERROR && !reply->has_timed_out) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    reply->failure = reply->has_timed_out ? g_strdup("") : failure_of(wrong, exchange->url);
    return true;
}

bool action_request(struct action_run *run, const char *method, const char *url,
                    const char *const *headers, GBytes *body, struct action_reply *reply,
                    GError **error)
{
    const struct action_exchange exchange = {
        .method = method, .url = url, .headers = headers, .body = body};
    return action_exchange(run, &exchange, reply, error);
}
