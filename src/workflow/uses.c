/* The text of `uses` as its parts. */
#include "workflow/repository.h"

#include <string.h>

#define WORKFLOW_FOLDER ".github/workflows/"
#define IMAGE_PREFIX    "docker://"

static bool is_local(const char *text)
{
    return g_str_has_prefix(text, "./") || g_str_has_prefix(text, ".\\");
}

bool uses_is_of_own_commit(const char *text)
{
    static const char prefix[] = "$/";
    return g_str_has_prefix(text, prefix) &&
           text[strlen(prefix) + strspn(text + strlen(prefix), "/")] != '\0';
}

/* Empty and "." parts left out, with '/' between the others. */
static char *tidy(char *const *parts)
{
    g_autoptr(GString) path = g_string_new(NULL);
    for (; *parts != NULL; parts++) {
        if ((*parts)[0] == '\0' || strcmp(*parts, ".") == 0)
            continue;
        g_string_append_printf(path, "%s%s", path->len > 0 ? "/" : "", *parts);
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}

static struct uses *uses_new_local(enum uses_kind kind, const char *text)
{
    g_auto(GStrv) parts = g_strsplit_set(text, "/\\", -1);
    struct uses *uses = g_new0(struct uses, 1);
    uses->kind = kind;
    uses->path = tidy(parts);
    return uses;
}

static struct uses *uses_new_remote(enum uses_kind kind, const char *text)
{
    g_auto(GStrv) halves = g_strsplit(text, "@", -1);
    if (g_strv_length(halves) != 2 || halves[1][0] == '\0')
        return NULL;
    g_auto(GStrv) all = g_strsplit_set(halves[0], "/\\", -1);
    g_autofree char *path = tidy(all);
    g_auto(GStrv) parts = g_strsplit(path, "/", 3);
    if (g_strv_length(parts) < 2)
        return NULL;
    struct uses *uses = g_new0(struct uses, 1);
    uses->kind = kind;
    uses->owner = g_strdup(parts[0]);
    uses->repository = g_strdup(parts[1]);
    uses->path = g_strdup(parts[2] != NULL ? parts[2] : "");
    uses->ref = g_strdup(halves[1]);
    return uses;
}

static struct uses *uses_new_image(const char *text)
{
    struct uses *uses = g_new0(struct uses, 1);
    uses->kind = USES_IMAGE;
    uses->image = g_strdup(text + strlen(IMAGE_PREFIX));
    return uses;
}

struct uses *uses_of_step(const char *text)
{
    if (g_str_has_prefix(text, IMAGE_PREFIX))
        return uses_new_image(text);
    if (is_local(text))
        return uses_new_local(USES_LOCAL_ACTION, text);
    if (uses_is_of_own_commit(text))
        return uses_new_local(USES_LOCAL_ACTION, text + strlen("$/"));
    return uses_new_remote(USES_REMOTE_ACTION, text);
}

struct uses *uses_of_job(const char *text)
{
    bool is_here = g_str_has_prefix(text, "./");
    struct uses *uses = is_here ? uses_new_local(USES_LOCAL_WORKFLOW, text)
                                : uses_new_remote(USES_REMOTE_WORKFLOW, text);
    if (uses != NULL && !g_str_has_prefix(uses->path, WORKFLOW_FOLDER)) {
        uses_free(uses);
        return NULL;
    }
    return uses;
}

void uses_free(struct uses *uses)
{
    if (uses == NULL)
        return;
    g_free(uses->owner);
    g_free(uses->repository);
    g_free(uses->path);
    g_free(uses->ref);
    g_free(uses->image);
    g_free(uses);
}
