/* Commands that nobody models: what a scenario says of them, what is known of their versions, and
   the list of those that were assumed. */
#include "mocks/commands/commands_private.h"

#include "base/glob.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

/* A program that a step may call and whose work no part of the world stands for. */
struct known_command {
    const char *name;
    const char *version; /* what --version prints; NULL: nothing */
    bool touches_images; /* builds, pulls, copies or pushes images past the docker command */
    bool is_on_image;    /* the ubuntu-24.04 runner image has it, so `command -v` finds it */
};

/* python is left to the machine: where it may run for real, that says more. */
static const struct known_command known[] = {
    {"add-apt-repository", NULL, false, true},
    {"ant", NULL, false, true},
    {"apko", NULL, true, false},
    {"apt", "apt 2.8.3 (amd64)", false, true},
    {"apt-get", "apt 2.8.3 (amd64)", false, true},
    {"aws", "aws-cli/2.27.49 Python/3.13.4 Linux/6.11.0-1018-azure exe/x86_64.ubuntu.24", false,
     true},
    {"az", NULL, false, true},
    {"bashbrew", NULL, true, false},
    {"buildah", "buildah version 1.33.7 (image-spec 1.1.0, runtime-spec 1.2.0)", true, true},
    {"buildctl", NULL, true, false},
    {"buildkitd", NULL, true, false},
    {"bun", "1.2.19", false, false},
    {"cargo", "cargo 1.88.0 (873a06493 2025-05-10)", false, true},
    {"clang", NULL, false, true},
    {"cmake", "cmake version 3.31.6", false, true},
    {"composer", NULL, false, true},
    {"corepack", "0.33.0", false, false},
    {"crane", NULL, true, false},
    {"ctr", NULL, true, false},
    {"dagger", NULL, true, false},
    {"depot", NULL, true, false},
    {"devcontainer", NULL, true, false},
    {"docker", NULL, true, false},
    {"docker-compose", NULL, true, false},
    {"dotnet", "8.0.412", false, true},
    {"earthly", NULL, true, false},
    {"executor", NULL, true, false},
    {"g++", "g++ (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0", false, true},
    {"gcc", "gcc (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0", false, true},
    {"gcloud", NULL, false, true},
    {"gh", "gh version 2.76.1 (2025-07-24)", false, true},
    {"git-lfs", "git-lfs/3.7.0 (GitHub; linux amd64; go 1.24.4)", false, true},
    {"goreleaser", NULL, true, false},
    {"gradle", NULL, false, true},
    {"helm", NULL, false, true},
    {"img", NULL, true, false},
    {"imgpkg", NULL, true, false},
    {"java", NULL, false, true},
    {"jib", NULL, true, false},
    {"kaniko", NULL, true, false},
    {"kbld", NULL, true, false},
    {"ko", NULL, true, false},
    {"kubectl", NULL, false, true},
    {"kustomize", NULL, false, true},
    {"make", "GNU Make 4.3", false, true},
    {"manifest-tool", NULL, true, false},
    {"minikube", NULL, false, true},
    {"mvn", NULL, false, true},
    {"nerdctl", NULL, true, false},
    {"ninja", NULL, false, true},
    {"node", "v20.19.4", false, true},
    {"npm", "10.8.2", false, true},
    {"npx", "10.8.2", false, true},
    {"oras", NULL, true, false},
    {"pack", NULL, true, false},
    {"php", "PHP 8.3.6 (cli)", false, true},
    {"pip", "pip 24.0 from /usr/lib/python3/dist-packages/pip (python 3.12)", false, true},
    {"pip3", "pip 24.0 from /usr/lib/python3/dist-packages/pip (python 3.12)", false, true},
    {"pipx", NULL, false, true},
    {"pnpm", "9.15.9", false, false},
    {"podman", "podman version 4.9.3", true, true},
    {"python", "Python 3.12.3", false, false},
    {"python3", "Python 3.12.3", false, false},
    {"regctl", NULL, true, false},
    {"regsync", NULL, true, false},
    {"ruby", "ruby 3.2.3 (2024-01-18 revision 52bb2ac0a6) [x86_64-linux-gnu]", false, true},
    {"rustc", "rustc 1.88.0 (6b00bc388 2025-06-23)", false, true},
    {"rustup", NULL, false, true},
    {"s2i", NULL, true, false},
    {"skaffold", NULL, true, false},
    {"skopeo", "skopeo version 1.13.3", true, true},
    {"snap", NULL, false, true},
    {"swift", NULL, false, true},
    {"terraform", NULL, false, false},
    {"umoci", NULL, true, false},
    {"werf", NULL, true, false},
    {"yarn", "1.22.22", false, true},
};

static const struct known_command *find_known(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

bool assumed_knows(const char *name)
{
    return find_known(name) != NULL;
}

bool assumed_touches_images(const char *name)
{
    const struct known_command *command = find_known(name);
    return command != NULL && command->touches_images;
}

void assumed_add_names(GPtrArray *names)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].is_on_image)
            g_ptr_array_add(names, (void *)known[i].name);
}

/* The words as one line, the first without its folders, so that "npm ci*" fits /usr/bin/npm. */
static char *line_of(const struct command_call *call)
{
    g_autofree char *rest = g_strjoinv(" ", (char **)call->arguments + 1);
    return *rest == '\0' ? g_strdup(command_name(call))
                         : g_strconcat(command_name(call), " ", rest, NULL);
}

const struct assumed_command *assumed_find(const struct command_set *set,
                                           const struct command_call *call)
{
    g_autofree char *line = line_of(call);
    for (const struct assumed_command *each = set->options.assumed;
         each != NULL && each->pattern != NULL; each++)
        if (glob_match(each->pattern, line))
            return each;
    return NULL;
}

/* A file that the command is said to have made; what is there already stays. */
static bool create_file(const struct command_call *call, const char *path)
{
    g_autofree char *host_path = command_host_path(call, path);
    g_autofree char *folder = host_path != NULL ? g_path_get_dirname(host_path) : NULL;
    if (folder == NULL || g_mkdir_with_parents(folder, 0755) != 0)
        return false;
    return g_file_test(host_path, G_FILE_TEST_EXISTS) ||
           g_file_set_contents(host_path, "", 0, NULL);
}

static struct assumed_use *find_use(struct command_set *set, const char *const *words)
{
    g_autofree char *name = g_path_get_basename(words[0]);
    g_autofree char *line =
        words[1] == NULL ? g_strdup(name) : g_strconcat(name, " ", words[1], NULL);
    struct assumed_use *use = g_hash_table_lookup(set->use_lines, line);
    if (use == NULL && set->uses->len < ASSUMED_USES_MAX) {
        use = g_new0(struct assumed_use, 1);
        use->line = g_steal_pointer(&line);
        use->step = set->step;
        g_ptr_array_add(set->uses, use);
        g_hash_table_insert(set->use_lines, use->line, use);
    }
    return use;
}

static void note(struct command_set *set, const char *const *words, bool touches_images,
                 bool leaves_gap)
{
    struct assumed_use *use = find_use(set, words);
    g_autofree char *line = g_strjoinv(" ", (char **)words);

    /* Above the ceiling the last use stands for all others. */
    if (use == NULL)
        use = g_ptr_array_index(set->uses, set->uses->len - 1);
    use->count++;
    use->touches_images = use->touches_images || touches_images;
    use->leaves_gap = use->leaves_gap || leaves_gap;
    set->gap_count += leaves_gap;
    trace_note(set->options.trace, "assumed", "machine", set->options.machine, "line", line, NULL);
}

void assumed_note(struct command_set *set, const char *const *words, bool touches_images)
{
    note(set, words, touches_images, /* leaves_gap= */ true);
}

void assumed_note_complete(struct command_set *set, const char *const *words)
{
    note(set, words, /* touches_images= */ false, /* leaves_gap= */ false);
}

int assumed_play(struct command_set *set, const struct command_call *call,
                 const struct assumed_command *assumed)
{
    g_autoptr(GError) error = NULL;

    note(set, call->arguments, assumed_touches_images(command_name(call)),
         /* leaves_gap= */ false);
    if (assumed->duration_us > 0 && !fiber_sleep(set->options.loop, assumed->duration_us, &error))
        return 1;
    if (assumed->output != NULL)
        command_write(call, 1, assumed->output, -1);
    for (const char *const *path = assumed->creates; path != NULL && *path != NULL; path++)
        if (!create_file(call, *path))
            command_complain(call, "%s: %s: cannot be made here\n", command_name(call), *path);
    return assumed->exit_code;
}

static bool asks_for_version(const struct command_call *call)
{
    const char *word = call->arguments[1];
    return word != NULL && call->arguments[2] == NULL &&
           (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0 || strcmp(word, "-V") == 0 ||
            strcmp(word, "version") == 0);
}

/* `python -c TEXT`: files and modules are most often about packages that are not here. */
static bool is_python_text(const struct command_call *call)
{
    return g_str_equal(command_name(call), "python") && g_strcmp0(call->arguments[1], "-c") == 0 &&
           call->seam->start_child != NULL;
}

/* Debian's python3 without the package that names it python as well: GitHub's images have both. */
static int run_python3(struct command_set *set, const struct command_call *call)
{
    g_auto(GStrv) words = g_strdupv((char **)call->arguments);
    g_free(words[0]);
    words[0] = g_strdup("python3");
    const struct nested nested = {.arguments = (const char *const *)words};
    return nested_run(set, call, &nested, "");
}

static guint count_ask(struct command_set *set, const char *line)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(set->asks, line)) + 1;
    if (count > 1 || g_hash_table_size(set->asks) < ASSUMED_LINES_MAX)
        g_hash_table_replace(set->asks, g_strdup(line), GUINT_TO_POINTER(count));
    return count;
}

/* Whether the step asks so often that it waits for an answer which never comes: the same, or of one
   command something else each time, such as whether a port is free. */
static bool is_waited_for(struct command_set *set, const struct command_call *call)
{
    g_autofree char *line = g_strjoinv(" ", (char **)call->arguments);
    g_autofree char *any = g_strconcat(command_name(call), " *", NULL);
    bool is_often = count_ask(set, any) > ASSUMED_CALLS_MAX;
    return count_ask(set, line) > ASSUMED_ASKS_MAX || is_often;
}

/* A loop round it ends as it would on a machine where the answer never comes: by its job's clock,
   not by that of this machine. */
static int take_time(struct command_set *set)
{
    return fiber_sleep(set->options.loop, 10 * MINUTE_US, NULL) ? 0 : 1;
}

int assumed_run(struct command_set *set, const struct command_call *call)
{
    const struct known_command *command = find_known(command_name(call));

    if (command_set_lacks(set, call))
        return COMMAND_NOT_FOUND;
    if (command != NULL && command->version != NULL && asks_for_version(call)) {
        command_print(call, "%s\n", command->version);
        return 0;
    }
    if (is_python_text(call))
        return run_python3(set, call);
    assumed_note(set, call->arguments,
                 assumed_touches_images(command_name(call)) || task_runner_touches_images(call) ||
                     (set->has_logged_in && task_runner_runs_own(call)));
    return is_waited_for(set, call) ? take_time(set) : 0;
}

void assumed_note_container(void *set, const char *what, bool touches_images, bool leaves_gap)
{
    const char *const words[] = {"docker", what, NULL};
    note(set, words, touches_images, leaves_gap);
}
