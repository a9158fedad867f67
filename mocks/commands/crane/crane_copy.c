/* What crane writes: copies, tags, and what it deletes (pkg/crane/copy.go, tag.go, delete.go). */
#include "mocks/commands/crane/crane_private.h"

#include <string.h>

static const struct flag_row no_flags[] = {{0}};

static bool parse(const char *text, const char *what, struct crane_image *image, GError **error)
{
    return crane_image_parse(text, image, NULL) ||
           crane_fail(error, "parsing reference %s\"%s\": could not parse reference: %s", what,
                      text, text);
}

static bool is_registrys(const GError *error)
{
    return error->domain == GGCR_ERROR;
}

static bool fetch(struct crane_run *run, const struct crane_image *image, const char *text,
                  struct ggcr *registry, struct ggcr_document *document, GError **error)
{
    GError *reason = NULL;
    if (crane_open(run, image, /* is_push= */ false, registry, &reason) &&
        ggcr_manifest(registry, image->wanted, document, &reason))
        return true;
    if (is_registrys(reason))
        g_prefix_error(&reason, "fetching \"%s\": ", text);
    g_propagate_error(error, reason);
    return false;
}

static void say(void *self, const char *line)
{
    crane_log(self, line);
}

/* ---- copy ---- */

static const struct flag_row copy_flags[] = {
    {"all-tags", 'a', FLAG_BOOLEAN, NULL},
    {"jobs", 'j', FLAG_TEXT, "0"},
    {"no-clobber", 'n', FLAG_BOOLEAN, NULL},
    {0},
};

/* What is not there, or not to be seen, is free. */
static bool check_clobber(struct crane_run *run, const struct crane_image *target, GError **error)
{
    GGCR(registry);
    GGCR_DOCUMENT(document);
    g_autoptr(GError) reason = NULL;
    g_autofree char *name = crane_image_name(target);
    g_autofree char *line = g_strconcat("Checking existing tag ", name, NULL);
    if (target->reference->digest != NULL)
        return true;
    crane_log(run, line);
    if (crane_open(run, target, /* is_push= */ false, &registry, &reason) &&
        ggcr_head(&registry, target->wanted, &document, &reason))
        return crane_fail(error, "refusing to clobber existing tag %s@%s", name, document.digest);
    if (g_error_matches(reason, GGCR_ERROR, GGCR_ERROR_NOT_FOUND) ||
        (is_registrys(reason) && strstr(reason->message, "status code 403") != NULL))
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

static bool copy(struct crane_run *run, const struct crane_image *source,
                 const struct crane_image *target, GError **error)
{
    GGCR(from);
    GGCR(to);
    GGCR_DOCUMENT(document);
    if (!fetch(run, source, run->arguments[0], &from, &document, error) ||
        (crane_wants_platform(run) && !crane_choose(run, &from, source, &document, error)) ||
        !crane_open(run, target, /* is_push= */ true, &to, error))
        return false;
    const struct ggcr_copying copying = {&from, &to, say, run};
    return ggcr_copy(&copying, &document, target->wanted, error);
}

static bool run_copy(struct crane_run *run, GError **error)
{
    CRANE_IMAGE(source);
    CRANE_IMAGE(target);
    if (flags_boolean(run->flags, "all-tags"))
        return crane_fail_unknown(error);
    if (!parse(run->arguments[0], "", &source, error) ||
        !parse(run->arguments[1], "for ", &target, error) ||
        (flags_boolean(run->flags, "no-clobber") && !check_clobber(run, &target, error)))
        return false;
    g_autofree char *from = crane_image_name(&source);
    g_autofree char *to = crane_image_name(&target);
    g_autofree char *line = g_strdup_printf("Copying from %s to %s", from, to);
    crane_log(run, line);
    return copy(run, &source, &target, error);
}

const struct crane_command crane_copy = {
    .name = "copy",
    .alias = "cp",
    .flags = copy_flags,
    .arguments_min = 2,
    .arguments_max = 2,
    .moves_images = true,
    .run = run_copy,
};

/* ---- tag ---- */

static bool run_tag(struct crane_run *run, GError **error)
{
    CRANE_IMAGE(image);
    GGCR(from);
    GGCR(to);
    GGCR_DOCUMENT(document);
    const char *tag = run->arguments[1];
    if (!parse(run->arguments[0], "", &image, error) ||
        !fetch(run, &image, run->arguments[0], &from, &document, error) ||
        !crane_open(run, &image, /* is_push= */ true, &to, error) ||
        !ggcr_put_manifest(&to, tag, &document, error))
        return false;
    g_autofree char *name = ggcr_repository_name(image.reference);
    g_autofree char *line = g_strdup_printf("%s:%s: digest: %s size: %" G_GSIZE_FORMAT, name, tag,
                                            document.digest, g_bytes_get_size(document.bytes));
    crane_log(run, line);
    return true;
}

const struct crane_command crane_tag = {
    .name = "tag",
    .flags = no_flags,
    .arguments_min = 2,
    .arguments_max = 2,
    .moves_images = true,
    .run = run_tag,
};

/* ---- delete ---- */

static bool run_delete(struct crane_run *run, GError **error)
{
    CRANE_IMAGE(image);
    GGCR(registry);
    return parse(run->arguments[0], "", &image, error) &&
           crane_open(run, &image, /* is_push= */ true, &registry, error) &&
           ggcr_delete(&registry, image.wanted, error);
}

const struct crane_command crane_delete = {
    .name = "delete",
    .flags = no_flags,
    .arguments_min = 1,
    .arguments_max = 1,
    .moves_images = true,
    .run = run_delete,
};
