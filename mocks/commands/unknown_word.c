/* The word that stands for what an assumed command would have printed. A script that keeps it
   carries it on, so that a tag made of it can be told from one that is right. What would have been
   a document, a list or a file is left empty: no word could stand for it. */
#include "mocks/commands/commands_private.h"

#include <string.h>

/* Commands that print a word only when they are asked for it in one of these ways. */
static const struct {
    const char *name;
    const char *ways[6]; /* parts of an argument; ends with NULL; none: never */
} askers[] = {
    {"aws", {"text", "password", NULL}},
    {"az", {"tsv", NULL}},
    {"cosign", {NULL}},
    {"curl", {NULL}},
    {"gcloud", {"value", "print-access-token", NULL}},
    {"gh", {"-q", "--jq", "-t", "--template", "list", NULL}},
    {"helm", {NULL}},
    {"kubectl", {"jsonpath", "template", "columns", "name", NULL}},
    {"minikube", {NULL}},
    {"oc", {"jsonpath", "template", "columns", "name", NULL}},
    {"ssh-agent", {NULL}},
    {"terraform", {"-raw", NULL}},
    {"wget", {NULL}},
};

static const char *const *ways_of(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(askers); i++)
        if (g_str_equal(askers[i].name, name))
            return askers[i].ways;
    return NULL;
}

static bool is_in_words(const struct command_call *call, const char *part)
{
    for (gsize i = 1; call->arguments[i] != NULL; i++)
        if (strstr(call->arguments[i], part) != NULL)
            return true;
    return false;
}

static bool prints_word(const struct command_call *call)
{
    const char *const *ways = ways_of(command_name(call));
    if (ways == NULL)
        return true;
    for (; *ways != NULL; ways++)
        if (is_in_words(call, *ways))
            return true;
    return false;
}

void unknown_word_say(struct command_set *set, const struct command_call *call)
{
    if (call->seam->is_awaited == NULL || !call->seam->is_awaited(call->self) || !prints_word(call))
        return;
    set->word_count++;
    command_print(call, COMMAND_UNKNOWN_WORD "\n");
}
