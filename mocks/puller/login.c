/* docker login, as dockerd does it: a ping for the challenge, then GET /v2/ with what it asks for
   (moby daemon/pkg/registry/auth.go, loginV2; captures 33, 33b). */
#include "mocks/puller/pull.h"

/* With the containerd store, too, the registry's service is the classic one. */
static const struct puller_habits *login_habits(const struct puller *puller)
{
    return puller->habits->is_classic ? puller->habits : puller_habits_of(PULLER_DOCKER_28);
}

static bool look_at(struct remote *remote, GError **error)
{
    unsigned status = 0;
    if (!remote_log_in(remote, &status, error))
        return false;
    if (status == 200)
        return true;
    g_autofree char *url = remote_url(remote, "/v2/");
    g_autofree char *text = go_status(status);
    mishap_set(error, MISHAP_OTHER, 0, "login attempt to %s failed with status: %s", url, text);
    return false;
}

/* Only the token service's own UNAUTHORIZED keeps its status: translateV2AuthError. */
static void translate(GError *error)
{
    bool is_refused =
        mishap_kind(error) == MISHAP_CODED && mishap_detail(error) == CODE_UNAUTHORIZED;
    if (error->domain != MISHAP_ERROR)
        return;
    error->domain = PULLER_ERROR;
    error->code = is_refused ? 401 : 500;
}

bool puller_login(struct puller *puller, const char *domain, const struct credentials *credentials,
                  GError **error)
{
    const struct remote_target target = {
        .http = puller->http,
        .habits = login_habits(puller),
        .host = remote_host_of(domain),
        .credentials = credentials,
    };
    AUTO(remote) remote = remote_new(&target);
    GError *cause = NULL;

    if (look_at(remote, &cause))
        return true;
    translate(cause);
    g_propagate_error(error, cause);
    return false;
}
