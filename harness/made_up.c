/* What stands for secrets that nobody gave. */
#include "harness/made_up.h"

#include <glib.h>
#include <string.h>

const char made_up_accounts[] = "secret-*/*";

bool made_up_tells_of_user(const char *name)
{
    static const char *const words[] = {"USERNAME", "_USER", "OWNER", "NAMESPACE", "_ORG"};
    g_autofree char *upper = g_ascii_strup(name, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(upper, words[i]) != NULL)
            return true;
    return false;
}

/* Between letters and digits an image's name has single dashes at most here. */
static void make_account(char *text)
{
    char *end = text;
    for (const char *each = text; *each != '\0'; each++)
        if (g_ascii_isalnum(*each))
            *end++ = *each;
        else if (end > text && end[-1] != '-')
            *end++ = '-';
    while (end > text && end[-1] == '-')
        end--;
    *end = '\0';
}

char *made_up_secret(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    char *text = g_strconcat("secret-", lower, NULL);
    if (made_up_tells_of_user(name))
        make_account(text);
    return text;
}

static bool is_of_name(char character)
{
    return g_ascii_isalnum(character) || character == '_' || character == '-';
}

bool made_up_occurs(const char *secret, const char *text)
{
    gsize length = strlen(secret);
    for (const char *at = strstr(text, secret); at != NULL; at = strstr(at + 1, secret))
        if ((at == text || !is_of_name(at[-1])) && !is_of_name(at[length]))
            return true;
    return false;
}
