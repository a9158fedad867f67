/* Rules beyond the schema. */
#include "workflow/rules.h"
#include "base/limits.h"
#include "workflow/identifier.h"
#include "workflow/literal.h"
#include "workflow/matrix.h"
#include "workflow/repository.h"
#include "workflow/trigger.h"

#include <string.h>

static bool is_plain_text(const struct node *node)
{
    return node != NULL && node->kind == NODE_STRING && !literal_has_expression(node->text);
}

static void check_id(struct identifiers *identifiers, const char *id, struct position position,
                     struct fault_list *faults)
{
    g_autofree char *problem = identifiers_add(identifiers, id);
    if (problem != NULL)
        fault_add(faults, position, "%s", problem);
}

static gsize count_parts(const char *path)
{
    g_auto(GStrv) parts = g_strsplit_set(path, "/\\", -1);
    gsize count = 0;
    for (gsize i = 0; parts[i] != NULL; i++)
        count += parts[i][0] != '\0';
    return count;
}

/* An action of a repository; those of an image or of this repository may look as they like. */
static void check_step_uses(const struct node *uses, struct fault_list *faults)
{
    if (!is_plain_text(uses) || uses->text[0] == '\0' ||
        g_str_has_prefix(uses->text, "docker://") || g_str_has_prefix(uses->text, "./") ||
        g_str_has_prefix(uses->text, ".\\") || uses_is_of_own_commit(uses->text))
        return;
    g_auto(GStrv) halves = g_strsplit(uses->text, "@", -1);
    if (g_strv_length(halves) != 2 || halves[1][0] == '\0' || count_parts(halves[0]) < 2)
        fault_add_at(faults, uses, "Expected format {org}/{repo}[/path]@ref. Actual '%s'",
                     uses->text);
}

static void check_step(const struct node *step, struct identifiers *identifiers,
                       struct fault_list *faults)
{
    const struct node *id = node_get(step, "id");
    if (is_plain_text(id) && id->text[0] != '\0')
        check_id(identifiers, id->text, id->position, faults);
    check_step_uses(node_get(step, "uses"), faults);
}

static void check_steps(const struct node *steps, struct identifiers *identifiers,
                        struct fault_list *faults)
{
    for (gsize i = 0; steps != NULL && steps->kind == NODE_SEQUENCE && i < node_length(steps);
         i++) {
        const struct node *step = node_item(steps, i);
        check_step(step, identifiers, faults);
        check_steps(node_get(step, "parallel"), identifiers, faults);
    }
}

void rules_check_steps(const struct node *steps, struct fault_list *faults)
{
    AUTO(identifiers) identifiers = identifiers_new();
    check_steps(steps, identifiers, faults);
}

/* The wording is that of runs in the field: the server's check is not public. */
static void check_job_uses(const struct node *uses, struct fault_list *faults)
{
    if (!is_plain_text(uses) || uses->text[0] == '\0')
        return;
    bool is_local = g_str_has_prefix(uses->text, "./");
    const char *at = strchr(uses->text, '@');
    const char *folder = strstr(uses->text, ".github/workflows/");
    const char *why = NULL;
    if (!is_local && (folder == NULL || count_parts(uses->text) < 5))
        why = "references to workflows must be prefixed with format 'owner/repository/' or './' "
              "for local workflows";
    else if (folder == NULL || strchr(folder + strlen(".github/workflows/"), '/') != NULL)
        why = "workflows must be defined at the top level of the .github/workflows/ directory";
    else if (!is_local && (at == NULL || at[1] == '\0'))
        why = "no version specified";
    else if (is_local && at != NULL)
        why = "cannot specify version when calling local workflows";
    if (why != NULL)
        fault_add_at(faults, uses, "invalid value workflow reference: %s", why);
}

static void check_concurrency(const struct node *concurrency, struct fault_list *faults)
{
    const struct node *group = concurrency;
    if (concurrency != NULL && concurrency->kind == NODE_MAPPING)
        group = node_get(concurrency, "group");
    if (is_plain_text(group) && strlen(group->text) > CONCURRENCY_GROUP_BYTES_MAX)
        fault_add_at(faults, concurrency, "Concurrency group name must be less than %d characters",
                     CONCURRENCY_GROUP_BYTES_MAX);
}

/* An empty image is no container at all, but an empty `docker://` and a service without one are
   wrong. */
static void check_container(const struct node *container, bool is_service,
                            struct fault_list *faults)
{
    const struct node *image = container;
    if (container == NULL || literal_is_dynamic(container))
        return;
    if (container->kind == NODE_MAPPING)
        image = node_get(container, "image");
    g_autofree char *text = image != NULL ? literal_text(image) : g_strdup("");
    if (strcmp(text, "docker://") == 0 || (is_service && text[0] == '\0'))
        fault_add_at(faults, container, "Container image cannot be empty");
}

static void check_services(const struct node *services, struct fault_list *faults)
{
    if (services == NULL || services->kind != NODE_MAPPING || literal_is_dynamic(services))
        return;
    for (gsize i = 0; i < node_length(services); i++)
        check_container(node_entry(services, i)->value, /* is_service= */ true, faults);
}

/* A group of one organisation or enterprise has its prefix. */
static void check_runner_group(const struct node *group, struct fault_list *faults)
{
    static const char *const prefixes[] = {"org", "organization", "ent", "enterprise", NULL};
    if (!is_plain_text(group))
        return;
    g_auto(GStrv) parts = g_strsplit(group->text, "/", -1);
    guint count = g_strv_length(parts);
    if (count == 2 && parts[1][0] == '\0')
        fault_add_at(faults, group, "Invalid runs-on group name '%s'.", group->text);
    else if (count > 2 || (count == 2 && !g_strv_contains(prefixes, parts[0])))
        fault_add_at(faults, group,
                     "Invalid runs-on group name '%s'. Please use 'organization/' or "
                     "'enterprise/' prefix to target a single runner group.",
                     group->text);
}

static void check_job(const struct node_entry *entry, struct fault_list *faults)
{
    const struct node *matrix = node_get(node_get(entry->value, "strategy"), "matrix");
    AUTO(identifiers) own = identifiers_new();
    if (entry->key[0] != '\0')
        check_id(own, entry->key, entry->key_position, faults);
    check_runner_group(node_get(node_get(entry->value, "runs-on"), "group"), faults);
    rules_check_steps(node_get(entry->value, "steps"), faults);
    check_job_uses(node_get(entry->value, "uses"), faults);
    check_concurrency(node_get(entry->value, "concurrency"), faults);
    check_container(node_get(entry->value, "container"), /* is_service= */ false, faults);
    check_services(node_get(entry->value, "services"), faults);
    if (matrix != NULL)
        matrix_check(matrix, faults);
}

static bool has_work(const struct node *job)
{
    const struct node *steps = node_get(job, "steps");
    return node_get(job, "uses") != NULL || (steps != NULL && node_length(steps) > 0);
}

/* GitHub looks at this last of all, and points at the file's first line. */
static void check_work(const struct node *root, const struct node *jobs, struct fault_list *faults)
{
    g_autoptr(GString) idle = g_string_new(NULL);
    for (gsize i = 0; i < node_length(jobs); i++) {
        if (has_work(node_entry(jobs, i)->value))
            continue;
        g_string_append_printf(idle, "%s%s", idle->len > 0 ? ", " : "", node_entry(jobs, i)->key);
    }
    if (idle->len > 0)
        fault_add_at(faults, root,
                     "No steps defined in `steps` and no workflow called in `uses` for the "
                     "following jobs: %s",
                     idle->str);
}

void rules_check(const struct node *root, struct fault_list *faults)
{
    const struct node *on = node_get(root, "on");
    const struct node *jobs = node_get(root, "jobs");
    if (on != NULL)
        trigger_check(on, faults);
    check_concurrency(node_get(root, "concurrency"), faults);
    if (jobs == NULL || jobs->kind != NODE_MAPPING)
        return;
    if (node_length(jobs) > WORKFLOW_JOBS_MAX)
        fault_add(faults, node_entry(jobs, WORKFLOW_JOBS_MAX)->key_position,
                  "Workflows may not contain more than %d jobs across all referenced files",
                  WORKFLOW_JOBS_MAX);
    for (gsize i = 0; i < node_length(jobs); i++)
        check_job(node_entry(jobs, i), faults);
    needs_check(jobs, faults);
    if (fault_count(faults) == 0)
        check_work(root, jobs, faults);
}
