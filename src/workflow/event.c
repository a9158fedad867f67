/* Events from their names or from files. */
#include "workflow/event_private.h"

#include "base/limits.h"
#include "workflow/error_list.h"
#include "workflow/input.h"

#include <string.h>

/* The members of a file that are ours, and what they must be. */
static const struct own_row {
    const char *name;
    enum node_kind kind;
} own_rows[] = {
    {"event_name", NODE_STRING},
    {"github", NODE_MAPPING},
    {"vars", NODE_MAPPING},
    {"secrets", NODE_MAPPING},
    {"inputs", NODE_MAPPING},
    {"changed_files", NODE_SEQUENCE},
    {"default_workflow_permissions", NODE_STRING},
};

static void check_own(const struct node *root, GPtrArray *errors)
{
    static const char *const levels[] = {"read", "write", NULL};
    const struct node *level = node_get(root, "default_workflow_permissions");
    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++) {
        const struct node *node = node_get(root, own_rows[i].name);
        if (node != NULL && node->kind != own_rows[i].kind)
            errors_add(errors, node->position, "'%s' is %s, expected %s", own_rows[i].name,
                       node_kind_text(node),
                       own_rows[i].kind == NODE_STRING     ? "a text"
                       : own_rows[i].kind == NODE_SEQUENCE ? "a list"
                                                           : "a mapping");
    }
    if (level != NULL && level->kind == NODE_STRING && !g_strv_contains(levels, level->text))
        errors_add(errors, level->position, "'%s' is none of 'read', 'write'", level->text);
}

/* What a payload tells of the event that it is of; NULL: nothing. */
static const char *guess_name(const struct node *root)
{
    static const char *const rows[][2] = {{"pull_request", "pull_request"},
                                          {"release", "release"},
                                          {"schedule", "schedule"},
                                          {"inputs", "workflow_dispatch"},
                                          {"ref", "push"}};
    const struct node *name = node_get(root, "event_name");
    if (name != NULL)
        return name->text;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (node_get(root, rows[i][0]) != NULL)
            return rows[i][1];
    return NULL;
}

static char *repository_name(const struct event_request *request)
{
    const char *folder = request->folder_name;
    if (request->repository != NULL)
        return g_strdup(request->repository);
    g_autofree char *name = g_ascii_strdown(folder != NULL ? folder : "", -1);
    for (char *at = name; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr("._-", *at) == NULL)
            *at = '-';
    return g_strconcat("acme/", name[0] != '\0' && name[0] != '.' ? name : "app", NULL);
}

void event_merge(json_t *under, const json_t *over)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)over, key, value) {
        json_t *present = json_object_get(under, key);
        if (json_is_object(present) && json_is_object(value))
            event_merge(present, value);
        else
            json_object_set(under, key, value);
    }
}

/* Only dispatches have inputs in their payload, all of them texts. */
static void put_inputs(struct event *event, const json_t *inputs)
{
    const char *key;
    json_t *value;
    if (strcmp(event->name, "workflow_dispatch") != 0)
        return;
    json_t *texts = json_object();
    json_object_foreach ((json_t *)inputs, key, value) {
        g_autofree char *text =
            json_is_string(value) ? g_strdup(json_string_value(value)) : json_text(value);
        json_object_set_new(texts, key, json_string(text));
    }
    json_object_set_new(event->payload, "inputs", texts);
}

static bool comes_from_fork(const struct event *event)
{
    static const char *const restricted[] = {"pull_request", "pull_request_review",
                                             "pull_request_review_comment", NULL};
    const json_t *head = json_object_get(
        json_object_get(json_object_get(event->payload, "pull_request"), "head"), "repo");
    const char *own = event_text_at(event->payload, "repository.full_name", "");
    if (!g_strv_contains(restricted, event->name))
        return false;
    return json_is_true(json_object_get(head, "fork")) ||
           g_ascii_strcasecmp(event_text_at(head, "full_name", own), own) != 0;
}

static bool comes_from_dependabot(const struct event *event)
{
    static const char *const restricted[] = {
        "pull_request", "pull_request_review", "pull_request_review_comment", "push",
        "create",       "deployment",          "deployment_status",           NULL};
    return g_strv_contains(restricted, event->name) &&
           strcmp(event_text_at(event->github, "actor", ""), "dependabot[bot]") == 0;
}

static void put_secrets(struct event *event, const json_t *given)
{
    event->secrets = json_object();
    json_object_set(event->secrets, "GITHUB_TOKEN", json_object_get(event->github, "token"));
    if (!event->is_from_fork && !event->is_of_dependabot)
        event_merge(event->secrets, given);
}

/* Without any inputs the required ones are empty, and said to be missing. */
static json_t *stand_ins(struct event *event, const GPtrArray *inputs)
{
    g_autoptr(GStrvBuilder) missing = g_strv_builder_new();
    json_t *given = json_object();
    for (guint i = 0; i < inputs->len; i++) {
        const struct input *input = inputs->pdata[i];
        if (!input_is_demanded(input))
            continue;
        json_object_set_new(given, input->name, input_empty(input->type));
        g_strv_builder_add(missing, input->name);
    }
    event->missing_inputs = g_strv_builder_end(missing);
    return given;
}

static bool fill_inputs(struct event *event, const struct workflow *workflow, const char *kind,
                        const json_t *given, GPtrArray *errors)
{
    g_autoptr(GPtrArray) inputs = inputs_of(workflow->on, kind);
    g_autoptr(json_t) stand_in = given == NULL ? stand_ins(event, inputs) : NULL;
    event->inputs = inputs_dispatch(inputs, given != NULL ? given : stand_in, errors);
    if (event->inputs != NULL)
        put_inputs(event, event->inputs);
    return event->inputs != NULL;
}

static bool names_event(const struct workflow *workflow, const char *event)
{
    for (guint i = 0; i < workflow->triggers->len; i++)
        if (strcmp(((const struct trigger *)workflow->triggers->pdata[i])->event, event) == 0)
            return true;
    return false;
}

/* What the inputs of this run are those of, or NULL: a workflow that the event does not start may
   still be one that others call. */
static const char *kind_of_inputs(const struct event *event, const struct workflow *workflow)
{
    if (strcmp(event->name, "workflow_dispatch") == 0)
        return event->name;
    bool is_called = !names_event(workflow, event->name) && names_event(workflow, "workflow_call");
    return is_called ? "workflow_call" : NULL;
}

static bool settle_inputs(struct event *event, const struct event_request *request,
                          const json_t *of_file, GPtrArray *errors)
{
    const char *kind = kind_of_inputs(event, request->workflow);
    g_autoptr(json_t) given = json_is_object(of_file) ? json_deep_copy(of_file) : NULL;
    if (request->inputs != NULL && given == NULL)
        given = json_object();
    if (request->inputs != NULL)
        event_merge(given, request->inputs);
    if (kind != NULL)
        return fill_inputs(event, request->workflow, kind, given, errors);
    event->inputs = json_object();
    if (request->inputs == NULL)
        return true;
    g_ptr_array_add(errors, g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                        "a run that %s starts has no inputs; those are of "
                                        "workflow_dispatch and of workflows that are called",
                                        event->name));
    return false;
}

/* file: what an event file says, an object, or NULL. Takes the name and payload of the event. */
static bool complete(struct event *event, const struct event_request *request, const json_t *file,
                     GPtrArray *errors)
{
    const json_t *given = json_object_get(file, "inputs");
    event->github = event_github(event, request);
    if (json_is_object(json_object_get(file, "github")))
        event_merge(event->github, json_object_get(file, "github"));
    event->made_up_tag = event_made_up_tag(event->github, file);
    event->vars = json_object();
    event_merge(event->vars, json_object_get(file, "vars"));
    event->is_from_fork = comes_from_fork(event);
    event->is_of_dependabot = comes_from_dependabot(event);
    const char *permissions = request->workflow_permissions;
    if (permissions == NULL)
        permissions = event_text_at(file, "default_workflow_permissions", NULL);
    event->is_default_stated = permissions != NULL;
    event->is_write_default = permissions != NULL && strcmp(permissions, "write") == 0;
    put_secrets(event, json_object_get(file, "secrets"));
    return settle_inputs(event, request, given, errors);
}

static char **texts_of(const json_t *list)
{
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    gsize i;
    json_t *item;
    json_array_foreach ((json_t *)list, i, item) {
        if (json_is_string(item))
            g_strv_builder_add(texts, json_string_value(item));
    }
    return g_strv_builder_end(texts);
}

/* What a file, NULL for none, says of the repository holds for the defaults, too. */
static struct event *new_named(const struct event_request *request, const char *name,
                               const char *repository, const struct node *file)
{
    const struct node *stated = node_get(node_get(file, "repository"), "default_branch");
    const char *branch = request->default_branch;
    if (stated != NULL && stated->kind == NODE_STRING)
        branch = stated->text;
    if (branch == NULL)
        branch = event_usual_branch(request->workflow);
    const struct event_home home = {repository, branch, event_commits_of(request)};
    json_t *payload = event_payload(name, &home, request->workflow, request->workflow_path);
    if (payload == NULL)
        return NULL;
    struct event *event = g_new0(struct event, 1);
    event->name = g_strdup(name);
    event->payload = payload;
    return event;
}

/* A pull request has its number twice; a file may tell either. */
static void align_numbers(json_t *payload, const json_t *file)
{
    json_t *request = json_object_get(payload, "pull_request");
    json_t *inner = json_object_get(json_object_get(file, "pull_request"), "number");
    json_t *outer = json_object_get(file, "number");
    if (json_is_object(request) && outer != NULL && inner == NULL)
        json_object_set(request, "number", outer);
    else if (inner != NULL && outer == NULL)
        json_object_set(payload, "number", inner);
}

static void put_payload(struct event *event, const json_t *file)
{
    g_autoptr(json_t) payload = json_copy((json_t *)file);
    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++)
        json_object_del(payload, own_rows[i].name);
    event_merge(event->payload, payload);
    align_numbers(event->payload, file);
    if (json_object_get(file, "changed_files") != NULL)
        event->changed_files = texts_of(json_object_get(file, "changed_files"));
}

/* The repository that a file speaks of, so that the defaults are of it too. */
static char *repository_of(const struct event_request *request, const struct node *root)
{
    const struct node *name = node_get(node_get(root, "repository"), "full_name");
    if (name == NULL)
        name = node_get(node_get(root, "github"), "repository");
    return name != NULL && name->kind == NODE_STRING ? g_strdup(name->text)
                                                     : repository_name(request);
}

struct event *event_new_of_node(const struct event_request *request, const struct node *root,
                                GPtrArray *errors)
{
    guint faults_before = errors->len;
    if (root->kind != NODE_MAPPING) {
        errors_add(errors, root->position, "the payload of an event is %s, expected a mapping",
                   node_kind_text(root));
        return NULL;
    }
    check_own(root, errors);
    if (errors->len > faults_before)
        return NULL;
    const char *name = guess_name(root);
    g_autofree char *repository = repository_of(request, root);
    AUTO(event) event = name != NULL ? new_named(request, name, repository, root) : NULL;
    if (name == NULL)
        errors_add(errors, root->position, "which event it is cannot be told; add 'event_name'");
    else if (event == NULL)
        errors_add(errors, root->position, "there is no event '%s'", name);
    if (event == NULL)
        return NULL;
    g_autoptr(json_t) file = node_json(root);
    put_payload(event, file);
    return complete(event, request, file, errors) ? g_steal_pointer(&event) : NULL;
}

static struct event *read_path(const struct event_request *request, GPtrArray *errors)
{
    GError *error = NULL;
    AUTO(doc) doc = doc_load_file(request->text, DOC_DEFAULT, &error);
    if (doc != NULL)
        return event_new_of_node(request, doc_root(doc), errors);
    g_ptr_array_add(errors, error);
    return NULL;
}

/* How readily an event is taken when nobody says which. */
static int readiness(const char *event)
{
    if (strcmp(event, "workflow_call") == 0) /* starts nothing */
        return 0;
    if (strcmp(event, "workflow_dispatch") == 0)
        return 1;
    return strcmp(event, "push") == 0 ? 3 : 2;
}

static const char *usual_event(const struct workflow *workflow)
{
    const char *best = "workflow_call";
    for (guint i = 0; i < workflow->triggers->len; i++) {
        const struct trigger *trigger = workflow->triggers->pdata[i];
        if (readiness(trigger->event) > readiness(best))
            best = trigger->event;
    }
    return readiness(best) > 0 ? best : "push";
}

struct event *event_new(const struct event_request *request, GPtrArray *errors)
{
    const char *name = request->text != NULL ? request->text : usual_event(request->workflow);
    g_autofree char *repository = repository_name(request);
    AUTO(event) event = new_named(request, name, repository, NULL);
    if (event != NULL)
        return complete(event, request, NULL, errors) ? g_steal_pointer(&event) : NULL;
    if (g_file_test(name, G_FILE_TEST_EXISTS))
        return read_path(request, errors);
    g_ptr_array_add(errors, g_error_new(BASE_ERROR, BASE_ERROR_USAGE,
                                        "'%s' is neither an event of GitHub nor a file", name));
    return NULL;
}

void event_free(struct event *event)
{
    if (event == NULL)
        return;
    g_free(event->name);
    g_free(event->made_up_tag);
    json_decref(event->payload);
    json_decref(event->github);
    json_decref(event->vars);
    json_decref(event->secrets);
    json_decref(event->inputs);
    g_strfreev(event->missing_inputs);
    g_strfreev(event->changed_files);
    g_free(event);
}

struct event_facts event_facts_of(const struct event *event)
{
    bool is_request = json_is_object(json_object_get(event->payload, "pull_request"));
    const char *own = event_text_at(event->github, "ref", NULL);
    return (struct event_facts){
        .name = event->name,
        .action = event_text_at(event->payload, "action", NULL),
        .ref = is_request ? event_text_at(event->payload, "pull_request.base.ref", NULL)
                          : event_text_at(event->payload, "workflow_run.head_branch", own),
        .paths = (const char *const *)event->changed_files,
    };
}

struct permissions event_default_permissions(const struct event *event, bool is_trusted)
{
    bool is_write = event->is_write_default && !event->is_of_dependabot;
    return permissions_default(is_write, is_trusted);
}

struct permissions event_limit_permissions(const struct event *event,
                                           const struct permissions *permissions)
{
    return event->is_from_fork ? permissions_of_fork(permissions) : *permissions;
}
