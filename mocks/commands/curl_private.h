/* What the files of curl share among themselves. */
#pragma once

#include "mocks/commands/curl.h"

struct curl_reading {
    struct curl_options *options;
    const struct command_call *call;
    const char *shown; /* the option as written: "--retry", "-m" */
    char letter[3];    /* what is shown of one among others: "-m" of "-sm" */
    int exit_code;
    bool is_over;
};
/* "curl: option --retry: requires parameter", and where to read more; false. */
bool curl_reading_complain(struct curl_reading *reading, const char *what);
/* kind: 'd' of -d, 'r' raw, 'b' binary, 'e' to be escaped, 'j' JSON. */
bool curl_take_data(struct curl_reading *reading, const char *value, char kind);
bool curl_take_form(struct curl_reading *reading, const char *value);

/* curl_foreign.c: whether what comes from the host is assumed. */
bool curl_is_foreign(const struct curl_transfer *transfer, const char *host, int port);
/* Where an assumed transfer meets the world's weather; NULL: nowhere. g_free. */
char *curl_weather_url(const struct curl_transfer *transfer);
