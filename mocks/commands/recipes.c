/* Recipes of go-task and just: whether a task that is asked for calls a program about images. Read
   as text, task by task; one that leads to others counts by the whole file. */
#include "mocks/commands/commands_private.h"

#include "base/regular_file.h"

#include <string.h>

struct recipe_book {
    const char *files[5]; /* the first that is there counts; ends with NULL */
    const char *head;     /* of a task: a pattern with %s for its name, escaped */
    const char *indent;   /* what lines of other tasks at most begin with */
    const char *leads;    /* a pattern: the task calls others */
};

static const struct recipe_book taskfile = {
    .files = {"Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml", NULL},
    .head = "^  [\"']?%s[\"']?:",
    .indent = "  ",
    .leads = "^ *(- )?(task|deps):",
};
static const struct recipe_book justfile = {
    .files = {"justfile", "Justfile", ".justfile", NULL},
    .head = "^@?%s( [^:]*)?:($|[^=])",
    .indent = "",
    .leads = "^[^ \t][^:]*:[ \t]*[a-z_]|\\bjust\\b",
};

/* NULL: there is none. */
static char *read_book(const struct command_call *call, const struct recipe_book *book)
{
    for (const char *const *file = book->files; *file != NULL; file++) {
        g_autofree char *host_path = command_host_path(call, *file);
        char *text = NULL;
        if (host_path != NULL && g_file_test(host_path, G_FILE_TEST_IS_REGULAR) &&
            regular_file_read(host_path, &text, NULL, NULL))
            return text;
    }
    return NULL;
}

static bool is_of_next(const char *line, const char *indent)
{
    gsize depth = strspn(line, " \t");
    return line[depth] != '\0' && line[depth] != '#' && depth <= strlen(indent);
}

/* The lines of a task, its head among them; g_free, NULL: there is no such task. */
static char *block_of(char **lines, const char *name, const struct recipe_book *book)
{
    g_autofree char *escaped = g_regex_escape_string(name, -1);
    g_auto(GStrv) around = g_strsplit(book->head, "%s", 2);
    g_autofree char *head = g_strconcat(around[0], escaped, around[1], NULL);
    GString *block = NULL;
    for (; *lines != NULL; lines++) {
        bool is_next = is_of_next(*lines, book->indent);
        if (block != NULL && is_next)
            break;
        if (block == NULL && is_next && g_regex_match_simple(head, *lines, 0, 0))
            block = g_string_new(NULL);
        if (block != NULL)
            g_string_append_printf(block, "%s\n", *lines);
    }
    return block != NULL ? g_string_free(block, FALSE) : NULL;
}

/* "cmd: docker build" is a command behind a key. */
static bool does_text_call(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ": ", -1);
    g_autofree char *lines = g_strjoinv("\n", parts);
    return text_calls_image_programs(lines);
}

static bool does_book_touch(const struct command_call *call, const struct recipe_book *book)
{
    g_autofree char *text = read_book(call, book);
    bool is_default = true;
    if (text == NULL || !does_text_call(text))
        return false;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (const char *const *word = call->arguments + 1; *word != NULL; word++) {
        g_autofree char *block = **word != '-' ? block_of(lines, *word, book) : NULL;
        if (block == NULL)
            continue;
        is_default = false;
        if (does_text_call(block) || g_regex_match_simple(book->leads, block, G_REGEX_MULTILINE, 0))
            return true;
    }
    return is_default;
}

bool taskfile_touches_images(const struct command_call *call)
{
    return does_book_touch(call, &taskfile);
}

bool justfile_touches_images(const struct command_call *call)
{
    return does_book_touch(call, &justfile);
}
