/* Outlets: a bounded byte queue between two fibers. */
#include "mocks/dockerd/outlet.h"

#include "base/limits.h"

#include <string.h>

struct outlet {
    struct loop *loop;
    GByteArray *unread;
    bool has_ended;
    bool is_detached;
    bool is_held;
    struct fiber_queue changed;
    unsigned reference_count;
};

struct outlet *outlet_new(struct loop *loop)
{
    struct outlet *outlet = g_new0(struct outlet, 1);
    outlet->loop = loop;
    outlet->unread = g_byte_array_new();
    outlet->reference_count = 1;
    return outlet;
}

struct outlet *outlet_ref(struct outlet *outlet)
{
    outlet->reference_count++;
    return outlet;
}

void outlet_unref(struct outlet *outlet)
{
    if (outlet == NULL || --outlet->reference_count > 0)
        return;
    g_byte_array_unref(outlet->unread);
    g_free(outlet);
}

static bool is_full(const struct outlet *outlet)
{
    return !outlet->is_detached && !outlet->is_held && outlet->unread->len >= OUTLET_BYTES_MAX &&
           fiber_current(outlet->loop) != NULL;
}

static void append(struct outlet *outlet, const void *bytes, gsize length_bytes)
{
    if (outlet->is_detached || outlet->has_ended || length_bytes == 0)
        return;
    g_byte_array_append(outlet->unread, bytes, (guint)length_bytes);
    fiber_queue_wake_all(&outlet->changed);
}

bool outlet_write(struct outlet *outlet, const void *bytes, gsize length_bytes, GError **error)
{
    while (is_full(outlet))
        if (!fiber_queue_wait(outlet->loop, &outlet->changed, "a slow reader", error))
            return false;
    append(outlet, bytes, length_bytes);
    return true;
}

void outlet_offer(struct outlet *outlet, const void *bytes, gsize length_bytes)
{
    if (outlet->unread->len < OUTLET_BYTES_MAX)
        append(outlet, bytes, length_bytes);
}

void outlet_hold(struct outlet *outlet)
{
    outlet->is_held = true;
}

void outlet_release(struct outlet *outlet)
{
    outlet->is_held = false;
}

void outlet_end(struct outlet *outlet)
{
    outlet->has_ended = true;
    fiber_queue_wake_all(&outlet->changed);
}

static void detach(struct outlet *outlet)
{
    outlet->is_detached = true;
    g_byte_array_set_size(outlet->unread, 0);
    fiber_queue_wake_all(&outlet->changed);
}

bool outlet_wait(struct outlet *outlet, GError **error)
{
    while (outlet->unread->len == 0 && !outlet->has_ended)
        if (!fiber_queue_wait(outlet->loop, &outlet->changed, "output", error))
            return false;
    return outlet->unread->len > 0;
}

static bool send_unread(struct outlet *outlet, struct exchange *exchange, GError **error)
{
    g_autoptr(GByteArray) bytes = outlet->unread;
    outlet->unread = g_byte_array_new();
    fiber_queue_wake_all(&outlet->changed);
    return exchange_stream_write(exchange, bytes->data, bytes->len, error);
}

bool outlet_pump(struct outlet *outlet, struct exchange *exchange, GError **error)
{
    g_autoptr(GError) inner = NULL;

    while (outlet_wait(outlet, &inner))
        if (!send_unread(outlet, exchange, &inner))
            break;
    detach(outlet);
    if (inner == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&inner));
    return false;
}

bool outlet_write_frame(struct outlet *outlet, int stream, const char *bytes, gsize length_bytes,
                        GError **error)
{
    g_autoptr(GByteArray) frame = g_byte_array_sized_new((guint)length_bytes + 8);
    guint32 length_big_endian = GUINT32_TO_BE((guint32)length_bytes);
    guint8 header[8] = {(guint8)stream};

    memcpy(header + 4, &length_big_endian, sizeof length_big_endian);
    g_byte_array_append(frame, header, sizeof header);
    g_byte_array_append(frame, (const guint8 *)bytes, (guint)length_bytes);
    return outlet_write(outlet, frame->data, frame->len, error);
}
