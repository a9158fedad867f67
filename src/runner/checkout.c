/* The user's work tree, copied into the workspace: what actions/checkout leaves there. */
#include "runner/checkout_store.h"
#include "runner/native.h"

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
    if (!checkout_store_get(machine->checkouts, &options, error))
        return false;
    return !options.has_history || !working_copy_is_shallow(target) ||
           action_assume_gap(run, "the history that this clone lacks", /* duration_us= */ 0, error);
}
