/* Rows of the table of actions by name and ref. */
#include "runner/action.h"

#include <criterion/criterion.h>

static const struct action old = {.name = "docker/thing", .first_major = 1, .last_major = 3};
static const struct action new = {.name = "docker/thing", .first_major = 4, .last_major = 6};
static const struct action any = {.name = "other/thing/path"};
static const struct action meta = {
    .name = "docker/metadata-action", .first_major = 3, .last_major = 6};
static const struct action *const table[] = {&old, &new, &any, &meta, NULL};

static const struct {
    const char *name;
    const char *ref;
    const struct action *action;
} rows[] = {
    {"docker/thing", "v1", &old},
    {"Docker/Thing", "v3.2.1", &old},
    {"docker/thing", "v4", &new},
    {"docker/thing", "6", &new},
    {"docker/thing", "v6-beta", &new},
    {"docker/thing", "v7", &new},
    {"docker/thing", "main", &new},
    {"docker/thing", "4f5cbd1b1b2d", &new},
    {"docker/thing", "v", &new},
    {"other/thing/path", "v99", &any},
    {"other/thing", "v1", NULL},
    {"docker", "v1", NULL},
    {"crazy-max/ghaction-docker-meta", "v4", &meta},
    {"crazy-max/ghaction-docker-meta", "v1", NULL},
};

Test(action_find, takes_the_row_of_the_version_or_the_last_one)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        cr_expect_eq(action_find(table, rows[i].name, rows[i].ref), rows[i].action, "%s@%s",
                     rows[i].name, rows[i].ref);
    cr_expect_null(action_find(NULL, "docker/thing", "v1"));
}
