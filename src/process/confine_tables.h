/* What processes see of the machine, and what they may use: tables for both ways of confining. */
#pragma once

#include <sys/resource.h>

/* Read-only, where there is no private root. */
extern const char *const confine_system_paths[];
/* Of /etc: what programs need, no secrets. */
extern const char *const confine_etc_names[];
/* Of /dev. */
extern const char *const confine_device_names[];

/* Folders that everybody may write on the machines of GitHub's images (actions/runner-images,
   nodejs.sh and configure-environment.sh), and their names beside the sandbox's own. */
struct confine_open_folder {
    const char *path; /* NULL ends the table */
    const char *name;
};
enum {
    CONFINE_OPEN_FOLDERS = 2
};
extern const struct confine_open_folder confine_open_folders[CONFINE_OPEN_FOLDERS + 1];

/* Programs that others start by their place, not by the PATH, and that need the network: the
   command of that name stands in for them, where the host has one. */
struct confine_standin {
    const char *path; /* NULL ends the table */
    const char *name;
};
extern const struct confine_standin confine_standins[];

struct confine_limit {
    int resource;
    rlim_t value; /* 0 ends the table */
};
extern const struct confine_limit confine_limit_table[];
