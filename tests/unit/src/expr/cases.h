/*
 * Files of cases for expressions: three lines a case, the program, the names it may use as JSON,
 * and what comes of it. "-" stands for no names, "@" for those of the latest line "@ JSON". "# "
 * begins a comment.
 */
#pragma once

#include <glib.h>

/* name: below tests/cases/expr; outcome_of's answer is freed with g_free. Fewer cases than
   count_min fail: somebody has lost them. */
void expr_cases_check(const char *name,
                      char *(*outcome_of)(const char *program, const char *names_json),
                      int count_min);

/* A deep or long program: before and after so many times around the middle; g_free. */
char *program_repeat(const char *before, const char *middle, const char *after, int times);
