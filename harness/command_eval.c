/* `seatrial eval`: one expression of a workflow, or a file of them, and what GitHub would make of
 * it.
 */
#include "harness/cli.h"

#include "base/limits.h"
#include "expr/github.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one evaluation gave; error is NULL when there is a value. */
struct answer {
    struct value value;
    GError *error;
};

static void answer_clear(struct answer *answer)
{
    value_clear(&answer->value);
    g_clear_error(&answer->error);
}

/* job.status decides what the status functions say; without one all went well. */
static void evaluate(const char *text, const struct value *contexts, struct answer *answer)
{
    VALUE(job);
    VALUE(status);
    g_autofree const char **names = github_context_names(contexts);
    struct dialect dialect = dialect_github;
    struct github_functions_context functions = {0};
    const struct expr_scope scope = {.names = contexts, .context = &functions};

    dialect.names = names;
    dialect.more_functions = github_step_if_functions;
    if (contexts->type->get(contexts->self, "job", &job) && job.kind == VALUE_OBJECT &&
        job.type->get(job.self, "status", &status) && status.kind == VALUE_STRING)
        functions.status = status.string;
    if (g_str_has_prefix(text, "${{")) { /* nothing else can begin so: a text to fill in */
        if (!github_template_evaluate(&dialect, text, (struct position){0}, &scope, &answer->value,
                                      &answer->error))
            value_clear(&answer->value);
        return;
    }
    AUTO(expr) expr = expr_parse(&dialect, text, (struct position){0}, &answer->error);
    if (expr != NULL && !expr_evaluate(expr, &scope, &answer->value, &answer->error))
        value_clear(&answer->value);
}

/* Numbers in 15 digits, as GitHub shows them, unless that loses something; g_free. */
static char *compact_text(const json_t *json, size_t flags)
{
    enum {
        DIGITS = 15
    };
    char *text = json_dumps(json, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS));
    g_autoptr(json_t) again = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!json_equal(json, again)) {
        free(text);
        text = json_dumps(json, flags | JSON_ENCODE_ANY);
    }
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

static json_t *error_json(const char *kind, const char *message, json_t *position)
{
    return json_pack("{s:{s:s, s:s, s:o}}", "error", "kind", kind, "message", message, "position",
                     position);
}

static char *answer_text(const struct answer *answer)
{
    g_autoptr(json_t) json = NULL;
    if (answer->error == NULL)
        json = json_pack("{s:s, s:o}", "kind", github_value_kind_text(&answer->value), "value",
                         github_value_json(&answer->value));
    else
        json = error_json(github_error_kind_text(github_error_kind(answer->error)),
                          answer->error->message,
                          json_integer((json_int_t)github_error_position(answer->error)));
    return compact_text(json, JSON_COMPACT);
}

/* For people: the value as JSON, or the error on stderr. */
static void print_plainly(const struct answer *answer)
{
    if (answer->error != NULL) {
        cli_complain("eval: %s: %s", github_error_kind_text(github_error_kind(answer->error)),
                     answer->error->message);
        return;
    }
    g_autoptr(json_t) json = github_value_json(&answer->value);
    g_autofree char *text = compact_text(json, JSON_INDENT(2));
    printf("%s\n", text);
}

static bool read_contexts(const char *path, struct value *contexts)
{
    g_autoptr(GError) error = NULL;
    if (path == NULL) {
        *contexts = value_of_folded_map();
        return true;
    }
    AUTO(source) file = source_read(path, GITHUB_CONTEXT_BYTES_MAX, &error);
    if (file == NULL)
        cli_complain("eval: %s", error->message);
    else if (!github_contexts_from_json(file->text, contexts, &error))
        cli_complain("eval: %s: %s", path, error->message);
    return error == NULL;
}

static int evaluate_one(const char *text, const char *context_path, bool is_json)
{
    VALUE(contexts);
    struct answer answer = {0};
    if (!read_contexts(context_path, &contexts))
        return EXIT_BAD_INPUT;
    evaluate(text, &contexts, &answer);
    if (is_json) {
        g_autofree char *line = answer_text(&answer);
        printf("%s\n", line);
    } else {
        print_plainly(&answer);
    }
    int code = answer.error == NULL ? EXIT_AS_EXPECTED : EXIT_BAD_INPUT;
    answer_clear(&answer);
    return code;
}

/* {"expr": "…", "contexts": {…}}; other members are not looked at. False: the line is none. */
static bool read_line(const char *line, struct value *expression, struct value *contexts)
{
    VALUE(object);
    const char *rest = NULL;
    if (!github_json_read(line, GITHUB_CONTEXT_DEPTH_MAX, &object, &rest) || *rest != '\0' ||
        object.kind != VALUE_OBJECT || !object.type->get(object.self, "expr", expression) ||
        expression->kind != VALUE_STRING)
        return false;
    object.type->get(object.self, "contexts", contexts);
    if (contexts->kind == VALUE_NULL)
        *contexts = value_of_folded_map();
    if (contexts->kind != VALUE_OBJECT)
        return false;
    github_contexts_settle(contexts);
    return true;
}

static char *answer_line(const char *line, bool *is_fine)
{
    VALUE(expression);
    VALUE(contexts);
    struct answer answer = {0};
    *is_fine = read_line(line, &expression, &contexts);
    if (!*is_fine) {
        g_autoptr(json_t) json =
            error_json("input", "is no JSON object with \"expr\" and \"contexts\"", json_null());
        return json_text(json);
    }
    evaluate(expression.string, &contexts, &answer);
    char *text = answer_text(&answer);
    answer_clear(&answer);
    return text;
}

/* An expression with an error is answered like any other; a line that asks nothing is bad input. */
static int evaluate_batch(const char *path)
{
    g_autoptr(GError) error = NULL;
    int code = EXIT_AS_EXPECTED;
    AUTO(source) file = source_read(path, JSON_BYTES_MAX, &error);
    if (file == NULL) {
        cli_complain("eval: %s", error->message);
        return EXIT_BAD_INPUT;
    }
    g_auto(GStrv) lines = g_strsplit(file->text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        bool is_fine = true;
        if (*g_strstrip(*line) == '\0')
            continue;
        g_autofree char *answer = answer_line(*line, &is_fine);
        printf("%s\n", answer);
        if (!is_fine)
            code = EXIT_BAD_INPUT;
    }
    return code;
}

static int eval(const struct app *app, int argc, char **argv)
{
    g_autofree char *context_path = NULL, *batch_path = NULL;
    gboolean is_json = FALSE;
    const GOptionEntry entries[] = {
        {"context", 0, 0, G_OPTION_ARG_FILENAME, &context_path,
         "Contexts: a JSON object of github, env, …", "FILE"},
        {"batch", 0, 0, G_OPTION_ARG_FILENAME, &batch_path,
         "One {\"expr\": …, \"contexts\": …} a line; answers in JSON, a line each", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &is_json, "The kind and the value, or the error, as JSON",
         NULL},
        {0}};
    (void)app;
    if (!cli_parse(&command_eval, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    if (argc == 3 && strcmp(argv[1], "--") == 0) { /* stays when what follows begins with a dash */
        argv++;
        argc--;
    }
    bool is_batch = batch_path != NULL && argc == 1 && context_path == NULL;
    if (!is_batch && (batch_path != NULL || argc != 2)) {
        cli_complain("eval: one expression, or --batch FILE, please");
        return EXIT_BAD_INPUT;
    }
    return is_batch ? evaluate_batch(batch_path) : evaluate_one(argv[1], context_path, is_json);
}

const struct command command_eval = {
    .name = "eval",
    .arguments = "EXPRESSION",
    .summary = "evaluate one ${{ }} expression as GitHub does",
    .run = eval,
};
