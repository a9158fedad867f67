/* Releases of Docker, as docker/actions-toolkit's .github/docker-releases.json has had them. */
#pragma once

#include <stdint.h>

/* The newest on that day: "29.1.3". */
const char *docker_release_newest(int64_t date_ms);
/* The tag of a version: "v28.5.2", and "docker-v29.0.0" from 29 on; g_free. */
char *docker_release_tag(const char *version);
