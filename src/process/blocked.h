/* What /proc/PID/syscall says of a thread. Private to this folder. */
#pragma once

enum blocked {
    BLOCKED_RUNNING,  /* on a processor or about to be */
    BLOCKED_FOR_EVER, /* in a system call that only others can end */
    BLOCKED_FOR_TIME, /* in one that ends by itself */
    BLOCKED_WATCHING, /* the same, but it waits for descriptors, and looks up now and then */
    BLOCKED_UNKNOWN,  /* outside of any: ended, stopped, or waiting for a page */
};

/* text is a line such as "0 0x3 0x7f53dc281000 0x20000 …" or "running". */
enum blocked blocked_parse(const char *text);
