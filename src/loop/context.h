/*
 * Switching stacks, for fiber.c only. swapcontext() would do, but it makes a system call for the
 * signal mask at every switch and AddressSanitizer does not follow it, so the dozen instructions
 * that keep the callee-saved registers stand here, for x86-64 and arm64.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct context {
    void *stack_pointer;
};

/* A stack with a guard page below it. */
struct stack {
    char *mapping;
    gsize mapping_bytes;
    char *base; /* lowest usable byte */
    gsize size_bytes;
};

struct stack stack_map(void);
void stack_unmap(struct stack *stack);

/* Prepares a context that will call entry(argument) on the stack; entry must never return. */
void context_prepare(struct context *context, const struct stack *stack,
                     void (*entry)(void *argument), void *argument);
/* Leaves `from`, goes on in `to`. */
void context_switch(struct context *from, const struct context *to);
