/* What the registry client reads from others: WWW-Authenticate, and references of policies. */
#include "fuzz.h"

#include "oci/challenge.h"
#include "oci/reference.h"

static void check_challenge(const char *text)
{
    struct challenge challenge = {0};
    challenge_parse(text, &challenge);
    g_assert(challenge.kind != CHALLENGE_NONE || challenge.realm == NULL);
    challenge_clear(&challenge);
}

static void check_reference(const char *text)
{
    g_autoptr(GError) error = NULL;
    REFERENCE(reference);
    bool is_fine = oci_reference_parse(text, &reference, &error);
    g_assert(is_fine == (error == NULL));
    g_assert(!is_fine || (reference.repository != NULL && reference.wanted != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    check_challenge(text);
    check_reference(text);
    return 0;
}
