/* The table of actions. */
#include "actions/actions.h"

#include <stddef.h>

const struct action *const actions_table[] = {
    &action_cache,
    &action_cache_restore,
    &action_cache_save,
    &action_checkout_repository,
    &action_download_artifact,
    &action_github_script,
    &action_setup_go,
    &action_setup_node,
    &action_setup_python,
    &action_upload_artifact,
    &action_setup_trivy,
    &action_trivy,
    &action_amazon_ecr_login,
    &action_configure_aws_credentials,
    &action_azure_docker_login,
    &action_github_runtime,
    &action_docker_bake,
    &action_docker_bake_list_targets,
    &action_docker_bake_matrix,
    &action_docker_build_push,
    &action_docker_login,
    &action_docker_metadata,
    &action_docker_setup_buildx,
    &action_docker_setup_qemu,
    &action_paths_filter,
    &action_maximize_build_space,
    &action_google_auth,
    &action_free_disk_space,
    &action_retry,
    &action_changed_files,
    &action_wretry,
    NULL,
};
