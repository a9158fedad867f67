/* Stack switching for fibers: maps stacks and swaps callee-saved registers. */
#include "loop/context.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define STACK_BYTES (gsize)(1024 * 1024)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_BYTES (gsize)(1024 * 1024)
#endif
#endif
#ifndef STACK_BYTES
#define STACK_BYTES (gsize)(256 * 1024)
#endif

struct stack stack_map(void)
{
    gsize guard_bytes = (gsize)sysconf(_SC_PAGESIZE);
    struct stack stack = {.mapping_bytes = STACK_BYTES + guard_bytes, .size_bytes = STACK_BYTES};
    void *mapping = mmap(NULL, stack.mapping_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED || mprotect(mapping, guard_bytes, PROT_NONE) != 0)
        g_error("no memory for a fiber's stack");
    stack.mapping = mapping;
    stack.base = stack.mapping + guard_bytes;
    return stack;
}

void stack_unmap(struct stack *stack)
{
    munmap(stack->mapping, stack->mapping_bytes);
    stack->mapping = NULL;
}

/* void context_jump(void **from_stack_pointer, void *to_stack_pointer) */
void context_jump(void **from_stack_pointer, void *to_stack_pointer);
/* Where a fresh stack starts: calls entry(argument) left in two callee-saved registers. */
void context_start(void);

#if defined(__x86_64__)

__asm__(".text\n"
        ".globl context_jump\n"
        ".type context_jump,@function\n"
        "context_jump:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size context_jump,.-context_jump\n"
        ".globl context_start\n"
        ".type context_start,@function\n"
        "context_start:\n"
        "    movq %r12, %rdi\n"
        "    xorl %ebp, %ebp\n"
        "    call *%r13\n"
        "    ud2\n"
        ".size context_start,.-context_start\n");

enum {
    FRAME_WORDS = 9,
    SLOT_ENTRY = 2,
    SLOT_ARGUMENT = 3,
    SLOT_RETURN = 6
};

#elif defined(__aarch64__)

__asm__(".text\n"
        ".globl context_jump\n"
        ".type context_jump,%function\n"
        "context_jump:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size context_jump,.-context_jump\n"
        ".globl context_start\n"
        ".type context_start,%function\n"
        "context_start:\n"
        "    mov x0, x19\n"
        "    mov x29, xzr\n"
        "    blr x20\n"
        "    brk #1\n"
        ".size context_start,.-context_start\n");

enum {
    FRAME_WORDS = 20,
    SLOT_ENTRY = 1,
    SLOT_ARGUMENT = 0,
    SLOT_RETURN = 11
};

#else
#error "fibers need a context switch for this processor: see src/loop/context.c"
#endif

void context_prepare(struct context *context, const struct stack *stack,
                     void (*entry)(void *argument), void *argument)
{
    uintptr_t top = ((uintptr_t)stack->base + stack->size_bytes) & ~(uintptr_t)15;
    uintptr_t *frame = (uintptr_t *)top - FRAME_WORDS;
    for (int i = 0; i < FRAME_WORDS; i++)
        frame[i] = 0;
    frame[SLOT_ENTRY] = (uintptr_t)entry;
    frame[SLOT_ARGUMENT] = (uintptr_t)argument;
    frame[SLOT_RETURN] = (uintptr_t)context_start;
    context->stack_pointer = frame;
}

void context_switch(struct context *from, const struct context *to)
{
    context_jump(&from->stack_pointer, to->stack_pointer);
}
