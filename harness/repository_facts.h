/*
 * What the files of the user's repository tell of the public world: images that they pin by digest,
 * or stand on as Dockerfiles do in FROM and workflows in `container` and `image`, and Go modules
 * that are published, for their go.sum files list them. Nobody here can know them; a rehearsal that
 * denied them would be red by its own lack.
 *
 * Read are files of at most REPOSITORY_FACTS_FILE_BYTES_MAX, at most REPOSITORY_FACTS_FILES_MAX of
 * them, without .git, vendor and node_modules; what is beyond the ceilings tells nothing.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct repository_facts;

/* Of the folder and all below, which the first question reads. Never fails. */
struct repository_facts *repository_facts_new(const char *folder);
void repository_facts_free(struct repository_facts *facts);
/* "sha256:…" */
bool repository_facts_pins(struct repository_facts *facts, const char *digest);
/* "ghcr.io/acme/base", "docker.io/acme/base"; tag NULL: with any tag. */
bool repository_facts_stands_on(struct repository_facts *facts, const char *name, const char *tag);
/* "github.com/aws/aws-sdk-go-v2/config" */
bool repository_facts_lists_module(struct repository_facts *facts, const char *path);
