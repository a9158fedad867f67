/*
 * What can go wrong with a transfer, as errors inside this folder and of imagetools' requests: a
 * kind that decides about retries and statuses, and the real program's own words. puller.c turns
 * them into PULLER_ERROR at the very end. Errors of other domains (FIBER_ERROR) pass through
 * untouched and count as MISHAP_STOPPED.
 */
#pragma once

#include "mocks/puller/words.h"

enum mishap {
    MISHAP_STOPPED,   /* cancelled, or an outer deadline has passed */
    MISHAP_TRANSPORT, /* detail: enum http_error */
    MISHAP_STATUS,    /* an unexpected status; detail: it */
    MISHAP_CODED,     /* the registry's error with code and message; detail: enum registry_code */
    MISHAP_BARE,      /* the same when only the code is left of it (failures.md 0, detail 1) */
    MISHAP_UNPARSED,  /* a 4xx whose body is no error JSON; detail: the status */
    MISHAP_MISSING,   /* no such content at the registry */
    MISHAP_NO_SPACE,  /* the disk is full */
    MISHAP_NO_CREDENTIALS, /* Basic wanted and none at hand */
    MISHAP_ACCESS,         /* containerd's ErrInvalidAuthorization */
    MISHAP_NO_PLATFORM,    /* the index lacks the platform */
    MISHAP_SHORT_BODY,     /* unexpected EOF inside a body: never retried by BuildKit's handler */
    MISHAP_FINAL,          /* xfer.DoNotRetry */
    MISHAP_OTHER,
};

/* Codes of errors as Go's distribution library knows them. */
enum registry_code {
    CODE_UNKNOWN,
    CODE_UNSUPPORTED,
    CODE_UNAUTHORIZED,
    CODE_DENIED,
    CODE_UNAVAILABLE,
    CODE_TOOMANYREQUESTS,
    CODE_DIGEST_INVALID,
    CODE_SIZE_INVALID,
    CODE_RANGE_INVALID,
    CODE_NAME_INVALID,
    CODE_TAG_INVALID,
    CODE_NAME_UNKNOWN,
    CODE_MANIFEST_UNKNOWN,
    CODE_MANIFEST_INVALID,
    CODE_MANIFEST_UNVERIFIED,
    CODE_MANIFEST_BLOB_UNKNOWN,
    CODE_BLOB_UNKNOWN,
    CODE_BLOB_UPLOAD_UNKNOWN,
    CODE_BLOB_UPLOAD_INVALID,
};

#define MISHAP_ERROR (mishap_error_quark())
GQuark mishap_error_quark(void);

void mishap_set(GError **error, enum mishap kind, int detail, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
enum mishap mishap_kind(const GError *error);
int mishap_detail(const GError *error);
/* Whether dockerd gives up at once; takes the `Get "url": ` off the text, as its retryOnError does.
 */
bool mishap_settle(GError *error);
/* Whether BuildKit's retry handler tries again. */
bool mishap_is_transient(const GError *error);
/* Puts words before the text of a mishap; other errors stay as they are. */
void mishap_prefix(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- errors in answers ---- */

/* What dockerd makes of an answer that is no success (distribution client/errors.go). */
void mishap_from_answer(GError **error, const struct puller_habits *habits,
                        const struct http_response *response);

/* The list inside {"errors":[…]}; count 0: it is none. */
struct registry_complaint {
    enum registry_code code;
    bool is_bare;
    char *message;
    char *detail; /* when it is a string, else NULL */
};
GArray *registry_complaints_read(GBytes *body);
/* "toomanyrequests: slow down", or "toomanyrequests" for a bare code; g_free. */
char *registry_complaint_text(const struct registry_complaint *complaint);
const char *registry_code_message(enum registry_code code);
