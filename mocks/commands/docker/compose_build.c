/* The image of one service, made by `docker build`: what its section `build` says as options
   (compose's pkg/compose/build_bake.go). */
#include "mocks/commands/docker/compose_private.h"

#include "mocks/commands/docker/cli_private.h"

#include <glib/gstdio.h>
#include <string.h>

#define SERVICE_CONTEXT "service:"

static void add_each(struct words *words, const char *option, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        words_add(words, option, g_ptr_array_index(texts, i), NULL);
}

static bool is_remote(const char *context)
{
    return strstr(context, "://") != NULL || g_str_has_prefix(context, "git@");
}

static char *context_of(const struct project *project, const json_t *build)
{
    const char *context =
        json_is_string(build) ? json_string_value(build) : json_get_string(build, "context", ".");
    return is_remote(context) ? g_strdup(context)
                              : g_canonicalize_filename(context, project->directory);
}

/* ---- lists of the section ---- */

/* Names alone take their value from .env; where that has none, docker asks the environment. */
static void resolve_arguments(const struct project *project, GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++) {
        const char *text = g_ptr_array_index(texts, i);
        const char *value = json_get_string(project->variables, text, NULL);
        if (strchr(text, '=') != NULL || value == NULL ||
            command_variable(project->call, text) != NULL)
            continue;
        char *pair = g_strconcat(text, "=", value, NULL);
        g_free(texts->pdata[i]);
        texts->pdata[i] = pair;
    }
}

static void add_lists(const struct project *project, struct words *words, const json_t *build)
{
    static const struct {
        const char *key;
        const char *option;
        bool is_pairs;
    } rows[] = {
        {"args", "--build-arg", true},
        {"labels", "--label", true},
        {"ssh", "--ssh", true},
        {"extra_hosts", "--add-host", true},
        {"cache_from", "--cache-from", false},
        {"cache_to", "--cache-to", false},
        {"tags", "--tag", false},
        {"entitlements", "--allow", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const json_t *value = json_object_get(build, rows[i].key);
        g_autoptr(GPtrArray) texts = rows[i].is_pairs ? model_pairs(value) : model_texts(value);
        if (i == 0)
            resolve_arguments(project, texts);
        add_each(words, rows[i].option, texts);
    }
}

static void add_platforms(struct words *words, const json_t *build)
{
    g_autoptr(GPtrArray) platforms = model_texts(json_object_get(build, "platforms"));
    if (platforms->len == 0)
        return;
    g_ptr_array_add(platforms, NULL);
    g_autofree char *joined = g_strjoinv(",", (char **)platforms->pdata);
    words_add(words, "--platform", joined, NULL);
}

/* Another service's image stands for it: that one is built before (add_in_order()). */
static void add_contexts(const struct project *project, struct words *words, const json_t *build)
{
    g_autoptr(GPtrArray) contexts = model_pairs(json_object_get(build, "additional_contexts"));
    for (guint i = 0; i < contexts->len; i++) {
        g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(contexts, i), "=", 2);
        const char *value = pair[1] != NULL ? pair[1] : "";
        g_autofree char *whole = NULL;
        if (g_str_has_prefix(value, SERVICE_CONTEXT)) {
            g_autofree char *image = project_image(project, value + strlen(SERVICE_CONTEXT));
            whole = g_strconcat("docker-image://", image, NULL);
        } else {
            whole = is_remote(value) ? g_strdup(value)
                                     : g_canonicalize_filename(value, project->directory);
        }
        g_autofree char *text = g_strconcat(pair[0], "=", whole, NULL);
        words_add(words, "--build-context", text, NULL);
    }
}

/* A name, or {source, target}; what it stands for is said at the top of the model. */
static void add_secret(const struct project *project, struct words *words, const json_t *value)
{
    const char *name =
        json_is_string(value) ? json_string_value(value) : json_get_string(value, "source", "");
    const char *id = json_get_string(value, "target", name);
    const json_t *secret = json_get_object(json_get_object(project->model, "secrets"), name);
    const char *variable = json_get_string(secret, "environment", NULL);
    const char *file = json_get_string(secret, "file", "");
    g_autofree char *path = g_canonicalize_filename(file, project->directory);
    g_autofree char *text = variable != NULL
                                ? g_strdup_printf("id=%s,type=env,env=%s", id, variable)
                                : g_strdup_printf("id=%s,type=file,src=%s", id, path);
    words_add(words, "--secret", text, NULL);
}

static void add_secrets(const struct project *project, struct words *words, const json_t *build)
{
    size_t i;
    json_t *value;
    json_array_foreach (json_get_array(build, "secrets"), i, value)
        add_secret(project, words, value);
}

/* ---- the Dockerfile ---- */

/* What stands in the section itself becomes a file for as long as it is built. */
static char *write_inline(const struct project *project, const char *service, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        g_strdup_printf("/tmp/compose-%s-%s.Dockerfile", project->name, service);
    if (world_write_file(project->call, path, text, strlen(text), 0600, &error))
        return g_steal_pointer(&path);
    command_complain(project->call, "%s\n", error->message);
    return NULL;
}

static void forget_inline(const struct project *project, const char *path)
{
    g_autofree char *host = path != NULL ? command_host_path(project->call, path) : NULL;
    if (host != NULL)
        g_unlink(host);
}

/* The Dockerfile's place is told from the context. */
static void add_build_options(const struct project *project, struct words *words,
                              const json_t *build, const char *context)
{
    static const char *const options[][2] = {{"target", "--target"}, {"network", "--network"}};
    static const char *const switches[][2] = {{"no_cache", "--no-cache"}, {"pull", "--pull"}};
    const char *dockerfile = json_get_string(build, "dockerfile", "");
    bool has_inline = json_get_string(build, "dockerfile_inline", NULL) != NULL;

    if (*dockerfile != '\0' && !has_inline) {
        g_autofree char *path = g_canonicalize_filename(dockerfile, context);
        words_add(words, "--file", path, NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        if (*json_get_string(build, options[i][0], "") != '\0')
            words_add(words, options[i][1], json_get_string(build, options[i][0], ""), NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(switches); i++)
        if (json_get_boolean(build, switches[i][0], false))
            words_add(words, switches[i][1], NULL);
    add_lists(project, words, build);
    add_platforms(words, build);
    add_contexts(project, words, build);
    add_secrets(project, words, build);
}

/* Options of the command line itself, if its command has them. */
static void add_asked_options(struct words *words, const struct compose_call *compose)
{
    static const char *const texts[][2] = {{"builder", "--builder"}, {"ssh", "--ssh"}};
    static const char *const switches[][2] = {
        {"no-cache", "--no-cache"}, {"pull", "--pull"}, {"check", "--check"}};
    const char *const *arguments = flags_list(compose->flags, "build-arg");
    for (gsize i = 0; arguments[i] != NULL; i++)
        words_add(words, "--build-arg", arguments[i], NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (*flags_text(compose->flags, texts[i][0]) != '\0')
            words_add(words, texts[i][1], flags_text(compose->flags, texts[i][0]), NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(switches); i++)
        if (flags_boolean(compose->flags, switches[i][0]))
            words_add(words, switches[i][1], NULL);
}

static bool run_build(const struct project *project, const char *service,
                      const struct compose_call *asked, const char *inline_path)
{
    const json_t *build = json_object_get(project_service(project, service), "build");
    const char *platform = json_get_string(project_service(project, service), "platform", "");
    g_autofree char *context = context_of(project, build);
    g_autofree char *image = project_image(project, service);
    bool has_buildx = docker_cli_plugin(project->cli, "buildx") != NULL;
    WORDS(words);

    words_init(&words, "build", NULL);
    if (has_buildx)
        words_add(&words, "--load", NULL);
    words_add(&words, "--tag", image, NULL);
    if (inline_path != NULL)
        words_add(&words, "--file", inline_path, NULL);
    add_build_options(project, &words, json_is_object(build) ? build : NULL, context);
    if (*platform != '\0')
        words_add(&words, "--platform", platform, NULL);
    if (asked != NULL)
        add_asked_options(&words, asked);
    words_add(&words, context, NULL);
    return project_docker(project, &words, NULL, NULL) == 0;
}

bool project_build(const struct project *project, const char *service,
                   const struct compose_call *asked)
{
    const json_t *build = json_object_get(project_service(project, service), "build");
    const char *text = json_get_string(build, "dockerfile_inline", NULL);
    g_autofree char *path = text != NULL ? write_inline(project, service, text) : NULL;
    if (text != NULL && path == NULL)
        return false;
    bool is_built = run_build(project, service, asked, path);
    forget_inline(project, path);
    if (is_built)
        project_say(project, "", service, "Built");
    return is_built;
}
