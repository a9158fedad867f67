/* Where COPY, ADD and the mounts of RUN take files from; and what a RUN mounts. */
#include "mocks/buildkit/build.h"

#include <string.h>

/* An image is pulled before anything of it is looked at. */
static bool find_image(struct target *target, const struct origin_wanted *wanted,
                       struct origin *origin, GError **error)
{
    struct base *base =
        base_obtain(target->build, wanted->image, target->platform, wanted->instruction, error);
    if (base == NULL)
        return false;
    if ((base->image == NULL && !base_resolve(base)) ||
        (base->kept == NULL && !base_fetch(base, "FROM "))) {
        g_set_error(error, FIBER_ERROR, FIBER_ERROR_CANCELLED, "its image is not there");
        return false;
    }
    *origin = (struct origin){base_files(base), base->image->manifest_digest};
    return true;
}

bool origin_find(struct target *target, const struct stage_state *state,
                 const struct origin_wanted *wanted, struct origin *origin, GError **error)
{
    const struct build_files *named = NULL;
    if (wanted->stage != STAGE_NONE) {
        const struct stage_state *other = g_ptr_array_index(target->states, (guint)wanted->stage);
        *origin = (struct origin){other->files, other->key};
        return true;
    }
    if (wanted->image == NULL) {
        *origin = (struct origin){NULL, state->key};
        return build_context_of(target->build, &origin->files, error);
    }
    if (!build_named_files(target->build, wanted->image, &named, error))
        return false;
    if (named == NULL)
        return find_image(target, wanted, origin, error);
    *origin = (struct origin){named, state->key};
    return true;
}

/* The solver names the files it looked in by two random ids; here they follow from the key. */
void origin_set_missing(const struct origin *origin, const char *path, GError **error)
{
    const char *hex = strchr(origin->key, ':') + 1;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "failed to compute cache key: failed to calculate checksum of ref %.25s::%.25s: "
                "\"%s\": not found",
                hex, hex + 25, path);
}

/* ---- the mounts of a RUN ---- */

static bool bind_files(struct target *target, const struct stage_state *state,
                       const struct plan_step *step, const struct run_mount *mount, GError **error)
{
    const struct origin_wanted wanted = {
        mount->from_stage, mount->from_stage == STAGE_NONE ? mount->from : NULL, step->instruction};
    struct origin origin = {0};
    bool is_scratch = mount->from != NULL && strcmp(mount->from, "scratch") == 0;
    if (strcmp(mount->type, "tmpfs") == 0 || is_scratch ||
        (strcmp(mount->type, "cache") == 0 && mount->from == NULL))
        return true;
    if (!origin_find(target, state, &wanted, &origin, error))
        return false;
    if (mount->source == NULL || build_files_have(origin.files, mount->source))
        return true;
    g_autofree char *path = g_canonicalize_filename(mount->source, "/");
    origin_set_missing(&origin, path, error);
    return false;
}

bool step_bind_files(struct target *target, const struct stage_state *state,
                     const struct plan_step *step, GError **error)
{
    for (guint i = 0; step->mounts != NULL && i < step->mounts->len; i++) {
        const struct run_mount *mount = g_ptr_array_index(step->mounts, i);
        if (strcmp(mount->type, "secret") != 0 && strcmp(mount->type, "ssh") != 0 &&
            !bind_files(target, state, step, mount, error))
            return false;
    }
    return true;
}

/* session/secrets: Wrapf(ErrNotFound, "secret %s") */
static bool ask_for_secret(const struct build *build, const struct run_mount *mount, GError **error)
{
    g_autofree char *id = run_mount_secret_id(mount);
    if (!mount->is_required || build_command_has_secret(build->command, id))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "secret %s: not found", id);
    return false;
}

/* solver/llbsolver/mounts/mount.go, getSSHMountable() */
static bool ask_for_agent(const struct build *build, const struct run_mount *mount, GError **error)
{
    const char *name = mount->id != NULL ? mount->id : "default";
    if (!mount->is_required || build_command_has_agent(build->command, name))
        return true;
    if (build->command->agents->len == 0)
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "no SSH key \"%s\" forwarded from the client", name);
    else
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "unset ssh forward key %s", name);
    return false;
}

bool step_ask_session(const struct build *build, const struct plan_step *step, GError **error)
{
    for (guint i = 0; step->mounts != NULL && i < step->mounts->len; i++) {
        const struct run_mount *mount = g_ptr_array_index(step->mounts, i);
        if (strcmp(mount->type, "secret") == 0 && !ask_for_secret(build, mount, error))
            return false;
        if (strcmp(mount->type, "ssh") == 0 && !ask_for_agent(build, mount, error))
            return false;
    }
    return true;
}
