/* go env, and which Go is on PATH. */
#include "mocks/commands/go.h"

#include "base/json.h"

#include <string.h>

/* ".../go/1.24.5/x64/bin" of the tool cache; NULL: another folder. g_free. */
static char *version_of_folder(const char *folder)
{
    g_autoptr(GRegex) regex = g_regex_new("/go/([0-9][^/]*)/[^/]+/bin/?$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    return g_regex_match(regex, folder, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

static char *find_folder(const struct command_call *call)
{
    const char *path = command_variable(call, "PATH");
    g_auto(GStrv) folders = g_strsplit(path != NULL ? path : "", ":", -1);
    for (gsize i = 0; folders[i] != NULL; i++) {
        g_autofree char *version = version_of_folder(folders[i]);
        if (version != NULL)
            return g_strdup(folders[i]);
    }
    return NULL;
}

char *go_find_local(const struct command_set *set, const struct command_call *call)
{
    g_autofree char *folder = find_folder(call);
    return folder != NULL ? version_of_folder(folder) : g_strdup(set->options.go_version);
}

static char *in_home(const struct go *go, const char *path)
{
    const char *home = command_variable(go->call, "HOME");
    return g_build_filename(home != NULL ? home : "/root", path, NULL);
}

static char *go_path(const struct go *go)
{
    const char *set = command_variable(go->call, "GOPATH");
    return set != NULL && *set != '\0' ? g_strdup(set) : in_home(go, "go");
}

static char *value_version(const struct go *go)
{
    return g_strconcat("go", go->running, NULL);
}

static char *value_arch(const struct go *go)
{
    return g_strdup(go_arch(go));
}

static char *value_mod(const struct go *go)
{
    return g_strdup(go->mod_path != NULL ? go->mod_path : "/dev/null");
}

static char *value_mod_cache(const struct go *go)
{
    g_autofree char *path = go_path(go);
    return g_build_filename(path, "pkg", "mod", NULL);
}

static char *value_cache(const struct go *go)
{
    return in_home(go, ".cache/go-build");
}

static char *value_env_file(const struct go *go)
{
    return in_home(go, ".config/go/env");
}

static char *value_root(const struct go *go)
{
    g_autofree char *folder = find_folder(go->call);
    return folder != NULL ? g_path_get_dirname(folder)
                          : g_strdup_printf("/opt/hostedtoolcache/go/%s/x64", go->local);
}

static char *value_toolchain(const struct go *go)
{
    return g_strdup(go->gotoolchain != NULL ? go->gotoolchain : "");
}

struct variable {
    const char *name;
    char *(*value)(const struct go *go); /* NULL: otherwise */
    const char *otherwise;
};

static const struct variable variables[] = {
    {"CGO_ENABLED", NULL, "1"},
    {"GO111MODULE", NULL, ""},
    {"GOARCH", value_arch, NULL},
    {"GOBIN", NULL, ""},
    {"GOCACHE", value_cache, NULL},
    {"GOENV", value_env_file, NULL},
    {"GOEXE", NULL, ""},
    {"GOFLAGS", NULL, ""},
    {"GOHOSTARCH", value_arch, NULL},
    {"GOHOSTOS", NULL, "linux"},
    {"GOMOD", value_mod, NULL},
    {"GOMODCACHE", value_mod_cache, NULL},
    {"GONOPROXY", NULL, ""},
    {"GONOSUMDB", NULL, ""},
    {"GOOS", NULL, "linux"},
    {"GOPATH", go_path, NULL},
    {"GOPRIVATE", NULL, ""},
    {"GOPROXY", NULL, "https://proxy.golang.org,direct"},
    {"GOROOT", value_root, NULL},
    {"GOSUMDB", NULL, "sum.golang.org"},
    {"GOTOOLCHAIN", value_toolchain, NULL},
    {"GOVERSION", value_version, NULL},
    {"GOWORK", NULL, ""},
};

static char *value_of(const struct go *go, const struct variable *variable)
{
    const char *set = command_variable(go->call, variable->name);
    bool is_fixed =
        strcmp(variable->name, "GOVERSION") == 0 || strcmp(variable->name, "GOMOD") == 0;
    if (set != NULL && *set != '\0' && !is_fixed)
        return g_strdup(set);
    return variable->value != NULL ? variable->value(go) : g_strdup(variable->otherwise);
}

char *go_env_value(const struct go *go, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++)
        if (strcmp(variables[i].name, name) == 0)
            return value_of(go, &variables[i]);
    return g_strdup("");
}

static int print_all(const struct go *go, bool is_json)
{
    g_autoptr(json_t) object = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        g_autofree char *value = value_of(go, &variables[i]);
        if (is_json)
            json_object_set_new(object, variables[i].name, json_string(value));
        else
            command_print(go->call, "%s='%s'\n", variables[i].name, value);
    }
    g_autofree char *text = json_dumps(object, JSON_INDENT(1));
    if (is_json)
        command_print(go->call, "%s\n", text);
    return GO_FINE;
}

int go_run_env(struct go *go)
{
    g_autoptr(GPtrArray) names = go_operands(go);
    bool is_json = go->words[1] != NULL && strcmp(go->words[1], "-json") == 0;
    bool is_write = go->words[1] != NULL &&
                    (strcmp(go->words[1], "-w") == 0 || strcmp(go->words[1], "-u") == 0);

    if (is_write) {
        assumed_note(go->set, go->call->arguments, /* touches_images= */ false);
        return GO_FINE;
    }
    if (names->len == 0)
        return print_all(go, is_json);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *value = go_env_value(go, g_ptr_array_index(names, i));
        command_print(go->call, "%s\n", value);
    }
    return GO_FINE;
}
