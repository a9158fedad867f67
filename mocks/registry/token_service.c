/* The token service as a site: who asks, for which scopes, and what is granted. */
#include "mocks/registry/registry_private.h"
#include "mocks/registry/token.h"

#include "base/units.h"
#include "loop/vclock.h"

#include <string.h>

enum {
    TOKEN_LIFE_S = 300, /* Docker Hub's expires_in */
    FORM_BYTES_MAX = 64 * 1024,
};

/* One question to the token service. */
struct token_question {
    struct registry *registry;
    char *user; /* NULL: anonymous */
    char *secret;
    GPtrArray *scopes; /* char*, as asked */
};

static void question_clear(struct token_question *question)
{
    g_free(question->user);
    g_free(question->secret);
    g_ptr_array_unref(question->scopes);
}
#define QUESTION(variable)                                                                         \
    __attribute__((cleanup(question_clear))) struct token_question variable = {                    \
        .scopes = g_ptr_array_new_with_free_func(g_free)}

/* A scope parameter may hold several scopes, separated by spaces. */
static void add_scopes(struct token_question *question, const char *text)
{
    g_auto(GStrv) scopes = g_strsplit_set(text, " \n", -1);
    for (gsize i = 0; scopes[i] != NULL; i++)
        if (*scopes[i] != '\0')
            g_ptr_array_add(question->scopes, g_strdup(scopes[i]));
}

static bool may_write(const struct token_question *question, const char *repository)
{
    return access_may_push(question->registry, question->user, question->secret, repository);
}

/* Docker Hub grants no pull of what is not there, so that nobody learns what private repositories
   exist: clients then say "pull access denied" (failures.md C6). */
static bool may_pull(const struct token_question *question, const char *repository, bool is_pushing)
{
    const struct registry *registry = question->registry;
    if (question->user == NULL && registry->needs_login_to_pull)
        return false;
    if (!registry->service->hides_missing || (is_pushing && may_write(question, repository)))
        return true;
    return registry_store_find(registry->store, repository) != NULL ||
           registry_would_invent(registry, repository, /* tag= */ NULL);
}

/* Only those that are known get here, so that there are no more than logins. */
static void note_refusal(const struct token_question *question, const char *repository)
{
    GHashTable *refusals = question->registry->refusals;
    if (question->secret != NULL && !g_hash_table_contains(refusals, question->secret))
        g_hash_table_insert(refusals, g_strdup(question->secret), g_strdup(repository));
}

static char *grant_actions(const struct token_question *question, const char *repository,
                           const char *asked)
{
    g_auto(GStrv) actions = g_strsplit(asked, ",", -1);
    g_autoptr(GString) granted = g_string_new(NULL);
    bool is_pushing = g_strv_contains((const char *const *)actions, "push");
    for (gsize i = 0; actions[i] != NULL; i++) {
        bool is_granted = strcmp(actions[i], "pull") == 0
                              ? may_pull(question, repository, is_pushing)
                              : may_write(question, repository);
        if (is_granted)
            g_string_append_printf(granted, "%s%s", granted->len > 0 ? "," : "", actions[i]);
    }
    bool is_told = question->registry->service->write_denial != NULL && question->user != NULL;
    if (is_pushing && is_told && !may_write(question, repository)) {
        g_string_append_printf(granted, "%s" TOKEN_DENIED, granted->len > 0 ? "," : "");
        note_refusal(question, repository);
    }
    return g_string_free(g_steal_pointer(&granted), FALSE);
}

/* `type:name:actions` with less actions; NULL when nothing is left. The name may hold a ':'. */
static char *grant(const struct token_question *question, const char *scope)
{
    const char *first = strchr(scope, ':');
    const char *last = strrchr(scope, ':');
    if (first == NULL || first == last)
        return NULL;
    g_autofree char *name = g_strndup(first + 1, (gsize)(last - first - 1));
    g_autofree char *actions = g_str_has_prefix(scope, "registry:")
                                   ? g_strdup(may_write(question, name) ? last + 1 : "")
                                   : grant_actions(question, name, last + 1);
    if (*actions == '\0')
        return NULL;
    return g_strdup_printf("%.*s:%s", (int)(last - scope), scope, actions);
}

static char **grant_all(const struct token_question *question)
{
    g_autoptr(GPtrArray) granted = g_ptr_array_new();
    for (guint i = 0; i < question->scopes->len; i++) {
        char *scope = grant(question, question->scopes->pdata[i]);
        if (scope != NULL)
            g_ptr_array_add(granted, scope);
    }
    g_ptr_array_add(granted, NULL);
    return (char **)g_ptr_array_steal(granted, NULL);
}

/* Clients take a token without issued_at as issued now, which a real clock's reader must do: our
   loop does not know its date. */
static void set_issued_at(json_t *answer, const struct loop *loop)
{
    if (loop_clock_mode(loop) != CLOCK_VIRTUAL)
        return;
    g_autoptr(GDateTime) now =
        g_date_time_new_from_unix_utc(VCLOCK_EPOCH_S + loop_now_us(loop) / SECOND_US);
    g_autofree char *text = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    json_object_set_new(answer, "issued_at", json_string(text));
}

/* Whether somebody without a login asks only to pull, and may pull nothing of it. */
static bool is_denied(const struct token_question *question, const char *const *granted)
{
    if (question->registry->service->login_denial == NULL || question->user != NULL ||
        question->scopes->len == 0 || granted[0] != NULL)
        return false;
    for (guint i = 0; i < question->scopes->len; i++)
        if (!g_str_has_suffix(question->scopes->pdata[i], ":pull"))
            return false;
    return true;
}

static void reply_token(const struct token_question *question, struct exchange *exchange)
{
    const struct loop *loop = world_loop(question->registry->world);
    TOKEN_CLAIMS(claims);
    claims.user = g_strdup(question->user);
    claims.scopes = grant_all(question);
    if (is_denied(question, (const char *const *)claims.scopes)) {
        registry_reply_error_bare(exchange, REGISTRY_DENIED,
                                  "requested access to the resource is denied");
        return;
    }
    claims.expires_at_us = loop_now_us(loop) + TOKEN_LIFE_S * SECOND_US;
    g_autofree char *token = token_issue(question->registry, &claims);

    g_autoptr(json_t) answer = json_object();
    json_object_set_new(answer, "token", json_string(token));
    json_object_set_new(answer, "access_token", json_string(token));
    json_object_set_new(answer, "expires_in", json_integer(TOKEN_LIFE_S));
    set_issued_at(answer, loop);
    g_autofree char *text = json_text(answer);
    exchange_reply_text(exchange, 200, "application/json", text);
}

/* Docker Hub's own words; the docker CLI shows them after "unauthorized: ". A form is answered so
   by GHCR as well: clients then ask it without. */
static void answer(const struct token_question *question, bool is_form, struct exchange *exchange)
{
    const char *denial = question->registry->service->login_denial;
    if (question->user == NULL ||
        access_is_known(question->registry, question->user, question->secret)) {
        reply_token(question, exchange);
        return;
    }
    if (denial != NULL && !is_form) {
        registry_reply_error_bare(exchange, REGISTRY_DENIED, denial);
        return;
    }
    exchange_reply_text(exchange, 401, "application/json",
                        "{\"details\":\"incorrect username or password\"}");
}

static void set_user(struct token_question *question, const char *user, const char *secret)
{
    if (user == NULL || *user == '\0')
        return;
    question->user = g_strdup(user);
    question->secret = g_strdup(secret);
}

/* The OAuth2 form: containerd and oras POST it when they have credentials. */
static void on_form(struct exchange *exchange, void *registry, GBytes *body)
{
    QUESTION(question);
    question.registry = registry;
    gsize length_bytes = 0;
    const char *text = body != NULL ? g_bytes_get_data(body, &length_bytes) : NULL;
    g_autoptr(GHashTable) form = text == NULL ? NULL
                                              : g_uri_parse_params(text, (gssize)length_bytes, "&",
                                                                   G_URI_PARAMS_WWW_FORM, NULL);
    if (form == NULL || g_strcmp0(g_hash_table_lookup(form, "grant_type"), "password") != 0) {
        exchange_reply_text(exchange, 401, "application/json",
                            "{\"details\":\"unsupported grant\"}");
        return;
    }
    set_user(&question, g_hash_table_lookup(form, "username"),
             g_hash_table_lookup(form, "password"));
    const char *scope = g_hash_table_lookup(form, "scope");
    if (scope != NULL)
        add_scopes(&question, scope);
    answer(&question, /* is_form= */ true, exchange);
}

static void on_question(struct exchange *exchange, struct registry *registry)
{
    QUESTION(question);
    g_autofree char *user = NULL;
    g_autofree char *secret = NULL;

    question.registry = registry;
    if (access_basic(exchange, &user, &secret))
        set_user(&question, user, secret);
    g_autoptr(GPtrArray) scopes = exchange_query_values(exchange, "scope");
    for (guint i = 0; i < scopes->len; i++)
        add_scopes(&question, scopes->pdata[i]);
    answer(&question, /* is_form= */ false, exchange);
}

void registry_on_token(void *context, struct exchange *exchange)
{
    struct registry *registry = context;
    if (strcmp(exchange_path(exchange), registry->service->token_path) != 0)
        exchange_reply_text(exchange, 404, "text/plain; charset=utf-8", "404 page not found\n");
    else if (strcmp(exchange_method(exchange), "GET") == 0)
        on_question(exchange, registry);
    else if (strcmp(exchange_method(exchange), "POST") == 0)
        exchange_collect(exchange, FORM_BYTES_MAX, on_form, registry);
    else
        exchange_reply(exchange, 405, NULL);
}
