/* Output of a container's main process to clients: attach and logs. */
#include "mocks/dockerd/api.h"

#include <string.h>

/* The entries so far, the last `tail` of those that are wanted. */
static bool send_log(const struct container *container, struct outlet *outlet, const bool wants[3],
                     guint tail, GError **error)
{
    guint wanted_count = 0;
    for (guint i = 0; i < container->log->len; i++)
        wanted_count += wants[((struct log_entry *)g_ptr_array_index(container->log, i))->stream];
    guint skip_count = wanted_count > tail ? wanted_count - tail : 0;
    for (guint i = 0; i < container->log->len; i++) {
        const struct log_entry *entry = g_ptr_array_index(container->log, i);
        if (!wants[entry->stream])
            continue;
        if (skip_count > 0) {
            skip_count--;
            continue;
        }
        if (!container_send(container, outlet, entry->stream, entry->text, strlen(entry->text),
                            error))
            return false;
    }
    return true;
}

static guint tail_of(struct request *request)
{
    const char *text = exchange_query_value(request->exchange, "tail");
    guint64 count = 0;
    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT, &count, NULL))
        return G_MAXUINT; /* "all" */
    return (guint)count;
}

static bool read_wants(struct request *request, bool wants[3], GError **error)
{
    wants[0] = false;
    wants[1] = api_query_flag(request, "stdout");
    wants[2] = api_query_flag(request, "stderr");
    if (wants[1] || wants[2])
        return true;
    return engine_fail(error, 400, "Bad parameters: you must choose at least one stream");
}

static bool has_terminal(const struct container *container)
{
    return json_get_boolean(container->config, "Tty", false);
}

/* capture 18: no Content-Type before API 1.42 */
HANDLER(containers_logs)
{
    struct container *found = container_find(request->dockerd, request->name, error);
    bool wants[3] = {false};
    if (found == NULL || !read_wants(request, wants, error))
        return false;
    AUTO(container) container = container_ref(found);
    AUTO(outlet) outlet = outlet_new(request->dockerd->loop);

    outlet_hold(outlet);
    if (!send_log(container, outlet, wants, tail_of(request), error))
        return false;
    outlet_release(outlet);
    if (api_query_flag(request, "follow") && container_is_running(container))
        container_attach(container, outlet, wants[1], wants[2]);
    else
        outlet_end(outlet);
    if (request->api_minor >= 42)
        exchange_set_header(request->exchange, "Content-Type",
                            api_stream_type(request, has_terminal(container)));
    exchange_stream_begin(request->exchange, 200);
    if (outlet_pump(outlet, request->exchange, error))
        exchange_stream_end(request->exchange);
    return true;
}

/* Captures 11, 14: attached before the start, ends with the main process. Input is not read. */
HANDLER(containers_attach)
{
    struct container *found = container_find(request->dockerd, request->name, error);
    if (found == NULL)
        return false;
    AUTO(container) container = container_ref(found);
    AUTO(outlet) outlet = outlet_new(request->dockerd->loop);
    const bool wants[3] = {false, api_query_flag(request, "stdout"),
                           api_query_flag(request, "stderr")};

    outlet_hold(outlet);
    if (api_query_flag(request, "logs") && !send_log(container, outlet, wants, G_MAXUINT, error))
        return false;
    outlet_release(outlet);
    if (api_query_flag(request, "stream") && container->state != CONTAINER_EXITED)
        container_attach(container, outlet, wants[1], wants[2]);
    else
        outlet_end(outlet);
    exchange_upgrade(request->exchange, api_stream_type(request, has_terminal(container)));
    if (outlet_pump(outlet, request->exchange, error))
        exchange_stream_end(request->exchange);
    return true;
}
