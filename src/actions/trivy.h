/* What the two actions of trivy share: its installation. */
#pragma once

#include "runner/action.h"

/* As aquasecurity/setup-trivy installs a version ("v0.70.0", "latest") below a folder ("": that of
   the home), and puts it on the PATH. The file that it leaves holds the version, as the command on
   the machine reads it (mocks/commands/trivy.c); the download is assumed. */
bool trivy_install(struct action_run *run, const char *version, const char *folder,
                   GError **error) MUST_USE;
