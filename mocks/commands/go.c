/* The go command: which subcommand, and what all of them begin with. */
#include "mocks/commands/go.h"

#include <string.h>

struct subcommand {
    const char *name;
    int (*run)(struct go *go);
    bool reads_mod; /* go.mod is loaded first, and its absence told by run() */
};

static int run_version(struct go *go)
{
    command_print(go->call, "go version go%s linux/%s\n", go->running, go_arch(go));
    return GO_FINE;
}

/* What is there and does nothing that this world can show. */
static int run_silently(struct go *go)
{
    assumed_note(go->set, go->call->arguments, /* touches_images= */ false);
    return GO_FINE;
}

static const struct subcommand subcommands[] = {
    {"build", go_run_build, true},      {"bug", run_silently, false},
    {"clean", run_silently, false},     {"doc", run_silently, false},
    {"env", go_run_env, false},         {"fix", run_silently, true},
    {"fmt", run_silently, true},        {"generate", run_silently, true},
    {"get", go_run_get, true},          {"help", run_silently, false},
    {"install", go_run_install, false}, {"list", go_run_list, true},
    {"mod", go_run_mod, false},         {"run", go_run_install, false},
    {"telemetry", run_silently, false}, {"test", go_run_build, true},
    {"tool", run_silently, false},      {"version", run_version, false},
    {"vet", go_run_build, true},        {"work", run_silently, false},
};

static const struct subcommand *find_subcommand(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(subcommands); i++)
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    return NULL;
}

int go_fail(const struct go *go, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    command_complain(go->call, "go: %s\n", text);
    return GO_FAILED;
}

const char *go_arch(const struct go *go)
{
    return strcmp(command_set_machine(go->set), "aarch64") == 0 ? "arm64" : "amd64";
}

/* Flags of the build that take a word of their own when there is no '='. */
static bool takes_word(const char *flag)
{
    static const char *const names[] = {
        "o",        "ldflags",   "gcflags", "asmflags", "tags",  "mod",          "p",
        "run",      "timeout",   "count",   "f",        "C",     "coverprofile", "covermode",
        "coverpkg", "buildmode", "modfile", "parallel", "bench", "exec",         "overlay",
        "pgo"};
    const char *name = flag + strspn(flag, "-");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

GPtrArray *go_operands(const struct go *go)
{
    GPtrArray *operands = g_ptr_array_new();
    for (const char *const *word = go->words + 1; *word != NULL; word++) {
        if (**word != '-')
            g_ptr_array_add(operands, (void *)*word);
        else if (takes_word(*word) && word[1] != NULL)
            word++;
    }
    return operands;
}

const char *go_flag_value(const struct go *go, const char *flag)
{
    gsize length = strlen(flag);
    for (const char *const *word = go->words + 1; *word != NULL; word++) {
        if (**word != '-')
            continue;
        const char *name = *word + strspn(*word, "-");
        if (strcmp(name, flag) == 0)
            return word[1];
        if (strncmp(name, flag, length) == 0 && name[length] == '=')
            return name + length + 1;
    }
    return NULL;
}

static char *proxy_of(const struct command_call *call)
{
    const char *set = command_variable(call, "GOPROXY");
    const char *list = set != NULL && *set != '\0' ? set : "https://proxy.golang.org,direct";
    g_autofree char *first = g_strndup(list, strcspn(list, ",|"));
    if (strcmp(first, "off") == 0)
        return NULL;
    while (g_str_has_suffix(first, "/"))
        first[strlen(first) - 1] = '\0';
    return g_steal_pointer(&first);
}

static bool is_site(const struct go *go)
{
    g_autofree char *host = NULL;
    int port;
    return go->proxy != NULL && http_url_split(go->proxy, &host, &port, NULL) &&
           world_find_site(go->set->options.world, host) != NULL;
}

static void go_clear(struct go *go)
{
    g_free(go->local);
    g_free(go->running);
    g_free(go->mod_path);
    g_free(go->proxy);
    go_mod_free(go->mod);
}

static int dispatch(struct go *go)
{
    const struct subcommand *subcommand = find_subcommand(go->words[0]);
    if (subcommand == NULL) {
        command_complain(go->call, "go %s: unknown command\nRun 'go help' for usage.\n",
                         go->words[0]);
        return GO_USAGE;
    }
    if (!go_select(go) || (subcommand->reads_mod && !go_load(go)))
        return GO_FAILED;
    return subcommand->run(go);
}

/* Where -C may stand: before the subcommand or as its first flag. */
static gsize chdir_place(const char *const *words)
{
    if (words[0] == NULL || *words[0] == '-')
        return 0;
    bool has_two = strcmp(words[0], "mod") == 0 || strcmp(words[0], "work") == 0;
    return has_two && words[1] != NULL && *words[1] != '-' ? 2 : 1;
}

/* Takes `-C dir` out of the words and goes there (cmd/go/main.go, handleChdirFlag; Go 1.20);
 *directory is what the call then borrows. False: it is not there, and that was said. */
static bool change_folder(struct command_call *call, GPtrArray *words, char **directory)
{
    gsize place = chdir_place((const char *const *)words->pdata);
    const char *word = g_ptr_array_index(words, place);
    const char *name = word != NULL && *word == '-' ? word + (word[1] == '-' ? 2 : 1) : "";
    const char *folder = name[0] == 'C' && name[1] == '=' ? name + 2 : NULL;
    bool is_apart = strcmp(name, "C") == 0;

    if (is_apart)
        folder = g_ptr_array_index(words, place + 1);
    if (folder == NULL)
        return true;
    *directory = command_absolute_path(call, folder);
    g_autofree char *host_path = command_host_path(call, folder);
    if (host_path != NULL && !g_file_test(host_path, G_FILE_TEST_IS_DIR)) {
        command_complain(call, "go: chdir %s: no such file or directory\n", folder);
        return false;
    }
    call->directory = *directory;
    g_ptr_array_remove_range(words, (guint)place, is_apart ? 2 : 1);
    return true;
}

int row_go(void *self, const struct command_call *original)
{
    struct command_call there = *original;
    const struct command_call *call = &there;
    g_autofree char *directory = NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const char *const *word = call->arguments + 1; *word != NULL; word++)
        g_ptr_array_add(words, (void *)(uintptr_t)*word);
    g_ptr_array_add(words, NULL);
    if (!change_folder(&there, words, &directory))
        return GO_FAILED;
    __attribute__((cleanup(go_clear))) struct go go = {
        .set = self, .call = call, .words = (const char *const *)words->pdata};

    if (go.words[0] == NULL) {
        command_complain(call, "Go is a tool for managing Go source code.\n\nUsage:\n\n\tgo "
                               "<command> [arguments]\n");
        return GO_USAGE;
    }
    go.local = go_find_local(self, call);
    go.running = g_strdup(go.local);
    go.proxy = proxy_of(call);
    go.is_proxy_there = is_site(&go);
    return dispatch(&go);
}
