/* Where uses leads: forms, maps, roots. */
#include "base/limits.h"
#include "src/workflow/files.h"
#include "workflow/repository.h"

#include <string.h>

Test(uses, of_a_step_is_told_apart_by_its_form)
{
    AUTO(uses) local = uses_of_step("./.github//actions/./a/");
    AUTO(uses) remote = uses_of_step("actions/cache/restore/deep@v4");
    AUTO(uses) image = uses_of_step("docker://alpine:3");

    cr_expect_eq(local->kind, USES_LOCAL_ACTION);
    cr_expect_str_eq(local->path, ".github/actions/a");
    cr_expect_eq(remote->kind, USES_REMOTE_ACTION);
    cr_expect_str_eq(remote->owner, "actions");
    cr_expect_str_eq(remote->repository, "cache");
    cr_expect_str_eq(remote->path, "restore/deep");
    cr_expect_str_eq(remote->ref, "v4");
    cr_expect_eq(image->kind, USES_IMAGE);
    cr_expect_str_eq(image->image, "alpine:3");
}

Test(uses, of_a_job_is_a_workflow_here_or_elsewhere)
{
    AUTO(uses) local = uses_of_job("./.github/workflows/a.yml");
    AUTO(uses) remote = uses_of_job("o/r/.github/workflows/a.yml@main");

    cr_expect_eq(local->kind, USES_LOCAL_WORKFLOW);
    cr_expect_str_eq(local->path, ".github/workflows/a.yml");
    cr_expect_eq(remote->kind, USES_REMOTE_WORKFLOW);
    cr_expect_str_eq(remote->path, ".github/workflows/a.yml");
    cr_expect_str_eq(remote->ref, "main");
}

Test(uses, of_the_runs_own_commit_is_told_from_the_workspace)
{
    AUTO(uses) own = uses_of_step("$/.github/actions/a");

    cr_assert_not_null(own);
    cr_expect_eq(own->kind, USES_LOCAL_ACTION);
    cr_expect_str_eq(own->path, ".github/actions/a");
    cr_expect(uses_is_of_own_commit("$/.github/actions/a"));
    cr_expect_not(uses_is_of_own_commit("./.github/actions/a"));
    cr_expect_not(uses_is_of_own_commit("a/b@v1"));
}

Test(uses, in_no_known_form_is_nothing)
{
    static const char *const of_steps[] = {
        "actions/checkout", "checkout@v4", "a/b@", "a/b@c@d", "", "@v1"};
    static const char *const of_jobs[] = {"./a.yml", "o/r/a.yml@v1", "o/r/.github/workflows/a.yml"};

    for (gsize i = 0; i < G_N_ELEMENTS(of_steps); i++)
        cr_expect_null(uses_of_step(of_steps[i]), "%s", of_steps[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(of_jobs); i++)
        cr_expect_null(uses_of_job(of_jobs[i]), "%s", of_jobs[i]);
}

static struct destination *find_step(const struct repository_map *map, const char *text)
{
    AUTO(uses) uses = uses_of_step(text);
    cr_assert_not_null(uses);
    return repository_map_find(map, uses, NULL);
}

static struct destination *find_job(const struct repository_map *map, const char *text,
                                    const char *origin)
{
    AUTO(uses) uses = uses_of_job(text);
    cr_assert_not_null(uses);
    return repository_map_find(map, uses, origin);
}

static void add(struct repository_map *map, const char *name, const struct folder *folder,
                const char *target)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = folder_file(folder, target);
    g_autofree char *text = g_strdup_printf("%s=%s", name, path);
    cr_assert(repository_map_add(map, text, &error), "%s", error->message);
}

Test(repository_map, finds_actions_of_the_workspace_by_each_of_their_files)
{
    AUTO(folder) folder = folder_new();
    folder_write(folder, "a/action.yml", "");
    folder_write(folder, "b/action.yaml", "");
    folder_write(folder, "c/Dockerfile", "");
    AUTO(repository_map) map = repository_map_new(folder->path);

    AUTO(destination) yml = find_step(map, "./a");
    AUTO(destination) yaml = find_step(map, "./b");
    AUTO(destination) dockerfile = find_step(map, "./c");
    AUTO(destination) missing = find_step(map, "./d");
    AUTO(destination) outside = find_step(map, "./a/../../etc");
    AUTO(destination) image = find_step(map, "docker://alpine");

    cr_expect_eq(yml->kind, DESTINATION_FILE);
    cr_expect(g_str_has_suffix(yml->path, "a/action.yml"));
    cr_expect_eq(yaml->kind, DESTINATION_FILE);
    cr_expect_eq(dockerfile->kind, DESTINATION_DOCKERFILE);
    cr_expect_eq(missing->kind, DESTINATION_MISSING);
    cr_expect(g_str_has_suffix(missing->path, "/d"));
    cr_expect_eq(outside->kind, DESTINATION_NOT_MAPPED);
    cr_expect_eq(image->kind, DESTINATION_IMAGE);
    cr_expect_str_eq(image->path, "alpine");
}

Test(repository_map, knows_other_repositories_only_where_it_says_so)
{
    AUTO(folder) folder = folder_new();
    folder_write(folder, "r/sub/action.yml", "");
    folder_write(folder, "special/action.yml", "");
    AUTO(repository_map) map = repository_map_new(folder->path);
    add(map, "Octo/Repo@v1", folder, "r");
    add(map, "octo/repo/sub/deep@v1", folder, "special");

    AUTO(destination) found = find_step(map, "octo/repo/sub@v1");
    AUTO(destination) longest = find_step(map, "octo/repo/sub/deep@v1");
    AUTO(destination) other_ref = find_step(map, "octo/repo/sub@V1");
    AUTO(destination) missing = find_step(map, "octo/repo/nothing@v1");

    cr_expect_eq(found->kind, DESTINATION_FILE);
    cr_expect(g_str_has_suffix(found->path, "r/sub/action.yml"));
    cr_expect_str_eq(found->origin, "octo/repo@v1");
    cr_expect(g_str_has_suffix(longest->path, "special/action.yml"));
    cr_expect_eq(other_ref->kind, DESTINATION_NOT_MAPPED);
    cr_expect_eq(missing->kind, DESTINATION_MISSING);
}

Test(repository_map, takes_a_local_workflow_from_the_repository_of_its_caller)
{
    AUTO(folder) folder = folder_new();
    folder_write(folder, ".github/workflows/a.yml", "");
    folder_write(folder, "other/.github/workflows/a.yml", "");
    AUTO(repository_map) map = repository_map_new(folder->path);
    add(map, "o/r@v1", folder, "other");

    AUTO(destination) own = find_job(map, "./.github/workflows/a.yml", NULL);
    AUTO(destination) theirs = find_job(map, "./.github/workflows/a.yml", "O/R@v1");
    AUTO(destination) nobodys = find_job(map, "./.github/workflows/a.yml", "o/r@v2");

    cr_expect_null(own->origin);
    cr_expect_null(strstr(own->path, "other"));
    cr_expect_not_null(strstr(theirs->path, "other/.github"));
    cr_expect_eq(nobodys->kind, DESTINATION_NOT_MAPPED);
}

Test(repository_map, maps_a_workflow_file_by_itself)
{
    AUTO(folder) folder = folder_new();
    folder_write(folder, "b.yml", "");
    AUTO(repository_map) map = repository_map_new(folder->path);
    add(map, "o/r/.github/workflows/a.yml@v1", folder, "b.yml");

    AUTO(destination) found = find_job(map, "o/r/.github/workflows/a.yml@v1", NULL);

    cr_expect_eq(found->kind, DESTINATION_FILE);
    cr_expect(g_str_has_suffix(found->path, "/b.yml"));
}

Test(repository_map, refuses_what_is_no_map)
{
    static const char *const rows[][2] = {
        {"o/r@v1", "is no map of a repository"},
        {"o/r=/tmp", "is no map of a repository"},
        {"./a=/tmp", "is no map of a repository"},
        {"o/r@v1=", "is no map of a repository"},
        {"o/r@v1=/nowhere", "there is no file or folder '/nowhere'"},
    };
    AUTO(repository_map) map = repository_map_new(".");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_not(repository_map_add(map, rows[i][0], &error));
        cr_expect_not_null(strstr(error->message, rows[i][1]), "%s", error->message);
    }
}

Test(repository_map, takes_maps_up_to_the_ceiling)
{
    AUTO(repository_map) map = repository_map_new(".");
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < REPOSITORY_MAPS_MAX; i++) {
        g_autofree char *text = g_strdup_printf("o/r@v%d=/", i);
        cr_assert(repository_map_add(map, text, &error));
    }

    bool is_added = repository_map_add(map, "o/r@more=/", &error);

    cr_expect_not(is_added);
    cr_expect_not_null(strstr(error->message, "REPOSITORY_MAPS_MAX"));
}

Test(repository_map, reads_a_file_of_maps_and_tells_every_mistake_in_it)
{
    AUTO(folder) folder = folder_new();
    g_autoptr(GPtrArray) errors = error_list();
    g_autofree char *good = folder_file(folder, "good");
    g_autofree char *bad = folder_file(folder, "bad");
    folder_write(folder, "r/action.yml", "");
    folder_write(folder, "good", "# ours\n\n  o/r@v1=r\r\n");
    folder_write(folder, "bad", "o/r@v2=r\n  nonsense\no/r@v2=r\n");
    AUTO(repository_map) map = repository_map_new(folder->path);

    bool is_good = repository_map_add_file(map, good, errors);
    bool is_bad = repository_map_add_file(map, bad, errors);
    AUTO(destination) found = find_step(map, "o/r@v1");

    cr_expect(is_good);
    cr_expect_eq(found->kind, DESTINATION_FILE);
    cr_expect_not(is_bad);
    cr_expect_eq(errors->len, 2);
    cr_expect(errors_tell(errors, "bad:2:3: 'nonsense' is no map"));
    cr_expect(errors_tell(errors, "bad:3:1: 'o/r@v2' is mapped twice"));
}

Test(repository_root, is_the_nearest_folder_with_a_github_folder_in_it)
{
    AUTO(folder) folder = folder_new();
    folder_write(folder, "repo/.github/workflows/a.yml", "");
    folder_write(folder, "repo/deep/.git/HEAD", "");
    g_autofree char *workflow = folder_file(folder, "repo/.github/workflows/a.yml");
    g_autofree char *deep = folder_file(folder, "repo/deep/x/y/a.yml");
    g_autofree char *expected = folder_file(folder, "repo");
    g_autofree char *expected_deep = folder_file(folder, "repo/deep");

    g_autofree char *root = repository_root_of(workflow);
    g_autofree char *root_of_deep = repository_root_of(deep);

    cr_expect_str_eq(root, expected);
    cr_expect_str_eq(root_of_deep, expected_deep);
}

Test(repository_root, is_relative_when_the_path_is)
{
    AUTO(folder) folder = folder_new();
    folder_write(folder, "repo/.github/workflows/a.yml", "");
    g_autofree char *inside = folder_file(folder, "repo/.github/workflows");
    cr_assert_eq(g_chdir(inside), 0);

    g_autofree char *root = repository_root_of("a.yml");
    AUTO(repository_map) map = repository_map_new(root);
    AUTO(destination) found = find_job(map, "./.github/workflows/a.yml", NULL);

    cr_expect_str_eq(root, "../..");
    cr_expect_str_eq(found->path, "../../.github/workflows/a.yml");
    cr_expect_eq(g_chdir("/"), 0);
}
