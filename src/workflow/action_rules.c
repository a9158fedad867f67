/*
 * `runs` of an action (ActionManifestManager.cs, ConvertRuns). The runner throws .NET's own
 * exceptions here, so .NET's words surround its own; they are what the log shows.
 */
#include "workflow/action_rules.h"
#include "base/limits.h"
#include "workflow/literal.h"
#include "workflow/rules.h"

#include <string.h>

/* What must be there for each `using`. */
static const struct using_row {
    const char *using;
    enum action_kind kind;
    const char *key;
    const char *complaint;
} using_rows[] = {
    {"docker", ACTION_CONTAINER, "image",
     "You are using a Container Action but an image is not provided in"},
    {"node12", ACTION_NODE, "main",
     "You are using a JavaScript Action but there is not an entry JavaScript file provided in"},
    {"node16", ACTION_NODE, "main",
     "You are using a JavaScript Action but there is not an entry JavaScript file provided in"},
    {"node20", ACTION_NODE, "main",
     "You are using a JavaScript Action but there is not an entry JavaScript file provided in"},
    {"node24", ACTION_NODE, "main",
     "You are using a JavaScript Action but there is not an entry JavaScript file provided in"},
    {"composite", ACTION_COMPOSITE, "steps",
     "You are using a composite action but there are no steps provided in"},
};

static const char *name_of(const struct node *node)
{
    return node->position.source != NULL ? node->position.source->name : "action.yml";
}

static const struct using_row *find_row(const char *using)
{
    for (gsize i = 0; i < G_N_ELEMENTS(using_rows); i++)
        if (g_ascii_strcasecmp(using_rows[i].using, using) == 0)
            return &using_rows[i];
    return NULL;
}

static void check_image(const struct node *runs, struct fault_list *faults)
{
    const struct node *image = node_get(runs, "image");
    g_autofree char *text = literal_text(image);
    g_autofree char *folded = g_ascii_strdown(text, -1);
    const char *slash = strrchr(folded, '/');
    const char *name = slash != NULL ? slash + 1 : folded;
    if (!g_str_has_prefix(folded, "docker://") && !g_str_has_prefix(name, "dockerfile.") &&
        !g_str_has_suffix(name, "dockerfile"))
        fault_add_at(faults, image,
                     "'%s' should be either '[path]/Dockerfile' or 'docker://image[:tag]'.", text);
}

static void check_using(const struct node *runs, const struct node *using, enum action_kind *kind,
                        struct fault_list *faults)
{
    g_autofree char *text = literal_text(using);
    const struct using_row *row = find_row(text);
    if (row == NULL) {
        fault_add_at(faults, using,
                     "Specified argument was out of the range of valid values. (Parameter ''using: "
                     "%s' is not supported, use 'docker', 'node12', 'node16', 'node20' or 'node24' "
                     "instead.')",
                     text);
        return;
    }
    *kind = row->kind;
    if (node_get(runs, row->key) == NULL)
        fault_add_at(faults, runs, "Value cannot be null. (Parameter '%s %s.')", row->complaint,
                     name_of(runs));
    else if (row->kind == ACTION_CONTAINER)
        check_image(runs, faults);
}

static void check_runs(const struct node *runs, enum action_kind *kind, struct fault_list *faults)
{
    const struct node *using = node_get(runs, "using");
    if (using != NULL)
        check_using(runs, using, kind, faults);
    else if (node_get(runs, "plugin") == NULL)
        fault_add_at(faults, runs,
                     "Missing 'using' value. 'using' requires 'composite', 'docker', 'node12', "
                     "'node16', 'node20' or 'node24'.");
}

bool action_rules_check(const struct node *root, enum action_kind *kind, struct fault_list *faults)
{
    const struct node *runs = node_get(root, "runs");
    const struct node *inputs = node_get(root, "inputs");
    if (inputs != NULL && node_length(inputs) > WORKFLOW_INPUTS_MAX)
        fault_add_at(faults, inputs, "there are more than %d inputs (WORKFLOW_INPUTS_MAX)",
                     WORKFLOW_INPUTS_MAX);
    rules_check_steps(node_get(runs, "steps"), faults);
    if (root->kind == NODE_MAPPING && runs == NULL)
        fault_add_at(faults, root, "Top level 'runs:' section is required for %s", name_of(root));
    /* The runner looks at what runs only when all else is right. */
    if (fault_count(faults) == 0 && runs != NULL)
        check_runs(runs, kind, faults);
    return fault_count(faults) == 0;
}
