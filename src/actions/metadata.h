/*
 * How docker/metadata-action makes tags and labels (its src/ of v4.6 to v6.2). Private to it: what
 * its inputs say, what is known of the event, and what comes out. Texts of structs are owned unless
 * said otherwise.
 */
#pragma once

#include "actions/core.h"

enum tag_type {
    TAG_SCHEDULE,
    TAG_SEMVER,
    TAG_PEP440,
    TAG_MATCH,
    TAG_EDGE,
    TAG_REF,
    TAG_RAW,
    TAG_SHA,
};

/* One line of the input `tags`. */
struct meta_tag {
    enum tag_type type;
    json_t *attributes; /* name to text, in the order of the line */
};

struct meta_image {
    char *name;
    bool is_enabled;
};

struct meta_flavor {
    char *latest; /* "auto", "true", "false" */
    char *prefix, *suffix;
    bool is_prefix_latest, is_suffix_latest;
};

struct meta {
    struct action_run *run;
    const char *event; /* lent */
    char *reference;
    char *commit;
    int64_t date_ms, commit_date_ms;
    GPtrArray *images; /* struct meta_image */
    GPtrArray *tags;   /* struct meta_tag, by priority */
    struct meta_flavor flavor;
    /* What comes out. */
    char *version;       /* NULL: none */
    GPtrArray *partials; /* further versions: char * */
    bool has_latest, is_latest;
};
void meta_clear(struct meta *meta);
#define META(variable) __attribute__((cleanup(meta_clear))) struct meta variable = {0}

const char *meta_attribute(const struct meta_tag *tag, const char *name); /* "" without it */
const char *tag_type_text(enum tag_type type);

/* Reads images, tags and flavor, and logs them in their groups. */
bool meta_read_inputs(struct meta *meta, GError **error) MUST_USE;
/* {{branch}}, {{is_default_branch}}, {{date 'YYYY'}} and so on in a text; g_free. */
char *meta_expand(const struct meta *meta, const char *text, GError **error) MUST_USE;
/* The patterns of schedules: {{date …}} and {{commit_date …}} only; g_free. */
char *meta_expand_dates(const struct meta *meta, const char *text, GError **error) MUST_USE;
/* Fills version, partials and is_latest. */
bool meta_make_version(struct meta *meta, GError **error) MUST_USE;
/* Names of enabled images in lower case. */
GPtrArray *meta_image_names(const struct meta *meta);
/* "name/app:1.2.3" …, or without names. */
GPtrArray *meta_tag_list(const struct meta *meta, bool without_names);
/* "org.opencontainers.image.title=app" …, sorted; extra lines come after the standard ones. NULL:
   thrown. */
GPtrArray *meta_labels(const struct meta *meta, const GPtrArray *extra, GError **error) MUST_USE;
