/*
 * Connections kept for reuse. libcurl keeps and picks them; here is known which of them are free
 * and alive, because a request that will go over one asks the opener for no way, and who dialled
 * them, because a request is sent a second time only over a connection that was another's.
 */
#include "http/http_private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct kept {
    char *target;
    char *path;
    int fd;
    bool is_busy;
    const struct http_stream *dialler; /* compared only; NULL once its request is over */
};

static void kept_free(void *argument)
{
    struct kept *kept = argument;
    g_free(kept->target);
    g_free(kept->path);
    g_free(kept);
}

GPtrArray *kept_list_new(void)
{
    return g_ptr_array_new_with_free_func(kept_free);
}

void kept_add(const struct http_stream *stream, int fd)
{
    struct kept *kept = g_new0(struct kept, 1);
    kept->target = g_strdup(stream->target);
    kept->path = g_strdup(stream->path);
    kept->fd = fd;
    kept->dialler = stream;
    g_ptr_array_add(stream->http->kept, kept);
}

static struct kept *kept_of(const struct http *http, int fd)
{
    for (guint i = 0; i < http->kept->len; i++) {
        struct kept *kept = g_ptr_array_index(http->kept, i);
        if (kept->fd == fd)
            return kept;
    }
    return NULL;
}

bool kept_take(const struct http_stream *stream, int fd)
{
    struct kept *kept = kept_of(stream->http, fd);
    if (kept == NULL)
        return false;
    kept->is_busy = true;
    return kept->dialler != stream;
}

void kept_give_back(const struct http *http, int fd)
{
    struct kept *kept = kept_of(http, fd);
    if (kept == NULL)
        return;
    kept->is_busy = false;
    kept->dialler = NULL;
}

void kept_remove(struct http *http, int fd)
{
    struct kept *kept = kept_of(http, fd);
    if (kept != NULL)
        g_ptr_array_remove(http->kept, kept);
}

/* libcurl throws a connection away that has anything to read before a request was sent. */
static bool is_silent(const struct kept *kept)
{
    char byte;
    return recv(kept->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* Requests to target that libcurl has not given a connection yet. */
static guint count_starting(const struct http *http, const char *target)
{
    guint count = 0;
    for (guint i = 0; i < http->streams->len; i++) {
        const struct http_stream *stream = g_ptr_array_index(http->streams, i);
        if (stream->handle != NULL && stream->fd < 0 && g_strcmp0(stream->target, target) == 0)
            count++;
    }
    return count;
}

const char *kept_find(const struct http *http, const char *target)
{
    guint claimed_count = count_starting(http, target);

    for (guint i = 0; i < http->kept->len; i++) {
        const struct kept *kept = g_ptr_array_index(http->kept, i);
        if (kept->is_busy || strcmp(kept->target, target) != 0 || !is_silent(kept))
            continue;
        if (claimed_count == 0)
            return kept->path;
        claimed_count--;
    }
    return NULL;
}
