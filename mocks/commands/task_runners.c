/* Programs that run tasks of the repository: make, npm, Gradle and the like. Whether such a task
   builds or moves images is told from its text where that is at hand, else from its name. */
#include "mocks/commands/commands_private.h"
#include "mocks/commands/go.h"

#include "base/json.h"
#include "base/regular_file.h"

#include <string.h>

/* ---- texts and names ---- */

/* Words that stand before a command and are none themselves. */
static bool is_before_command(const char *word)
{
    static const char *const words[] = {"!",    "do",   "else",    "env",  "exec",  "if", "nohup",
                                        "sudo", "then", "timeout", "time", "while", "",   NULL};
    return g_strv_contains(words, word) || *word == '-' || g_ascii_isdigit(*word) ||
           strchr(word, '=') != NULL;
}

/* "go run PACKAGE", from "go" on. */
static bool does_go_run_touch(const char *const *words)
{
    if (words[0] == NULL || g_strcmp0(words[1], "run") != 0)
        return false;
    const char *const *word = words + 2;
    while (*word != NULL && (**word == '-' || **word == '\0'))
        word++;
    g_autofree char *name = *word != NULL ? go_program_name(*word) : NULL;
    return name != NULL && assumed_touches_images(name);
}

static bool does_piece_call(const char *piece)
{
    g_auto(GStrv) words = g_strsplit_set(piece + strspn(piece, "@-+ \t"), " \t\r{}'\"$", -1);
    char **word = words;
    while (*word != NULL && is_before_command(*word))
        word++;
    g_autofree char *name = *word != NULL ? g_path_get_basename(*word) : NULL;
    if (g_strcmp0(name, "go") == 0)
        return does_go_run_touch((const char *const *)word);
    return name != NULL && assumed_touches_images(name);
}

bool text_calls_image_programs(const char *text)
{
    g_auto(GStrv) pieces = g_strsplit_set(text, "\n;&|()`", -1);
    for (char **piece = pieces; *piece != NULL; piece++)
        if (does_piece_call(*piece))
            return true;
    return false;
}

bool word_names_images(const char *word)
{
    static const char *const names[] = {
        "buildx", "container", "devcontainers", "docker",           "dockerbuild", "dockerpush",
        "image",  "kaniko",    "oci",           "publishcontainer", NULL};
    g_autofree char *lower = g_ascii_strdown(word, -1);
    g_auto(GStrv) parts = g_strsplit_set(lower, "-_:/.@=", -1);
    for (char **part = parts; *part != NULL; part++)
        if (g_strv_contains(names, *part) || g_str_has_prefix(*part, "jib") ||
            strstr(*part, "buildimage") != NULL)
            return true;
    return false;
}

/* ---- npm and its kin ---- */

/* The text of a script of package.json in the command's folder; g_free, NULL: there is none. */
static char *script_of_package(const struct command_call *call, const char *name)
{
    g_autofree char *host_path = command_host_path(call, "package.json");
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (host_path == NULL || !g_file_test(host_path, G_FILE_TEST_IS_REGULAR) ||
        !regular_file_read(host_path, &bytes, &length, NULL))
        return NULL;
    g_autoptr(json_t) package = json_parse_bytes(bytes, length, NULL);
    return g_strdup(json_get_string(json_get_object(package, "scripts"), name, NULL));
}

static bool does_package_script_touch(const struct command_call *call)
{
    for (gsize i = 1; call->arguments[i] != NULL; i++) {
        g_autofree char *text = script_of_package(call, call->arguments[i]);
        if (text != NULL && text_calls_image_programs(text))
            return true;
    }
    return false;
}

/* ---- clients that build, copy or push past the docker command ---- */

static bool is_push_of_client(const struct command_call *call)
{
    static const struct {
        const char *name, *beginning;
        const char *part; /* of the line, or "" */
    } pushes[] = {
        {"az", "acr build", ""},
        {"az", "acr import", ""},
        {"az", "acr run", ""},
        {"flux", "push artifact", ""},
        {"gcloud", "builds submit", ""},
        {"helm", "push", "oci://"},
        {"heroku", "container:push", ""},
    };
    g_autofree char *line = g_strjoinv(" ", (char **)call->arguments + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(pushes); i++)
        if (g_str_equal(pushes[i].name, command_name(call)) &&
            g_str_has_prefix(line, pushes[i].beginning) && strstr(line, pushes[i].part) != NULL)
            return true;
    return false;
}

/* ---- all of them ---- */

static bool do_names_touch(const struct command_call *call)
{
    for (gsize i = 1; call->arguments[i] != NULL; i++)
        if (word_names_images(call->arguments[i]))
            return true;
    return false;
}

static bool does_package_touch(const struct command_call *call)
{
    return does_package_script_touch(call) || do_names_touch(call);
}

/* Providers that build or push: chainguard-dev/apko and oci, kreuzwerker/docker. */
static bool does_folder_provide(const char *host_folder)
{
    g_autoptr(GDir) folder = g_dir_open(host_folder, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(host_folder, name, NULL);
        g_autofree char *text = NULL;
        if (g_str_has_suffix(name, ".tf") && regular_file_read(path, &text, NULL, NULL) &&
            g_regex_match_simple("source *= *\"[^\"]*/(apko|docker|oci)\"", text, 0, 0))
            return true;
    }
    return false;
}

static bool does_terraform_touch(const struct command_call *call)
{
    g_autofree char *host_folder = command_host_path(call, ".");
    return g_strv_contains(call->arguments, "apply") && host_folder != NULL &&
           does_folder_provide(host_folder);
}

static bool does_task_touch(const struct command_call *call)
{
    return do_names_touch(call) || taskfile_touches_images(call);
}

static bool does_just_touch(const struct command_call *call)
{
    return do_names_touch(call) || justfile_touches_images(call);
}

static const struct {
    const char *name;
    bool (*touches)(const struct command_call *call);
} runners[] = {
    {"ant", do_names_touch},           {"az", is_push_of_client},
    {"bazel", do_names_touch},         {"bun", does_package_touch},
    {"dotnet", do_names_touch},        {"flux", is_push_of_client},
    {"gcloud", is_push_of_client},     {"gmake", makefile_touches_images},
    {"gradle", do_names_touch},        {"gradlew", do_names_touch},
    {"helm", is_push_of_client},       {"heroku", is_push_of_client},
    {"invoke", do_names_touch},        {"java", do_names_touch},
    {"just", does_just_touch},         {"mage", do_names_touch},
    {"make", makefile_touches_images}, {"mvn", do_names_touch},
    {"mvnw", do_names_touch},          {"npm", does_package_touch},
    {"npx", do_names_touch},           {"nx", do_names_touch},
    {"pnpm", does_package_touch},      {"poe", do_names_touch},
    {"rake", do_names_touch},          {"sbt", do_names_touch},
    {"task", does_task_touch},         {"terraform", does_terraform_touch},
    {"tofu", does_terraform_touch},    {"tox", do_names_touch},
    {"turbo", do_names_touch},         {"yarn", does_package_touch},
};

bool task_runner_touches_images(const struct command_call *call)
{
    for (gsize i = 0; i < G_N_ELEMENTS(runners); i++)
        if (g_str_equal(runners[i].name, command_name(call)))
            return runners[i].touches(call);
    return false;
}

bool task_runner_runs_own(const struct command_call *call)
{
    for (gsize i = 0; i < G_N_ELEMENTS(runners); i++)
        if (g_str_equal(runners[i].name, command_name(call)))
            return runners[i].touches != is_push_of_client &&
                   runners[i].touches != does_terraform_touch;
    return false;
}

/* ---- make ---- */

/* Recipes about images are run by the machine's own make, whose shell finds this set's docker; what
   the others do is assumed, for most of what they call is not here. */
int row_make(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    g_autofree char *program = g_find_program_in_path("gmake");

    if (program == NULL || call->seam->start_child == NULL || !makefile_touches_images(call))
        return assumed_run(set, call);
    g_auto(GStrv) words = g_strdupv((char **)call->arguments);
    g_free(words[0]);
    words[0] = g_strdup("gmake");
    const struct nested nested = {.arguments = (const char *const *)words};
    return nested_run(set, call, &nested, "");
}
