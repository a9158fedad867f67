/* What a workflow finds of the public world. */
#include "harness/public_world.h"

#include "base/glob.h"
#include "base/limits.h"
#include "harness/made_up.h"
#include "harness/official_images.h"
#include "mocks/releases/releases.h"

#include <string.h>

static const struct pipeline *pipeline_of(const struct stage *stage)
{
    return stage->plan->scenario->pipeline;
}

/* A name alone that no official image has is a stage's that is misspelt, or an image that only lies
   in an Engine: docker.io/library has none. Files that write a tag beside it know of one. */
static bool is_nobodys(struct repository_facts *facts, const char *repository)
{
    static const char official[] = "library/";
    g_autofree char *name = g_strconcat("docker.io/", repository, NULL);
    return g_str_has_prefix(repository, official) &&
           !official_image_is_known(repository + strlen(official)) &&
           (!repository_facts_stands_on(facts, name, NULL) ||
            repository_facts_stands_on(facts, name, "latest"));
}

/* Names of images are in small letters, whatever the owner's are. */
static char *packages_of_owner(const struct stage *stage, const char *end)
{
    g_autofree char *lower = g_ascii_strdown(pipeline_of(stage)->owner, -1);
    return g_strconcat(lower, end, NULL);
}

bool public_world_is_own(const struct stage *stage, const char *repository)
{
    g_autofree char *own = packages_of_owner(stage, "/");
    return g_str_has_prefix(repository, own) || glob_match(made_up_accounts, repository);
}

/* Images below the owner's name or that of a made-up account are what the workflow makes, but for
   those that its files stand on; all else is somebody's. */
static bool wants_image(void *context, const struct registry_service *service,
                        const char *repository, const char *tag)
{
    const struct stage *stage = context;
    g_autofree char *name = g_strconcat(service->name, "/", repository, NULL);
    if (strcmp(service->name, "docker.io") == 0 &&
        is_nobodys(pipeline_of(stage)->facts, repository))
        return false;
    return !public_world_is_own(stage, repository) ||
           repository_facts_stands_on(pipeline_of(stage)->facts, name, tag);
}

static bool pins_digest(void *context, const char *digest)
{
    return repository_facts_pins(pipeline_of(context)->facts, digest);
}

static bool lists_module(void *context, const char *path)
{
    return repository_facts_lists_module(pipeline_of(context)->facts, path);
}

/* ---- registries that nobody described ---- */

static void service_free(void *memory)
{
    struct registry_service *service = memory;
    g_free((char *)service->name);
    g_free((char *)service->api_site);
    g_free(service);
}

/* Whether a container of the run, by its image a registry, is behind this port of its machine:
   nobody needs a login for it, and it has what is pushed. */
static bool is_of_the_run(const struct stage *stage, const char *host)
{
    static const char *const registries[] = {"registry", "distribution", "zot"};
    const char *port = strrchr(host, ':');

    if (port == NULL ||
        !(g_str_has_prefix(host, "localhost:") || g_str_has_prefix(host, "127.0.0.1:")))
        return false;
    for (guint i = 0; i < stage->machines->len; i++) {
        const struct machine *machine = g_ptr_array_index(stage->machines, i);
        const char *image =
            dockerd_port_holder(machine->dockerd, (int)g_ascii_strtoll(port + 1, NULL, 10));
        for (gsize k = 0; image != NULL && k < G_N_ELEMENTS(registries); k++)
            if (strstr(image, registries[k]) != NULL)
                return true;
    }
    return false;
}

/* Who asks for images dials a registry; what else dials an unknown name does not find it. On the
   machine itself a command finds those that a container is, and whom a daemon has found. */
static bool may_be_registry(const struct stage *stage, const char *host, const char *seeks)
{
    g_autofree char *name = g_strndup(host, strcspn(host, ":"));
    if (strcmp(seeks, WORLD_SEEKS_REGISTRY) == 0)
        return (strchr(name, '.') != NULL && !g_hostname_is_ip_address(name)) ||
               is_of_the_run(stage, host);
    return strcmp(seeks, "dockerd") == 0 || strcmp(seeks, "buildkit") == 0;
}

static void found_registry(void *context, const char *host, const char *seeks)
{
    struct stage *stage = context;
    if (!may_be_registry(stage, host, seeks))
        return;
    const struct registry_service *known = registry_service_find(host);
    struct registry_service *service = g_new0(struct registry_service, 1);
    service->name = g_strdup(host);
    service->api_site = g_strdup(host);
    g_ptr_array_add(stage->found_services, service);
    stage_add_registry(stage, known != NULL ? known : service, !is_of_the_run(stage, host));
}

static struct githubapi *add_api(struct stage *stage)
{
    const json_t *github = pipeline_of(stage)->event->github;
    const json_t *repository = json_get_object(json_get_object(github, "event"), "repository");
    const char *owner_type = json_get_string(json_get_object(repository, "owner"), "type", "User");
    const struct githubapi_repository home = {
        .name = json_get_string(github, "repository", "acme/app"),
        .is_private = json_get_boolean(repository, "private", false),
        .is_of_organization = strcmp(owner_type, "Organization") == 0,
    };
    return githubapi_new(stage->world, &home);
}

void public_world_begin(struct stage *stage)
{
    stage->found_services = g_ptr_array_new_with_free_func(service_free);
    stage->computed_secrets = g_ptr_array_new_with_free_func(g_free);
    world_set_founder(stage->world, found_registry, stage);
    stage->caches = cachesvc_new(stage->world);
    stage->modules = goproxy_new(stage->world);
    stage->sigstore = sigstore_new(stage->world);
    releases_open(stage->world);
    stage->api = add_api(stage);
    goproxy_trust(stage->modules, lists_module, stage);
}

void public_world_end(struct stage *stage)
{
    cachesvc_free(stage->caches);
    goproxy_free(stage->modules);
    sigstore_free(stage->sigstore);
    githubapi_free(stage->api);
    g_clear_pointer(&stage->found_services, g_ptr_array_unref);
    g_clear_pointer(&stage->computed_secrets, g_ptr_array_unref);
}

/* ---- logins ---- */

/* A name without an account is one of Docker's official images, which no account pushes to
   (docs.docker.com, Docker Official Images). */
static void admit(struct registry *registry, const char *secret)
{
    bool is_hub = g_str_equal(registry_service_of(registry)->name, "docker.io");
    const struct registry_login login = {
        .secret = secret, .pushes = "*", .spares = is_hub ? "library/*" : NULL};
    if (*secret != '\0')
        registry_add_login(registry, &login);
}

/* "user:password" in base64, as docker's config.json has it and scripts take it apart; g_free. */
static char *password_inside(const char *secret)
{
    gsize length_bytes = 0;
    if (!g_regex_match_simple("^[A-Za-z0-9+/]+={0,2}$", secret, 0, 0))
        return NULL;
    g_autofree guchar *bytes = g_base64_decode(secret, &length_bytes);
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    const char *colon = strchr(text, ':');
    return colon != NULL && g_str_is_ascii(text) ? g_strdup(colon + 1) : NULL;
}

/* Any secret of the workflow is good for any registry, but for the run's own token. */
static void admit_secrets(const struct pipeline *pipeline, struct registry *registry)
{
    const char *name;
    json_t *value;
    json_object_foreach (pipeline->secrets, name, value) {
        const char *text = json_string_value(value);
        if (text == NULL || g_ascii_strcasecmp(name, "GITHUB_TOKEN") == 0)
            continue;
        g_autofree char *password = password_inside(text);
        admit(registry, text);
        if (password != NULL)
            admit(registry, password);
    }
}

/* Passwords that a cloud grants for an hour are made up by the action that asks it for one, which
   says so: their user name tells them. */
static void admit_clouds(struct registry *registry, const char *host)
{
    static const struct {
        const char *hosts; /* as in glob.h */
        const char *user;
    } clouds[] = {
        {"*.dkr.ecr.*", "AWS"},
        {"public.ecr.aws", "AWS"},
        {"*gcr.io", "oauth2accesstoken"},
        {"*.pkg.dev", "oauth2accesstoken"},
        {"*.azurecr.io", "00000000-0000-0000-0000-000000000000"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(clouds); i++) {
        const struct registry_login login = {.user = clouds[i].user, .pushes = "*"};
        if (glob_match(clouds[i].hosts, host))
            registry_add_login(registry, &login);
    }
}

void public_world_open(struct stage *stage, struct registry *registry)
{
    const struct registry_inventor inventor = {
        .context = stage, .wants = wants_image, .pins = pins_digest};
    /* Somebody nobody can be: from now on unknown secrets are wrong. */
    const struct registry_login nobody = {.user = "", .secret = ""};

    if (is_of_the_run(stage, registry_service_of(registry)->name))
        return;
    registry_set_inventor(registry, &inventor);
    registry_add_login(registry, &nobody);
    admit_secrets(pipeline_of(stage), registry);
    for (guint i = 0; i < stage->computed_secrets->len; i++)
        admit(registry, g_ptr_array_index(stage->computed_secrets, i));
    admit_clouds(registry, registry_service_of(registry)->name);
}

bool public_world_admit_secret(struct stage *stage, const char *secret)
{
    if (stage->computed_secrets->len >= COMPUTED_SECRETS_MAX)
        return false;
    g_ptr_array_add(stage->computed_secrets, g_strdup(secret));
    for (guint i = 0; i < stage->registries->len; i++)
        admit(g_ptr_array_index(stage->registries, i), secret);
    return true;
}

void public_world_admit_token(struct stage *stage, const struct job_token *token)
{
    struct registry *registry = stage_registry(stage, "ghcr.io");
    g_autofree char *packages = packages_of_owner(stage, "/*");
    const struct registry_login logins[] = {
        {.secret = token->text, .pushes = token->may_write_packages ? packages : NULL},
        {.secret = token->text, .pushes = made_up_accounts},
    };
    const struct githubapi_token known = {.text = token->text,
                                          .may_attest = token->may_attest,
                                          .may_write_records = token->may_write_records};
    for (gsize i = 0; i < (token->may_write_packages ? G_N_ELEMENTS(logins) : 1); i++)
        registry_add_login(registry, &logins[i]);
    githubapi_admit(stage->api, &known);
}
