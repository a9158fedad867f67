/*
 * The pack of a checkout's history. git itself writes it: it takes over what the user's packs hold
 * as it stands there, compressed and by what it has in common with others, and so needs a second
 * where libgit2, which makes each object anew, needs minutes. Where git cannot, libgit2 does.
 */
#include "runner/working_copy_private.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* No search for likeness: what the user's repository never packed is packed whole. */
static const char *const packing[] = {
    "git",          "-c",         "pack.threads=1",      "-c",     "core.compression=1",
    "pack-objects", "--window=0", "--delta-base-offset", "--quiet"};

/* The ids, one a line, to be read from the beginning; -1: there is none. */
static int open_list(const GArray *ids)
{
    char line[GIT_OID_HEXSZ + 1];
    int fd = memfd_create("objects", MFD_CLOEXEC);
    FILE *list = fd < 0 ? NULL : fdopen(dup(fd), "w");
    if (list == NULL)
        return fd;
    for (guint i = 0; i < ids->len; i++) {
        git_oid_nfmt(line, GIT_OID_HEXSZ, &g_array_index(ids, git_oid, i));
        line[GIT_OID_HEXSZ] = '\n';
        fwrite(line, 1, sizeof line, list);
    }
    fclose(list);
    (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

static bool has_succeeded(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool run(char **arguments, char **environment, int list)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, list, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int problem = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return problem == 0 && has_succeeded(pid);
}

/* The checkout's repository, which borrows the user's objects, and no configuration but its own;
   NULL: the user's are nowhere to be borrowed from. g_strfreev. */
static char **make_environment(const struct working_copy *copy)
{
    git_buf objects = GIT_BUF_INIT;
    if (git_repository_item_path(&objects, copy->user, GIT_REPOSITORY_ITEM_OBJECTS) != 0)
        return NULL;
    char **environment = g_new0(char *, 2);
    environment[0] = g_strconcat("PATH=", g_getenv("PATH"), NULL);
    environment = g_environ_setenv(environment, "GIT_DIR", git_repository_path(copy->made), TRUE);
    environment =
        g_environ_setenv(environment, "GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.ptr, TRUE);
    environment = g_environ_setenv(environment, "GIT_CONFIG_NOSYSTEM", "1", TRUE);
    environment = g_environ_setenv(environment, "GIT_CONFIG_GLOBAL", "/dev/null", TRUE);
    git_buf_dispose(&objects);
    return environment;
}

static bool pack_by_git(const struct working_copy *copy, const GArray *ids, const char *folder)
{
    g_autofree char *base = g_build_filename(folder, "pack", NULL);
    g_auto(GStrv) environment = make_environment(copy);
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int list = open_list(ids);
    for (gsize i = 0; i < G_N_ELEMENTS(packing); i++)
        g_ptr_array_add(arguments, (char *)packing[i]);
    g_ptr_array_add(arguments, base);
    g_ptr_array_add(arguments, NULL);
    bool is_packed =
        environment != NULL && list >= 0 && run((char **)arguments->pdata, environment, list);
    if (list >= 0)
        close(list);
    return is_packed;
}

static bool insert_all(git_packbuilder *pack, const GArray *ids)
{
    for (guint i = 0; i < ids->len; i++)
        if (git_packbuilder_insert(pack, &g_array_index(ids, git_oid, i), NULL) != 0)
            return false;
    return true;
}

static bool pack_by_hand(const struct working_copy *copy, const GArray *ids, const char *folder)
{
    git_odb *objects = NULL;
    git_repository *plain = NULL;
    git_packbuilder *pack = NULL;
    bool is_packed = git_repository_odb(&objects, copy->user) == 0 &&
                     working_copy_wrap(copy, objects, &plain) &&
                     git_packbuilder_new(&pack, plain) == 0 && insert_all(pack, ids) &&
                     git_packbuilder_write(pack, folder, 0, NULL, NULL) == 0;
    git_packbuilder_free(pack);
    git_repository_free(plain);
    git_odb_free(objects);
    return is_packed;
}

bool working_copy_pack(const struct working_copy *copy, const GArray *ids)
{
    g_autofree char *folder =
        g_build_filename(git_repository_path(copy->made), "objects", "pack", NULL);
    return ids->len == 0 || pack_by_git(copy, ids, folder) || pack_by_hand(copy, ids, folder);
}
