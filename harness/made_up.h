/*
 * Secrets that nobody gave: texts that stand for them, so that logins can work. They are of one
 * form, "secret-" and the name, so that a reader knows them wherever they appear, and so that the
 * mask of one never hits the name of an owner or of a repository, which are in ordinary text too.
 */
#pragma once

#include <stdbool.h>

/* A name such as DOCKERHUB_USERNAME stands for who logs in. */
bool made_up_tells_of_user(const char *name);
/* The text, the same each time, g_free. Of who logs in it may be part of an image's name:
   "secret-dockerhub-username", of any other "secret-hub_token". */
char *made_up_secret(const char *name);
/* Whether a secret's text occurs in another, and not only as a part of a longer one. */
bool made_up_occurs(const char *secret, const char *text);

/* Of the first part of repositories: accounts that are made up are members of the owner's
   organisation, so that what is below them is the owner's own; a pattern as in glob.h. */
extern const char made_up_accounts[];
