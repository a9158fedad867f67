/* A plan made of a Dockerfile's text, with what it stands on. */
#pragma once

#include "mocks/dockerfile/mount.h"
#include "mocks/dockerfile/plan.h"

#include <criterion/criterion.h>
#include <string.h>

struct made {
    struct dockerfile *dockerfile;
    struct plan *plan;
    GPtrArray *arguments;
    char *error; /* of reading the plan or of evaluating its stages; "": none */
};

/* What BuildKit asks for, of several platforms and of one. */
extern const struct plan_request buildkit, buildkit_of_one;

/* For linux/arm64 on linux/amd64, unless the request names another. more NULL: the classic builder;
   argument "NAME=value" or NULL. */
struct made make(const char *text, const struct plan_request *more, const char *argument);
void made_clear(struct made *made);
#define MADE(variable) __attribute__((cleanup(made_clear))) struct made variable
