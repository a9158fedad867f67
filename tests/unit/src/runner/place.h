/*
 * The folder of a user in a test, which may become a repository, and beside it an empty one for
 * what is made of it. Both go with the test; libgit2 is there as long as they are.
 */
#pragma once

#include <git2.h>

struct place {
    char *root;            /* temporary */
    char *source, *target; /* below it */
    git_repository *user;  /* the source's; NULL until place_init_repository() */
};

struct place place_new(void);
void place_clear(struct place *place);
#define PLACE(name) __attribute__((cleanup(place_clear))) struct place name = place_new()

/* Writes a file below the source, with the folders above it; "../x" lies beside the source. */
void place_write(const struct place *place, const char *name, const char *text);
/* The text of a file below the root without its last newline, or "(none)"; g_free. */
char *place_text(const struct place *place, const char *name);
void place_expect_text(const struct place *place, const char *name, const char *expected);
/* Runs a script of sh in the source; git finds no configuration but the repository's. */
void place_run(const struct place *place, const char *script);

void place_init_repository(struct place *place);
/* Adds a file to the index, also when the rules of the folder ignore it. */
void place_track(const struct place *place, const char *name);
/* Commits what is tracked and what is not ignored, by Ada on 9 September 2001. */
git_oid place_commit(const struct place *place, const char *message);
/* Writes the text to the file "a" and commits it with the text as its message. */
git_oid place_commit_version(const struct place *place, const char *text);
