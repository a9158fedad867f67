/*
 * GitHub's REST API as actions ask it: octokit of @actions/github, with the token of the input
 * `github-token` (octokit's request.js, plugin-retry.js). What has no retry plugin throws at the
 * first answer that is no success, as a RequestError of the API's own words.
 */
#pragma once

#include "runner/action.h"

#define OCTOKIT_API "https://api.github.com"

/* All pointers are lent for the call. */
struct octokit_request {
    const char *method;
    const char *url;
    const json_t *body;   /* or NULL */
    unsigned retry_count; /* of plugin-retry: after 1, 4, 9, … s; 0: there is none */
};
struct octokit_answer {
    json_t *json;  /* NULL: what came is none */
    GBytes *body;  /* or NULL */
    char *problem; /* the message of what is thrown; NULL: it went well */
};
void octokit_answer_clear(struct octokit_answer *answer);
#define OCTOKIT_ANSWER(variable)                                                                   \
    __attribute__((cleanup(octokit_answer_clear))) struct octokit_answer variable = {0}

/* False: it was interrupted. */
bool octokit_ask(struct action_run *run, const struct octokit_request *request,
                 struct octokit_answer *answer, GError **error) MUST_USE;
