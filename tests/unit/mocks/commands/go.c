/* What the tests of the go command share. */
#include "go.h"

const struct plan go_21 = {.go_version = "1.21.13", .date_s = DATE_S};
const struct plan go_22 = {.go_version = "1.22.12", .date_s = DATE_S};
