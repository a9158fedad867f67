/*
 * Programs that a script asked for and that this machine does not have. bash asks a function about
 * each (process/sandbox.h), so that what nothing models is assumed to succeed; sh, exec, env, xargs
 * and the like only say that it is not there and end with 126 or 127.
 */
#pragma once

/* The program that a line of output says is missing; NULL: it says no such thing. g_free. */
char *missing_program_find(const char *line);
/* The same of a module of Python, a package of pip, or an object that git does not find; g_free. */
char *missing_module_find(const char *line);
