/* What the files of curl and wget share: what to transfer, and how it ended. */
#pragma once

#include "mocks/commands/commands_private.h"

struct curl_options {
    GPtrArray *urls;    /* const char*, lent */
    GPtrArray *outputs; /* const char*, lent: -o in order; "" for -O */
    GPtrArray *headers; /* char*: "Name: value" as given */
    GByteArray *data;   /* of -d and its kin; NULL: none */
    const char *method; /* of -X, or NULL */
    const char *user;   /* "name:secret", or NULL */
    const char *agent;
    const char *write_out;
    const char *upload; /* of -T */
    const char *unix_socket;
    const char *header_file; /* of -D */
    const char *output_dir;
    const char *data_type; /* Content-Type of data without a header of that name */
    const char *cookie, *referer, *range;
    bool is_silent, shows_errors, fails, fails_with_body, follows, is_head, includes_headers,
        is_get, creates_dirs, retries_all, retries_refused, fails_early, is_json, ignores_tls;
    int64_t time_max_us;         /* 0: none */
    int64_t connect_time_max_us; /* 0: the system's */
    int64_t retry_count, retry_delay_us, retry_time_max_us, redirects_max;
};
void curl_options_init(struct curl_options *options);
void curl_options_clear(struct curl_options *options);
#define CURL_OPTIONS(variable)                                                                     \
    __attribute__((cleanup(curl_options_clear))) struct curl_options variable = {0}
/* 0, or curl's exit code, with its words on stderr. *is_over: nothing is to be done, as for -V. */
int curl_options_read(struct curl_options *options, const struct command_call *call, bool *is_over);

/* One transfer: a request and its redirects. */
struct curl_transfer {
    struct command_set *set;
    const struct command_call *call;
    const struct curl_options *options;
    char *url;          /* where it is now */
    const char *method; /* static or of the options */
    GByteArray *body;   /* of the last answer */
    GString *head;      /* header blocks of all answers */
    unsigned status;
    char *content_type; /* or NULL */
    char *retry_after;
    int redirect_count;
    int64_t started_us, ended_us;
    bool is_assumed; /* the host is none of the world's */
    int exit_code;
    char *message; /* without "curl: (N) "; NULL: fine */
    bool is_os_refusal;
};
void curl_transfer_init(struct curl_transfer *transfer, struct command_set *set,
                        const struct command_call *call, const struct curl_options *options,
                        const char *url);
void curl_transfer_clear(struct curl_transfer *transfer);
#define CURL_TRANSFER(variable)                                                                    \
    __attribute__((cleanup(curl_transfer_clear))) struct curl_transfer variable = {0}
/* Waits. */
void curl_transfer_run(struct curl_transfer *transfer);
/* After it: what stands for the file when nobody knows it (download.h). path: where it goes, "-" or
   NULL: to stdout. */
void curl_transfer_stand_in(struct curl_transfer *transfer, const char *path);
/* It has failed with this code and these words. */
void curl_transfer_end(struct curl_transfer *transfer, int exit_code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* curl_request.c: what is sent. Headers are "Name: value", NULL-terminated; caller unrefs. */
GPtrArray *curl_request_headers(const struct curl_transfer *transfer, bool has_body);
/* NULL: none, or with *is_fine false one that cannot be read, which ends the transfer. */
GBytes *curl_request_body(struct curl_transfer *transfer, bool *is_fine);
const char *curl_request_method(const struct curl_options *options);

/* curl_errors.c: what curl makes of an error of src/http. */
void curl_transfer_fail(struct curl_transfer *transfer, const GError *error);

/* -w; to stdout. */
void curl_write_out(const struct curl_transfer *transfer, const char *format);
/* "http://" before what has no scheme; g_free. */
char *curl_full_url(const char *url);
/* The last part of the URL's path, "" when there is none; g_free. */
char *curl_remote_name(const char *url);
/* Writes a whole file as the command sees it. */
bool curl_write_file(const struct command_call *call, const char *path, const void *bytes,
                     gsize length_bytes, bool creates_dirs) MUST_USE;
