/* The program: binds the process's clock to the runs and hands over to the command line. */
#include "harness/cli.h"
#include "harness/folders.h"
#include "harness/promise_book.h"
#include "loop/vclock.h"
#include "mocks/registry/registry.h"

#include <malloc.h>

/* A run on a virtual clock is only one if the libraries see that clock too. */
static bool is_clock_ours(void)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    vclock_bind(loop, VCLOCK_EPOCH_S);
    bool is_ours = vclock_selftest();
    vclock_bind(NULL, 0);
    return is_ours;
}

/* A run gives all its memory back and the next one takes as much: returning it to the kernel in
   between would cost more than many a request. */
static void keep_freed_memory(void)
{
    enum {
        KEPT_BYTES = 16 * 1024 * 1024,
        GROWTH_BYTES = 1024 * 1024,
    };
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_TOP_PAD, GROWTH_BYTES);
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_MXFAST, 0); /* every large buffer that is freed would first join all of theirs */
}

int main(int argc, char **argv)
{
    keep_freed_memory();
    AUTO(image_cache) images = image_cache_new();
    AUTO(promise_book) book = promise_book_new();
    const struct app app = {.context = {.bind_clock = vclock_bind, .images = images, .book = book}};
    if (!is_clock_ours()) {
        cli_complain("the clock interposer has no effect in this build");
        return EXIT_INTERNAL;
    }
    folders_sweep();
    return cli_main(&app, argc, argv);
}
