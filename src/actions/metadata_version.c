/* From tags as the input lists them to versions (the proc functions of metadata-action). */
#include "actions/handlebars.h"
#include "actions/list.h"
#include "actions/metadata.h"
#include "actions/pep440.h"
#include "actions/semver.h"

#include <string.h>

#define SHORT_COMMIT 7

/* Runs of what no tag may hold become one '-'; g_free. */
static char *sanitized(const char *text)
{
    GString *out = g_string_new(NULL);
    bool is_bad_before = false;
    for (const char *c = text; *c != '\0'; c++) {
        bool is_good = g_ascii_isalnum(*c) || strchr("._-", *c) != NULL;
        if (is_good)
            g_string_append_c(out, *c);
        else if (!is_bad_before)
            g_string_append_c(out, '-');
        is_bad_before = !is_good;
    }
    return g_string_free(out, FALSE);
}

/* value with the tag's or else the flavor's prefix and suffix, their expressions expanded; g_free.
 */
static char *affixed(const struct meta *meta, const struct meta_tag *tag, const char *value,
                     GError **error)
{
    const char *prefix = json_get_string(tag->attributes, "prefix", meta->flavor.prefix);
    const char *suffix = json_get_string(tag->attributes, "suffix", meta->flavor.suffix);
    g_autofree char *before = meta_expand(meta, prefix, error);
    g_autofree char *after = before != NULL ? meta_expand(meta, suffix, error) : NULL;
    return after != NULL ? g_strconcat(before, value, after, NULL) : NULL;
}

/* The first value is the version, others are further ones; whether it is the latest is said by the
   first too. is_auto counts where the flavor says "auto". */
static bool add_version(struct meta *meta, const struct meta_tag *tag, const char *value,
                        bool is_auto, GError **error)
{
    g_autofree char *whole = affixed(meta, tag, value, error);
    if (whole == NULL)
        return false;
    if (*whole == '\0')
        return true;
    g_autofree char *name = sanitized(whole);
    if (meta->version == NULL)
        meta->version = g_strdup(name);
    else if (strcmp(name, meta->version) != 0)
        list_add_once(meta->partials, name);
    if (!meta->has_latest) {
        bool is_auto_flavor = strcmp(meta->flavor.latest, "auto") == 0;
        meta->is_latest = is_auto_flavor ? is_auto : strcmp(meta->flavor.latest, "true") == 0;
        meta->has_latest = true;
    }
    return true;
}

/* The value given, expanded, or the name of the pushed tag; NULL without error: neither; g_free. */
static char *value_or_tag(const struct meta *meta, const struct meta_tag *tag, GError **error)
{
    const char *value = meta_attribute(tag, "value");
    if (*value != '\0')
        return meta_expand(meta, value, error);
    bool is_tag = g_str_has_prefix(meta->reference, "refs/tags/");
    return is_tag ? g_strdup(meta->reference + strlen("refs/tags/")) : NULL;
}

/* The group that an attribute names, as an index of JavaScript's array; -1: none. */
static int group_of(const char *text)
{
    guint64 number = 0;
    bool is_index = (text[0] != '0' || text[1] == '\0') &&
                    g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &number, NULL);
    return is_index ? (int)number : -1;
}

/* A group of a match, or NULL: no match, or no such group (then *has_match); g_free. */
static char *match_group(const char *pattern, const char *flags, const char *text, int group,
                         bool *has_match, GError **error)
{
    GRegexCompileFlags compile = (strchr(flags, 'i') != NULL ? G_REGEX_CASELESS : 0) | G_REGEX_RAW;
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) regex = g_regex_new(pattern, compile, 0, NULL);
    *has_match = false;
    if (regex == NULL) {
        core_throw(error, "Invalid regular expression: /%s/", pattern);
        return NULL;
    }
    *has_match = g_regex_match(regex, text, 0, &match);
    return *has_match && group >= 0 ? g_match_info_fetch(match, group) : NULL;
}

/* What semver and pep440 begin with: the value, narrowed by `match`, slashes as dashes; *is_there
   false: there is none. */
static bool version_value(struct meta *meta, const struct meta_tag *tag, char **value,
                          GError **error)
{
    GError *failure = NULL;
    *value = value_or_tag(meta, tag, &failure);
    const char *pattern = meta_attribute(tag, "match");
    if (failure == NULL && *value != NULL && *pattern != '\0') {
        bool has_match = false;
        char *group = match_group(pattern, "", *value, 1, &has_match, &failure);
        if (failure == NULL && !has_match)
            action_warn(meta->run, "%s does not match %s.", pattern, *value);
        if (has_match) {
            g_free(*value);
            *value = group != NULL ? group : g_strdup("undefined");
        }
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (*value != NULL)
        g_strdelimit(*value, "/", '-');
    return true;
}

static char *semver_value(void *self, const struct handlebars_call *call, GError **error)
{
    (void)error;
    const struct semver *version = self;
    if (strcmp(call->name, "raw") == 0)
        return g_strdup(version->raw);
    if (strcmp(call->name, "version") == 0)
        return semver_text(version);
    if (strcmp(call->name, "prerelease") == 0) {
        char *text = g_strdup(version->prerelease != NULL ? version->prerelease : "");
        return g_strdelimit(text, ".", ',');
    }
    const struct {
        const char *name;
        uint64_t number;
    } numbers[] = {{"major", version->major}, {"minor", version->minor}, {"patch", version->patch}};
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (strcmp(call->name, numbers[i].name) == 0)
            return g_strdup_printf("%" G_GUINT64_FORMAT, numbers[i].number);
    return NULL;
}

static bool add_semver(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    g_autofree char *text = NULL;
    SEMVER(version);
    if (!version_value(meta, tag, &text, error))
        return false;
    if (text == NULL)
        return true;
    if (!semver_parse(text, &version)) {
        action_warn(meta->run, "%s is not a valid semver. More info: https://semver.org/", text);
        return true;
    }
    bool is_final = version.prerelease == NULL;
    const char *pattern = meta_attribute(tag, "pattern");
    bool is_as_asked = is_final || handlebars_is_raw(pattern);
    g_autofree char *value =
        handlebars_expand(is_as_asked ? pattern : "{{version}}", semver_value, &version, error);
    return value != NULL && add_version(meta, tag, value, is_final, error);
}

struct python_version {
    const struct pep440 *version;
    const char *raw;
};

static char *python_value(void *self, const struct handlebars_call *call, GError **error)
{
    (void)error;
    static const char *const names[] = {"major", "minor", "patch"};
    const struct python_version *asked = self;
    if (strcmp(call->name, "raw") == 0)
        return g_strdup(asked->raw);
    if (strcmp(call->name, "version") == 0)
        return g_strdup(asked->version->clean);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(call->name, names[i]) == 0)
            return g_strdup_printf("%" G_GUINT64_FORMAT, asked->version->release[i]);
    return NULL;
}

static bool add_pep440(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    g_autofree char *text = NULL;
    PEP440(version);
    if (!version_value(meta, tag, &text, error))
        return false;
    if (text == NULL)
        return true;
    if (!pep440_parse(text, &version)) {
        action_warn(meta->run,
                    "%s does not conform to PEP 440. More info: "
                    "https://www.python.org/dev/peps/pep-0440",
                    text);
        return true;
    }
    const char *pattern = meta_attribute(tag, "pattern");
    const char *asked = handlebars_is_raw(pattern) ? "{{raw}}" : "{{version}}";
    struct python_version python = {&version, text};
    g_autofree char *value =
        handlebars_expand(version.is_final ? pattern : asked, python_value, &python, error);
    return value != NULL && add_version(meta, tag, value, version.is_final, error);
}

static bool add_match(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    GError *failure = NULL;
    g_autofree char *text = value_or_tag(meta, tag, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (text == NULL)
        return true;
    const char *pattern = meta_attribute(tag, "pattern");
    const char *end = strrchr(pattern, '/');
    bool is_literal = *pattern == '/' && end > pattern + 1; /* "/v(\d)/i" */
    g_autofree char *inside =
        is_literal ? g_strndup(pattern + 1, (gsize)(end - pattern - 1)) : g_strdup(pattern);
    const char *group = meta_attribute(tag, "group");
    bool has_match = false;
    g_autofree char *value =
        match_group(inside, is_literal ? end + 1 : "", text, group_of(group), &has_match, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (value != NULL)
        return add_version(meta, tag, value, /* is_auto= */ true, error);
    if (has_match)
        action_warn(meta->run, "Group %s does not exist for %s pattern.", group, pattern);
    else
        action_warn(meta->run, "%s does not match %s.", pattern, text);
    return true;
}

static bool add_reference(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    static const struct {
        const char *event, *prefix;
    } kinds[] = {{"branch", "refs/heads/"}, {"tag", "refs/tags/"}, {"pr", "refs/pull/"}};
    const char *event = meta_attribute(tag, "event");
    gsize kind = 0;
    while (strcmp(kinds[kind].event, event) != 0)
        kind++;
    if (!g_str_has_prefix(meta->reference, kinds[kind].prefix))
        return true;
    g_autofree char *value = g_strdup(meta->reference + strlen(kinds[kind].prefix));
    if (strcmp(event, "pr") == 0 && g_str_has_suffix(value, "/merge"))
        value[strlen(value) - strlen("/merge")] = '\0';
    return add_version(meta, tag, value, /* is_auto= */ strcmp(event, "tag") == 0, error);
}

static bool add_edge(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    const char *asked = meta_attribute(tag, "branch");
    const char *branch = *asked != '\0'
                             ? asked
                             : action_context(meta->run, "github.event.repository.default_branch");
    bool is_branch = g_str_has_prefix(meta->reference, "refs/heads/") &&
                     strcmp(meta->reference + strlen("refs/heads/"), branch) == 0;
    return !is_branch || add_version(meta, tag, "edge", /* is_auto= */ false, error);
}

static bool add_schedule(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    if (strstr(meta->event, "schedule") == NULL)
        return true;
    g_autofree char *value = meta_expand_dates(meta, meta_attribute(tag, "pattern"), error);
    return value != NULL && add_version(meta, tag, value, /* is_auto= */ false, error);
}

static bool add_raw(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    g_autofree char *value = meta_expand(meta, meta_attribute(tag, "value"), error);
    return value != NULL && add_version(meta, tag, value, /* is_auto= */ false, error);
}

static bool add_commit(struct meta *meta, const struct meta_tag *tag, GError **error)
{
    if (*meta->commit == '\0')
        return true;
    bool is_short = strcmp(meta_attribute(tag, "format"), "short") == 0;
    const char *asked = action_variable(meta->run, "DOCKER_METADATA_SHORT_SHA_LENGTH");
    gsize length = strlen(meta->commit);
    if (is_short && asked != NULL && *asked != '\0') {
        if (strspn(asked, "0123456789") != strlen(asked))
            return core_throw(error, "DOCKER_METADATA_SHORT_SHA_LENGTH is not a valid number: %s",
                              asked);
        length = MIN(length, g_ascii_strtoull(asked, NULL, 10));
    } else if (is_short) {
        length = MIN(length, SHORT_COMMIT);
    }
    g_autofree char *value = g_strndup(meta->commit, length);
    return add_version(meta, tag, value, /* is_auto= */ false, error);
}

typedef bool add_fn(struct meta *meta, const struct meta_tag *tag, GError **error);

static add_fn *const adders[] = {
    [TAG_SCHEDULE] = add_schedule, [TAG_SEMVER] = add_semver, [TAG_PEP440] = add_pep440,
    [TAG_MATCH] = add_match,       [TAG_EDGE] = add_edge,     [TAG_REF] = add_reference,
    [TAG_RAW] = add_raw,           [TAG_SHA] = add_commit,
};

bool meta_make_version(struct meta *meta, GError **error)
{
    meta->partials = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < meta->tags->len; i++) {
        const struct meta_tag *tag = g_ptr_array_index(meta->tags, i);
        g_autofree char *enabled = meta_expand(meta, meta_attribute(tag, "enable"), error);
        if (enabled == NULL)
            return false;
        bool is_enabled = strcmp(enabled, "true") == 0;
        if (!is_enabled && strcmp(enabled, "false") != 0)
            return core_throw(error, "Invalid value for enable attribute: %s", enabled);
        if (is_enabled && !adders[tag->type](meta, tag, error))
            return false;
    }
    return true;
}

static void add_tags(const struct meta *meta, const char *name, GPtrArray *tags)
{
    const char *colon = *name != '\0' ? ":" : "";
    g_ptr_array_add(tags, g_strconcat(name, colon, meta->version, NULL));
    for (guint i = 0; i < meta->partials->len; i++)
        g_ptr_array_add(tags, g_strconcat(name, colon, g_ptr_array_index(meta->partials, i), NULL));
    if (!meta->is_latest)
        return;
    g_autofree char *latest =
        g_strconcat(meta->flavor.is_prefix_latest ? meta->flavor.prefix : "", "latest",
                    meta->flavor.is_suffix_latest ? meta->flavor.suffix : "", NULL);
    g_autofree char *clean = sanitized(latest);
    g_ptr_array_add(tags, g_strconcat(name, colon, clean, NULL));
}

GPtrArray *meta_image_names(const struct meta *meta)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < meta->images->len; i++) {
        const struct meta_image *image = g_ptr_array_index(meta->images, i);
        if (image->is_enabled)
            g_ptr_array_add(names, g_utf8_strdown(image->name, -1));
    }
    return names;
}

GPtrArray *meta_tag_list(const struct meta *meta, bool without_names)
{
    GPtrArray *tags = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) names = meta_image_names(meta);
    if (meta->version == NULL)
        return tags;
    bool is_bare = without_names || (names->len == 0 && action_major(meta->run) >= 5);
    if (is_bare)
        add_tags(meta, "", tags);
    for (guint i = 0; !is_bare && i < names->len; i++)
        add_tags(meta, g_ptr_array_index(names, i), tags);
    return tags;
}
