/* Programs of which nobody knows what they do, and those among them that somebody downloaded. */
#include "mocks/commands/download.h"

#include <string.h>

/* A file may be called as it likes: `goimports -w core/image.go`. */
static bool is_file(const struct command_call *call, const char *word)
{
    g_autofree char *host_path = command_host_path(call, word);
    return host_path != NULL && g_file_test(host_path, G_FILE_TEST_IS_REGULAR);
}

bool program_touches_images(const struct command_set *set, const struct command_call *call,
                            const char *name, const char *const *words)
{
    bool is_about = set->has_logged_in || assumed_touches_images(name);
    for (; *words != NULL; words++)
        is_about |= word_names_images(*words) && !is_file(call, *words);
    return is_about;
}

/* Under the name it was given, or under the one it came by: whichever is a command. */
int row_fetched_program(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    if (call->arguments[1] == NULL || call->arguments[2] == NULL)
        return COMMAND_NOT_FOUND;
    g_autofree char *own = g_path_get_basename(call->arguments[2]);
    const char *const names[] = {own, call->arguments[1]};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!command_set_knows(set, names[i]))
            continue;
        g_auto(GStrv) words = g_strdupv((char **)call->arguments + 2);
        g_free(words[0]);
        words[0] = g_strdup(names[i]);
        struct command_call program = *call;
        program.arguments = (const char *const *)words;
        return command_set_run(set, &program);
    }
    assumed_note(set, call->arguments + 2,
                 program_touches_images(set, call, own, call->arguments + 3));
    return 0;
}
