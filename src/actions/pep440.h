/* Python's versions (PEP 440) as far as metadata-action asks of them. Pure. */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct pep440 {
    uint64_t release[3]; /* major, minor, patch */
    bool is_final;       /* neither pre-, post- nor dev-release */
    char *clean;         /* normalised: "1.2rc2" */
};
void pep440_clear(struct pep440 *version);
#define PEP440(variable) __attribute__((cleanup(pep440_clear))) struct pep440 variable = {0}

bool pep440_parse(const char *text, struct pep440 *version);
