/* Toolchains that GitHub's images bring, and that workflows remove for room: what users call
   "free disk space". */
#include "mocks/commands/commands_private.h"

#include "loop/fiber.h"
#include "mocks/disk.h"
#include "mocks/dockerd/dockerd.h"

#include <fnmatch.h>
#include <string.h>

#define TOOL_CACHE "/opt/hostedtoolcache"

/* Gone from the images that there are, or on a disk of their own, though many a workflow still
   removes them. */
static const char *const gone[] = {
    "/mnt/swapfile",          "/opt/cabal", "/opt/ghc", "/swapfile", "/usr/local/graalvm",
    "/usr/local/share/boost", NULL};

static bool is_gone(const char *path)
{
    for (const char *const *each = gone; *each != NULL; each++)
        if (fnmatch(path, *each, FNM_LEADING_DIR) == 0)
            return true;
    return false;
}

/* Without the slashes at its end; g_free. */
static char *plain(const char *word)
{
    gsize length = strlen(word);
    while (length > 1 && word[length - 1] == '/')
        length--;
    return g_strndup(word, length);
}

/* The machine's tool cache lies below the home here, for steps fill it; g_free. NULL: word is not
   in it. */
static char *in_own_tool_cache(const struct command_call *call, const char *word)
{
    const char *own = command_variable(call, "RUNNER_TOOL_CACHE");
    bool is_in_it = g_str_has_prefix(word, TOOL_CACHE) && own != NULL &&
                    strchr("/*", word[strlen(TOOL_CACHE)]) != NULL; /* its end counts too */
    return is_in_it ? g_strconcat(own, word + strlen(TOOL_CACHE), NULL) : NULL;
}

/* As GitHub's image calls it; g_free. */
static char *image_path(const struct command_call *call, const char *word)
{
    const char *own = command_variable(call, "RUNNER_TOOL_CACHE");
    g_autofree char *path = plain(word);
    const char *rest = own != NULL && g_str_has_prefix(path, own) ? path + strlen(own) : NULL;
    return rest != NULL && (*rest == '/' || *rest == '\0') ? g_strconcat(TOOL_CACHE, rest, NULL)
                                                           : g_steal_pointer(&path);
}

struct removal {
    struct command_set *set;
    const struct command_call *call;
    GPtrArray *words; /* char*, what rm itself is still called with */
    bool has_operand; /* among them */
    bool is_ours;     /* something was out of its reach */
    int64_t duration_us;
};

/* A pattern reaches us as it is, for the shell has found nothing that it fits. False: the image
   brings nothing like it. */
static bool remove_folders(struct removal *removal, const char *pattern)
{
    struct command_set *set = removal->set;
    const struct machine_folder *folder = set->options.folders;
    bool is_known = false;
    for (unsigned i = 0; folder != NULL && folder->path != NULL; folder++, i++) {
        guint64 bit = UINT64_C(1) << i;
        if (fnmatch(pattern, folder->path, FNM_LEADING_DIR) != 0)
            continue;
        is_known = true;
        if ((set->removed_folders & bit) != 0)
            continue;
        set->removed_folders |= bit;
        removal->duration_us += folder->removal_us;
        disk_give(set->options.disk, DISK_OTHER, folder->path, folder->size_bytes);
    }
    return is_known;
}

static void remove_operand(struct removal *removal, const char *word)
{
    g_autofree char *path = image_path(removal->call, word);
    g_autofree char *own = in_own_tool_cache(removal->call, path);
    g_autofree char *reachable = command_host_path(removal->call, own != NULL ? own : word);
    bool is_known = remove_folders(removal, path);

    if (reachable != NULL || *word != '/' || g_str_equal(path, "/")) { /* rm refuses the root */
        g_ptr_array_add(removal->words, g_strdup(own != NULL ? own : word));
        removal->has_operand = true;
        removal->is_ours = removal->is_ours || own != NULL || is_known;
        return;
    }
    removal->is_ours = true;
    const char *const line[] = {"rm", word, NULL};
    if (!is_known && !is_gone(path))
        assumed_note_complete(removal->set, line);
}

static void remove_operands(struct removal *removal, const char *const *words)
{
    bool has_options = true;
    g_ptr_array_add(removal->words, g_strdup(words[0]));
    for (const char *const *word = words + 1; *word != NULL; word++) {
        if (has_options && **word == '-') {
            has_options = !g_str_equal(*word, "--");
            g_ptr_array_add(removal->words, g_strdup(*word));
        } else {
            remove_operand(removal, *word);
        }
    }
    g_ptr_array_add(removal->words, NULL);
}

bool machine_folders_remove(struct command_set *set, const struct command_call *call,
                            const char *const *words, int *exit_code)
{
    g_autofree char *name = g_path_get_basename(words[0]);
    g_autoptr(GPtrArray) rest = g_ptr_array_new_with_free_func(g_free);
    struct removal removal = {.set = set, .call = call, .words = rest};

    if (!g_str_equal(name, "rm"))
        return false;
    remove_operands(&removal, words);
    if (!removal.is_ours)
        return false;
    *exit_code = 0;
    if (removal.duration_us > 0 && !fiber_sleep(set->options.loop, removal.duration_us, NULL))
        *exit_code = 1;
    else if (removal.has_operand) {
        const struct nested nested = {.arguments = (const char *const *)rest->pdata};
        *exit_code = nested_run(set, call, &nested, NULL);
    }
    return true;
}
