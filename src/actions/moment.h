/* Dates as moment.js formats them: "YYYYMMDD-HHmmss". Pure. */
#pragma once

#include "base/error.h"

#include <stdint.h>

/* date_ms in a zone of the tz database ("Asia/Tokyo"; an unknown one is UTC). Text in [ ] stands
   for itself; what is no token too. g_free. */
char *moment_format(int64_t date_ms, const char *zone, const char *format);
