/* Rules for ids. */
#include "workflow/identifier.h"
#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

enum {
    LEG_ID_BYTES_MAX = 25,
    HASH_DIGITS = 8
};

struct identifiers {
    GHashTable *taken; /* case-folded ids */
};

struct identifiers *identifiers_new(void)
{
    struct identifiers *identifiers = g_new0(struct identifiers, 1);
    identifiers->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return identifiers;
}

void identifiers_free(struct identifiers *identifiers)
{
    if (identifiers == NULL)
        return;
    g_hash_table_unref(identifiers->taken);
    g_free(identifiers);
}

static bool is_legal(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '-';
}

static bool is_legal_first(char c)
{
    return g_ascii_isalpha(c) || c == '_';
}

static bool is_valid(const char *id)
{
    if (!is_legal_first(id[0]) || strlen(id) > WORKFLOW_IDENTIFIER_BYTES_MAX)
        return false;
    for (const char *at = id; *at != '\0'; at++)
        if (!is_legal(*at))
            return false;
    return true;
}

static bool take(struct identifiers *identifiers, const char *id)
{
    return g_hash_table_add(identifiers->taken, g_ascii_strdown(id, -1));
}

char *identifiers_add(struct identifiers *identifiers, const char *id)
{
    if (!is_valid(id))
        return g_strdup_printf(
            "The identifier '%s' is invalid. IDs may only contain alphanumeric characters, '_', "
            "and '-'. IDs must start with a letter or '_' and must be less than %d characters.",
            id, WORKFLOW_IDENTIFIER_BYTES_MAX + 1);
    if (g_str_has_prefix(id, "__"))
        return g_strdup_printf(
            "The identifier '%s' is invalid. IDs starting with '__' are reserved.", id);
    if (!take(identifiers, id))
        return g_strdup_printf(
            "The identifier '%s' may not be used more than once within the same scope.", id);
    return NULL;
}

static void append_segment(GString *name, const char *segment)
{
    if (segment[0] == '\0')
        return;
    bool may_not_lead = is_legal(segment[0]) && !is_legal_first(segment[0]);
    if (name->len > 0 || may_not_lead)
        g_string_append_c(name, '_');
    for (const char *at = segment; *at != '\0'; at = g_utf8_next_char(at))
        g_string_append_c(name, is_legal(*at) ? *at : '_');
}

/* `__` at the start is for ids that GitHub makes itself. */
static void avoid_reserved_prefix(GString *name)
{
    if (g_str_has_prefix(name->str, "__"))
        g_string_erase(name, 0, (gssize)strspn(name->str, "_") - 1);
}

static GString *join(const char *const *segments)
{
    GString *name = g_string_new(NULL);
    for (; *segments != NULL; segments++)
        append_segment(name, *segments);
    avoid_reserved_prefix(name);
    if (name->len == 0)
        g_string_assign(name, "job");
    return name;
}

/* "_2" and so on, of which "_" alone has its own. */
static char *suffix_of(const GString *name, int attempt)
{
    bool is_bare = strcmp(name->str, "_") == 0;
    return attempt == 1 ? g_strdup("") : g_strdup_printf("%s%d", is_bare ? "" : "_", attempt);
}

char *identifiers_make(struct identifiers *identifiers, const char *const *segments)
{
    g_autoptr(GString) name = join(segments);
    for (int attempt = 1;; attempt++) {
        g_autofree char *suffix = suffix_of(name, attempt);
        gsize kept = MIN(name->len, LEG_ID_BYTES_MAX - strlen(suffix));
        g_autofree char *id = g_strdup_printf("%.*s%s", (int)kept, name->str, suffix);
        if (take(identifiers, id))
            return g_steal_pointer(&id);
    }
}

char *identifier_hash(const char *text)
{
    g_autofree char *digest = digest_of(text, strlen(text));
    return g_strndup(strchr(digest, ':') + 1, HASH_DIGITS);
}

char *identifiers_make_whole(struct identifiers *identifiers, const char *const *segments)
{
    g_autoptr(GString) name = join(segments);
    if (name->len > MATRIX_LEG_ID_BYTES_MAX) {
        g_autofree char *hash = identifier_hash(name->str);
        g_string_truncate(name, MATRIX_LEG_ID_BYTES_MAX - HASH_DIGITS - 1);
        g_string_append_printf(name, "-%s", hash);
    }
    for (int attempt = 1;; attempt++) {
        g_autofree char *suffix = suffix_of(name, attempt);
        g_autofree char *id = g_strconcat(name->str, suffix, NULL);
        if (take(identifiers, id))
            return g_steal_pointer(&id);
    }
}
