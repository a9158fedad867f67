/* --mount of RUN: one row a key. */
#include "mocks/dockerfile/mount.h"

#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/parse.h"
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

void run_mount_free(void *pointer)
{
    struct run_mount *mount = pointer;
    g_free(mount->type);
    g_free(mount->from);
    g_free(mount->source);
    g_free(mount->target);
    g_free(mount->id);
    g_free(mount);
}

/* ---- keys ---- */

static bool is_of_session(const struct run_mount *mount)
{
    return strcmp(mount->type, "secret") == 0 || strcmp(mount->type, "ssh") == 0;
}

static bool parse_bool(const char *text, bool *value)
{
    static const char *const trues[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    static const char *const falses[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
    *value = g_strv_contains(trues, text);
    return *value || g_strv_contains(falses, text);
}

static bool take_type(struct run_mount *mount, const char *key, const char *value, GError **error)
{
    static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh", NULL};
    (void)key;
    g_free(mount->type);
    mount->type = g_ascii_strdown(value, -1);
    return g_strv_contains(types, mount->type) ||
           plan_fail(error, "unsupported mount type \"%s\"", value);
}

static bool take_required(struct run_mount *mount, const char *key, const char *value,
                          GError **error)
{
    if (!is_of_session(mount))
        return plan_fail(error, "unexpected key '%s' for mount type '%s'", key, mount->type);
    return parse_bool(value, &mount->is_required) ||
           plan_fail(error, "invalid value for %s: %s", key, value);
}

/* units.RAMInBytes() */
static bool take_size(struct run_mount *mount, const char *key, const char *value, GError **error)
{
    if (strcmp(mount->type, "tmpfs") != 0)
        return plan_fail(error, "unexpected key '%s' for mount type '%s'", key, mount->type);
    return g_regex_match_simple("^[0-9]+(\\.[0-9]*)? ?([kmgtp]?i?b?)$", value, G_REGEX_CASELESS,
                                0) ||
           plan_fail(error, "invalid value for %s: %s", key, value);
}

static bool take_number(struct run_mount *mount, const char *key, const char *value, GError **error)
{
    bool is_mode = strcmp(key, "mode") == 0;
    mount->owner_key = mount->owner_key == NULL || is_mode ? key : mount->owner_key;
    return g_ascii_string_to_unsigned(value, is_mode ? 8 : 10, 0, G_MAXUINT32, NULL, NULL) ||
           plan_fail(error, "invalid value %s for %s", value, key);
}

static bool take_sharing(struct run_mount *mount, const char *key, const char *value,
                         GError **error)
{
    static const char *const modes[] = {"shared", "private", "locked", NULL};
    g_autofree char *lower = g_ascii_strdown(value, -1);
    (void)key;
    mount->is_shared_somehow = true;
    return g_strv_contains(modes, lower) ||
           plan_fail(error, "unsupported sharing value \"%s\"", value);
}

static bool take_switch(struct run_mount *mount, const char *key, const char *value, GError **error)
{
    bool is_on;
    (void)mount;
    return parse_bool(value, &is_on) || plan_fail(error, "invalid value for %s: %s", key, value);
}

static const struct key {
    const char *name;
    gsize text; /* offset of the text that it sets */
    bool (*take)(struct run_mount *mount, const char *key, const char *value, GError **error);
    bool stands_alone; /* without a value it is true */
} keys[] = {
    {"type", 0, take_type, false},
    {"from", G_STRUCT_OFFSET(struct run_mount, from), NULL, false},
    {"source", G_STRUCT_OFFSET(struct run_mount, source), NULL, false},
    {"src", G_STRUCT_OFFSET(struct run_mount, source), NULL, false},
    {"target", G_STRUCT_OFFSET(struct run_mount, target), NULL, false},
    {"dst", G_STRUCT_OFFSET(struct run_mount, target), NULL, false},
    {"destination", G_STRUCT_OFFSET(struct run_mount, target), NULL, false},
    {"id", G_STRUCT_OFFSET(struct run_mount, id), NULL, false},
    {"required", 0, take_required, true},
    {"size", 0, take_size, false},
    {"sharing", 0, take_sharing, false},
    {"readonly", 0, take_switch, true},
    {"ro", 0, take_switch, true},
    {"readwrite", 0, take_switch, true},
    {"rw", 0, take_switch, true},
    {"mode", 0, take_number, false},
    {"uid", 0, take_number, false},
    {"gid", 0, take_number, false},
    {"env", 0, NULL, false},
};

static const struct key *find_key(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static bool fail_key(const char *name, const char *field, GError **error)
{
    const char *names[G_N_ELEMENTS(keys)];
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        names[i] = keys[i].name;
    const char *nearest =
        nearest_word_within(name, names, G_N_ELEMENTS(keys), SUGGESTION_DISTANCE_END);
    return nearest == NULL ? plan_fail(error, "unexpected key '%s' in '%s'", name, field)
                           : plan_fail(error, "unexpected key '%s' in '%s' (did you mean %s?)",
                                       name, field, nearest);
}

static bool take_value(struct run_mount *mount, const struct key *key, const char *value,
                       GError **error)
{
    if (key->take != NULL)
        return key->take(mount, key->name, value, error);
    if (key->text == 0)
        return true;
    char **text = (char **)G_STRUCT_MEMBER_P(mount, key->text);
    g_free(*text);
    *text = g_strdup(value);
    return true;
}

static bool take_field(struct run_mount *mount, const char *field, char escape,
                       const GPtrArray *variables, GError **error)
{
    const char *equals = strchr(field, '=');
    g_autofree char *raw =
        equals != NULL ? g_strndup(field, (gsize)(equals - field)) : g_strdup(field);
    g_autofree char *name = g_ascii_strdown(raw, -1);
    const struct key *key = find_key(name);
    if (equals == NULL && (key == NULL || !key->stands_alone))
        return plan_fail(error, "invalid field '%s' must be a key=value pair", field);
    if (key == NULL)
        return fail_key(name, field, error);
    g_autofree char *value = equals == NULL
                                 ? g_strdup("true")
                                 : expand_word(equals + 1, escape, variables, EXPAND_WORD, error);
    return value != NULL && take_value(mount, key, value, error);
}

/* ---- the whole ---- */

/* parseMount() */
static bool check(const struct run_mount *mount, GError **error)
{
    bool is_cache = strcmp(mount->type, "cache") == 0;
    if (mount->owner_key != NULL && !is_cache && !is_of_session(mount))
        return plan_fail(error, "%s not allowed for \"%s\" type mounts", mount->owner_key,
                         mount->type);
    bool is_secret = strcmp(mount->type, "secret") == 0;
    if (is_secret && mount->from != NULL)
        return plan_fail(error, "secret mount should not have a from");
    if (is_secret && mount->is_shared_somehow)
        return plan_fail(error, "secret mount should not define sharing");
    if (is_secret && mount->source == NULL && mount->target == NULL && mount->id == NULL)
        return plan_fail(error, "invalid secret mount. one of source, target required");
    if (is_secret && mount->source != NULL && mount->id != NULL)
        return plan_fail(error, "both source and id can't be set");
    if (mount->is_shared_somehow && !is_cache)
        return plan_fail(error, "invalid cache sharing set for %s mount", mount->type);
    if (strcmp(mount->type, "ssh") == 0 && mount->source != NULL)
        return plan_fail(error, "ssh does not support source");
    return true;
}

static struct run_mount *read_mount(const char *text, char escape, const GPtrArray *variables,
                                    GError **error)
{
    struct run_mount *mount = g_new0(struct run_mount, 1);
    g_auto(GStrv) fields = g_strsplit(text, ",", -1);
    bool is_fine = true;
    mount->type = g_strdup("bind");
    mount->from_stage = STAGE_NONE;
    for (gsize i = 0; is_fine && fields[i] != NULL; i++)
        is_fine = take_field(mount, fields[i], escape, variables, error);
    if (is_fine && check(mount, error))
        return mount;
    run_mount_free(mount);
    return NULL;
}

GPtrArray *run_mounts_read(const struct instruction *instruction, char escape,
                           const GPtrArray *variables, GError **error)
{
    g_autoptr(GPtrArray) mounts = g_ptr_array_new_with_free_func(run_mount_free);
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        if (strcmp(flag->name, "mount") != 0)
            continue;
        struct run_mount *mount = read_mount(flag->value, escape, variables, error);
        if (mount == NULL)
            return NULL;
        g_ptr_array_add(mounts, mount);
    }
    return g_steal_pointer(&mounts);
}

char *run_mount_from(const char *value)
{
    g_auto(GStrv) fields = g_strsplit(value, ",", -1);
    for (gsize i = 0; fields[i] != NULL; i++)
        if (g_ascii_strncasecmp(fields[i], "from=", strlen("from=")) == 0)
            return g_strdup(fields[i] + strlen("from="));
    return NULL;
}

char *run_mount_secret_id(const struct run_mount *mount)
{
    if (mount->source != NULL || mount->id != NULL)
        return g_strdup(mount->source != NULL ? mount->source : mount->id);
    return g_path_get_basename(mount->target);
}
