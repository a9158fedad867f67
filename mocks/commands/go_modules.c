/* go mod, go get, go list: what concerns modules. */
#include "mocks/commands/go.h"

#include <string.h>

#define NO_MOD                                                                                     \
    "go.mod file not found in current directory or any parent directory; see 'go help modules'"

/* A folder has its go.mod, or cmd/go cannot load the modules at all. */
static bool find_folder(struct go *go, const struct go_requirement *requirement)
{
    g_autofree char *root = g_path_get_dirname(go->mod_path);
    g_autofree char *folder = g_canonicalize_filename(requirement->target, root);
    g_autofree char *path = g_build_filename(folder, "go.mod", NULL);
    g_autofree char *here = go->call->seam->host_path(go->call->self, path);
    g_autofree char *inside = g_strconcat(root, "/", NULL);
    const char *shown = g_str_has_prefix(path, inside) ? path + strlen(inside) : path;
    if (here != NULL && g_file_test(here, G_FILE_TEST_IS_REGULAR))
        return true;
    go_fail(go, "%s@%s (replaced by %s): reading %s: open %s: no such file or directory",
            requirement->path, requirement->version, requirement->target, shown, path);
    return false;
}

static bool fetch_requirement(struct go *go, const struct go_requirement *requirement,
                              bool is_quiet, bool names_twice);

/* What stands in the place of one that go.mod replaces. */
static bool fetch_target(struct go *go, const struct go_requirement *requirement, bool is_quiet,
                         bool names_twice)
{
    const struct go_requirement target = {requirement->target, requirement->target_version, NULL,
                                          NULL};
    return target.version != NULL ? fetch_requirement(go, &target, is_quiet, names_twice)
                                  : find_folder(go, requirement);
}

static bool fetch_requirement(struct go *go, const struct go_requirement *requirement,
                              bool is_quiet, bool names_twice)
{
    if (requirement->target != NULL)
        return fetch_target(go, requirement, is_quiet, names_twice);
    g_autofree char *problem = NULL;
    g_autofree char *what = g_strconcat(requirement->path, "@", requirement->version, NULL);
    g_autofree char *prefix = names_twice ? g_strdup_printf("%s: module ", what) : g_strdup("");
    bool is_missing;
    GO_MODULE(module);

    if (go_is_cached(go, requirement->path, requirement->version))
        return true;
    if (!go_query(go, requirement->path, requirement->version, &module, &problem, &is_missing)) {
        go_fail(go, "%s: %s", what, problem);
        return false;
    }
    if (!go_accept(go, prefix, what, module.go_line))
        return false;
    if (go_download(go, &module, is_quiet, &problem))
        return true;
    go_fail(go, "%s: %s", what, problem);
    return false;
}

bool go_fetch_requirements(struct go *go, bool is_quiet, bool names_twice)
{
    bool is_fine = true;
    for (guint i = 0; is_fine && go->mod != NULL && i < go->mod->requirements->len; i++)
        is_fine = fetch_requirement(go, g_ptr_array_index(go->mod->requirements, i), is_quiet,
                                    names_twice);
    return is_fine;
}

/* ---- go mod ---- */

static int mod_download(struct go *go)
{
    g_autoptr(GPtrArray) operands = go_operands(go);
    bool is_fine = true;

    if (go->mod == NULL && operands->len == 0)
        return go_fail(go, "no modules specified (see 'go help mod download')");
    if (operands->len == 0) {
        if (go->mod->requirements->len == 0)
            go_fail(go, "no module dependencies to download");
        return go_fetch_requirements(go, /* is_quiet= */ true, /* names_twice= */ true) ? GO_FINE
                                                                                        : GO_FAILED;
    }
    for (guint i = 0; i < operands->len; i++) {
        g_auto(GStrv) parts = g_strsplit(g_ptr_array_index(operands, i), "@", 2);
        const struct go_requirement one = {
            parts[0], parts[0] != NULL && parts[1] != NULL ? parts[1] : (char *)"latest", NULL,
            NULL};
        is_fine =
            fetch_requirement(go, &one, /* is_quiet= */ true, /* names_twice= */ true) && is_fine;
    }
    return is_fine ? GO_FINE : GO_FAILED;
}

static int mod_tidy(struct go *go)
{
    return go_fetch_requirements(go, /* is_quiet= */ false, /* names_twice= */ false) ? GO_FINE
                                                                                      : GO_FAILED;
}

static int mod_verify(struct go *go)
{
    if (!go_fetch_requirements(go, /* is_quiet= */ true, /* names_twice= */ true))
        return GO_FAILED;
    command_print(go->call, "all modules verified\n");
    return GO_FINE;
}

static int mod_vendor(struct go *go)
{
    if (go->mod->requirements->len == 0)
        go_fail(go, "no dependencies to vendor");
    return mod_tidy(go);
}

static int mod_nothing(struct go *go)
{
    assumed_note(go->set, go->call->arguments, /* touches_images= */ false);
    return GO_FINE;
}

struct mod_command {
    const char *name;
    int (*run)(struct go *go);
    bool needs_mod;
};

static const struct mod_command mod_commands[] = {
    {"download", mod_download, false}, {"edit", mod_nothing, true}, {"graph", mod_nothing, true},
    {"init", mod_nothing, false},      {"tidy", mod_tidy, true},    {"vendor", mod_vendor, true},
    {"verify", mod_verify, true},      {"why", mod_nothing, true},
};

int go_run_mod(struct go *go)
{
    const char *name = go->words[1];
    if (name == NULL) {
        command_complain(go->call, "Go mod provides access to operations on modules.\n\nUsage:\n\n"
                                   "\tgo mod <command> [arguments]\n");
        return GO_USAGE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(mod_commands); i++) {
        if (strcmp(mod_commands[i].name, name) != 0)
            continue;
        go->words++;
        if (!go_load(go))
            return GO_FAILED;
        if (mod_commands[i].needs_mod && go->mod == NULL)
            return go_fail(go, NO_MOD);
        return mod_commands[i].run(go);
    }
    command_complain(go->call, "go mod %s: unknown command\nRun 'go help mod' for usage.\n", name);
    return GO_USAGE;
}

/* ---- go get ---- */

static const struct go_requirement *find_requirement(const struct go *go, const char *path)
{
    for (guint i = 0; i < go->mod->requirements->len; i++) {
        const struct go_requirement *each = g_ptr_array_index(go->mod->requirements, i);
        if (strcmp(each->path, path) == 0)
            return each;
    }
    return NULL;
}

static void tell_change(const struct go *go, const struct go_module *module)
{
    const struct go_requirement *before = find_requirement(go, module->path);
    int order = before == NULL ? 0 : go_semver_compare(module->version, before->version);

    if (module->go_line != NULL && go->mod->go_line != NULL &&
        go_version_compare(module->go_line, go->mod->go_line) > 0)
        go_fail(go, "upgraded go %s => %s", go->mod->go_line, module->go_line);
    if (before == NULL)
        go_fail(go, "added %s %s", module->path, module->version);
    else if (order != 0)
        go_fail(go, "%s %s %s => %s", order > 0 ? "upgraded" : "downgraded", module->path,
                before->version, module->version);
}

static bool get_one(struct go *go, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "@", 2);
    const char *version = parts[1] != NULL ? parts[1] : "upgrade";
    g_autofree char *path = go_module_of_package(parts[0]);
    g_autofree char *problem = NULL;
    bool is_latest = strcmp(version, "latest") == 0;
    bool is_missing;
    GO_MODULE(module);

    if (!go_query(go, path, version, &module, &problem, &is_missing)) {
        go_fail(go, "%s: %s", word, problem);
        return false;
    }
    g_autofree char *what = g_strconcat(module.path, "@", module.version, NULL);
    g_autofree char *prefix = is_latest ? g_strconcat(word, ": ", NULL) : g_strdup("");
    if (!go_accept(go, prefix, what, module.go_line))
        return false;
    if (!go_download(go, &module, /* is_quiet= */ false, &problem)) {
        go_fail(go, "%s: %s", what, problem);
        return false;
    }
    tell_change(go, &module);
    return true;
}

int go_run_get(struct go *go)
{
    g_autoptr(GPtrArray) operands = go_operands(go);
    if (go->mod == NULL)
        return go_fail(go, "go.mod file not found in current directory or any parent directory.\n"
                           "\t'go get' is no longer supported outside a module.\n"
                           "\tTo build and install a command, use 'go install' with a version,\n"
                           "\tlike 'go install example.com/cmd@latest'\n"
                           "\tFor more information, see "
                           "https://golang.org/doc/go-get-install-deprecation\n"
                           "\tor run 'go help get' or 'go help install'.");
    for (guint i = 0; i < operands->len; i++) {
        const char *word = g_ptr_array_index(operands, i);
        if (*word != '.' && !get_one(go, word))
            return GO_FAILED;
    }
    return GO_FINE;
}

/* ---- go list ---- */

static void list_modules(const struct go *go)
{
    command_print(go->call, "%s\n", go->mod->module);
    for (guint i = 0; i < go->mod->requirements->len; i++) {
        const struct go_requirement *each = g_ptr_array_index(go->mod->requirements, i);
        command_print(go->call, "%s %s", each->path, each->version);
        if (each->target != NULL)
            command_print(go->call, " => %s%s%s", each->target,
                          each->target_version != NULL ? " " : "",
                          each->target_version != NULL ? each->target_version : "");
        command_print(go->call, "\n");
    }
}

static bool has_word(const struct go *go, const char *word)
{
    return g_strv_contains(go->words, word);
}

int go_run_list(struct go *go)
{
    const char *format = go_flag_value(go, "f");
    if (go->mod == NULL)
        return go_fail(go, NO_MOD);
    if (!has_word(go, "-m")) {
        command_print(go->call, "%s\n", go->mod->module);
        return GO_FINE;
    }
    if (format != NULL && strstr(format, ".GoVersion") != NULL)
        command_print(go->call, "%s\n", go->mod->go_line != NULL ? go->mod->go_line : "");
    else if (!has_word(go, "all"))
        command_print(go->call, "%s\n", go->mod->module);
    else if (go_fetch_requirements(go, /* is_quiet= */ true, /* names_twice= */ true))
        list_modules(go);
    else
        return GO_FAILED;
    return GO_FINE;
}
