/* The user's work tree, copied into the workspace: what actions/checkout leaves there. */
#include "runner/native.h"
#include "runner/tree.h"
#include "runner/working_copy.h"

#include <string.h>

struct taking {
    struct working_copy *copy;
    GPtrArray *files; /* char*, relative */
};

static bool take(void *context, const char *path, bool is_folder)
{
    const struct taking *taking = context;
    bool is_taken = working_copy_takes(taking->copy, path, is_folder);
    if (is_taken && !is_folder)
        g_ptr_array_add(taking->files, g_strdup(path));
    return is_taken;
}

static bool check_out(const struct working_copy_options *options, GError **error)
{
    AUTO(working_copy) copy = working_copy_new(options, error);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    struct taking taking = {copy, files};
    const struct tree_filter filter = {take, &taking};
    return copy != NULL && tree_copy(options->source, options->target, &filter, error) &&
           working_copy_commit(copy, files, error);
}

struct fetch_attempt action_git_fetch(struct action_run *run, const char *url)
{
    const struct leg_run *leg = run->step->leg;
    struct fetch_attempt attempt = {0};
    if (leg->options.git_fetch != NULL)
        leg->options.git_fetch(leg->options.self, leg->machine->name, url, &attempt);
    return attempt;
}

bool action_checkout(struct action_run *run, const struct action_checkout *checkout, GError **error)
{
    const struct runner_machine *machine = run->step->leg->machine;
    g_autofree char *target = action_host_path(run, checkout->path);
    if (target == NULL || machine->repository == NULL)
        return true; /* a machine without files */
    g_autofree char *source = g_canonicalize_filename(machine->repository, NULL);
    const struct working_copy_options options = {
        .source = source,
        .target = target,
        .reference = checkout->reference,
        .commit = checkout->commit,
        .url = checkout->url,
        .date_s = machine->date_s,
        .has_history = checkout->has_history,
        .has_tags = checkout->has_tags,
        .has_submodules = checkout->has_submodules,
    };
    g_mkdir_with_parents(target, 0755);
    return check_out(&options, error);
}
