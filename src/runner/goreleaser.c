/* goreleaser/goreleaser-action is assumed; whether it is about images, its configuration in the
   workspace tells (goreleaser v2: cmd/config.go, pkg/config/config.go). */
#include "doc/doc.h"
#include "runner/arguments.h"
#include "runner/leg.h"
#include "runner/touch.h"

#include <string.h>

#define ACTION "goreleaser/goreleaser-action"

static bool is_goreleaser(const char *uses)
{
    gsize length = strcspn(uses, "@");
    return length == strlen(ACTION) && g_ascii_strncasecmp(uses, ACTION, length) == 0;
}

/* -f FILE, -f=FILE, --config FILE, --config=FILE; lent, NULL: none is named. */
static const char *named_file(const GPtrArray *words)
{
    static const char *const flags[] = {"-f", "--config"};
    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i];
        for (gsize k = 0; k < G_N_ELEMENTS(flags); k++) {
            gsize length = strlen(flags[k]);
            if (strcmp(word, flags[k]) == 0)
                return i + 1 < words->len ? words->pdata[i + 1] : NULL;
            if (strncmp(word, flags[k], length) == 0 && word[length] == '=')
                return word + length + 1;
        }
    }
    return NULL;
}

/* Others than `release` make no images, and that is what goreleaser does without a word. */
static bool is_release(const GPtrArray *words)
{
    static const char *const others[] = {"build", "check", "healthcheck", "init", NULL};
    return words->len == 0 || !g_strv_contains(others, words->pdata[0]);
}

static char *path_below(const struct step_run *step, const json_t *inputs, const char *file)
{
    const char *folder = json_get_string(inputs, "workdir", ".");
    g_autofree char *base = g_canonicalize_filename(folder, step->leg->workspace);
    g_autofree char *inside = g_canonicalize_filename(file, base);
    return leg_host_path(step->leg, inside);
}

/* On this machine; g_free, NULL: none that can be seen. */
static char *find_file(const struct step_run *step, const json_t *inputs, const GPtrArray *words)
{
    static const char *const usual[] = {".config/goreleaser.yml", ".config/goreleaser.yaml",
                                        ".goreleaser.yml",        ".goreleaser.yaml",
                                        "goreleaser.yml",         "goreleaser.yaml"};
    const char *named = named_file(words);
    if (named != NULL)
        return path_below(step, inputs, named);
    for (gsize i = 0; i < G_N_ELEMENTS(usual); i++) {
        g_autofree char *path = path_below(step, inputs, usual[i]);
        if (path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* Hooks and publishers run what they like: any text of it that names such a program counts. */
static bool does_node_touch(const struct node *node)
{
    for (gsize i = 0; i < node_length(node); i++)
        if (does_node_touch(node->kind == NODE_SEQUENCE ? node_item(node, i)
                                                        : node_entry(node, i)->value))
            return true;
    return node->kind == NODE_STRING && script_touches_images(node->text);
}

static bool does_configuration_touch(const char *path)
{
    static const char *const keys[] = {"dockers",       "dockers_v2",   "docker_manifests",
                                       "docker_digest", "docker_signs", "kos",
                                       "includes"};
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_file(path, DOC_DEFAULT, &error);
    const struct node *root = doc != NULL ? doc_root(doc) : NULL;
    if (root == NULL || root->kind != NODE_MAPPING)
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (node_get(root, keys[i]) != NULL)
            return true;
    return does_node_touch(root);
}

bool goreleaser_is_harmless(const struct step_run *step, const char *uses, const json_t *inputs)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    if (!is_goreleaser(uses))
        return false;
    arguments_split(json_get_string(inputs, "args", ""), words);
    if (!is_release(words) || g_strcmp0(json_get_string(inputs, "install-only", ""), "true") == 0)
        return true;
    g_autofree char *path = find_file(step, inputs, words);
    return path != NULL && !does_configuration_touch(path);
}
