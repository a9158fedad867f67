/* Commands that docker has and nobody has modelled: they are assumed to succeed, where a word that
   docker does not know is an error. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct {
    const char *name; /* of one word, or of two */
    bool touches_images;
} others[] = {
    {"attach", false},
    {"checkpoint", false},
    {"config", false},
    {"container attach", false},
    {"container pause", false},
    {"container stats", false},
    {"container top", false},
    {"container unpause", false},
    {"container update", false},
    {"context export", false},
    {"context import", false},
    {"context update", false},
    {"events", false},
    {"network connect", false},
    {"network disconnect", false},
    {"node", false},
    {"pause", false},
    {"plugin", false},
    {"search", false},
    {"secret", false},
    {"service", false},
    {"stack", false},
    {"stats", false},
    {"swarm", false},
    {"system dial-stdio", false},
    {"system events", false},
    {"top", false},
    {"trust", true},
    {"unpause", false},
    {"update", false},
    {"volume update", false},
};

static bool is_of(const char *name, const char *const *words)
{
    const char *blank = strchr(name, ' ');
    gsize length = blank != NULL ? (gsize)(blank - name) : strlen(name);
    return strlen(words[0]) == length && strncmp(words[0], name, length) == 0 &&
           (blank == NULL || g_strcmp0(words[1], blank + 1) == 0);
}

bool command_is_other(const char *const *words, const char **name, bool *touches_images)
{
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        if (!is_of(others[i].name, words))
            continue;
        *name = others[i].name;
        *touches_images = others[i].touches_images;
        return true;
    }
    return false;
}
