/* What a checkout leaves of a place's folder, read back with libgit2. */
#pragma once

#include "place.h"

#include "runner/working_copy.h"

/* The commit of the event: none of the user's. */
#define EVENT_COMMIT "4f2c1d6b8a0e9f735d1c2b3a49586776655443a2"

/* Checks out the source into the target as the options say, of refs/heads/main and of the event's
   commit where they say nothing else; the files that were taken, sorted, with blanks between;
   g_free. */
char *check_out(const struct place *place, struct working_copy_options options);

/* Compares a file of the target's .git; "(none)": it is not there. */
void expect_git(const struct place *place, const char *name, const char *expected);

/* The commit that stands for the event's. */
struct made_commit {
    git_repository *repository; /* the target's */
    git_commit *commit;
};
struct made_commit made_commit_open(const struct place *place);
void made_commit_close(struct made_commit *made);
#define MADE_COMMIT(name, place)                                                                   \
    __attribute__((cleanup(made_commit_close))) struct made_commit name = made_commit_open(place)

/* The bytes of a file in it; g_free. */
char *committed_text(const struct place *place, const char *path);
