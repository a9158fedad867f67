/* What actions read texts of users with: lists, templates, versions, ranges, builders, patterns. */
#include "fuzz.h"

#include "actions/file_search.h"
#include "actions/handlebars.h"
#include "actions/list.h"
#include "actions/moment.h"
#include "actions/pep440.h"
#include "actions/picomatch.h"
#include "actions/semver.h"
#include "actions/toolkit.h"

static void check_list(const char *text)
{
    for (unsigned flags = 0; flags < 8; flags++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) items = list_items(text, flags, &error);
        g_assert((items == NULL) == (error != NULL));
    }
}

static char *value_of(void *self, const struct handlebars_call *call, GError **error)
{
    (void)self;
    (void)error;
    return *call->name == 'x' ? NULL : moment_format(0, "UTC", call->name);
}

static void check_template(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *expanded = handlebars_expand(text, value_of, NULL, &error);
    g_assert((expanded == NULL) == (error != NULL));
    handlebars_is_raw(text);
}

/* A version's text reads back as an equal version. */
static void check_version(const char *text)
{
    SEMVER(version);
    SEMVER(again);
    PEP440(python);
    PEP440(python_again);
    if (semver_parse(text, &version)) {
        g_autofree char *clean = semver_text(&version);
        g_assert(semver_parse(clean, &again));
        g_assert_cmpint(semver_compare(&version, &again), ==, 0);
    }
    if (pep440_parse(text, &python)) {
        g_assert(pep440_parse(python.clean, &python_again));
        g_assert_cmpstr(python.clean, ==, python_again.clean);
    }
}

static void check_range(const char *text)
{
    SEMVER(version);
    SEMVER_RANGE(range);
    if (semver_range_parse(text, &range) && semver_parse("1.2.3", &version))
        semver_range_has(&range, &version);
}

static void check_pattern(const char *text)
{
    AUTO(picomatch) pattern = picomatch_new(text);
    if (pattern != NULL)
        picomatch_matches(pattern, "src/a/b.txt");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    g_autoptr(json_t) builder = builder_info_parse(text);
    g_assert_nonnull(builder);
    check_list(text);
    check_template(text);
    check_version(text);
    check_range(text);
    check_pattern(text);
    file_search_matches(text, "/home/a/b.txt");
    return 0;
}
