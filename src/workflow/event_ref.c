/* The branch or tag of an event that nobody told: one that starts the workflow, if there is one. */
#include "workflow/event_private.h"

#include <string.h>

#define BRANCH "refs/heads/"
#define TAG    "refs/tags/"

static bool is_started(const struct workflow *workflow, const char *event, const char *ref)
{
    const struct event_facts facts = {.name = event, .ref = ref};
    return triggers_find(workflow->triggers, &facts) != NULL;
}

static bool is_plain(const char *pattern)
{
    return pattern[0] != '!' && strpbrk(pattern, "*?+[]\\") == NULL;
}

/* The first name among patterns, without signs of its own, that starts the workflow; g_free. */
static char *find_named(const struct workflow *workflow, const char *event, const char *prefix,
                        char *const *patterns)
{
    for (; patterns != NULL && *patterns != NULL; patterns++) {
        g_autofree char *ref = g_strconcat(prefix, *patterns, NULL);
        if (is_plain(*patterns) && is_started(workflow, event, ref))
            return g_steal_pointer(&ref);
    }
    return NULL;
}

const char *event_usual_branch(const struct workflow *workflow)
{
    for (guint i = 0; i < workflow->triggers->len; i++) {
        const struct trigger *trigger = workflow->triggers->pdata[i];
        if (trigger->branches != NULL && !is_started(workflow, trigger->event, BRANCH "main") &&
            is_started(workflow, trigger->event, BRANCH "master"))
            return "master";
    }
    return "main";
}

char *event_usual_ref(const char *event, const char *default_branch,
                      const struct workflow *workflow)
{
    static const char *const usual[] = {BRANCH "main", BRANCH "master", TAG "v1.0.0", TAG "1.0.0",
                                        BRANCH "release"};
    const struct trigger *trigger = triggers_get(workflow->triggers, event);
    g_autofree char *home = g_strconcat(BRANCH, default_branch, NULL);
    char *named = NULL;
    if (trigger == NULL || is_started(workflow, event, home))
        return g_steal_pointer(&home);
    named = find_named(workflow, event, BRANCH, trigger->branches);
    if (named == NULL)
        named = find_named(workflow, event, TAG, trigger->tags);
    for (gsize i = 0; i < G_N_ELEMENTS(usual) && named == NULL; i++)
        if (is_started(workflow, event, usual[i]))
            named = g_strdup(usual[i]);
    return named != NULL ? named : g_steal_pointer(&home);
}

static bool tells_ref(const json_t *file)
{
    const json_t *github = json_object_get(file, "github");
    return json_object_get(file, "ref") != NULL || json_object_get(file, "release") != NULL ||
           json_object_get(github, "ref") != NULL || json_object_get(github, "ref_name") != NULL;
}

char *event_made_up_tag(const json_t *github, const json_t *file)
{
    bool is_tag = strcmp(event_text_at(github, "ref_type", ""), "tag") == 0;
    return is_tag && !tells_ref(file) ? g_strdup(event_text_at(github, "ref_name", "")) : NULL;
}
