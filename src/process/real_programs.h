/* Real programs of the machine that scripts may run: what prepares text and files, and nothing that
   talks to the network or to services. Private to this folder. */
#pragma once

/* Ends with NULL. */
extern const char *const real_programs[];
