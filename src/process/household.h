/*
 * All sandboxes of one loop: holds its clock while any of their processes computes, and tells what
 * they did when all are quiet, in an order that does not depend on the scheduler: by machine, then
 * children by number, running calls by number, new calls by their words. Private to this folder.
 */
#pragma once

#include "loop/fiber.h"

struct household;
struct sandbox;

enum party_kind {
    PARTY_CHILD,
    PARTY_CALL,
    PARTY_NEW_CALL,
};

/* Something that has news: embedded in a child or a call. */
struct party {
    struct sandbox *sandbox;
    enum party_kind kind;
    unsigned number;
    const char *words; /* of a new call; lent by it */
    void (*deliver)(struct party *party);
    bool is_noted;
};

/* The loop's household, made with its first sandbox. */
struct household *household_join(struct sandbox *sandbox);
void household_leave(struct sandbox *sandbox);
/* The party has news: deliver() is called when all is quiet. */
void household_note(struct party *party);
/* Before a party is freed. */
void household_forget(struct party *party);
/* Processes of the sandbox may go on: look at them again before time moves. */
void household_disturb(struct sandbox *sandbox);
/* Whether pid is the keeper of one of the sandboxes. */
bool household_has_keeper(const struct household *household, int pid);
