/*
 * Which machine `runs-on` asks for: GitHub's own images by their labels, as of a date, and all else
 * as somebody's own machine, of which only the labels are known. `ubuntu-latest` moved from 24.04
 * to 26.04 from 2026-10-19 on, over a month; its first day counts here (docs: GitHub-hosted runners
 * reference; actions/runner-images).
 */
#pragma once

#include "base/error.h"
#include "base/json.h"

enum runner_os {
    RUNNER_LINUX,
    RUNNER_WINDOWS,
    RUNNER_MACOS,
};

enum runner_arch {
    RUNNER_AMD64,
    RUNNER_ARM64,
};

struct runner {
    const char
        *image; /* "ubuntu-24.04-arm", the name of a machine profile; NULL: none of GitHub's */
    enum runner_os os;
    enum runner_arch arch;
    bool is_self_hosted; /* or a larger runner: its labels are its owner's */
    bool is_furnished;   /* it says so itself, or is of a group: its owner put things on it */
    bool is_retired;     /* the label was GitHub's once; no machine takes such a job */
    bool is_os_known;    /* of the owner's machines: a label said so; else Linux is assumed */
    bool is_arch_known;  /* likewise; else amd64 */
    char *labels;        /* as asked for, joined with ", " */
    char *group;         /* NULL: none */
};

/*
 * runs_on is what the key came to: a text, a list of texts, or an object with group and labels.
 * date: "2026-11-26", compared as text. False with an error when it is none of these. The caller
 * clears the runner.
 */
bool runner_choose(const json_t *runs_on, const char *date, struct runner *runner,
                   GError **error) MUST_USE;
void runner_clear(struct runner *runner);

/* "linux", "windows", "macos"; "amd64", "arm64". */
const char *runner_os_text(enum runner_os os);
const char *runner_arch_text(enum runner_arch arch);
/* "ubuntu-24.04 (linux/amd64)", "self-hosted [a, b] (linux/amd64)"; g_free. */
char *runner_text(const struct runner *runner);
