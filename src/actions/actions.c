/* The table of actions. */
#include "actions/actions.h"

#include <stddef.h>

const struct action *const actions_table[] = {
    &action_checkout_repository,
    &action_docker_bake,
    &action_docker_build_push,
    &action_docker_login,
    &action_docker_metadata,
    &action_docker_setup_buildx,
    &action_docker_setup_qemu,
    &action_retry,
    &action_wretry,
    NULL,
};
