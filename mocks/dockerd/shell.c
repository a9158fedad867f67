/* Where a process's script comes from, and its run. */
#include "mocks/dockerd/host_files.h"
#include "mocks/dockerd/shell_private.h"

#include <string.h>

/* `sh -euxo pipefail -c SCRIPT NAME …`, `sh FILE …`, `FILE …` */
struct beginning {
    char *script;            /* g_free */
    const char *const *rest; /* $0 and on; may be empty */
};

static bool is_shell(const char *word)
{
    static const char *const names[] = {"sh", "bash", "ash", "dash", NULL};
    g_autofree char *name = g_path_get_basename(word);
    return g_strv_contains(names, name);
}

static char *text_of_file(const struct process *process, const char *path, bool is_program)
{
    const struct file *file = NULL;
    gsize length_bytes = 0;
    g_autofree char *full = process_path(process, path);
    bool is_there = container_look(process->container, full, &file) == PATH_FILE;
    if (!is_there || file_is_made_up(file) || (is_program && (file->mode & 0111) == 0))
        return NULL;
    const char *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    bool is_text = bytes != NULL && memchr(bytes, '\0', length_bytes) == NULL;
    return is_text ? g_strndup(bytes, length_bytes) : NULL;
}

static void take_letters(struct shell *shell, const char *letters)
{
    shell->scope.stops_on_error |= strchr(letters, 'e') != NULL;
}

/* A script of a folder of the machine, that says by its first line which shell it is for. */
static void read_named(struct shell *shell, const char *const *words, struct beginning *beginning)
{
    g_autofree char *full = process_path(shell->process, words[0]);
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) first = g_regex_new(
        "\\A#! *(/usr/bin/env +)?(/\\S*/)?(sh|bash|dash|ash)( +-([a-z]+))? *\n", 0, 0, NULL);
    if (strchr(words[0], '/') == NULL || !container_is_of_host(shell->process->container, full))
        return;
    g_autofree char *text = text_of_file(shell->process, words[0], /* is_program= */ true);
    if (text == NULL || !g_regex_match(first, text, 0, &match))
        return;
    g_autofree char *letters = g_match_info_fetch(match, 5);
    take_letters(shell, letters != NULL ? letters : "");
    beginning->script = g_steal_pointer(&text);
    beginning->rest = words;
}

static void read_beginning(struct shell *shell, const char *const *words,
                           struct beginning *beginning)
{
    if (!is_shell(words[0])) {
        read_named(shell, words, beginning);
        return;
    }
    for (words++; *words != NULL && (*words)[0] == '-' && (*words)[1] != '-'; words++) {
        const char *letters = *words + 1;
        take_letters(shell, letters);
        if (strchr(letters, 'o') != NULL && words[1] != NULL) {
            shell->scope.has_pipefail |= g_str_equal(words[1], "pipefail");
            words++;
        }
        if (strchr(letters, 'c') != NULL) {
            beginning->script = g_strdup(words[1]);
            beginning->rest = words[1] != NULL ? words + 2 : NULL;
            return;
        }
    }
    if (*words != NULL && **words != '-')
        beginning->script = text_of_file(shell->process, *words, /* is_program= */ false);
    beginning->rest = words;
}

static void start(struct shell *shell, const char *const *parameters)
{
    const struct process *process = shell->process;
    shell->scope.environment = g_strdupv((char **)process->environment);
    shell->scope.directory = g_strdup(process->working_directory);
    shell->name = *parameters != NULL ? *parameters : process->arguments[0];
    shell->scope.parameters = g_strdupv((char **)parameters + (*parameters != NULL ? 1 : 0));
    shell->texts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)shell_node_free);
}

int shell_run(struct process *process, shell_unknown_fn *unknown)
{
    const struct process outer = *process;
    struct shell shell = {.process = process, .unknown = unknown, .inner_code = -1};
    struct beginning beginning = {0};

    read_beginning(&shell, process->arguments, &beginning);
    g_autofree char *script = beginning.script;
    AUTO(shell_node) list = script != NULL ? shell_parse(script) : NULL;
    if (list == NULL)
        return -1;
    start(&shell, beginning.rest);
    int code = shell_run_list(&shell, list, /* is_condition= */ false);
    *process = outer;
    shell_scope_clear(&shell.scope);
    g_hash_table_unref(shell.texts);
    return code;
}
