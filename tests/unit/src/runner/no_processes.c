/* Until src/process is built, nothing here may start a real one. */
#include "process/child.h"

#include <criterion/criterion.h>

struct child *child_start(struct sandbox *sandbox, const struct child_options *options,
                          GError **error)
{
    (void)sandbox;
    (void)options;
    (void)error;
    return NULL;
}
void child_free(struct child *child)
{
    (void)child;
}
bool child_wait_exit(struct child *child, GError **error)
{
    (void)child;
    (void)error;
    return false;
}
bool child_wait_output_end(struct child *child, GError **error)
{
    (void)child;
    (void)error;
    return false;
}
int child_exit_code(const struct child *child)
{
    (void)child;
    return -1;
}
void child_signal(struct child *child, int signal_number)
{
    (void)child;
    (void)signal_number;
}
GPtrArray *sandbox_leftovers(struct sandbox *sandbox)
{
    (void)sandbox;
    return g_ptr_array_new();
}
bool sandbox_kill_leftovers(struct sandbox *sandbox, GError **error)
{
    (void)sandbox;
    (void)error;
    return true;
}
