/* The same command lines given to the programs of this machine: exit code and both streams must be
   equal. Only lines that end at once and whose words have not changed between releases. */
#include "bench.h"

#include <sys/wait.h>

static const char *const lines[] = {
    "sleep",
    "sleep x",
    "sleep 1x",
    "sleep -1",
    "sleep --foo",
    "sleep x y",
    "sleep 0 0s 0.0m",
    "timeout",
    "timeout 1",
    "timeout x true",
    "timeout -k x 1 true",
    "timeout -s FOO 1 true",
    "timeout -s",
    "timeout --signal",
    "timeout --foo 1 true",
    "timeout --verbose=x 1 true",
    "timeout 1 nosuch",
    "timeout 1 /etc/passwd",
    "nproc x",
    "nproc --ignore=x",
    "nproc -q",
    "uname",
    "uname -s",
    "uname -o",
    "uname -Z",
    "uname x",
    "uname --kernel",
    "id nosuch",
    "id -n",
    "whoami x",
    "nice -n 5 nosuch",
    "nohup",
    "nohup nosuch",
    "stdbuf",
    "stdbuf -oL nosuch",
    "df -Z",
    "df --foo",
    "df --output=foo /",
    "df --output=size,size /",
    "df -P --output=avail /",
    "df -i --output=avail /",
    "df -B x",
    "df -t nosuch",
    "df nosuch",
};

static bool is_installed(const char *line)
{
    g_autofree char *name = g_strndup(line, strcspn(line, " "));
    g_autofree char *path = g_find_program_in_path(name);
    return path != NULL;
}

static void compare(struct bench *bench, const char *line)
{
    char *environment[] = {(char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C", NULL};
    g_auto(GStrv) words = NULL;
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status;

    cr_assert(g_shell_parse_argv(line, NULL, &words, NULL));
    cr_assert(g_spawn_sync(bench->root, words, environment,
                           G_SPAWN_SEARCH_PATH_FROM_ENVP | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
                           &out, &err, &status, NULL));
    expect(bench, line, WEXITSTATUS(status), out, err);
}

static void all_lines(struct bench *bench)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        if (is_installed(lines[i]))
            compare(bench, lines[i]);
        else
            cr_log_warn("%s: not installed here", lines[i]);
}

Test(commands_parity, words_are_those_of_the_programs_of_this_machine)
{
    bench_run(NULL, all_lines);
}
