/* What clients put on the request line and into Range. The first line of the input is the target,
   the second the Range header. */
#include "fuzz.h"

#include "base/limits.h"
#include "mocks/wire_text.h"

#include <string.h>

static void check_decode(const char *text, bool plus_is_space)
{
    g_autofree char *decoded = percent_decode(text, strlen(text), plus_is_space);
    g_assert(strlen(decoded) <= strlen(text));
}

static void check_query(const char *query)
{
    g_autoptr(GPtrArray) pairs = query_parse(query);
    g_assert(pairs->len % 2 == 0 && pairs->len <= 2 * QUERY_PAIRS_MAX);
    for (guint i = 0; i < pairs->len; i += 2)
        g_assert(query_find(pairs, pairs->pdata[i]) != NULL);
}

static void check_range(const char *text, int64_t size_bytes)
{
    int64_t from = -1;
    int64_t to = -1;
    if (range_parse(text, size_bytes, &from, &to) == RANGE_PART)
        g_assert(from >= 0 && from <= to && to < size_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    static const int64_t sizes_bytes[] = {0, 1, 500, INT64_MAX};
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 2);
    const char *target = lines[0] != NULL ? lines[0] : "";
    const char *range = lines[0] != NULL && lines[1] != NULL ? lines[1] : target;
    const char *query = strchr(target, '?');

    check_decode(target, true);
    check_query(query != NULL ? query + 1 : NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes_bytes); i++)
        check_range(range, sizes_bytes[i]);
    return 0;
}
