/* The common scene of the tests of calls. */
#include "call_scene.h"

struct scene *scene_new(void)
{
    struct scene *scene = g_new0(struct scene, 1);
    scene->folder = folder_new();
    scene->map = repository_map_new(scene->folder->path);
    scene->errors = error_list();
    return scene;
}

void scene_free(struct scene *scene)
{
    call_tree_free(scene->tree);
    event_free(scene->event);
    workflow_free(scene->workflow);
    repository_map_free(scene->map);
    folder_free(scene->folder);
    g_ptr_array_unref(scene->errors);
    g_free(scene);
}

void scene_put(struct scene *scene, const char *name, const char *text)
{
    g_autofree char *path = g_strconcat(".github/workflows/", name, NULL);
    folder_write(scene->folder, path, text);
}

bool scene_load_with(struct scene *scene, const char *caller, const char *event)
{
    g_autofree char *path = folder_file(scene->folder, CALLER);
    folder_write(scene->folder, CALLER, caller);
    folder_write(scene->folder, "event.json", event);
    g_autofree char *event_path = folder_file(scene->folder, "event.json");
    scene->workflow = workflow_load(path, scene->errors);
    cr_assert_not_null(scene->workflow);
    const struct event_request request = {
        .text = event_path, .workflow = scene->workflow, .workflow_path = CALLER};
    scene->event = event_new(&request, scene->errors);
    cr_assert_not_null(scene->event);
    scene->tree = call_tree_load(scene->workflow, scene->map, scene->event, scene->errors);
    cr_assert_eq(scene->tree == NULL, scene->errors->len > 0);
    return scene->tree != NULL;
}

bool scene_load(struct scene *scene, const char *caller)
{
    return scene_load_with(scene, caller, "{\"ref\": \"refs/heads/main\"}");
}

const struct call *call_of_job(const struct call *call, const char *job)
{
    const struct job *found = workflow_find_job(call->workflow, job);
    cr_assert_not_null(found);
    return call_find(call, found);
}

const struct call *scene_root(const struct scene *scene)
{
    return call_tree_root(scene->tree);
}
