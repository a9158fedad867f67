/*
 * The far end of git's network: what answers `git push`, `fetch`, `pull`, `clone`, `ls-remote` and
 * `submodule update` of an https remote. git itself is the machine's own, so that what needs no
 * network, local paths and file:// remotes among it, is done for real and costs nothing more; it
 * asks the program git-remote-https for whatever is behind a URL (gitremote-helpers(7)), and that
 * program is a command of the machine. So aliases, `git -C`, hooks and other programs that call git
 * are served alike, and git's own texts and exit codes come out.
 *
 * The rehearsed repository is there, when the machine's owner has one to show (struct git_origin):
 * git's own programs serve it, fetches and pushes alike, and nothing is assumed. GitHub refuses
 * pushes without credentials or with a token that may only read.
 *
 * What is behind other URLs nobody knows here, so it is assumed, and listed as "git push URL" or
 * "git fetch URL"; a scenario may say of these lines that they fail or take time, and the weather
 * may strike them (git-fails). Assumed is:
 *
 *   push        every update is accepted; one of a branch that was fetched must be a fast-forward
 *               or forced, as git itself sees to.
 *   fetch       branches are where the repository last saw them. Those it names and never saw,
 *               the base of a pull request and the default branch are there too: of the rehearsed
 *               repository at a commit that the checkout has, of any other at a made-up one.
 *               History that a shallow checkout lacks does not come.
 *   clone       of another repository: one commit without files, on `main` and on the branch that
 *               is asked for.
 *
 *   submodules  what is pinned is there, and has no files (by way of refs/replace).
 *
 * A push leaves no gap; what is fetched does, for files may be missing afterwards.
 *
 * Remotes by ssh are served where git is told to reach them by https (github.com's are).
 */
#pragma once

#include "mocks/commands/commands_private.h"

/* One conversation. Everything is lent to the functions below, or owned by remote_git_open(). */
struct remote_git {
    struct command_set *set;
    const struct command_call *call;
    const char *name;      /* "origin"; the URL when it has none */
    char *url;             /* without user and password */
    GByteArray *input;     /* what git said and was not read yet */
    GHashTable *heads;     /* char * to char *: names below refs/heads/ to ids, as far as known */
    GHashTable *tags;      /* the same below refs/tags/ */
    char *commit;          /* the id of what is made up */
    const char *directory; /* of the repository that asks, or NULL */
    char *origin;          /* the far end for git's own programs; NULL: it is assumed */
    bool is_partial;       /* then: history is missing from it */
    bool was_pushed;       /* to it */
    bool is_over;          /* the conversation */
};

enum {
    GIT_ID_HEX = 40,
};

/* The id of a commit without files, and the pack that holds it. */
#define GIT_NOTHING_ID "4d4c5477fd6af3f1533356ee587a140aec27f40c"

/* ---- remote_git_refs.c: what the asking repository knows ---- */

/* Fills heads, tags and commit. */
void remote_git_learn(struct remote_git *remote);
/* Makes the object with that id be the commit without files in the asking repository. */
void remote_git_pin(const struct remote_git *remote, const char *id);

/* ---- remote_git_upload.c: fetching, protocol version 2 ---- */

/* Answers requests until git has no more; false when it made no sense. */
bool remote_git_upload(struct remote_git *remote);

/* Is it the rehearsed repository? */
bool remote_git_is_own(const struct remote_git *remote);
/* The text of a file of the asking repository, or of the home's; NULL: there is none; g_free. */
char *remote_git_read(const struct remote_git *remote, const char *name);
char *remote_git_read_home(const struct remote_git *remote, const char *name);

/* ---- remote_git_credentials.c ---- */

/* Whether who asks may push, as far as can be told; says why not in the words of GitHub or git. */
bool remote_git_may_push(const struct remote_git *remote);

/* ---- remote_git.c ---- */

/* Waits until so many bytes have come; false at the end of input. */
bool remote_git_await(struct remote_git *remote, gsize count);
/* Adds up what a scenario says of "git VERB URL": its exit code, 0 when it says nothing. */
int remote_git_note(struct remote_git *remote, const char *verb, bool leaves_gap);
