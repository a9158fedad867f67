/* The byte stage of replies: a pure plan of times and offsets, and how to reset a connection. */
#include "mocks/wire.h"

#include "base/units.h"

#include <sys/socket.h>

enum {
    SLICES_HONEST = 4,     /* of a body in clear weather */
    SLICES_SLOW_MAX = 600, /* of a dribbling one: one a second at most */
};

int64_t wire_scale(int64_t value, int64_t times, int64_t by)
{
    __extension__ typedef unsigned __int128 wide;
    if (by <= 0 || value <= 0 || times <= 0)
        return 0;
    wide scaled = (wide)value * (wide)times / (wide)by;
    return scaled > INT64_MAX ? INT64_MAX : (int64_t)scaled;
}

static int64_t real_offset(const struct wire *wire, int64_t declared_offset)
{
    if (declared_offset >= wire->declared_bytes)
        return NEVER;
    if (wire->real_bytes == wire->declared_bytes)
        return declared_offset;
    return wire_scale(declared_offset, wire->real_bytes, wire->declared_bytes);
}

static void plan_pace(struct wire *wire, int64_t world_rate, int64_t own_rate)
{
    int64_t rate = own_rate > 0 ? own_rate : world_rate;
    if (wire->real_bytes == INT64_MAX)
        wire->stream_bytes_per_second = own_rate;
    bool is_paced = own_rate > 0 || wire->declared_bytes >= WIRE_PACED_BYTES_MIN;
    if (wire->real_bytes == INT64_MAX || rate <= 0 || !is_paced)
        return;
    wire->total_us = wire_scale(wire->declared_bytes, SECOND_US, rate);
    wire->slice_count = SLICES_HONEST;
    if (own_rate > 0)
        wire->slice_count = CLAMP(wire->total_us / SECOND_US, SLICES_HONEST, SLICES_SLOW_MAX);
}

struct wire wire_plan(int64_t real_bytes, int64_t declared_bytes, int64_t bytes_per_second,
                      const struct disturbance *disturbance)
{
    struct wire wire = {
        .real_bytes = real_bytes,
        .declared_bytes = declared_bytes,
        .slice_count = 1,
        .end_at = NEVER,
        .corrupt_at = NEVER,
        .end = disturbance->end,
    };

    plan_pace(&wire, bytes_per_second, disturbance->bytes_per_second);
    if (disturbance->end != END_HONEST && disturbance->ends_at != BEFORE_HEADERS)
        wire.end_at = real_offset(&wire, disturbance->ends_at);
    if (wire.end_at != NEVER)
        wire.end_us = wire_scale(wire.total_us, disturbance->ends_at, declared_bytes);
    if (disturbance->corrupt_at != NEVER)
        wire.corrupt_at = real_offset(&wire, disturbance->corrupt_at);
    return wire;
}

bool wire_is_honest(const struct wire *wire)
{
    return wire->total_us == 0 && wire->end_at == NEVER && wire->corrupt_at == NEVER;
}

int64_t wire_allowed_bytes(const struct wire *wire, int64_t elapsed_us)
{
    int64_t allowed = wire->real_bytes;
    if (wire->total_us > 0 && elapsed_us < wire->total_us) {
        int64_t slices = wire_scale(elapsed_us, wire->slice_count, wire->total_us);
        allowed = wire_scale(wire->real_bytes, slices, wire->slice_count);
    }
    if (wire->end_at == NEVER)
        return allowed;
    return elapsed_us >= wire->end_us ? wire->end_at : MIN(allowed, wire->end_at);
}

/* Rounded up, so that at this very time the slice is allowed. */
static int64_t slice_due_us(const struct wire *wire, int64_t slice)
{
    int64_t due_us = wire_scale(wire->total_us, slice, wire->slice_count);
    if (wire_scale(due_us, wire->slice_count, wire->total_us) < slice)
        due_us++;
    return MIN(due_us, wire->total_us);
}

int64_t wire_next_us(const struct wire *wire, int64_t sent_bytes)
{
    int64_t next_us = 0;
    if (wire->total_us > 0) {
        int64_t slice = 1;
        while (slice < wire->slice_count &&
               wire_scale(wire->real_bytes, slice, wire->slice_count) <= sent_bytes)
            slice++;
        next_us = slice_due_us(wire, slice);
    }
    return wire->end_at == NEVER ? next_us : MIN(next_us, wire->end_us);
}

int64_t wire_piece_wait_us(struct wire *wire, int64_t now_us, gsize length_bytes)
{
    if (wire->stream_bytes_per_second <= 0)
        return 0;
    if (wire->piece_due_us == 0)
        wire->piece_due_us =
            now_us + wire_scale((int64_t)length_bytes, SECOND_US, wire->stream_bytes_per_second);
    return wire->piece_due_us - now_us;
}

void wire_note_piece(struct wire *wire, gsize sent_bytes)
{
    wire->sent_bytes += (int64_t)sent_bytes;
    wire->piece_due_us = 0;
}

int64_t wire_declared_of(const struct wire *wire, int64_t real_bytes)
{
    if (wire->real_bytes == wire->declared_bytes)
        return real_bytes;
    return wire_scale(real_bytes, wire->declared_bytes, wire->real_bytes);
}

void wire_corrupt(const struct wire *wire, char *bytes, int64_t offset, gsize length_bytes)
{
    if (wire->corrupt_at == NEVER || wire->corrupt_at < offset ||
        wire->corrupt_at - offset >= (int64_t)length_bytes)
        return;
    bytes[wire->corrupt_at - offset] ^= (char)0xff;
}

void wire_poison(int server_fd, bool is_unix, int client_fd)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (!is_unix) {
        if (connect(server_fd, &nowhere, sizeof nowhere) != 0)
            return; /* gone already */
    } else if (client_fd >= 0) {
        if (send(client_fd, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
            return; /* likewise */
    }
}
