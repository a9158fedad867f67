/* The table of actions modelled natively: one file and one row each (src/actions/README.md). */
#pragma once

#include "runner/action.h"

extern const struct action action_amazon_ecr_login;
extern const struct action action_attest;
extern const struct action action_attest_build_provenance;
extern const struct action action_attest_sbom;
extern const struct action action_azure_docker_login;
extern const struct action action_cache;
extern const struct action action_cache_restore;
extern const struct action action_cache_save;
extern const struct action action_changed_files;
extern const struct action action_checkout_repository;
extern const struct action action_configure_aws_credentials;
extern const struct action action_cosign_installer;
extern const struct action action_docker_bake;
extern const struct action action_docker_bake_list_targets;
extern const struct action action_docker_bake_matrix;
extern const struct action action_docker_build_push;
extern const struct action action_docker_login;
extern const struct action action_docker_metadata;
extern const struct action action_docker_setup_buildx;
extern const struct action action_docker_setup_docker;
extern const struct action action_docker_setup_qemu;
extern const struct action action_download_artifact;
extern const struct action action_free_disk_space;
extern const struct action action_github_runtime;
extern const struct action action_github_script;
extern const struct action action_maximize_build_space;
extern const struct action action_google_auth;
extern const struct action action_paths_filter;
extern const struct action action_retry;
extern const struct action action_setup_go;
extern const struct action action_setup_node;
extern const struct action action_setup_python;
extern const struct action action_setup_crane;
extern const struct action action_setup_trivy;
extern const struct action action_trivy;
extern const struct action action_upload_artifact;
extern const struct action action_wretry;

/* Ends with NULL; sorted by name, ignoring case. */
extern const struct action *const actions_table[];
