/* The host's end of the page that shows the time. */
#include "process/preload/clock_page.h"
#include "base/error.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct clock_page {
    struct clock_shown *shown;
};

struct clock_page *clock_page_new(const char *path, int64_t date_s, uint64_t seed, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    void *place = MAP_FAILED;
    struct stat made = {0};
    if (fd >= 0 && ftruncate(fd, sizeof(struct clock_shown)) == 0 && fstat(fd, &made) == 0)
        place = mmap(NULL, sizeof(struct clock_shown), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int problem = errno;
    if (fd >= 0)
        close(fd);
    if (place == MAP_FAILED) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(problem));
        return NULL;
    }
    struct clock_page *page = g_new0(struct clock_page, 1);
    page->shown = place;
    *page->shown = (struct clock_shown){
        .date_s = date_s,
        .seed = seed,
        .begun_ns = made.st_mtim.tv_sec * INT64_C(1000000000) + made.st_mtim.tv_nsec,
    };
    return page;
}

void clock_page_set(struct clock_page *page, int64_t now_us)
{
    __atomic_store_n(&page->shown->now_us, now_us, __ATOMIC_RELAXED);
}

struct timespec clock_page_stamp(const struct clock_page *page, struct timespec stamp)
{
    return clock_stamp_shown(page->shown, stamp);
}

void clock_page_free(struct clock_page *page)
{
    if (page == NULL)
        return;
    munmap(page->shown, sizeof(*page->shown));
    g_free(page);
}
