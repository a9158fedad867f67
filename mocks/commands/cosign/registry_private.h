/* What the files of the registry client share. */
#pragma once

#include "mocks/commands/cosign/cosign_private.h"

/* One request, as it is tried again. */
struct cosign_request {
    const char *method;
    const char *url; /* as it is shown */
    const char *type;
    GBytes *body;
    bool is_write;
};

/* Docker Hub goes by another name here than in references. */
bool cosign_is_hub(const struct image_reference *reference);
/* "https://ghcr.io/v2/" and the rest, as errors show it; g_free. */
char *cosign_shown_url(const struct image_reference *reference, const char *rest);
/* Where that is in the world; g_free. */
char *cosign_dialled_url(const char *url);
/* Whether trying again may help. */
bool cosign_is_unwell(unsigned status);
/* The registry's own words on a refusal; false. */
bool cosign_fail_with_answer(const struct cosign_request *request,
                             const struct http_response *response, GError **error);
