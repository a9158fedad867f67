/* What an action asks: inputs, state, variables, contexts, chance and time. */
#include "runner/native.h"
#include "workflow/literal.h"

#include <string.h>

const char *action_input(const struct action_run *run, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach (run->inputs, key, value)
        if (g_ascii_strcasecmp(key, name) == 0)
            return action_keep(run, g_strstrip(g_strdup(json_string_value(value))));
    return "";
}

bool action_input_is_given(const struct action_run *run, const char *name)
{
    return action_input(run, name)[0] != '\0';
}

bool action_input_boolean(struct action_run *run, const char *name, bool *value)
{
    static const char *const words[] = {"false", "False", "FALSE", "true", "True", "TRUE"};
    const char *text = action_input(run, name);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i], text) == 0) {
            *value = i >= G_N_ELEMENTS(words) / 2;
            return true;
        }
    action_fail(run,
                "Input does not meet YAML 1.2 \"Core Schema\" specification: %s\n"
                "Support boolean input list: `true | True | TRUE | false | False | FALSE`",
                name);
    return false;
}

GPtrArray *action_input_lines(const struct action_run *run, const char *name)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(action_input(run, name), "\n", -1);
    for (char **part = parts; *part != NULL; part++) {
        const char *line = g_strstrip(*part);
        if (line[0] != '\0')
            g_ptr_array_add(lines, g_strdup(line));
    }
    return lines;
}

bool action_reads_unknown(const struct action_run *run)
{
    return run->step->has_read_unknown;
}

const char *action_state(const struct action_run *run, const char *name)
{
    const char *text = json_get_string(run->step->use->state, name, "");
    return action_keep(run, g_strdup(text));
}

const char *action_variable(const struct action_run *run, const char *name)
{
    gsize length = strlen(name);
    for (guint i = run->environment->len; i > 0; i--) {
        const char *pair = run->environment->pdata[i - 1];
        if (pair != NULL && strncmp(pair, name, length) == 0 && pair[length] == '=')
            return action_keep(run, g_strdup(pair + length + 1));
    }
    return NULL;
}

/* The value at a path of names, null when a part of it is missing. */
static struct value find(const struct action_run *run, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    struct value value = step_contexts(run->step);
    for (char **name = names; *name != NULL; name++) {
        struct value member = {0};
        if (value.kind == VALUE_OBJECT)
            value.type->get(value.self, *name, &member);
        value_clear(&value);
        value = member;
    }
    return value;
}

const char *action_context(const struct action_run *run, const char *path)
{
    VALUE(value);
    value = find(run, path);
    return action_keep(run, github_value_string(&value));
}

json_t *action_context_json(const struct action_run *run, const char *path)
{
    VALUE(value);
    value = find(run, path);
    return value.kind == VALUE_NULL ? NULL : github_value_json(&value);
}

char *action_host_path(const struct action_run *run, const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, run->step->leg->workspace);
    return leg_host_path(run->step->leg, full);
}

struct loop *action_loop(const struct action_run *run)
{
    return run->step->leg->loop;
}

char *action_random_hex(struct action_run *run, unsigned digits)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < digits; i++)
        g_string_append_c(text, "0123456789abcdef"[rng_below(&run->rng, 16)]);
    return g_string_free(text, FALSE);
}

int64_t action_date_ms(const struct action_run *run)
{
    enum {
        MS_PER_S = 1000,
        US_PER_MS = 1000
    };
    const struct leg_run *leg = run->step->leg;
    return leg->machine->date_s * MS_PER_S + loop_now_us(leg->loop) / US_PER_MS;
}
