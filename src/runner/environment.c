/* The environment of a step's processes, layer by layer, and where their paths are on this machine
   (actions-semantics.md 5.2). */
#include "runner/leg.h"

#include <stdlib.h>
#include <string.h>

/* Of the github context these become GITHUB_* (the runner's GitHubContext.cs). */
static const char *const github_names[] = {
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "env",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "output",
    "path",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "server_url",
    "sha",
    "state",
    "step_summary",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
    NULL,
};

static const char *const runner_names[] = {
    "os", "arch", "name", "environment", "tool_cache", "temp", "workspace", "debug", NULL,
};

static void set(json_t *environment, const char *name, const char *value)
{
    json_object_set_new(environment, name, json_text_or_null(value));
}

static void add_machine(json_t *environment, const char *const *pairs)
{
    for (; pairs != NULL && *pairs != NULL; pairs++) {
        const char *equals = strchr(*pairs, '=');
        if (equals == NULL)
            continue;
        g_autofree char *name = g_strndup(*pairs, (gsize)(equals - *pairs));
        set(environment, name, equals + 1);
    }
}

/* "INPUT_" and the name in capitals, blanks as underscores, hyphens kept. */
static void add_prefixed(json_t *environment, const char *prefix, const json_t *texts,
                         bool is_upper_case)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)texts, name, value) {
        g_autofree char *own = is_upper_case ? g_utf8_strup(name, -1) : g_strdup(name);
        g_strdelimit(own, is_upper_case ? " " : "", '_');
        g_autofree char *full = g_strconcat(prefix, own, NULL);
        set(environment, full, json_string_value(value));
    }
}

static void add_context(json_t *environment, const struct value *contexts, const char *context,
                        const char *prefix, const char *const *names)
{
    VALUE(object);
    if (!contexts->type->get(contexts->self, context, &object) || object.kind != VALUE_OBJECT)
        return;
    for (; *names != NULL; names++) {
        VALUE(member);
        if (!object.type->get(object.self, *names, &member))
            continue;
        g_autofree char *upper = g_ascii_strup(*names, -1);
        g_autofree char *name = g_strconcat(prefix, upper, NULL);
        g_autofree char *text = github_value_string(&member);
        set(environment, name, text);
    }
}

static void add_path(json_t *environment, const GPtrArray *path)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = path->len; i > 0; i--)
        g_string_append_printf(text, "%s:", (const char *)path->pdata[i - 1]);
    if (text->len == 0)
        return;
    g_string_append(text, json_get_string(environment, "PATH", ""));
    set(environment, "PATH", text->str);
}

/* Every step of a job with `permissions: id-token: write` gets these. */
static void add_identity(const struct runner_machine *machine, json_t *environment)
{
    if (machine->id_token_request == NULL)
        return;
    set(environment, "ACTIONS_ID_TOKEN_REQUEST_URL", machine->id_token_url);
    set(environment, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", machine->id_token_request);
}

/* What node actions get beyond that. */
static void add_services(const struct runner_machine *machine, json_t *environment)
{
    set(environment, "ACTIONS_RUNTIME_URL", "https://pipelines.actions.githubusercontent.com/");
    set(environment, "ACTIONS_RUNTIME_TOKEN",
        machine->runtime_token != NULL ? machine->runtime_token : "runtime-token");
    set(environment, "ACTIONS_CACHE_URL", "https://artifactcache.actions.githubusercontent.com/");
    set(environment, "ACTIONS_RESULTS_URL",
        "https://results-receiver.actions.githubusercontent.com/");
    set(environment, "ACTIONS_CACHE_SERVICE_V2", "True");
}

static char **strings_of(const json_t *environment)
{
    GPtrArray *pairs = g_ptr_array_new();
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)environment, name, value)
        if (name[0] != '\0' && strchr(name, '=') == NULL)
            g_ptr_array_add(pairs, g_strconcat(name, "=", json_string_value(value), NULL));
    g_ptr_array_add(pairs, NULL);
    return (char **)g_ptr_array_free(pairs, FALSE);
}

char **step_environment(const struct step_run *step, const json_t *inputs, const json_t *state)
{
    g_autoptr(json_t) environment = json_object();
    VALUE(contexts);
    contexts = step_contexts(step);
    add_machine(environment, step->leg->machine->environment);
    json_object_update(environment,
                       step->environment != NULL ? step->environment : step->leg->environment);
    add_prefixed(environment, "INPUT_", inputs, /* is_upper_case= */ true);
    add_prefixed(environment, "STATE_", state, /* is_upper_case= */ false);
    add_path(environment, step->leg->path);
    add_context(environment, &contexts, "github", "GITHUB_", github_names);
    add_context(environment, &contexts, "runner", "RUNNER_", runner_names);
    if (inputs != NULL)
        add_services(step->leg->machine, environment);
    add_identity(step->leg->machine, environment);
    set(environment, "GITHUB_ACTIONS", "true");
    if (json_object_get(environment, "CI") == NULL)
        set(environment, "CI", "true");
    return strings_of(environment);
}

/* Whether what is there already of a path lies in the folder, links followed. */
static bool is_inside(const char *folder, const char *path)
{
    g_autofree char *at = g_strdup(path);
    char *real_folder = realpath(folder, NULL);
    char *real = NULL;
    while ((real = realpath(at, NULL)) == NULL && strcmp(at, "/") != 0) {
        char *parent = g_path_get_dirname(at);
        g_free(at);
        at = parent;
    }
    gsize length = real_folder != NULL ? strlen(real_folder) : 0;
    bool answer = real_folder != NULL && real != NULL && strncmp(real, real_folder, length) == 0 &&
                  (real[length] == '/' || real[length] == '\0');
    free(real_folder);
    free(real);
    return answer;
}

char *leg_host_path(const struct leg_run *leg, const char *path)
{
    const struct runner_machine *machine = leg->machine;
    if (machine->directory == NULL || path == NULL || path[0] != '/')
        return NULL;
    if (machine->sandbox != NULL) /* which has a /tmp of its own too */
        return sandbox_host_path(machine->sandbox, path);
    g_autofree char *plain = g_canonicalize_filename(path, "/");
    gsize length = strlen(machine->home);
    if (strncmp(plain, machine->home, length) != 0 ||
        (plain[length] != '/' && plain[length] != '\0'))
        return NULL;
    g_autofree char *here = g_strconcat(machine->directory, plain + length, NULL);
    return is_inside(machine->directory, here) ? g_steal_pointer(&here) : NULL;
}

char *leg_random_hex(struct leg_run *leg, unsigned digits)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < digits; i++)
        g_string_append_c(text, "0123456789abcdef"[rng_below(&leg->rng, 16)]);
    return g_string_free(text, FALSE);
}

char *leg_uuid(struct leg_run *leg)
{
    static const unsigned parts[] = {8, 4, 4, 4, 12};
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *digits = leg_random_hex(leg, parts[i]);
        g_string_append_printf(text, "%s%s", i > 0 ? "-" : "", digits);
    }
    text->str[14] = '4'; /* the version, RFC 9562 5.4 */
    return g_string_free(text, FALSE);
}
