/* sleep of coreutils, in virtual time. */
#include "base/units.h"
#include "mocks/commands/commands_private.h"
#include "mocks/commands/flags.h"

enum {
    VERSION = 1,
};

static const struct flag flags[] = {
    {VERSION, 0, "version", FLAG_ALONE},
    {0},
};

static bool add_intervals(const struct command_call *call, const struct flag_reader *reader,
                          int64_t *total_us)
{
    bool is_fine = true;
    for (guint i = 0; i < reader->operands->len; i++) {
        int64_t interval_us;
        if (interval_parse(flag_operand(reader, i), &interval_us)) {
            *total_us = MIN(*total_us + interval_us, VIRTUAL_TIME_US_MAX);
            continue;
        }
        g_autofree char *word = command_quoted(call, flag_operand(reader, i));
        command_complain(call, "sleep: invalid time interval %s\n", word);
        is_fine = false;
    }
    return is_fine;
}

int row_sleep(void *self, const struct command_call *call)
{
    const struct command_set *set = self;
    FLAG_READER(reader);
    int64_t total_us = 0;
    g_autoptr(GError) error = NULL;

    flag_reader_init(&reader, call, flags);
    switch (flag_next(&reader)) {
    case FLAG_WRONG:
        return command_try_help(call, 1);
    case VERSION:
        command_print(call, "sleep (GNU coreutils) 9.4\n");
        return 0;
    default:
        break;
    }
    if (reader.operands->len == 0)
        command_complain(call, "sleep: missing operand\n");
    if (reader.operands->len == 0 || !add_intervals(call, &reader, &total_us))
        return command_try_help(call, 1);
    return fiber_sleep(set->options.loop, total_us, &error) ? 0 : 1;
}
