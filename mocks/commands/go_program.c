/* Programs that go has made: executables that ask this set what they do. Nothing models one of the
   repository's own; one that was installed by its module is the command of its name. */
#include "mocks/commands/go.h"

#include <sys/stat.h>

#include <string.h>

/* The shell finds the command on the machine's PATH; `exec` says so where that is lost, which is
   told like any other missing program (runner/missing_program.h). */
bool go_program_make(const struct go *go, const char *path, const char *name)
{
    g_autofree char *word = name != NULL ? g_shell_quote(name) : g_strdup("\"$0\"");
    g_autofree char *text =
        g_strdup_printf("#!/bin/sh\nexec " GO_PROGRAM_COMMAND " %s \"$@\"\n", word);
    g_autofree char *host_path = command_host_path(go->call, path);
    g_autofree char *folder = host_path != NULL ? g_path_get_dirname(host_path) : NULL;
    if (folder == NULL)
        return true;
    return g_mkdir_with_parents(folder, 0755) == 0 &&
           g_file_set_contents(host_path, text, -1, NULL) && chmod(host_path, 0755) == 0;
}

/* ".../golangci-lint/v2@latest" is golangci-lint. */
char *go_program_name(const char *package)
{
    g_autofree char *path = g_strndup(package, strcspn(package, "@"));
    g_autofree char *name = g_path_get_basename(path);
    if (!g_regex_match_simple("^v[0-9]+$", name, 0, 0))
        return g_steal_pointer(&name);
    g_autofree char *above = g_path_get_dirname(path);
    return g_path_get_basename(above);
}

void go_program_note_run(const struct go *go, const char *package)
{
    g_autofree char *name = go_program_name(package);
    assumed_note(go->set, go->call->arguments,
                 program_touches_images(go->set, go->call, name, go->words));
}

/* Its words: the path or the name of the program, and what it was given. */
int row_go_program(void *self, const struct command_call *call)
{
    struct command_call program = *call;
    program.arguments = call->arguments + 1;
    const char *name = program.arguments[0];
    if (name == NULL)
        return GO_USAGE;
    if (strchr(name, '/') == NULL && !g_str_equal(name, GO_PROGRAM_COMMAND))
        return command_set_run(self, &program);
    assumed_note(self, program.arguments,
                 program_touches_images(self, call, command_name(&program), program.arguments + 1));
    return GO_FINE;
}
