/*
 * The one HTTP server of a world: libmicrohttpd driven by the world's loop, behind every site. This
 * and server_*.c are the one place that knows libmicrohttpd. Connections are accepted here, never
 * by the library, so that each is known to its site and, inside the world, to its client's
 * descriptor: that makes resets exact. The world's own clients say when they dial and when they
 * hang up, so that nobody has to ask the kernel. virtual-time.md 1, 2, 3 and 9 give the rules
 * followed here.
 */
#pragma once

#include "mocks/exchange.h"

struct server;
struct world;

struct server *server_new(struct world *world, GError **error) MUST_USE;
/* Cuts every connection, then runs the loop until the fibers of all exchanges have ended. Call
   outside fibers; new connections are cut from now on. */
void server_stop(struct server *server);
/* Stops first. NULL is fine. */
void server_free(struct server *server);
CLEANUP(server, server_free)

/* Takes every connection that waits at the listening descriptor. */
void server_accept(struct server *server, struct site *site, int listen_fd);
/* Cuts every connection of a site. */
void server_cut_site(struct server *server, const struct site *site);
/* A client of this world is about to connect to the site by fd; peer is lent. */
void server_expect_client(struct server *server, struct site *site, int fd,
                          const struct peer *peer);
/* That client is about to close fd. */
void server_forget_client(struct server *server, int fd);
/* The site's inner listener was closed, and the connections that waited at it with it. */
void server_expect_nobody(struct site *site);
