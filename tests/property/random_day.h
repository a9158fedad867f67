/* Random scenarios: a policy, a world and one to four fault rules, all drawn from a seed. */
#pragma once

#include <glib.h>
#include <stdint.h>

/* The text of a scenario file; the same for the same number. policy is the path of a policy file;
   g_free. */
char *random_day(uint64_t number, const char *policy);
/* The same with one rule: the registry that is pushed to lies about its n-th request, or about all
   from there on. */
char *lying_day(uint64_t number, const char *policy);
/* The first kind of fault that the generator has no parameters for, or NULL; lent. */
const char *random_day_missing_kind(void);
