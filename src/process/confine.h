/*
 * What a process does to itself to be confined. Plain C for the keeper, which is linked with
 * nothing else; the library uses it to probe. Every function returns 0 or errno and then points
 * *at to a few words on what went wrong there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct confine {
    const char *directory;       /* what processes may write, on this machine */
    const char *home;            /* where they see it */
    const char *run_directory;   /* /tmp, the list of commands, …; made by layout.c */
    const char *stub;            /* the executable that commands lead to */
    const char *preload_library; /* "": none */
    const char *settings_folder; /* where it is seen; "" or NULL: nowhere */
    bool has_namespaces;
    bool has_open_folders; /* confine_tables.h; where there are namespaces */
    bool has_landlock;
    bool is_root; /* and is to become an ordinary user */
};

enum {
    CONFINE_USER_ID = 1001, /* in the user namespace; the one of hosted machines */
    /* Who root's processes become without namespaces: of the numbers that no distribution gives to
       anybody (systemd's UIDS-GIDS.md), and always the same, because scripts may print it. */
    CONFINE_ORDINARY_USER_ID = 61001,
};

/* The process may be one that clone() made with new namespaces: writes its identity maps, builds a
   root of its own and moves there. Also for probing, with directory NULL: maps and an empty root.
 */
int confine_root(const struct confine *confine, unsigned user_id, unsigned group_id,
                 const char **at);
/* Part of it, in the new root: lays the stub over programs that commands stand in for. */
int confine_cover(const struct confine *confine);
/* Part of it, in the new root: makes the folder etc and the files that say who processes are. */
int confine_etc(const struct confine *confine);
/* A file of this text, relative to the new root; 0 or an errno. */
int confine_write(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Flags of clone() for it. */
int confine_clone_flags(void);
/* Root becomes an ordinary user, for good. */
int confine_user(const char **at);
int confine_privileges(const char **at);
int confine_limits(bool has_user_namespace, const char **at);
int confine_landlock(const struct confine *confine, const char **at);
/* The program is of struct sock_filter, length in bytes. */
int confine_seccomp(const void *program, size_t length_bytes, const char **at);
/* Nobody from now on, children included, may send this process a signal or end its group: what a
   pid namespace does for its first process. Of seccomp. */
int confine_shield(const char **at);
/* 0 when there is no Landlock. */
int landlock_abi(void);
