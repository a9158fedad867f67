/* Whether what failed was given something that was made up, a secret or the tag of the event: then
   it may have failed by its form or by what it made of it. */
#include "runner/leg.h"

#include <string.h>

/* Whether the text names the variable, as a whole word. */
static bool names(const char *text, const char *variable)
{
    gsize length = strlen(variable);
    for (const char *at = strstr(text, variable); at != NULL; at = strstr(at + 1, variable)) {
        bool is_begin = at == text || (!g_ascii_isalnum(at[-1]) && at[-1] != '_');
        if (is_begin && !g_ascii_isalnum(at[length]) && at[length] != '_')
            return true;
    }
    return false;
}

/* What a step itself is given is for its programs too; of what its job has, only the script's own
   words tell that it is used. */
static bool is_own(const struct step_run *step, const char *variable)
{
    const struct node *env = step->step->env;
    return env != NULL && env->kind == NODE_MAPPING && node_get(env, variable) != NULL;
}

static void add(GHashTable *secrets, const struct step_run *step, const char *text)
{
    const struct leg_options *options = &step->leg->options;
    g_auto(GStrv) found = options->made_up_in(options->self, text);
    for (char **each = found; each != NULL && *each != NULL; each++)
        g_hash_table_add(secrets, g_strdup(*each));
}

static gint compare(gconstpointer left, gconstpointer right)
{
    return strcmp(left, right);
}

static void assume(GHashTable *secrets, const struct step_run *step)
{
    g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(secrets), compare);
    for (const GList *each = sorted; each != NULL; each = each->next)
        leg_assume_secret(step->leg, step, each->data);
}

void script_blame_secrets(struct step_run *step, const char *script)
{
    g_autoptr(GHashTable) secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *name;
    json_t *value;

    if (step->leg->options.made_up_in == NULL)
        return;
    add(secrets, step, script);
    json_object_foreach (step->environment, name, value)
        if (is_own(step, name) || names(script, name))
            add(secrets, step, json_string_value(value));
    assume(secrets, step);
}

void action_blame_secrets(struct step_run *step, const json_t *inputs)
{
    g_autoptr(GHashTable) secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *name;
    json_t *value;

    if (step->leg->options.made_up_in == NULL)
        return;
    json_object_foreach ((json_t *)inputs, name, value)
        add(secrets, step, json_string_value(value));
    assume(secrets, step);
}

void script_blame_tag(struct step_run *step)
{
    const char *tag = step->leg->options.made_up_tag;
    if (tag != NULL)
        leg_assume_gap(step->leg, step, /* touches_images= */ false,
                       "the tag %s, which is made up; an event file gives another", tag);
}
