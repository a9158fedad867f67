/* Which releases of Go there were at a date (actions/go-versions). Pure. */
#pragma once

#include "actions/semver.h"

/* The newest in the range that was there at the date; false: none. */
bool go_release_find(const struct semver_range *range, int64_t date_ms,
                     struct semver *release) MUST_USE;
/* Whether GitHub's images hold this minor version: the newest four are taken to be there. */
bool go_release_is_preloaded(const struct semver *release, int64_t date_ms);
/* Whether it may have come after the list was made, which nothing here can tell. */
bool go_release_may_exist(const struct semver *release, int64_t date_ms);
