/* What stands around a run of an action in tests: GitHub's results service, and the machine's
 * buildx. */
#pragma once

#include "fake_run.h"

/* Caches and artifacts are entries of one service; their bytes go to a blob. */
#define FAKE_RESULTS   "https://results-receiver.actions.githubusercontent.com/"
#define FAKE_CACHE     "POST " FAKE_RESULTS "twirp/github.actions.results.api.v1.CacheService/"
#define FAKE_ARTIFACTS "POST " FAKE_RESULTS "twirp/github.actions.results.api.v1.ArtifactService/"
#define FAKE_BLOB      "https://productionresultssa0.blob.core.windows.net/c/1?sig=x"

/* The run is told of the service; what it answers is the test's. */
void fake_results_service(struct action_run *run);
/* A cache that holds nothing and takes what is saved. */
void fake_empty_cache(struct action_run *run);
/* One that has an entry with this key, of the bytes at FAKE_BLOB. */
void fake_cache_entry(struct action_run *run, const char *key);

/* buildx v0.26.1 with the builder b, of the driver docker-container, whose BuildKit is v0.23.2. */
void fake_builder(struct action_run *run);
/* The same when there is no builder b yet, on the context "default"; the input name is b. */
void fake_builder_to_come(struct action_run *run);
