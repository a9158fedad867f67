/* Runs of docker/metadata-action on events of octocat/Hello-World. */
#pragma once

#include "actions/actions.h"
#include "fake_run.h"

#define MASTER "refs/heads/master"

/* The request that it makes before anything else. */
#define FAKE_METADATA_REPOSITORY "GET https://api.github.com/repos/*"

/* The images are user/app, the pull request is number 15 and goes to master, the date is 00:30 on
   10 January 2020. */
void fake_metadata_event(struct action_run *run, const char *event, const char *reference);
/* Compares the output "tags", with blanks for newlines. */
void fake_expect_tags(const struct action_run *run, const char *expected);
