/* What is attested: the subjects that the inputs name (actions/attest, src/subject.ts). */
#include "actions/attest.h"
#include "actions/file_search.h"
#include "actions/list.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/regular_file.h"

#include <string.h>

#define SUBJECTS_MAX        1024
#define CHECKSUMS_BYTES_MAX (512 * SUBJECTS_MAX)

static void subject_free(void *memory)
{
    struct attest_subject *subject = memory;
    g_free(subject->name);
    g_free(subject->algorithm);
    g_free(subject->digest);
    g_free(subject);
}

char *attest_subject_digest(const struct attest_subject *subject)
{
    return g_strconcat(subject->algorithm, ":", subject->digest, NULL);
}

/* Unless it is there. */
static void add(GPtrArray *subjects, const char *name, const char *algorithm, const char *digest)
{
    for (guint i = 0; i < subjects->len; i++) {
        const struct attest_subject *known = g_ptr_array_index(subjects, i);
        if (g_str_equal(known->name, name) && g_str_equal(known->algorithm, algorithm) &&
            g_str_equal(known->digest, digest))
            return;
    }
    struct attest_subject *subject = g_new0(struct attest_subject, 1);
    subject->name = g_strdup(name);
    subject->algorithm = g_strdup(algorithm);
    subject->digest = g_strdup(digest);
    g_ptr_array_add(subjects, subject);
}

static bool throw_too_many(const struct attest *attest, GError **error)
{
    unsigned most = attest->version < ATTEST_VERSION(2, 0, 0) ? 2500 : SUBJECTS_MAX;
    return core_throw(error,
                      "Too many subjects specified (>%u). The maximum number of subjects is %u.",
                      most, most);
}

/* ---- by a digest ---- */

static bool is_hex(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

/* Until 4.2. */
static bool parse_sha256(const char *text, GError **error)
{
    return g_regex_match_simple("^sha256:[A-Za-z0-9]{64}$", text, G_REGEX_DOLLAR_ENDONLY, 0) ||
           core_throw(error, "subject-digest must be in the format \"sha256:<hex-digest>\"");
}

static bool parse_digest(const char *text, GError **error)
{
    static const struct {
        const char *name;
        unsigned length;
    } algorithms[] = {{"sha224", 56},  {"sha256", 64},     {"sha384", 96},
                      {"sha512", 128}, {"sha512_224", 56}, {"sha512_256", 64}};
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    if (g_strv_length(parts) != 2 || *parts[0] == '\0' || *parts[1] == '\0')
        return core_throw(error, "subject-digest must be in the format \"algorithm:hex_digest\"");
    for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (!g_str_equal(algorithms[i].name, parts[0]))
            continue;
        if (!is_hex(parts[1]))
            return core_throw(error, "subject-digest has invalid hex digits");
        return strlen(parts[1]) == algorithms[i].length ||
               core_throw(error,
                          "subject-digest has invalid length for algorithm \"%s\" (expected %u, "
                          "got %zu)",
                          parts[0], algorithms[i].length, strlen(parts[1]));
    }
    return core_throw(error, "subject-digest has unsupported algorithm \"%s\"", parts[0]);
}

static bool add_digest(const struct attest *attest, const char *name, GPtrArray *subjects,
                       GError **error)
{
    const char *text = action_input(attest->run, "subject-digest");
    if (!(attest->version < ATTEST_VERSION(4, 2, 0) ? parse_sha256(text, error)
                                                    : parse_digest(text, error)))
        return false;
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    add(subjects, name, parts[0], parts[1]);
    return true;
}

/* ---- by files ---- */

/* "sha256:…" of a file of the action's world; NULL: it cannot be read. g_free. */
static char *digest_of_file(const struct action_run *run, const char *path)
{
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (place == NULL || !regular_file_read(place, &bytes, &length, NULL))
        return NULL;
    return digest_of(bytes, length);
}

static void add_file(const struct attest *attest, const char *path, const char *name,
                     GPtrArray *subjects)
{
    g_autofree char *digest = digest_of_file(attest->run, path);
    g_autofree char *base = g_path_get_basename(path);
    if (digest != NULL)
        add(subjects, *name != '\0' ? name : base, "sha256", digest + strlen("sha256:"));
}

static bool add_files(const struct attest *attest, const char *name, GPtrArray *subjects,
                      GError **error)
{
    const char *patterns = action_input(attest->run, "subject-path");
    g_autofree char *root = NULL;
    g_autoptr(GPtrArray) lines = list_items(patterns, 0, error);
    if (lines == NULL)
        return false;
    g_autoptr(GPtrArray) files =
        file_search(attest->run, lines, /* has_hidden= */ true, &root, error);
    if (files == NULL)
        return false;
    if (files->len > (attest->version < ATTEST_VERSION(2, 0, 0) ? 2500 : SUBJECTS_MAX))
        return throw_too_many(attest, error);
    for (guint i = 0; i < files->len; i++)
        add_file(attest, g_ptr_array_index(files, i), name, subjects);
    return subjects->len > 0 || core_throw(error, "Could not find subject at path %s", patterns);
}

/* ---- by checksums ---- */

static bool add_checksum(const struct attest *attest, const char *line, GPtrArray *subjects,
                         GError **error)
{
    const char *space = strchr(line, ' ');
    if (space == NULL)
        return true;
    g_autofree char *digest = g_strndup(line, (gsize)(space - line));
    const char *name = space + 1;
    bool has_flag = *name == '*' || *name == ' ' || attest->version < ATTEST_VERSION(3, 0, 0);
    if (has_flag && *name != '\0')
        name++;
    if (!is_hex(digest))
        return core_throw(error, "Invalid digest: %s", digest);
    if (strlen(digest) != 64 && strlen(digest) != 128)
        return core_throw(error, "Unknown digest algorithm: %s", digest);
    add(subjects, name, strlen(digest) == 64 ? "sha256" : "sha512", digest);
    return true;
}

static bool add_checksums(const struct attest *attest, GPtrArray *subjects, GError **error)
{
    const char *input = action_input(attest->run, "subject-checksums");
    g_autofree char *path = core_absolute_path(attest->run, input);
    g_autofree char *place = action_host_path(attest->run, path);
    g_autofree char *text = NULL;
    gsize length = 0;
    bool is_file = place != NULL && regular_file_read(place, &text, &length, NULL);
    if (is_file && length > CHECKSUMS_BYTES_MAX)
        return core_throw(error, "subject checksums file exceeds maximum allowed size: %d bytes",
                          CHECKSUMS_BYTES_MAX);
    g_auto(GStrv) lines = g_strsplit(is_file ? text : input, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_strdelimit(*line, "\r", '\0');
        if (!add_checksum(attest, *line, subjects, error))
            return false;
    }
    return true;
}

/* ---- all of them ---- */

static unsigned count_given(const struct attest *attest)
{
    static const char *const names[] = {"subject-path", "subject-digest", "subject-checksums"};
    unsigned count = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        count += action_input_is_given(attest->run, names[i]);
    return count;
}

static bool check(const struct attest *attest, GError **error)
{
    bool has_checksums = attest->version >= ATTEST_VERSION(2, 0, 0);
    const char *inputs = has_checksums ? "subject-path, subject-digest, or subject-checksums"
                                       : "subject-path or subject-digest";
    unsigned count = count_given(attest);
    if (count == 0)
        return core_throw(error, "One of %s must be provided", inputs);
    if (count > 1)
        return core_throw(error, "Only one of %s may be provided", inputs);
    return !action_input_is_given(attest->run, "subject-digest") ||
           action_input_is_given(attest->run, "subject-name") ||
           core_throw(error, "subject-name must be provided when using subject-digest");
}

static bool collect(const struct attest *attest, GPtrArray *subjects, GError **error)
{
    const char *given = action_input(attest->run, "subject-name");
    g_autofree char *name = attest->pushes ? g_utf8_strdown(given, -1) : g_strdup(given);
    if (action_input_is_given(attest->run, "subject-path"))
        return add_files(attest, name, subjects, error);
    if (action_input_is_given(attest->run, "subject-digest"))
        return add_digest(attest, name, subjects, error);
    return add_checksums(attest, subjects, error);
}

/* Since 4.2. */
static bool check_pushed(const GPtrArray *subjects, GError **error)
{
    const struct attest_subject *first = subjects->len > 0 ? subjects->pdata[0] : NULL;
    if (subjects->len != 1)
        return core_throw(error,
                          "push-to-registry requires exactly one subject but %u subjects were "
                          "resolved",
                          subjects->len);
    return g_str_equal(first->algorithm, "sha256") ||
           core_throw(error,
                      "push-to-registry requires a subject with a SHA-256 digest but the subject "
                      "has: %s",
                      first->algorithm);
}

GPtrArray *attest_subjects(struct attest *attest, GError **error)
{
    g_autoptr(GPtrArray) subjects = g_ptr_array_new_with_free_func(subject_free);
    if (!check(attest, error) || !collect(attest, subjects, error))
        return NULL;
    if (attest->pushes && attest->version >= ATTEST_VERSION(4, 2, 0) &&
        !check_pushed(subjects, error))
        return NULL;
    return g_steal_pointer(&subjects);
}
