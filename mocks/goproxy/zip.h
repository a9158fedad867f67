/* The smallest zip: one stored file, with the checksum that readers verify (APPNOTE 4.3). */
#pragma once

#include <glib.h>

/* name is at most 65,535 bytes. */
GBytes *zip_of_file(const char *name, const char *text);
