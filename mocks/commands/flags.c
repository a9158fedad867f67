/* getopt_long's ways, without its state at file scope. */
#include "mocks/commands/flags.h"

#include "mocks/commands/commands_private.h"

#include <string.h>

void flag_reader_init(struct flag_reader *reader, const struct command_call *call,
                      const struct flag *flags)
{
    reader->call = call;
    reader->flags = flags;
    reader->index = 1;
    reader->operands = g_ptr_array_new();
}

void flag_reader_clear(struct flag_reader *reader)
{
    g_clear_pointer(&reader->operands, g_ptr_array_unref);
}

const char *flag_operand(const struct flag_reader *reader, guint index)
{
    return index < reader->operands->len ? g_ptr_array_index(reader->operands, index) : NULL;
}

const char *const *flag_rest(const struct flag_reader *reader)
{
    return reader->call->arguments + reader->index;
}

static int complain_of(const struct flag_reader *reader, const char *before, const char *what,
                       const char *after)
{
    command_complain(reader->call, "%s: %s'%s'%s\n", reader->call->arguments[0], before, what,
                     after);
    return FLAG_WRONG;
}

/* The next argument as a value; NULL: there is none. */
static const char *take_argument(struct flag_reader *reader)
{
    const char *value = reader->call->arguments[reader->index];
    if (value != NULL)
        reader->index++;
    return value;
}

static int read_letter(struct flag_reader *reader)
{
    const char letter[2] = {*reader->letters++};
    const struct flag *flag = reader->flags;
    const char *rest = *reader->letters != '\0' ? reader->letters : NULL;

    while (flag->id != 0 && flag->letter != letter[0])
        flag++;
    reader->value = NULL;
    if (rest == NULL)
        reader->letters = NULL;
    if (flag->id == 0)
        return complain_of(reader, "invalid option -- ", letter, "");
    if (flag->value == FLAG_ALONE)
        return flag->id;
    reader->letters = NULL;
    reader->value = rest;
    if (rest == NULL && flag->value == FLAG_WITH_VALUE)
        reader->value = take_argument(reader);
    if (reader->value == NULL && flag->value == FLAG_WITH_VALUE)
        return complain_of(reader, "option requires an argument -- ", letter, "");
    return flag->id;
}

/* The exact name, or the only one that begins so. */
static const struct flag *find_long(const struct flag *flags, const char *name, bool *is_ambiguous)
{
    const struct flag *found = NULL;
    *is_ambiguous = false;
    for (const struct flag *flag = flags; flag->id != 0; flag++) {
        if (flag->name == NULL || !g_str_has_prefix(flag->name, name))
            continue;
        if (strcmp(flag->name, name) == 0) {
            *is_ambiguous = false;
            return flag;
        }
        *is_ambiguous = *is_ambiguous || (found != NULL && found->id != flag->id);
        found = flag;
    }
    return found;
}

static int complain_ambiguous(const struct flag_reader *reader, const char *name)
{
    g_autofree char *shown = g_strconcat("--", name, NULL);
    g_autoptr(GString) names = g_string_new(" is ambiguous; possibilities:");
    for (const struct flag *flag = reader->flags; flag->id != 0; flag++)
        if (flag->name != NULL && g_str_has_prefix(flag->name, name))
            g_string_append_printf(names, " '--%s'", flag->name);
    return complain_of(reader, "option ", shown, names->str);
}

static int read_long(struct flag_reader *reader, const char *text)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = g_strndup(text, equals != NULL ? (gsize)(equals - text) : strlen(text));
    g_autofree char *whole = g_strconcat("--", text, NULL);
    bool is_ambiguous;
    const struct flag *flag = find_long(reader->flags, name, &is_ambiguous);

    if (flag == NULL)
        return complain_of(reader, "unrecognized option ", whole, "");
    if (is_ambiguous)
        return complain_ambiguous(reader, name);
    g_autofree char *full = g_strconcat("--", flag->name, NULL);
    reader->value = equals != NULL ? equals + 1 : NULL;
    if (flag->value == FLAG_ALONE && equals != NULL)
        return complain_of(reader, "option ", full, " doesn't allow an argument");
    if (flag->value == FLAG_WITH_VALUE && equals == NULL)
        reader->value = take_argument(reader);
    if (flag->value == FLAG_WITH_VALUE && reader->value == NULL)
        return complain_of(reader, "option ", full, " requires an argument");
    return flag->id;
}

int flag_next(struct flag_reader *reader)
{
    const char *argument;

    if (reader->letters != NULL)
        return read_letter(reader);
    while ((argument = reader->call->arguments[reader->index]) != NULL) {
        if (strcmp(argument, "--") == 0) {
            reader->index++;
            break;
        }
        if (argument[0] == '-' && argument[1] != '\0') {
            reader->index++;
            if (argument[1] == '-')
                return read_long(reader, argument + 2);
            reader->letters = argument + 1;
            return read_letter(reader);
        }
        if (reader->stops_at_operand)
            return FLAG_END;
        g_ptr_array_add(reader->operands, (void *)argument);
        reader->index++;
    }
    while (!reader->stops_at_operand && (argument = take_argument(reader)) != NULL)
        g_ptr_array_add(reader->operands, (void *)argument);
    return FLAG_END;
}
