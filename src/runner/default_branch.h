/*
 * The default branch of the user's repository, as far as the repository itself tells: what a clone
 * knows of its origin, else main or master, whichever there is.
 */
#pragma once

/* Of the repository whose root is the folder; NULL: it is none, or it does not tell. g_free. */
char *default_branch_find(const char *folder);
