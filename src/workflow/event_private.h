/* What the files of events share. Nobody else includes this. */
#pragma once

#include "workflow/event.h"

/* Where things happen: "acme/app" and its default branch, "main". Lent. */
struct event_home {
    const char *repository;
    const char *branch;
    const struct event_commits *commits;
};

/* The default payload of an event. NULL: no event of that name. */
json_t *event_payload(const char *name, const struct event_home *home,
                      const struct workflow *workflow, const char *workflow_path);
/* "master" where filters of branches want it and not main, else "main". */
const char *event_usual_branch(const struct workflow *workflow);
/* The default branch, "refs/heads/main", if that starts the workflow, else a branch or tag that its
   filters name, else v1.0.0 and the like; the default branch when nothing does. g_free. */
char *event_usual_ref(const char *event, const char *default_branch,
                      const struct workflow *workflow);
/* The tag of a run whose event file, or NULL, does not tell it; g_free. NULL: it is of no tag, or
   of one that is told. */
char *event_made_up_tag(const json_t *github, const json_t *file);
/* Sets what over has, objects member by member. */
void event_merge(json_t *under, const json_t *over);
/* The github context; the payload of the event is filled. */
json_t *event_github(const struct event *event, const struct event_request *request);
/* Those of the request, or what stands for them. Lent. */
const struct event_commits *event_commits_of(const struct event_request *request);
/* The text at "a.b.c" below a value, or otherwise. Lent. */
const char *event_text_at(const json_t *value, const char *path, const char *otherwise);
