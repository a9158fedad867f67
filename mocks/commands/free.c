/* free of procps: the machine's memory, of which the runner itself uses a tenth and the page cache
   a third. */
#include "mocks/commands/commands_private.h"
#include "mocks/commands/flags.h"

#include "base/units.h"

enum {
    HUMAN = 1,
    UNIT_1,
    UNIT_KIB,
    UNIT_MIB,
    UNIT_GIB,
    TOTAL,
    SI,
    IGNORED,
    VERSION,
};

static const struct flag flags[] = {
    {HUMAN, 'h', "human", FLAG_ALONE},
    {UNIT_1, 'b', "bytes", FLAG_ALONE},
    {UNIT_KIB, 'k', "kibi", FLAG_ALONE},
    {UNIT_MIB, 'm', "mebi", FLAG_ALONE},
    {UNIT_GIB, 'g', "gibi", FLAG_ALONE},
    {TOTAL, 't', "total", FLAG_ALONE},
    {SI, 0, "si", FLAG_ALONE},
    {IGNORED, 'w', "wide", FLAG_ALONE},
    {IGNORED, 's', "seconds", FLAG_WITH_VALUE},
    {IGNORED, 'c', "count", FLAG_WITH_VALUE},
    {VERSION, 'V', "version", FLAG_ALONE},
    {0},
};

enum {
    FIELD_COUNT = 6,
};

struct memory {
    int64_t bytes[FIELD_COUNT]; /* total used free shared cache available */
};

static struct memory memory_of(int64_t total_bytes)
{
    int64_t used = total_bytes / 10;
    int64_t cache = total_bytes / 3;
    struct memory memory = {{total_bytes, used, total_bytes - used - cache, 36 * MIB_BYTES, cache,
                             total_bytes - used - 36 * MIB_BYTES}};
    return memory;
}

/* procps: three digits at most, so that the width stays: "15Gi", "1.5Gi", "512Mi". */
static char *human(int64_t bytes, bool is_si)
{
    static const char units[] = "BKMGTP";
    double value = (double)bytes;
    gsize unit = 0;
    double step = is_si ? 1000 : 1024;

    while (value >= step && unit + 1 < sizeof(units) - 1) {
        value /= step;
        unit++;
    }
    if (unit == 0)
        return g_strdup_printf("%d%c", (int)bytes, 'B');
    const char *mark = is_si ? "" : "i";
    return value < 9.95 ? g_strdup_printf("%.1f%c%s", value, units[unit], mark)
                        : g_strdup_printf("%d%c%s", (int)value, units[unit], mark);
}

static char *amount(int64_t bytes, int unit, bool is_si)
{
    int64_t step = is_si ? 1000 : 1024;
    if (unit == HUMAN)
        return human(bytes, is_si);
    for (int i = UNIT_1; i < unit; i++)
        bytes /= step;
    return g_strdup_printf("%" G_GINT64_FORMAT, bytes);
}

static void print_row(const struct command_call *call, const char *name, const int64_t *bytes,
                      int count, int unit, bool is_si)
{
    command_print(call, "%-7s", name);
    for (int i = 0; i < count; i++) {
        g_autofree char *text = amount(bytes[i], unit, is_si);
        command_print(call, i == 0 ? "%13s" : " %11s", text);
    }
    command_print(call, "\n");
}

int row_free(void *self, const struct command_call *call)
{
    static const int64_t no_swap[3] = {0};
    const struct command_set *set = self;
    const struct memory memory = memory_of(set->options.memory_bytes);
    int unit = UNIT_KIB;
    bool is_si = false;
    bool has_total = false;
    FLAG_READER(reader);
    int option;

    flag_reader_init(&reader, call, flags);
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG) {
            command_complain(call, "\nUsage:\n free [options]\n");
            return 1;
        }
        if (option == VERSION) {
            command_print(call, "free from procps-ng 4.0.4\n");
            return 0;
        }
        if (option <= UNIT_GIB)
            unit = option;
        is_si = is_si || option == SI;
        has_total = has_total || option == TOTAL;
    }
    command_print(call, "               total        used        free      shared  buff/cache   "
                        "available\n");
    print_row(call, "Mem:", memory.bytes, FIELD_COUNT, unit, is_si);
    print_row(call, "Swap:", no_swap, 3, unit, is_si);
    if (has_total)
        print_row(call, "Total:", memory.bytes, 3, unit, is_si);
    return 0;
}
