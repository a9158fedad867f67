/*
 * actions/setup-go: a version of Go on PATH (src/main.ts and installer.ts of v3 to v6). The
 * machine's `go` command reads its version from that entry of PATH.
 */
#include "actions/actions.h"
#include "actions/cache_client.h"
#include "actions/go_releases.h"
#include "actions/tool.h"

#include "base/units.h"

#include <string.h>

#define DOWNLOAD_US (4 * SECOND_US)

struct setup_go {
    struct action_run *run;
    char *wanted;       /* the version spec; "": what the machine has */
    char *architecture; /* "x64" */
    char *version;      /* "1.22.12" */
};

static void setup_go_clear(struct setup_go *setup)
{
    g_free(setup->wanted);
    g_free(setup->architecture);
    g_free(setup->version);
}

/* ---- which version ---- */

static bool is_named(const char *path, const char *name)
{
    g_autofree char *base = g_path_get_basename(path);
    return strcmp(base, name) == 0;
}

/* Since 6 the toolchain line of go.mod counts first, unless GOTOOLCHAIN is local. */
static char *read_version_file(const struct action_run *run, const char *path)
{
    if (is_named(path, ".tool-versions"))
        return tool_version_file(run, path, "^golang\\s+([^\\n#]+)");
    if (!is_named(path, "go.mod") && !is_named(path, "go.work"))
        return tool_version_file(run, path, NULL);
    bool is_local = g_strcmp0(action_variable(run, "GOTOOLCHAIN"), "local") == 0;
    if (action_major(run) >= 6 && !is_local) {
        g_autofree char *toolchain =
            tool_version_file(run, path, "^toolchain go(1\\.\\d+(?:\\.\\d+|rc\\d+)?)");
        if (toolchain == NULL || *toolchain != '\0')
            return g_steal_pointer(&toolchain);
    }
    return tool_version_file(run, path, "^go (\\d+(?:\\.\\d+)*)");
}

static bool read_wanted(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    const char *version = action_input(run, "go-version");
    const char *path = action_input(run, "go-version-file");
    if (*version != '\0' && *path != '\0')
        action_warn(run, "Both go-version and go-version-file inputs are specified, only "
                         "go-version will be used");
    if (*version != '\0' || *path == '\0') {
        setup->wanted = g_strdup(version);
        return true;
    }
    setup->wanted = read_version_file(run, path);
    return setup->wanted != NULL ||
           core_throw(error, "The specified go version file at: %s does not exist", path);
}

/* "stable" is the newest, "oldstable" the newest of the minor version before; g_free. */
static char *resolve_alias(const struct setup_go *setup)
{
    SEMVER(newest);
    SEMVER_RANGE(all);
    if (!semver_range_parse("*", &all) ||
        !go_release_find(&all, action_date_ms(setup->run), &newest))
        return g_strdup(setup->wanted);
    if (strcmp(setup->wanted, "stable") == 0)
        return semver_text(&newest);
    g_autofree char *before = g_strdup_printf("1.%u", (unsigned)newest.minor - 1);
    SEMVER_RANGE(older);
    SEMVER(release);
    if (!semver_range_parse(before, &older) ||
        !go_release_find(&older, action_date_ms(setup->run), &release))
        return g_strdup(setup->wanted);
    return semver_text(&release);
}

static void use_alias(struct setup_go *setup)
{
    if (strcmp(setup->wanted, "stable") != 0 && strcmp(setup->wanted, "oldstable") != 0)
        return;
    char *resolved = resolve_alias(setup);
    action_log(setup->run, "%s version resolved as %s", setup->wanted, resolved);
    g_free(setup->wanted);
    setup->wanted = resolved;
}

static bool throw_unknown(const struct setup_go *setup, GError **error)
{
    return core_throw(error,
                      "Unable to find Go version '%s' for platform linux and architecture %s.",
                      setup->wanted, setup->architecture);
}

/* ---- getting it ---- */

/* "1.28.3", "1.28" and "1.21.0-rc.1" as one version, for what the list of releases cannot tell. */
static bool read_unlisted(const char *wanted, struct semver *version)
{
    g_autofree char *longer = g_strconcat(wanted, ".0", NULL);
    return semver_parse(wanted, version) || semver_parse(longer, version);
}

static bool use_unlisted(struct setup_go *setup, GError **error)
{
    SEMVER(version);
    bool may_exist =
        read_unlisted(setup->wanted, &version) &&
        (version.prerelease != NULL || go_release_may_exist(&version, action_date_ms(setup->run)));
    action_log(setup->run, "Not found in manifest.  Falling back to download directly from Go");
    if (!may_exist)
        return throw_unknown(setup, error);
    setup->version = semver_text(&version);
    g_autofree char *what = g_strdup_printf("that there is Go %s", setup->version);
    return action_assume(setup->run, what, DOWNLOAD_US, error);
}

static bool download(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    action_log(run,
               "Acquiring %s from https://github.com/actions/go-versions/releases/download/"
               "%s/go-%s-linux-%s.tar.gz",
               setup->version, setup->version, setup->version, setup->architecture);
    g_autofree char *what = g_strdup_printf("the download of Go %s", setup->version);
    if (!action_assume(run, what, DOWNLOAD_US, error))
        return false;
    action_log(run, "Extracting Go...");
    action_log(run, "Adding to the cache ...");
    return true;
}

static bool get(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    SEMVER_RANGE(range);
    SEMVER(release);
    bool is_known = semver_range_parse(setup->wanted, &range) &&
                    go_release_find(&range, action_date_ms(run), &release);
    bool is_preloaded = is_known && go_release_is_preloaded(&release, action_date_ms(run));
    if (!is_preloaded) {
        action_log(run, "Attempting to download %s...", setup->wanted);
        action_log(run, "matching %s...", setup->wanted);
    }
    if (!is_known)
        return use_unlisted(setup, error);
    setup->version = semver_text(&release);
    return is_preloaded || download(setup, error);
}

static bool install(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    bool is_latest = false;
    if (!core_input_boolean(run, "check-latest", &is_latest, error))
        return false;
    use_alias(setup);
    if (is_latest)
        action_log(run, "Attempting to resolve the latest version from the manifest...");
    if (!get(setup, error))
        return false;
    if (is_latest)
        action_log(run, "Resolved as '%s'", setup->version);
    g_autofree char *place = tool_place(run, "go", setup->version, setup->architecture);
    action_log(run, "Found in cache @ %s", place);
    tool_add_path(run, place, "bin");
    action_log(run, "Added go to the path");
    action_log(run, "Successfully set up Go version %s", setup->wanted);
    return true;
}

/* Without a version: the one that the machine's `go` tells. */
static bool use_machine(struct setup_go *setup, GError **error)
{
    action_log(setup->run, "[warning]go-version input was not specified. The action will try to "
                           "use pre-installed version.");
    g_autoptr(GPtrArray) arguments = core_arguments("go", "version", NULL);
    const struct core_command command = {.arguments = arguments, .is_silent = true};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(setup->run, &command, &result, error))
        return false;
    g_auto(GStrv) words = g_strsplit(result.output, " ", 4);
    if (g_strv_length(words) < 3 || !g_str_has_prefix(words[2], "go"))
        return core_throw(error, "Command failed: go version");
    setup->version = g_strdup(words[2] + strlen("go"));
    return true;
}

/* ---- the cache ---- */

static GPtrArray *cache_paths(const struct action_run *run)
{
    const char *home = action_variable(run, "HOME");
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(paths, g_strconcat(home != NULL ? home : "", "/go/pkg/mod", NULL));
    g_ptr_array_add(paths, g_strconcat(home != NULL ? home : "", "/.cache/go-build", NULL));
    return paths;
}

/* Until 5 go.sum is the file that matters, since 6 go.mod. */
static bool restore_dependencies(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    const char *given = action_input(run, "cache-dependency-path");
    const char *standard = action_major(run) >= 6 ? "go.mod" : "go.sum";
    g_autofree char *hash = tool_hash_file(run, *given != '\0' ? given : standard);
    if (hash == NULL && *given != '\0')
        return core_throw(error, "Some specified paths were not resolved, unable to cache "
                                 "dependencies.");
    if (hash == NULL)
        return core_throw(error, "Dependencies file is not found in %s. Supported file pattern: %s",
                          action_variable(run, "GITHUB_WORKSPACE"), standard);
    const char *image = action_variable(run, "ImageOS");
    g_autofree char *key = g_strdup_printf(
        "setup-go-%s-%s-%s-go-%s-%s", action_context(run, "runner.os"), setup->architecture,
        image != NULL ? image : "ubuntu24", setup->version, hash);
    g_autoptr(GPtrArray) paths = cache_paths(run);
    g_autofree char *matched = NULL;
    action_save_state(run, "CACHE_KEY", key);
    if (!cache_restore(run, paths, key, NULL, /* lookup_only= */ false, &matched, error))
        return false;
    action_set_output(run, "cache-hit", matched != NULL ? "true" : "false");
    if (matched == NULL) {
        action_log(run, "Cache is not found");
        return true;
    }
    action_save_state(run, "CACHE_RESULT", matched);
    action_log(run, "Cache restored from key: %s", matched);
    return true;
}

static bool use_cache(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    bool is_cached = action_major(run) >= 4;
    if (action_input_is_given(run, "cache") && !core_input_boolean(run, "cache", &is_cached, error))
        return false;
    if (!is_cached)
        return true;
    if (!cache_is_available(run)) {
        action_warn(run, "The runner was not able to contact the cache service. Caching will be "
                         "skipped");
        return true;
    }
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    if (restore_dependencies(setup, &thrown))
        return true;
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(run, "Restore cache failed: %s", message);
    return true;
}

/* ---- the phases ---- */

static void tell(const struct setup_go *setup)
{
    struct action_run *run = setup->run;
    const char *architecture = strcmp(setup->architecture, "x64") == 0 ? "amd64" : "arm64";
    const char *home = action_variable(run, "HOME");
    g_autofree char *binaries = g_strconcat(home != NULL ? home : "", "/go/bin", NULL);
    action_add_path(run, binaries);
    action_log(run, "go version go%s linux/%s", setup->version, architecture);
    action_set_output(run, "go-version", setup->version);
    CORE_GROUP(run, "go env");
    action_log(run, "GOVERSION='go%s'", setup->version);
}

static bool set_up(struct setup_go *setup, GError **error)
{
    struct action_run *run = setup->run;
    const char *asked = action_input(run, "architecture");
    setup->architecture = g_strdup(*asked != '\0' ? asked : tool_architecture(run));
    if (!read_wanted(setup, error))
        return false;
    if (action_major(run) >= 6)
        action_export_variable(run, "GOTOOLCHAIN", "local");
    action_log(run, "Setup go version spec %s", setup->wanted);
    if (!(*setup->wanted != '\0' ? install(setup, error) : use_machine(setup, error)))
        return false;
    if (!use_cache(setup, error))
        return false;
    tell(setup);
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    __attribute__((cleanup(setup_go_clear))) struct setup_go setup = {.run = run};
    return set_up(&setup, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool save(struct action_run *run, GError **error)
{
    const char *key = action_state(run, "CACHE_KEY");
    if (*key == '\0' || strcmp(key, action_state(run, "CACHE_RESULT")) == 0)
        return true;
    bool is_saved = false;
    g_autoptr(GPtrArray) paths = cache_paths(run);
    if (!cache_save(run, paths, key, &is_saved, error))
        return false;
    if (is_saved)
        action_log(run, "Cache saved with the key: %s", key);
    return true;
}

static bool post_phase(struct action_run *run, GError **error)
{
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    if (save(run, &thrown))
        return true;
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(run, "%s", message);
    return true;
}

/* The default of `cache` is true since 4. */
static const struct action_input inputs[] = {
    {"go-version", "", false},
    {"go-version-file", "", false},
    {"check-latest", "false", false},
    {"token", "${{ github.token }}", false},
    {"cache", "", false},
    {"cache-dependency-path", "", false},
    {"architecture", "", false},
    {"go-download-base-url", "", false},
    {NULL, NULL, false},
};

const struct action action_setup_go = {
    .name = "actions/setup-go",
    .summary = "Puts a version of Go on PATH.",
    .first_major = 2,
    .last_major = 7,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .post_condition = "success()",
    .touches_images = false,
};
