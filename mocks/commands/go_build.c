/* go build, test, vet, run and install: what they need, how long they take, which file they make.
 */
#include "mocks/commands/go.h"

#include "base/regular_file.h"
#include "mocks/dockerfile/cost.h"

#include <string.h>

static char *program_name(const struct go *go, const char *package);

/* As long as a RUN step with the same words (mocks/dockerfile/cost.c). */
static bool spend(const struct go *go)
{
    g_autofree char *line = g_strconcat("go ", go->words[0], NULL);
    g_autoptr(GError) error = NULL;
    return fiber_sleep(go->set->options.loop, cost_of_run(line).duration_us, &error);
}

/* ---- package@version ---- */

/* Where `go install` puts a program. */
static char *binary_path(const struct go *go, const char *name)
{
    g_autofree char *bin = go_env_value(go, "GOBIN");
    g_autofree char *path = go_env_value(go, "GOPATH");
    return *bin != '\0' ? g_build_filename(bin, name, NULL)
                        : g_build_filename(path, "bin", name, NULL);
}

/* The module that holds the package: the longest path that the proxy knows. */
static bool find_module(struct go *go, const char *package, const char *version,
                        struct go_module *module, char **first_problem)
{
    g_autofree char *path = g_strdup(package);
    for (;;) {
        g_autofree char *problem = NULL;
        bool is_missing;
        if (go_query(go, path, version, module, &problem, &is_missing))
            return true;
        go_module_clear(module);
        if (*first_problem == NULL)
            *first_problem = strcmp(version, "latest") == 0
                                 ? g_strdup_printf("module %s: %s", path, problem)
                                 : g_strdup_printf("%s@%s: %s", path, version, problem);
        char *slash = strrchr(path, '/');
        if (!is_missing || slash == NULL || strchr(path, '/') == slash)
            return false;
        *slash = '\0';
    }
}

static bool is_module_path(const struct go *go, const char *word, const char *package)
{
    g_autofree char *host = g_strndup(package, strcspn(package, "/"));
    if (strchr(host, '.') != NULL)
        return true;
    go_fail(go, "%s: malformed module path \"%s\": missing dot in first path element", word,
            package);
    return false;
}

static bool fetch_package(struct go *go, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "@", 2);
    g_autofree char *problem = NULL;
    GO_MODULE(module);

    if (!is_module_path(go, word, parts[0]))
        return false;
    /* Without a proxy nobody can be asked which path is the module. */
    g_autofree char *start = go->is_proxy_there || go->proxy == NULL
                                 ? g_strdup(parts[0])
                                 : go_module_of_package(parts[0]);
    if (!find_module(go, start, parts[1], &module, &problem)) {
        go_fail(go, "%s: %s", word,
                go->proxy == NULL ? "module lookup disabled by GOPROXY=off" : problem);
        return false;
    }
    g_autofree char *prefix = g_strconcat(word, ": ", NULL);
    g_autofree char *what = g_strconcat(module.path, "@", module.version, NULL);
    if (!go_accept(go, prefix, what, module.go_line))
        return false;
    g_clear_pointer(&problem, g_free);
    if (go_download(go, &module, /* is_quiet= */ false, &problem))
        return true;
    go_fail(go, "%s: %s", what, problem);
    return false;
}

static bool install_program(const struct go *go, const char *package)
{
    /* Of this repository it is not the one that the world knows by its name. */
    bool is_own = *package == '.' || g_str_has_suffix(package, ".go");
    g_autofree char *name = is_own ? program_name(go, package) : go_program_name(package);
    g_autofree char *path = binary_path(go, name);
    if (go_program_make(go, path, is_own ? NULL : name))
        return true;
    go_fail(go, "open %s: no space left on device", path);
    return false;
}

int go_run_install(struct go *go)
{
    g_autoptr(GPtrArray) operands = go_operands(go);
    const char *first = operands->len > 0 ? g_ptr_array_index(operands, 0) : "";
    bool is_run = strcmp(go->words[0], "run") == 0;

    if (strchr(first, '@') == NULL)
        return go_load(go) ? go_run_build(go) : GO_FAILED;
    for (guint i = 0; i < (is_run ? 1 : operands->len); i++) {
        const char *word = g_ptr_array_index(operands, i);
        if (strchr(word, '@') == NULL)
            return go_fail(go, "%s: all arguments must have the same version", word);
        if (!fetch_package(go, word) || !spend(go))
            return GO_FAILED;
        if (!is_run && !install_program(go, word))
            return GO_FAILED;
    }
    if (is_run)
        go_program_note_run(go, first);
    return GO_FINE;
}

/* ---- what is here ---- */

/* "./cmd/nosuch" */
static bool complain_missing(const struct go *go, const char *package)
{
    g_autofree char *host_path = NULL;
    g_autofree char *absolute = NULL;
    if (!g_str_has_prefix(package, "./") || strstr(package, "...") != NULL)
        return true;
    absolute = command_absolute_path(go->call, package);
    host_path = command_host_path(go->call, package);
    if (host_path == NULL || g_file_test(host_path, G_FILE_TEST_EXISTS))
        return true;
    command_complain(go->call, "stat %s: directory not found\n", absolute);
    return false;
}

static bool has_main(const char *host_folder)
{
    g_autoptr(GDir) folder = g_dir_open(host_folder, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(host_folder, name, NULL);
        g_autofree char *text = NULL;
        if (g_str_has_suffix(name, ".go") && !g_str_has_suffix(name, "_test.go") &&
            regular_file_read(path, &text, NULL, NULL) &&
            g_regex_match_simple("^package main\\b", text, G_REGEX_MULTILINE, 0))
            return true;
    }
    return false;
}

static char *program_name(const struct go *go, const char *package)
{
    g_autofree char *absolute = command_absolute_path(go->call, package);
    return strcmp(package, ".") == 0 || g_str_has_suffix(package, ".go")
               ? g_path_get_basename(go->mod->module)
               : g_path_get_basename(absolute);
}

/* Where go build puts the program, NULL: nowhere. g_free. */
static char *build_output(const struct go *go, const char *package)
{
    const char *output = go_flag_value(go, "o");
    g_autofree char *host_folder = command_host_path(go->call, package);
    g_autofree char *name = program_name(go, package);
    g_autofree char *host_output = output != NULL ? command_host_path(go->call, output) : NULL;

    if (output != NULL && (g_str_has_suffix(output, "/") ||
                           (host_output != NULL && g_file_test(host_output, G_FILE_TEST_IS_DIR))))
        return g_build_filename(output, name, NULL);
    if (output != NULL)
        return g_strdup(output);
    return host_folder != NULL && has_main(host_folder) ? g_steal_pointer(&name) : NULL;
}

/* Whether `go install` makes one of it: a package of another module is named for that. */
static bool is_program(const struct go *go, const char *package)
{
    g_autofree char *host_folder = command_host_path(go->call, package);
    if (strstr(package, "...") != NULL)
        return false;
    return host_folder == NULL || !g_file_test(host_folder, G_FILE_TEST_IS_DIR) ||
           has_main(host_folder);
}

static int install_all(const struct go *go)
{
    g_autoptr(GPtrArray) packages = go_operands(go);
    if (packages->len == 0)
        g_ptr_array_add(packages, (void *)".");
    for (guint i = 0; i < packages->len; i++) {
        const char *package = g_ptr_array_index(packages, i);
        if (is_program(go, package) && !install_program(go, package))
            return GO_FAILED;
    }
    return GO_FINE;
}

static int finish(const struct go *go, const char *package)
{
    const char *what = go->words[0];
    if (strcmp(what, "test") == 0)
        command_print(go->call, "ok  \t%s\t0.350s\n", go->mod->module);
    if (strcmp(what, "run") == 0)
        go_program_note_run(go, package);
    if (strcmp(what, "install") == 0)
        return install_all(go);
    if (strcmp(what, "build") != 0 || strstr(package, "...") != NULL)
        return GO_FINE;
    g_autofree char *output = build_output(go, package);
    if (output != NULL && !go_program_make(go, output, NULL))
        return go_fail(go, "open %s: permission denied", output);
    return GO_FINE;
}

static bool is_vendored(const struct go *go)
{
    g_autofree char *folder = g_path_get_dirname(go->mod_path);
    g_autofree char *list = g_build_filename(folder, "vendor", "modules.txt", NULL);
    g_autofree char *host_path = command_host_path(go->call, list);
    return host_path != NULL && g_file_test(host_path, G_FILE_TEST_EXISTS);
}

int go_run_build(struct go *go)
{
    g_autoptr(GPtrArray) operands = go_operands(go);
    const char *package = operands->len > 0 ? g_ptr_array_index(operands, 0) : ".";

    if (go->mod == NULL)
        return go_fail(go, "go.mod file not found in current directory or any parent directory; "
                           "see 'go help modules'");
    if (!complain_missing(go, package))
        return GO_FAILED;
    if (!is_vendored(go) &&
        !go_fetch_requirements(go, /* is_quiet= */ false, /* names_twice= */ false))
        return GO_FAILED;
    return spend(go) ? finish(go, package) : GO_FAILED;
}
