/* The site of scripted answers, for the tests of this folder. */
#include "../../scripted_site.c" /* NOLINT(bugprone-suspicious-include) */
