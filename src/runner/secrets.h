/*
 * The secrets context. Members are those that were given; a name that only an expression computes,
 * as secrets[matrix.registry] does, may be made up at the moment when it is looked up. What is made
 * up so is no member: secrets.* and toJSON(secrets) are the same before and after.
 */
#pragma once

#include "expr/value.h"
#include "runner/mask.h"

/* The text of a secret that is no member, g_free; NULL: there is none. The same for a name, in
   whatever case, each time. */
typedef char *make_secret_fn(void *self, const char *name);

/* The names of secrets that were made up and whose texts occur in this, g_strfreev; NULL: none. */
typedef char **made_up_in_fn(void *self, const char *text);

struct secrets {
    struct value members; /* a folded map */
    make_secret_fn *make; /* or NULL */
    void *self;
    struct masks *masks; /* takes what is made up; or NULL */
};

/* given is an object of texts, or NULL. */
void secrets_init(struct secrets *secrets, const json_t *given, make_secret_fn *make, void *self);
void secrets_clear(struct secrets *secrets);
/* Lent: clear it before the secrets. */
struct value secrets_value(struct secrets *secrets);
