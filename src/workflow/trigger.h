/*
 * The triggers of a workflow and whether an event fires them: activity types, branches, tags, paths
 * (docs: events that trigger workflows; workflow syntax, on).
 */
#pragma once

#include "workflow/fault.h"

/* One event of `on`. Filters are NULL-terminated and NULL when not given. */
struct trigger {
    char *event;
    struct position position;
    const struct node *node; /* its configuration; NULL: none */
    char **types;            /* for pull requests the three defaults when not given */
    char **branches;
    char **branches_ignore;
    char **tags;
    char **tags_ignore;
    char **paths;
    char **paths_ignore;
};

/* What happened. */
struct event_facts {
    const char *name;   /* "push" */
    const char *action; /* its activity type; NULL: any */
    const char *ref;    /* "refs/heads/main", "refs/tags/v1"; of pull requests the base branch */
    const char *const
        *paths; /* changed files; NULL: not known, filters of paths then let it pass */
};

/* The triggers of `on`, whatever its form; the caller owns the array. on must have passed the
 * schema.
 */
GPtrArray *triggers_of(const struct node *on);
void trigger_free(struct trigger *trigger);
CLEANUP(trigger, trigger_free)
/* Adds a fault where a filter and its opposite stand together. */
void trigger_check(const struct node *on, struct fault_list *faults);
/* That of an event, lent, or NULL. */
const struct trigger *triggers_get(const GPtrArray *triggers, const char *event);
/* The first trigger that the event fires, lent, or NULL. */
const struct trigger *triggers_find(const GPtrArray *triggers, const struct event_facts *event);
