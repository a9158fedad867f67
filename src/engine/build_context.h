/*
 * Build contexts: a service's folder as members of an archive. For BuildKit everything goes, since
 * its frontend applies the ignore file; the classic builder gets what `docker build` would send,
 * already filtered by `X.dockerignore` or `.dockerignore`, which it would partly overlook.
 */
#pragma once

#include "base/archive.h"
#include "engine/policy.h"

/* Adds the context's files below prefix (NULL: at the root), in sorted order. */
bool build_context_add(const struct policy *policy, const struct policy_service *service,
                       bool is_filtered, const char *prefix, struct archive_writer *archive,
                       GError **error) MUST_USE;
/* The text of one file of the context, or NULL if it is not there; g_free. */
char *build_context_read(const struct policy *policy, const struct policy_service *service,
                         const char *name);
