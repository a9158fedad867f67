/* The model as text: one fact a line, expressions as they stand. */
#include "workflow/literal.h"
#include "workflow/model_text.h"

#include <stdlib.h>
#include <string.h>

void model_add_line(GString *text, int depth, const char *key, const char *value)
{
    g_string_append_printf(text, "%*s%s%s%s\n", depth * 2, "", key, value[0] != '\0' ? ": " : "",
                           value);
}

/* Numbers with 15 digits, as GitHub writes them. */
static char *compact_text(const json_t *value)
{
    char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    char *text = g_strdup(dumped);
    free(dumped);
    return text;
}

/* Scalars as text with quotes where lines would break, collections as JSON. */
static char *value_of(const struct node *node)
{
    g_autoptr(json_t) value = node_json(node);
    g_autofree char *text = literal_text(node);
    bool is_plain = node->kind != NODE_MAPPING && node->kind != NODE_SEQUENCE &&
                    strpbrk(text, "\n\t") == NULL && text[0] != '\0';
    return is_plain ? g_steal_pointer(&text) : compact_text(value);
}

void model_add_node(GString *text, int depth, const char *key, const struct node *node)
{
    if (node == NULL)
        return;
    g_autofree char *value = value_of(node);
    model_add_line(text, depth, key, value);
}

static void add_words(GString *text, int depth, const char *key, char **words)
{
    if (words == NULL)
        return;
    g_autofree char *list = g_strjoinv(" ", words);
    model_add_line(text, depth, key, list);
}

static void add_trigger(GString *text, const struct trigger *trigger)
{
    model_add_line(text, 0, "on", trigger->event);
    add_words(text, 1, "types", trigger->types);
    add_words(text, 1, "branches", trigger->branches);
    add_words(text, 1, "branches-ignore", trigger->branches_ignore);
    add_words(text, 1, "tags", trigger->tags);
    add_words(text, 1, "tags-ignore", trigger->tags_ignore);
    add_words(text, 1, "paths", trigger->paths);
    add_words(text, 1, "paths-ignore", trigger->paths_ignore);
}

static void add_defaults(GString *text, int depth, const struct run_defaults *defaults)
{
    model_add_node(text, depth, "default shell", defaults->shell);
    model_add_node(text, depth, "default working-directory", defaults->working_directory);
}

static void add_legs(GString *text, const struct job *job)
{
    if (job->strategy.legs == NULL) {
        model_add_line(text, 1, "legs", "not known before expressions are evaluated");
        return;
    }
    for (guint i = 0; i < job->strategy.legs->len; i++) {
        const struct leg *leg = job->strategy.legs->pdata[i];
        g_autofree char *name = job_leg_name(job, leg);
        g_autofree char *values = leg->values != NULL ? compact_text(leg->values) : g_strdup("");
        g_autofree char *line = g_strdup_printf("%s%s%s%s%s", name, leg->id[0] != '\0' ? " [" : "",
                                                leg->id, leg->id[0] != '\0' ? "] " : "", values);
        model_add_line(text, 1, "leg", line);
    }
}

void model_add_step(GString *text, const struct step *step)
{
    g_autofree char *title = step_title(step);
    g_autofree char *head =
        g_strdup_printf("%d:%d %s", step->node->position.line, step->node->position.column, title);
    model_add_line(text, 1, "step", head);
    if (step->id != NULL)
        model_add_line(text, 2, "id", step->id);
    model_add_node(text, 2, "if", step->condition);
    model_add_node(text, 2, "run", step->run);
    model_add_node(text, 2, "uses", step->uses);
    model_add_node(text, 2, "with", step->with);
    model_add_node(text, 2, "env", step->env);
    model_add_node(text, 2, "shell", step->shell);
    model_add_node(text, 2, "working-directory", step->working_directory);
    model_add_node(text, 2, "timeout-minutes", step->timeout_minutes);
    model_add_node(text, 2, "continue-on-error", step->continue_on_error);
    model_add_node(text, 2, "background", step->background);
}

static void add_needs(GString *text, const struct job *job)
{
    g_autoptr(GString) ids = g_string_new(NULL);
    for (guint i = 0; i < job->needs->len; i++)
        g_string_append_printf(ids, "%s%s", i > 0 ? " " : "",
                               ((const struct job *)job->needs->pdata[i])->id);
    if (ids->len > 0)
        model_add_line(text, 1, "needs", ids->str);
}

static void add_job_facts(GString *text, const struct job *job)
{
    model_add_node(text, 1, "if", job->condition);
    model_add_node(text, 1, "runs-on", job->runs_on);
    model_add_node(text, 1, "uses", job->uses);
    model_add_node(text, 1, "with", job->with);
    model_add_node(text, 1, "secrets", job->secrets);
    model_add_node(text, 1, "fail-fast", job->strategy.fail_fast);
    model_add_node(text, 1, "max-parallel", job->strategy.max_parallel);
    model_add_node(text, 1, "timeout-minutes", job->timeout_minutes);
    model_add_node(text, 1, "cancel-timeout-minutes", job->cancel_timeout_minutes);
    model_add_node(text, 1, "continue-on-error", job->continue_on_error);
    model_add_node(text, 1, "container", job->container);
    model_add_node(text, 1, "services", job->services);
    model_add_node(text, 1, "env", job->env);
    model_add_node(text, 1, "environment", job->environment);
    model_add_node(text, 1, "permissions", job->permissions);
    model_add_node(text, 1, "concurrency", job->concurrency);
    model_add_node(text, 1, "outputs", job->outputs);
    model_add_node(text, 1, "snapshot", job->snapshot);
    add_defaults(text, 1, &job->defaults);
}

static void add_job(GString *text, const struct job *job)
{
    model_add_line(text, 0, "job", job->id);
    add_needs(text, job);
    add_job_facts(text, job);
    add_legs(text, job);
    for (guint i = 0; i < job->steps->len; i++)
        model_add_step(text, job->steps->pdata[i]);
}

char *workflow_text(const struct workflow *workflow)
{
    GString *text = g_string_new(NULL);
    model_add_line(text, 0, "workflow", workflow->name);
    model_add_node(text, 0, "run-name", workflow->run_name);
    for (guint i = 0; i < workflow->triggers->len; i++)
        add_trigger(text, workflow->triggers->pdata[i]);
    model_add_node(text, 0, "env", workflow->env);
    model_add_node(text, 0, "permissions", workflow->permissions);
    model_add_node(text, 0, "concurrency", workflow->concurrency);
    add_defaults(text, 0, &workflow->defaults);
    for (guint i = 0; i < workflow->jobs->len; i++)
        add_job(text, workflow->jobs->pdata[i]);
    return g_string_free(text, FALSE);
}
