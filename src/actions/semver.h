/*
 * Semantic versions as node-semver has them (semver.org 2.0): what metadata-action, setup-go and
 * docker's toolkit decide by. Pure.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct semver {
    uint64_t major, minor, patch;
    char *prerelease; /* "beta.67"; NULL: none */
    char *raw;        /* the text as given */
};
void semver_clear(struct semver *version);
#define SEMVER(variable) __attribute__((cleanup(semver_clear))) struct semver variable = {0}

/* semver.parse(): "1.2.3", "v1.2.3-rc.1+build", "=1.2.3", with white space round it. */
bool semver_parse(const char *text, struct semver *version);
/* Less than, equal to or greater than 0; builds do not count. */
int semver_compare(const struct semver *a, const struct semver *b);
/* "2.0.8-beta.67": without v and build; g_free. */
char *semver_text(const struct semver *version);
/* semver.satisfies(text, ">=minimum"): a prerelease satisfies nothing, and so does what is no
   version. */
bool semver_is_at_least(const char *text, const char *minimum);

/* A range as node-semver has it: "1.22", "1.x", "^1.21", "~1.2.3", ">=1.20 <1.22", "1.2 - 1.4",
   "a || b", "*". */
struct semver_range {
    GArray *sets; /* of GArray * of struct semver_bound: one set must hold */
};
void semver_range_clear(struct semver_range *range);
#define SEMVER_RANGE(variable)                                                                     \
    __attribute__((cleanup(semver_range_clear))) struct semver_range variable = {0}
/* false for what is no range. */
bool semver_range_parse(const char *text, struct semver_range *range);
/* Prereleases are in no range. */
bool semver_range_has(const struct semver_range *range, const struct semver *version);
