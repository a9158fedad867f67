/* POST /auth: the daemon tries the credentials on the registry itself (captures 33, 33b). */
#include "mocks/dockerd/api.h"

#include "mocks/puller/puller.h"

#include <string.h>

/* "https://index.docker.io/v1/" is the old name of Docker Hub, and no address means it. */
static char *domain_of(const char *server)
{
    const char *host = g_str_has_prefix(server, "https://") ? server + strlen("https://") : server;
    g_autofree char *domain = g_strndup(host, strcspn(host, "/"));
    bool is_hub = *domain == '\0' || g_str_equal(domain, "index.docker.io");
    return is_hub ? g_strdup("docker.io") : g_steal_pointer(&domain);
}

HANDLER(auth_login)
{
    g_autoptr(json_t) body = api_read_json(request, error);
    if (body == NULL)
        return false;
    g_autofree char *domain = domain_of(json_get_string(body, "serveraddress", ""));
    const struct credentials credentials = {
        .username = json_get_string(body, "username", ""),
        .password = json_get_string(body, "password", ""),
    };
    if (!puller_login(request->dockerd->puller, domain, &credentials, error))
        return false;
    api_reply_json(request, 200,
                   json_pack("{s:s, s:s}", "IdentityToken", "", "Status", "Login Succeeded"));
    return true;
}
