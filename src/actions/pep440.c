/* PEP 440, appendix B: the pattern, and the normal form of what it matches. */
#include "actions/pep440.h"

#include <string.h>

static const char pattern[] =
    "^\\s*v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\\.[0-9]+)*)"
    "(?<pre>[-_.]?(?<prel>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pren>[0-9]+)?)?"
    "(?<post>-(?<postn1>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<postn2>[0-9]+)?)?"
    "(?<dev>[-_.]?dev[-_.]?(?<devn>[0-9]+)?)?"
    "(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\\s*$";

void pep440_clear(struct pep440 *version)
{
    g_free(version->clean);
    *version = (struct pep440){0};
}

static char *part(const GMatchInfo *match, const char *name)
{
    char *text = g_match_info_fetch_named(match, name);
    return text != NULL ? text : g_strdup("");
}

static bool has(const GMatchInfo *match, const char *name)
{
    g_autofree char *text = part(match, name);
    return *text != '\0';
}

/* A number without leading zeros; "0" when there is none. */
static void add_number(GString *out, const char *text)
{
    while (*text == '0' && text[1] != '\0')
        text++;
    g_string_append(out, *text != '\0' ? text : "0");
}

static const char *short_letter(const char *text)
{
    if (*text == 'a')
        return "a";
    return *text == 'b' ? "b" : "rc";
}

static void add_release(GString *out, const char *release, struct pep440 *version)
{
    g_auto(GStrv) numbers = g_strsplit(release, ".", -1);
    for (gsize i = 0; numbers[i] != NULL; i++) {
        if (i < G_N_ELEMENTS(version->release))
            version->release[i] = g_ascii_strtoull(numbers[i], NULL, 10);
        if (i > 0)
            g_string_append_c(out, '.');
        add_number(out, numbers[i]);
    }
}

static void add_suffixes(GString *out, const GMatchInfo *match)
{
    g_autofree char *letter = part(match, "prel"), *pre = part(match, "pren"),
                    *post = part(match, "postn1"), *post_other = part(match, "postn2"),
                    *dev = part(match, "devn"), *local = part(match, "local");
    if (has(match, "pre")) {
        g_string_append(out, short_letter(letter));
        add_number(out, pre);
    }
    if (has(match, "post")) {
        g_string_append(out, ".post");
        add_number(out, *post != '\0' ? post : post_other);
    }
    if (has(match, "dev")) {
        g_string_append(out, ".dev");
        add_number(out, dev);
    }
    if (*local != '\0')
        g_string_append_printf(out, "+%s", g_strdelimit(local, "-_", '.'));
}

bool pep440_parse(const char *text, struct pep440 *version)
{
    *version = (struct pep440){0};
    g_autofree char *folded = g_ascii_strdown(text, -1);
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, folded, 0, &match))
        return false;

    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *epoch = part(match, "epoch");
    g_autofree char *release = part(match, "release");
    if (*epoch != '\0') {
        add_number(out, epoch);
        g_string_append_c(out, '!');
    }
    add_release(out, release, version);
    add_suffixes(out, match);
    version->is_final = !has(match, "pre") && !has(match, "post") && !has(match, "dev");
    version->clean = g_strdup(out->str);
    return true;
}
