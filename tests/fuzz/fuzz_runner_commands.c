/* What steps say: the first byte chooses a file command or a line; nothing is lost or made up. */
#include "fuzz.h"

#include "runner/command_line.h"
#include "runner/file_command.h"
#include "runner/mask.h"

#include <string.h>

static void add(void *context, const char *name, const char *value)
{
    gsize *length = context;
    *length += strlen(name) + strlen(value);
}

static void read_file(const char *text)
{
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    bool is_fine = file_command_read(text, add, &length, &error);
    g_assert(is_fine == (error == NULL));
    g_assert(length <= strlen(text));
}

static void read_line(const char *text)
{
    static const char *const names[] = {"error", "set-output", "add-mask", NULL};
    COMMAND_LINE(line);
    AUTO(masks) masks = masks_new();
    if (!command_line_read(text, names, "token", &line))
        return;
    g_assert(strlen(line.data) <= strlen(text));
    command_line_property(&line, "name");
    masks_add(masks, line.data);
    g_autofree char *shown = masks_apply(masks, text);
    g_assert(line.data[0] == '\0' || strlen(shown) <= 3 * strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    if (length_bytes == 0)
        return 0;
    g_autofree char *text = g_strndup((const char *)bytes + 1, length_bytes - 1);
    if (bytes[0] == 'f')
        read_file(text);
    else
        read_line(text);
    return 0;
}
