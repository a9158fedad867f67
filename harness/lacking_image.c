/* Reads the errors of pulls, as dockerd and BuildKit word them (failures.md C9, C10), and those of
   programs that say the URL. */
#include "harness/lacking_image.h"

#include "harness/public_world.h"
#include "mocks/puller/puller.h"

#include <string.h>

static bool tells_of_a_pull(const char *line)
{
    static const char *const words[] = {"pull access denied",
                                        "failed to resolve source metadata",
                                        "failed to resolve reference",
                                        "manifest unknown",
                                        "repository name not known to registry",
                                        "/manifests/",
                                        "/tags/list"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(line, words[i]) != NULL)
            return true;
    return false;
}

/* Tags that the world has brought, such as those of the builder's image, do not count. */
static bool has_pushed_tag(struct registry *registry, const char *repository)
{
    g_autoptr(GPtrArray) tags = registry_tags(registry, repository);
    for (guint i = 0; i < tags->len; i++)
        if (registry_tag_is_pushed(registry, repository, g_ptr_array_index(tags, i)))
            return true;
    return tags->len == 0;
}

/* By a tag, or by digests alone. */
static bool was_pushed(const struct stage *stage, const struct reference *reference)
{
    struct registry *registry = stage_registry(stage, reference->domain);
    if (registry == NULL)
        return false;
    g_autoptr(GPtrArray) names = registry_repositories(registry);
    return g_ptr_array_find_with_equal_func(names, reference->path, g_str_equal, NULL) &&
           has_pushed_tag(registry, reference->path);
}

static bool was_built(struct dockerd *dockerd, const char *name)
{
    AUTO(local_image_facts) facts = dockerd_find_image(dockerd, name);
    return facts != NULL;
}

/* "https://ghcr.io/v2/acme/base/manifests/1" as "ghcr.io/acme/base", and so where tags are listed;
   else the word itself. g_free. */
static char *name_of_word(const char *word)
{
    static const char middle[] = "/v2/";
    const char *host = strstr(word, "://");
    const char *path = host != NULL ? strstr(host, middle) : NULL;
    const char *end = path != NULL ? strstr(path, "/manifests/") : NULL;
    if (path != NULL && end == NULL)
        end = strstr(path, "/tags/list");
    if (end == NULL)
        return g_strdup(word);
    host += strlen("://");
    const char *start = path + strlen(middle);
    return g_strdup_printf("%.*s/%.*s", (int)(path - host), host, (int)(end - start), start);
}

static char *find_in_line(const struct stage *stage, struct dockerd *dockerd, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\"',", -1);
    for (char **word = words; *word != NULL; word++) {
        gsize length = strlen(*word);
        if (length > 0 && strchr(":.", (*word)[length - 1]) != NULL)
            (*word)[length - 1] = '\0';
        g_autofree char *name = name_of_word(*word);
        AUTO(reference) reference = reference_parse(name, /* default_tag= */ true, NULL);
        if (strchr(name, '/') != NULL && reference != NULL &&
            public_world_is_own(stage, reference->path) && !was_pushed(stage, reference) &&
            !was_built(dockerd, name))
            return reference_name(reference);
    }
    return NULL;
}

char *lacking_image_find(const struct stage *stage, struct dockerd *dockerd, const char *log)
{
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char *name = tells_of_a_pull(*line) ? find_in_line(stage, dockerd, *line) : NULL;
        if (name != NULL)
            return name;
    }
    return NULL;
}
