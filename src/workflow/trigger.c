/* Triggers: reading `on` and filtering events. */
#include "workflow/trigger.h"
#include "base/limits.h"
#include "workflow/literal.h"
#include "workflow/pattern.h"

#include <stddef.h>
#include <string.h>

#define OF_REFS "push pull_request pull_request_target workflow_run"

static const struct {
    const char *key;
    gsize offset;
    const char *events; /* that know it, for others it means nothing; NULL: all but push */
} filters[] = {
    {"types", offsetof(struct trigger, types), NULL},
    {"branches", offsetof(struct trigger, branches), OF_REFS},
    {"branches-ignore", offsetof(struct trigger, branches_ignore), OF_REFS},
    {"tags", offsetof(struct trigger, tags), "push"},
    {"tags-ignore", offsetof(struct trigger, tags_ignore), "push"},
    {"paths", offsetof(struct trigger, paths), OF_REFS},
    {"paths-ignore", offsetof(struct trigger, paths_ignore), OF_REFS},
};

static char ***filter_place(struct trigger *trigger, gsize index)
{
    return (char ***)((char *)trigger + filters[index].offset);
}

void trigger_free(struct trigger *trigger)
{
    if (trigger == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(filters); i++)
        g_strfreev(*filter_place(trigger, i));
    g_free(trigger->event);
    g_free(trigger);
}

static char **texts_of(const struct node *node)
{
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    if (node->kind != NODE_SEQUENCE) {
        g_autofree char *text = literal_text(node);
        g_strv_builder_add(texts, text);
        return g_strv_builder_end(texts);
    }
    for (gsize i = 0; i < node_length(node); i++) {
        g_autofree char *text = literal_text(node_item(node, i));
        g_strv_builder_add(texts, text);
    }
    return g_strv_builder_end(texts);
}

static bool is_pull_request(const char *event)
{
    return strcmp(event, "pull_request") == 0 || strcmp(event, "pull_request_target") == 0;
}

static bool knows_filter(const char *event, gsize index)
{
    if (filters[index].events == NULL)
        return strcmp(event, "push") != 0;
    g_auto(GStrv) events = g_strsplit(filters[index].events, " ", -1);
    return g_strv_contains((const char *const *)events, event);
}

static struct trigger *trigger_new(const char *event, struct position position,
                                   const struct node *node)
{
    static const char *const default_types[] = {"opened", "synchronize", "reopened", NULL};
    struct trigger *trigger = g_new0(struct trigger, 1);
    trigger->event = g_strdup(event);
    trigger->position = position;
    trigger->node = node;
    for (gsize i = 0; i < G_N_ELEMENTS(filters); i++) {
        const struct node *value = node_get(node, filters[i].key);
        if (value != NULL && value->kind != NODE_NULL && knows_filter(event, i))
            *filter_place(trigger, i) = texts_of(value);
    }
    if (trigger->types == NULL && is_pull_request(event))
        trigger->types = g_strdupv((char **)default_types);
    return trigger;
}

static void add_name(GPtrArray *triggers, const struct node *node)
{
    if (node->kind == NODE_STRING)
        g_ptr_array_add(triggers, trigger_new(node->text, node->position, NULL));
}

GPtrArray *triggers_of(const struct node *on)
{
    GPtrArray *triggers = g_ptr_array_new_with_free_func((GDestroyNotify)trigger_free);
    for (gsize i = 0; i < node_length(on); i++) {
        if (on->kind == NODE_SEQUENCE) {
            add_name(triggers, node_item(on, i));
            continue;
        }
        const struct node_entry *entry = node_entry(on, i);
        const struct node *node = entry->value->kind != NODE_NULL ? entry->value : NULL;
        g_ptr_array_add(triggers, trigger_new(entry->key, entry->key_position, node));
    }
    add_name(triggers, on);
    return triggers;
}

static void check_pairs(const char *event, const struct node *configuration,
                        struct fault_list *faults)
{
    static const char *const kinds[] = {"branches", "tags", "paths"};
    if (strcmp(event, "push") != 0 && !is_pull_request(event) && strcmp(event, "workflow_run") != 0)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *opposite = g_strconcat(kinds[i], "-ignore", NULL);
        const struct node_entry *entry = node_find(configuration, opposite);
        if (entry != NULL && node_find(configuration, kinds[i]) != NULL)
            fault_add(faults, entry->key_position,
                      "you may only define one of `%s` and `%s` for a single event", kinds[i],
                      opposite);
    }
}

/* Of workflow_dispatch GitHub's own ceiling, of workflow_call ours. */
static void check_input_counts(const struct node *on, struct fault_list *faults)
{
    const struct node_entry *dispatch = node_find(on, "workflow_dispatch");
    const struct node *dispatched = dispatch != NULL ? node_get(dispatch->value, "inputs") : NULL;
    const struct node *called = node_get(node_get(on, "workflow_call"), "inputs");
    if (dispatched != NULL && node_length(dispatched) > DISPATCH_INPUTS_MAX)
        fault_add(faults, dispatch->key_position,
                  "you may only define up to %d `inputs` for a `workflow_dispatch` event",
                  DISPATCH_INPUTS_MAX);
    if (called != NULL && node_length(called) > WORKFLOW_INPUTS_MAX)
        fault_add_at(faults, called, "there are more than %d inputs (WORKFLOW_INPUTS_MAX)",
                     WORKFLOW_INPUTS_MAX);
}

void trigger_check(const struct node *on, struct fault_list *faults)
{
    for (gsize i = 0; on->kind == NODE_MAPPING && i < node_length(on); i++)
        check_pairs(node_entry(on, i)->key, node_entry(on, i)->value, faults);
    check_input_counts(on, faults);
}

static const char *const *lent(char **texts)
{
    return (const char *const *)texts;
}

static bool ref_passes(const struct trigger *trigger, const char *ref)
{
    bool has_branches = trigger->branches != NULL || trigger->branches_ignore != NULL;
    bool has_tags = trigger->tags != NULL || trigger->tags_ignore != NULL;
    bool is_tag = g_str_has_prefix(ref, "refs/tags/");
    const char *name = is_tag                                 ? ref + strlen("refs/tags/")
                       : g_str_has_prefix(ref, "refs/heads/") ? ref + strlen("refs/heads/")
                                                              : ref;
    char **wanted = is_tag ? trigger->tags : trigger->branches;
    char **ignored = is_tag ? trigger->tags_ignore : trigger->branches_ignore;

    /* With filters for branches alone tags do not count, and the other way round. */
    if (!has_branches && !has_tags)
        return true;
    if (wanted != NULL)
        return patterns_fit(lent(wanted), name);
    return ignored != NULL && !patterns_fit(lent(ignored), name);
}

/* One file that counts is enough. */
static bool paths_pass(const struct trigger *trigger, const struct event_facts *event)
{
    if (event->paths == NULL || (trigger->paths == NULL && trigger->paths_ignore == NULL))
        return true;
    if (event->ref != NULL && g_str_has_prefix(event->ref, "refs/tags/"))
        return true;
    for (gsize i = 0; event->paths[i] != NULL; i++) {
        const char *path = event->paths[i];
        if (trigger->paths != NULL ? patterns_fit(lent(trigger->paths), path)
                                   : !patterns_fit(lent(trigger->paths_ignore), path))
            return true;
    }
    return false;
}

static bool trigger_passes(const struct trigger *trigger, const struct event_facts *event)
{
    if (strcmp(trigger->event, event->name) != 0)
        return false;
    if (trigger->types != NULL && event->action != NULL &&
        !g_strv_contains(lent(trigger->types), event->action))
        return false;
    return (event->ref == NULL || ref_passes(trigger, event->ref)) && paths_pass(trigger, event);
}

const struct trigger *triggers_get(const GPtrArray *triggers, const char *event)
{
    for (guint i = 0; i < triggers->len; i++) {
        const struct trigger *trigger = triggers->pdata[i];
        if (strcmp(trigger->event, event) == 0)
            return trigger;
    }
    return NULL;
}

const struct trigger *triggers_find(const GPtrArray *triggers, const struct event_facts *event)
{
    for (guint i = 0; i < triggers->len; i++)
        if (trigger_passes(triggers->pdata[i], event))
            return triggers->pdata[i];
    return NULL;
}
