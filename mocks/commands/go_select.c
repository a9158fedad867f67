/* Which toolchain runs: cmd/go/internal/toolchain. */
#include "mocks/commands/go.h"

#include "base/regular_file.h"

#include <string.h>

/* ---- go.mod ---- */

/* The nearest go.mod of the folder and those above it, as the command sees it; NULL: none. */
static char *find_mod(const struct command_call *call)
{
    g_autofree char *folder = g_strdup(call->directory);
    for (;;) {
        g_autofree char *path = g_build_filename(folder, "go.mod", NULL);
        g_autofree char *host_path = call->seam->host_path(call->self, path);
        if (host_path != NULL && g_file_test(host_path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
        char *above = g_path_get_dirname(folder);
        bool is_top = strcmp(above, folder) == 0;
        g_free(folder);
        folder = above;
        if (is_top)
            return NULL;
    }
}

/* Of the main module; NULL with *error; both NULL when there is none. */
static struct go_mod *read_mod(struct go *go, const char *running, GError **error)
{
    g_autofree char *host_path = NULL;
    g_autofree char *text = NULL;
    gsize length;
    bool is_modern = go_version_minor(running) >= GO_TOOLCHAIN_MINOR_MIN;

    if (go->mod_path == NULL)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(go->mod_path);
    bool is_here = strcmp(folder, go->call->directory) == 0;
    host_path = go->call->seam->host_path(go->call->self, go->mod_path);
    if (!regular_file_read(host_path, &text, &length, NULL) || length > GO_MOD_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "go: %s: file too large", go->mod_path);
        return NULL;
    }
    return go_mod_parse(text, is_modern && is_here ? "go.mod" : go->mod_path, running, error);
}

bool go_load(struct go *go)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *refusal = NULL;

    go_mod_free(go->mod);
    go->mod = read_mod(go, go->running, &error);
    if (error != NULL) {
        command_complain(go->call, "%s\n", error->message);
        return false;
    }
    if (go->mod == NULL || go_version_minor(go->running) < GO_TOOLCHAIN_MINOR_MIN)
        return true;
    refusal = go_too_new_text("go.mod", go->mod->go_line, go->running, go->gotoolchain);
    if (refusal != NULL)
        go_fail(go, "%s", refusal);
    return refusal == NULL;
}

/* ---- toolchains ---- */

/* "golang.org/toolchain@v0.0.1-go1.23.0.linux-amd64" */
static char *toolchain_module(const struct go *go, const char *version)
{
    return g_strdup_printf("v0.0.1-go%s.linux-%s", version, go_arch(go));
}

static bool fail_download(const struct go *go, const char *version, const char *problem,
                          bool is_missing)
{
    g_autofree char *module = toolchain_module(go, version);
    if (is_missing)
        go_fail(go, "download go%s for linux/%s: toolchain not available", version, go_arch(go));
    else
        go_fail(go, "download go%s: golang.org/toolchain@%s: %s", version, module, problem);
    return false;
}

static bool use_toolchain(struct go *go, const char *version)
{
    g_autofree char *module = toolchain_module(go, version);
    g_autofree char *suffix = g_strdup_printf("golang.org/toolchain/@v/%s.zip", module);
    g_autofree char *problem = NULL;
    bool is_missing = false;

    if (!go_is_cached(go, "golang.org/toolchain", module)) {
        command_complain(go->call, "go: downloading go%s (linux/%s)\n", version, go_arch(go));
        if (!go->is_proxy_there)
            is_missing = !go_release_exists(version, command_set_date_us(go->set) / G_USEC_PER_SEC);
        g_autoptr(GBytes) zip = is_missing ? NULL : go_fetch(go, suffix, &problem, &is_missing);
        if (zip == NULL)
            return fail_download(go, version, problem, is_missing);
        g_hash_table_add(go->set->go_modules, g_strconcat("golang.org/toolchain@", module, NULL));
    }
    g_free(go->running);
    go->running = g_strdup(version);
    return true;
}

/* What GOTOOLCHAIN says: a least version, and whether go.mod may ask for more. */
struct wish {
    char *version; /* g_free */
    bool is_auto;
};

static bool read_wish(const struct go *go, struct wish *wish)
{
    g_auto(GStrv) parts = g_strsplit(go->gotoolchain, "+", 2);
    const char *name = parts[0];

    wish->version = g_strdup(go->local);
    wish->is_auto =
        strcmp(name, "auto") == 0 || (parts[1] != NULL && strcmp(parts[1], "auto") == 0);
    if (strcmp(name, "auto") == 0 || strcmp(name, "local") == 0 || strcmp(name, "path") == 0)
        return true;
    if (!g_str_has_prefix(name, "go") || !go_version_is_valid(name + 2)) {
        go_fail(go, "invalid GOTOOLCHAIN \"%s\"", go->gotoolchain);
        return false;
    }
    g_free(wish->version);
    wish->version = g_strdup(name + 2);
    return true;
}

/* go.mod's toolchain line, then its go line, when they ask for more. */
static void heed_mod(struct go *go, struct wish *wish)
{
    g_autoptr(GError) ignored = NULL;
    AUTO(go_mod) mod = read_mod(go, go->local, &ignored);
    const char *toolchain = mod != NULL ? mod->toolchain : NULL;

    if (mod == NULL || g_strcmp0(toolchain, "default") == 0)
        return;
    if (toolchain != NULL && g_str_has_prefix(toolchain, "go") &&
        go_version_compare(toolchain + 2, wish->version) > 0) {
        g_free(wish->version);
        wish->version = g_strdup(toolchain + 2);
    }
    if (mod->go_line != NULL && go_version_compare(mod->go_line, wish->version) > 0) {
        g_free(wish->version);
        wish->version = go_release_of_line(mod->go_line, go->local);
    }
}

bool go_select(struct go *go)
{
    const char *set = command_variable(go->call, "GOTOOLCHAIN");
    struct wish wish = {0};

    go->mod_path = find_mod(go->call);
    if (go_version_minor(go->local) < GO_TOOLCHAIN_MINOR_MIN)
        return true;
    go->gotoolchain = set != NULL && *set != '\0' ? set : "auto";
    bool is_fine = read_wish(go, &wish);
    if (is_fine && wish.is_auto)
        heed_mod(go, &wish);
    if (is_fine && strcmp(wish.version, go->local) != 0)
        is_fine = use_toolchain(go, wish.version);
    g_free(wish.version);
    return is_fine;
}

static bool may_switch(const struct go *go)
{
    return go->gotoolchain != NULL &&
           (strcmp(go->gotoolchain, "auto") == 0 || g_str_has_suffix(go->gotoolchain, "+auto"));
}

bool go_accept(struct go *go, const char *prefix, const char *what, const char *go_line)
{
    g_autofree char *refusal = go_too_new_text(what, go_line, go->running, go->gotoolchain);
    g_autofree char *release = NULL;

    if (refusal == NULL || go_version_minor(go->running) < GO_TOOLCHAIN_MINOR_MIN)
        return true;
    release = may_switch(go)
                  ? go_release_for_switch(go_line, command_set_date_us(go->set) / G_USEC_PER_SEC)
                  : NULL;
    if (release == NULL) {
        go_fail(go, "%s%s", prefix, refusal);
        return false;
    }
    command_complain(go->call, "go: %s requires go >= %s; switching to go%s\n", what, go_line,
                     release);
    return use_toolchain(go, release);
}
