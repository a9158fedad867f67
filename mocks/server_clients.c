/* The world's own clients, from their dial to their hanging up: which connection is whose. A site's
   connections are accepted in the order of their connect(). */
#include "mocks/server_private.h"
#include "mocks/world_private.h"

#include <sys/socket.h>

void client_free(void *argument)
{
    struct client *client = argument;
    if (client->connection != NULL)
        client->connection->client = NULL;
    g_free(client);
}

void server_expect_client(struct server *server, struct site *site, int fd, const struct peer *peer)
{
    g_assert(!g_hash_table_contains(server->clients, GINT_TO_POINTER(fd)));
    struct client *client = g_new0(struct client, 1);
    client->site = site;
    client->fd = fd;
    client->peer = peer;
    g_hash_table_insert(server->clients, GINT_TO_POINTER(fd), client);
    g_queue_push_tail(&site->expected, client);
}

/* A connection that was made still comes to the listener, though nobody is at its other end. */
static bool has_connected(const struct client *client)
{
    struct sockaddr_storage peer;
    socklen_t length_bytes = sizeof peer;
    return getpeername(client->fd, (struct sockaddr *)&peer, &length_bytes) == 0;
}

void server_forget_client(struct server *server, int fd)
{
    struct client *client = g_hash_table_lookup(server->clients, GINT_TO_POINTER(fd));
    if (client == NULL)
        return;
    g_hash_table_steal(server->clients, GINT_TO_POINTER(fd));
    if (client->connection != NULL)
        connection_lose(client->connection);
    if (client->site != NULL && has_connected(client)) {
        client->fd = -1;
        return;
    }
    if (client->site != NULL)
        g_queue_remove(&client->site->expected, client);
    client_free(client);
}

void site_turn_client_away(struct site *site)
{
    struct client *client = g_queue_pop_head(&site->expected);
    if (client == NULL)
        return;
    client->site = NULL;
    if (client->fd < 0)
        client_free(client);
}

void server_expect_nobody(struct site *site)
{
    while (!g_queue_is_empty(&site->expected))
        site_turn_client_away(site);
}

void connection_introduce(struct connection *connection)
{
    struct client *client = g_queue_pop_head(&connection->site->expected);
    if (client == NULL)
        return;
    client->site = NULL;
    client->connection = connection;
    connection->client = client;
    connection->peer = client->peer;
    connection->is_inner = true;
    if (client->fd >= 0)
        return;
    connection_lose(connection);
    client_free(client);
}
