/* Maps of repositories, and looking into them. */
#include "workflow/repository.h"
#include "base/limits.h"

#include <string.h>

enum {
    FOLDERS_ABOVE_MAX = 64
};

/* One `owner/repo[/path]@ref=PATH`. */
struct map_entry {
    struct uses *uses;
    char *target;
};

struct repository_map {
    char *root;
    GPtrArray *entries;
};

static void map_entry_free(gpointer data)
{
    struct map_entry *entry = data;
    uses_free(entry->uses);
    g_free(entry->target);
    g_free(entry);
}

struct repository_map *repository_map_new(const char *root)
{
    struct repository_map *map = g_new0(struct repository_map, 1);
    map->root = g_strdup(root);
    map->entries = g_ptr_array_new_with_free_func(map_entry_free);
    return map;
}

void repository_map_free(struct repository_map *map)
{
    if (map == NULL)
        return;
    g_free(map->root);
    g_ptr_array_unref(map->entries);
    g_free(map);
}

const char *repository_map_root(const struct repository_map *map)
{
    return map->root;
}

/* "a" and "b" are "a/b", "." and "b" are "b". */
static char *join(const char *folder, const char *path)
{
    if (path[0] == '\0')
        return g_strdup(folder);
    return strcmp(folder, ".") == 0 ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

static bool has_child(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool is_top(const char *folder)
{
    g_autofree char *path = g_canonicalize_filename(folder, NULL);
    return strcmp(path, "/") == 0;
}

static char *folder_above(const char *folder)
{
    g_autofree char *base = g_path_get_basename(folder);
    if (strcmp(folder, ".") == 0)
        return g_strdup("..");
    if (strcmp(base, "..") == 0)
        return g_build_filename(folder, "..", NULL);
    return g_path_get_dirname(folder);
}

char *repository_root_of(const char *workflow_path)
{
    g_autofree char *own = g_path_get_dirname(workflow_path);
    g_autofree char *folder = g_strdup(own);
    for (int i = 0; i < FOLDERS_ABOVE_MAX; i++) {
        if (has_child(folder, ".git") || has_child(folder, ".github"))
            return g_steal_pointer(&folder);
        if (is_top(folder))
            break;
        char *above = folder_above(folder);
        g_free(folder);
        folder = above;
    }
    return g_steal_pointer(&own);
}

static bool is_same_repository(const struct uses *left, const struct uses *right)
{
    return g_ascii_strcasecmp(left->owner, right->owner) == 0 &&
           g_ascii_strcasecmp(left->repository, right->repository) == 0 &&
           strcmp(left->ref, right->ref) == 0;
}

static bool is_mapped(const struct repository_map *map, const struct uses *uses)
{
    for (guint i = 0; i < map->entries->len; i++) {
        const struct map_entry *entry = map->entries->pdata[i];
        if (is_same_repository(entry->uses, uses) && strcmp(entry->uses->path, uses->path) == 0)
            return true;
    }
    return false;
}

/* What is wrong with a map, or NULL; then it is added. folder: where a relative PATH begins; NULL:
   here. g_free. */
static char *add(struct repository_map *map, const char *text, const char *folder)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = equals != NULL ? g_strndup(text, (gsize)(equals - text)) : NULL;
    AUTO(uses) uses = name != NULL ? uses_of_step(name) : NULL;
    if (uses == NULL || uses->kind != USES_REMOTE_ACTION || equals[1] == '\0')
        return g_strdup_printf(
            "'%s' is no map of a repository; expected owner/repo[/path]@ref=PATH", text);
    bool is_relative = folder != NULL && !g_path_is_absolute(equals + 1);
    g_autofree char *target = is_relative ? join(folder, equals + 1) : g_strdup(equals + 1);
    if (!g_file_test(target, G_FILE_TEST_EXISTS))
        return g_strdup_printf("there is no file or folder '%s'", target);
    if (is_mapped(map, uses))
        return g_strdup_printf("'%s' is mapped twice", name);
    if (map->entries->len >= REPOSITORY_MAPS_MAX)
        return g_strdup_printf("there are more than %d maps of repositories (REPOSITORY_MAPS_MAX)",
                               REPOSITORY_MAPS_MAX);
    struct map_entry *entry = g_new0(struct map_entry, 1);
    entry->uses = g_steal_pointer(&uses);
    entry->target = g_steal_pointer(&target);
    g_ptr_array_add(map->entries, entry);
    return NULL;
}

bool repository_map_add(struct repository_map *map, const char *text, GError **error)
{
    g_autofree char *problem = add(map, text, NULL);
    if (problem != NULL)
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_USAGE, problem);
    return problem == NULL;
}

/* False when something was added to errors. */
static bool add_line(struct repository_map *map, const char *line, const char *folder,
                     struct position position, GPtrArray *errors)
{
    gsize blanks = strspn(line, " \t");
    g_autofree char *text = g_strchomp(g_strdup(line + blanks));
    GError *error = NULL;
    if (text[0] == '\0' || text[0] == '#')
        return true;
    g_autofree char *problem =
        g_utf8_validate(text, -1, NULL) ? add(map, text, folder) : g_strdup("is no UTF-8");
    if (problem == NULL)
        return true;
    position.column = (int)blanks + 1;
    error_set_at(&error, BASE_ERROR_INVALID, position, "%s", problem);
    g_ptr_array_add(errors, error);
    return false;
}

bool repository_map_add_file(struct repository_map *map, const char *path, GPtrArray *errors)
{
    GError *error = NULL;
    bool is_fine = true;
    AUTO(source) source = source_read(path, DOC_BYTES_MAX, &error);
    if (source == NULL) {
        g_ptr_array_add(errors, error);
        return false;
    }
    g_autofree char *folder = g_path_get_dirname(path);
    g_auto(GStrv) lines = g_strsplit(source->text, "\n", -1);
    guint faults_before = errors->len;
    for (int i = 0; lines[i] != NULL && errors->len - faults_before < RECORD_ERRORS_MAX; i++) {
        struct position position = {.source = source, .line = i + 1};
        is_fine &= add_line(map, lines[i], folder, position, errors);
    }
    return is_fine;
}

static struct destination *destination_new(enum destination_kind kind, const char *path,
                                           const char *origin)
{
    struct destination *destination = g_new0(struct destination, 1);
    destination->kind = kind;
    destination->path = g_strdup(path);
    destination->origin = g_strdup(origin);
    return destination;
}

void destination_free(struct destination *destination)
{
    if (destination == NULL)
        return;
    g_free(destination->path);
    g_free(destination->origin);
    g_free(destination);
}

static bool is_file(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* The file of an action in a folder, or the Dockerfile that is one. */
static struct destination *look_for_action(const char *folder, const char *origin)
{
    static const struct {
        const char *name;
        enum destination_kind kind;
    } rows[] = {{"action.yml", DESTINATION_FILE},
                {"action.yaml", DESTINATION_FILE},
                {"Dockerfile", DESTINATION_DOCKERFILE},
                {"dockerfile", DESTINATION_DOCKERFILE}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = join(folder, rows[i].name);
        if (is_file(path))
            return destination_new(rows[i].kind, path, origin);
    }
    return destination_new(DESTINATION_MISSING, folder, origin);
}

static struct destination *look(const char *path, bool is_workflow, const char *origin)
{
    if (!is_workflow)
        return look_for_action(path, origin);
    return destination_new(is_file(path) ? DESTINATION_FILE : DESTINATION_MISSING, path, origin);
}

/* Whether the path climbs above where it begins. */
static bool leads_out(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    int depth = 0;
    for (gsize i = 0; parts[i] != NULL && depth >= 0; i++)
        depth += strcmp(parts[i], "..") == 0 ? -1 : 1;
    return depth < 0;
}

static bool is_below(const char *path, const char *base)
{
    gsize length = strlen(base);
    return length == 0 ||
           (strncmp(path, base, length) == 0 && (path[length] == '\0' || path[length] == '/'));
}

/* What is left of a path that lies below base. */
static const char *path_below(const char *path, const char *base)
{
    gsize length = strlen(base);
    return length > 0 && path[length] == '/' ? path + length + 1 : path + length;
}

static const struct map_entry *find_entry(const struct repository_map *map, const struct uses *uses)
{
    const struct map_entry *best = NULL;
    for (guint i = 0; i < map->entries->len; i++) {
        const struct map_entry *entry = map->entries->pdata[i];
        if (is_same_repository(entry->uses, uses) && is_below(uses->path, entry->uses->path) &&
            (best == NULL || strlen(entry->uses->path) > strlen(best->uses->path)))
            best = entry;
    }
    return best;
}

static struct destination *find_remote(const struct repository_map *map, const struct uses *uses,
                                       bool is_workflow)
{
    g_autofree char *origin = g_strdup_printf("%s/%s@%s", uses->owner, uses->repository, uses->ref);
    const struct map_entry *entry = find_entry(map, uses);
    if (entry == NULL || leads_out(uses->path))
        return destination_new(DESTINATION_NOT_MAPPED, NULL, origin);
    g_autofree char *path = join(entry->target, path_below(uses->path, entry->uses->path));
    if (is_file(path)) /* the map may name an action's file itself */
        return destination_new(DESTINATION_FILE, path, origin);
    return look(path, is_workflow, origin);
}

static struct destination *find_local(const struct repository_map *map, const struct uses *uses,
                                      bool is_workflow)
{
    if (leads_out(uses->path))
        return destination_new(DESTINATION_NOT_MAPPED, NULL, NULL);
    g_autofree char *path = join(map->root, uses->path);
    return look(path, is_workflow, NULL);
}

/* A local workflow called by a file of another repository is one of that. */
static struct destination *find_beside(const struct repository_map *map, const struct uses *uses,
                                       const char *origin)
{
    AUTO(uses) there = uses_of_step(origin);
    g_assert(there != NULL && there->kind == USES_REMOTE_ACTION);
    g_free(there->path);
    there->path = g_strdup(uses->path);
    return find_remote(map, there, /* is_workflow= */ true);
}

struct destination *repository_map_find(const struct repository_map *map, const struct uses *uses,
                                        const char *origin)
{
    switch (uses->kind) {
    case USES_LOCAL_ACTION:
        return find_local(map, uses, /* is_workflow= */ false);
    case USES_REMOTE_ACTION:
        return find_remote(map, uses, /* is_workflow= */ false);
    case USES_IMAGE:
        return destination_new(DESTINATION_IMAGE, uses->image, NULL);
    case USES_LOCAL_WORKFLOW:
        return origin != NULL ? find_beside(map, uses, origin)
                              : find_local(map, uses, /* is_workflow= */ true);
    case USES_REMOTE_WORKFLOW:
        return find_remote(map, uses, /* is_workflow= */ true);
    }
    g_assert_not_reached();
}
