/* Image references as the docker CLI reads them: what is read is written so that it reads back. */
#include "fuzz.h"

#include "mocks/puller/puller.h"

static void check_text(const char *text, bool default_tag)
{
    g_autoptr(GError) error = NULL;
    AUTO(reference) reference = reference_parse(text, default_tag, &error);
    g_assert((reference == NULL) == (error != NULL));
    if (reference == NULL)
        return;
    g_autofree char *whole = reference_text(reference);
    g_autofree char *familiar = reference_familiar(reference);
    AUTO(reference) again = reference_parse(whole, default_tag, &error);
    g_assert_no_error(error);
    g_autofree char *second = reference_text(again);
    g_assert_cmpstr(whole, ==, second);
    /* The familiar name need not read back: docker.io/a.io/b is shown as a.io/b by Docker itself.
     */
    g_assert(g_str_has_suffix(whole, familiar));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    check_text(text, true);
    check_text(text, false);
    return 0;
}
