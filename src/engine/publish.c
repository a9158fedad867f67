/* Effects: what is in the registry decides, not what a build says of itself. */
#include "base/units.h"
#include "engine/builder.h"

#include <string.h>

/* Some registries answer 404 for a moment after a push (failures.md K18). */
enum {
    LOOK_COUNT = 5
};
#define LOOK_WAIT_US (2 * SECOND_US)

struct look {
    const char *reference;
    struct oci_image *image;
    char *digest;
};

static bool attempt_look(struct leg *leg, void *context, GError **error)
{
    struct look *look = context;
    return oci_resolve(leg->oci, look->reference, &look->image, error);
}

/* *image NULL and true: there is no such reference. */
static bool look_at(struct leg *leg, const char *reference, struct oci_image **image,
                    GError **error)
{
    struct look look = {.reference = reference};
    bool is_fine = retry_run(leg, reference, attempt_look, &look, error);
    *image = look.image;
    return is_fine;
}

static bool attempt_look_at_digest(struct leg *leg, void *context, GError **error)
{
    struct look *look = context;
    return oci_digest(leg->oci, look->reference, &look->digest, error);
}

/* "ghcr.io/acme/api:main" without its tag; g_free. */
static char *repository_of(const char *image)
{
    const char *colon = strrchr(image, ':');
    if (colon == NULL || strchr(colon, '/') != NULL)
        return g_strdup(image);
    return g_strndup(image, (gsize)(colon - image));
}

static const char *tag_of(const char *image)
{
    const char *colon = strrchr(image, ':');
    return colon == NULL || strchr(colon, '/') != NULL ? "latest" : colon + 1;
}

static bool image_has(const struct oci_image *image, const char *platform)
{
    for (guint i = 0; i < image->platforms->len; i++) {
        const struct oci_platform *each = g_ptr_array_index(image->platforms, i);
        if (strcmp(each->name, platform) == 0)
            return true;
    }
    return false;
}

static bool would_narrow(const struct oci_image *existing, char *const *platforms)
{
    for (guint i = 0; i < existing->platforms->len; i++) {
        const struct oci_platform *each = g_ptr_array_index(existing->platforms, i);
        if (!g_strv_contains((const char *const *)platforms, each->name))
            return true;
    }
    return false;
}

/* "main-linux-amd64": says for whom the rescue is, and nobody pulls it by accident. */
static char *side_reference(const char *image, char *const *platforms)
{
    g_autofree char *repository = repository_of(image);
    g_autofree char *names = g_strjoinv("-", (char **)platforms);
    for (char *each = names; *each != '\0'; each++)
        if (*each == '/')
            *each = '-';
    return g_strdup_printf("%s:%s-%s", repository, tag_of(image), names);
}

char *publish_reference(struct leg *leg, const struct policy_service *service,
                        char *const *platforms, bool *is_side_tag, GError **error)
{
    AUTO(oci_image) existing = NULL;

    *is_side_tag = false;
    if (!look_at(leg, service->image, &existing, error))
        return NULL;
    if (existing == NULL || leg->policy->allow_shrink || !would_narrow(existing, platforms))
        return g_strdup(service->image);
    *is_side_tag = true;
    leg_note(leg, "side tag instead of narrowing", service->image);
    return side_reference(service->image, platforms);
}

static bool check_platforms(const struct oci_image *image, const char *reference,
                            char *const *platforms, GError **error)
{
    for (; *platforms != NULL; platforms++) {
        if (image_has(image, *platforms))
            continue;
        g_set_error(error, OCI_ERROR, 0, "%s has no %s in the registry", reference, *platforms);
        return false;
    }
    return true;
}

/* Fails with 404 when something the image needs is not there (yet). */
static bool check_complete(struct leg *leg, const char *reference, const struct oci_image *image,
                           GError **error)
{
    g_autofree char *missing = NULL;
    if (!oci_verify_complete(leg->oci, reference, image, &missing, error))
        return false;
    if (missing != NULL)
        g_set_error(error, OCI_ERROR, 404, "%s lacks %s in the registry", reference, missing);
    return missing == NULL;
}

/* What must be in the registry under a reference. */
struct effect {
    const char *reference;
    const char *digest;
    char *const *platforms;
    struct oci_image *image; /* once it is found there, whole */
};

/* found is NULL where nothing is there. */
static bool check_digest(const struct effect *effect, const char *found, GError **error)
{
    if (found == NULL)
        g_set_error(error, OCI_ERROR, 404, "%s is not in the registry after its push",
                    effect->reference);
    else if (strcmp(found, effect->digest) != 0)
        g_set_error(error, OCI_ERROR, 0, "%s is %s in the registry, not the %s that was built",
                    effect->reference, found, effect->digest);
    else
        return true;
    return false;
}

static bool check_image(struct leg *leg, struct effect *effect, GError **error)
{
    AUTO(oci_image) image = NULL;
    if (!look_at(leg, effect->reference, &image, error) ||
        !check_digest(effect, image != NULL ? image->digest : NULL, error) ||
        !check_platforms(image, effect->reference, effect->platforms, error) ||
        !check_complete(leg, effect->reference, image, error))
        return false;
    effect->image = g_steal_pointer(&image);
    return true;
}

/* What the digest names was found whole before. */
static bool check_tag(struct leg *leg, struct effect *effect, GError **error)
{
    struct look look = {.reference = effect->reference};
    bool is_fine = retry_run(leg, look.reference, attempt_look_at_digest, &look, error) &&
                   check_digest(effect, look.digest, error);
    g_free(look.digest);
    return is_fine;
}

/* Only what is missing may still come; what is wrong stays wrong. */
static bool check_effect(struct leg *leg, struct effect *effect,
                         bool (*check)(struct leg *leg, struct effect *effect, GError **error),
                         GError **error)
{
    for (int try = 1;; try++) {
        g_autoptr(GError) look_error = NULL;
        if (check(leg, effect, &look_error))
            return true;
        if (try == LOOK_COUNT || !g_error_matches(look_error, OCI_ERROR, 404)) {
            g_propagate_error(error, g_steal_pointer(&look_error));
            return false;
        }
        if (!fiber_sleep(leg->loop, try * LOOK_WAIT_US, error))
            return false;
    }
}

struct tagging {
    const char *repository;
    const struct oci_image *image;
    const char *tag;
};

static bool attempt_tag(struct leg *leg, void *context, GError **error)
{
    const struct tagging *tagging = context;
    return oci_tag(leg->oci, tagging->repository, tagging->image, tagging->tag, error);
}

static void fill_report(struct service_report *report, const struct build_result *result,
                        const char *reference, char *const *platforms)
{
    report->digest = g_strdup(result->digest);
    report->pushed = g_strdup(reference);
    for (; *platforms != NULL; platforms++)
        g_ptr_array_add(report->platforms, g_strdup(*platforms));
    report->is_delivered = true;
}

/* The image as it is in the registry, whole; NULL: it is not. */
static struct oci_image *find_pushed(struct leg *leg, const char *repository, const char *digest,
                                     char *const *platforms, GError **error)
{
    g_autofree char *reference = g_strconcat(repository, "@", digest, NULL);
    struct effect effect = {.reference = reference, .digest = digest, .platforms = platforms};
    (void)check_effect(leg, &effect, check_image, error);
    return effect.image;
}

static bool publish_pushed(struct leg *leg, const struct policy_service *service,
                           char *const *platforms, const struct build_result *result,
                           struct service_report *report, GError **error)
{
    g_autofree char *repository = repository_of(service->image);
    g_autofree char *reference = g_strdup(result->reference);
    AUTO(oci_image) image = find_pushed(leg, repository, result->digest, platforms, error);
    bool is_side_tag = result->is_side_tag;

    if (image == NULL)
        return false;
    if (reference == NULL) {
        reference = publish_reference(leg, service, platforms, &is_side_tag, error);
        if (reference == NULL)
            return false;
        struct tagging tagging = {repository, image, tag_of(reference)};
        if (!retry_run(leg, reference, attempt_tag, &tagging, error))
            return false;
    }
    struct effect tag = {.reference = reference, .digest = result->digest};
    if (!check_effect(leg, &tag, check_tag, error))
        return false;
    report->is_side_tag = is_side_tag;
    fill_report(report, result, reference, platforms);
    return true;
}

bool publish(struct leg *leg, const struct policy_service *service, char *const *platforms,
             const struct build_result *result, struct service_report *report, GError **error)
{
    if (leg->policy->push)
        return publish_pushed(leg, service, platforms, result, report, error);
    fill_report(report, result, NULL, platforms);
    return true;
}
