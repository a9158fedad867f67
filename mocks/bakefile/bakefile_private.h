/*
 * What the files of this folder share: the arena, values, terms (the syntax tree), bodies and the
 * context of one evaluation. Everything is owned by an arena and freed with it; nothing is freed
 * alone. A failing function answers NULL or false and leaves the first error in its context.
 */
#pragma once

#include "base/limits.h"
#include "mocks/bakefile/bakefile.h"
#include "mocks/bakefile/syntax.h"

/* ---- arena.c ---- */

struct bake_arena {
    GPtrArray *blocks;
    gsize bytes;
};

void bake_arena_init(struct bake_arena *arena);
void bake_arena_finish(struct bake_arena *arena);
/* Zeroed memory of the arena's life. */
void *bake_take(struct bake_arena *arena, gsize size);
char *bake_take_text(struct bake_arena *arena, const char *text, gsize length);
char *bake_take_printf(struct bake_arena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- values (value.c) ---- */

enum value_kind {
    VALUE_NULL,
    VALUE_BOOLEAN,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_TUPLE,
    VALUE_LIST,
    VALUE_SET, /* sorted, each once */
    VALUE_OBJECT,
    VALUE_MAP,
};

/* cty's values, without the unknown ones; numbers are exact to 18 digits instead of 150. Keys of
   objects and maps are sorted by their bytes. */
struct value {
    enum value_kind kind;
    bool boolean;
    long double number;
    const char *text;
    const struct value **items;
    const char **keys;
    gsize count;
};

struct bake; /* below */

const struct value *value_null(struct bake *bake);
const struct value *value_boolean(struct bake *bake, bool boolean);
const struct value *value_number(struct bake *bake, long double number);
const struct value *value_string(struct bake *bake, const char *text);
const struct value *value_text_of(struct bake *bake, const char *text, gsize length);
const struct value *value_sequence(struct bake *bake, enum value_kind kind,
                                   const struct value *const *items, gsize count);
bool value_is_sequence(const struct value *value); /* tuple, list or set */
bool value_is_mapping(const struct value *value);
const struct value *value_get(const struct value *mapping, const char *key);
/* cty's Equals: false for values of different types. */
bool value_equal(const struct value *a, const struct value *b);
int value_compare(const void *a, const void *b); /* of const struct value **; for sets */
/* "string", "list of string" … as cty names types in messages. */
/* Exact in buildx's decimal of 512 bits and here: a multiple of 2^-20 below 10^12. */
bool value_is_exact(long double number);
const char *value_type_text(const struct value *value);
/* Text of a primitive; NULL if it is none. A number that is not exact fails. */
const char *value_as_text(struct bake *bake, const struct value *value);
/* Whether it converts, and the answer. */
bool value_as_boolean(const struct value *value, bool *boolean);
bool value_as_number(const struct value *value, long double *number);
/* A mapping under construction: later keys win; sorted at the end. */
struct pairs {
    GPtrArray *keys;
    GPtrArray *values;
};
void pairs_init(struct pairs *pairs);
void pairs_add(struct pairs *pairs, const char *key, const struct value *value);
const struct value *pairs_end(struct bake *bake, struct pairs *pairs, enum value_kind kind);
/* One type for several values, as `cond ? a : b` and lists need: all the same kind, numbers and
   booleans beside strings become strings. NULL when there is none. */
const struct value **values_unify(struct bake *bake, const struct value *const *values,
                                  gsize count);

struct bakefile {
    struct bake_arena arena;
    GPtrArray *texts;    /* struct bake_text * */
    GPtrArray *bodies;   /* struct body *: HCL and JSON, in order */
    GPtrArray *parsed;   /* all bodies, inner ones too */
    GPtrArray *composes; /* struct bake_text *: YAML, in order */
};

/* ---- one evaluation ---- */

/* Names of for expressions, functions' parameters and a matrix; NULL is the global scope. */
struct scope {
    const struct scope *parent;
    const char *name;
    const struct value *value;
};

struct function {
    const char *name;
    const struct block *block;
    const char **params;
    gsize param_count;
    const char *variadic;
    struct term *result;
};

struct bake {
    struct bake_arena *arena;
    GError *error;
    const struct bakefile *file;
    const struct bake_request *request;
    GPtrArray *bodies; /* all that were parsed; they own arrays */
    gsize steps;
    int depth;
    GHashTable *values;       /* name -> const struct value *: done */
    GHashTable *progress;     /* keys of what is being resolved */
    GHashTable *variables;    /* name -> struct block *: the last of that name */
    GHashTable *attributes;   /* name -> struct attribute * */
    GHashTable *functions;    /* name -> struct function * */
    bool blocks_are_named;    /* before that no expression sees a target */
    GPtrArray *instances;     /* struct instance *, see blocks.c */
    const struct value *item; /* of the splat that is being evaluated */
};

/* error.c: all leave bake->error alone when there is one already, and answer NULL. */
void *bake_fail(struct bake *bake, enum bakefile_error code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void *bake_fail_range(struct bake *bake, const struct bake_text *source, gsize start, gsize end,
                      const char *summary, const char *format, ...) G_GNUC_PRINTF(6, 7);
void *bake_fail_term(struct bake *bake, const struct term *term, const char *summary,
                     const char *format, ...) G_GNUC_PRINTF(4, 5);
void *bake_unknown_term(struct bake *bake, const struct term *term, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* "file:3,10-15" */
char *bake_range_text(const struct bake_text *source, gsize start, gsize end);
/* At HCL's StartRange of the term. */
void *bake_fail_start(struct bake *bake, const struct term *term, const char *summary,
                      const char *format, ...) G_GNUC_PRINTF(4, 5);
bool bake_fail_labels(struct bake *bake, const struct block *block);
void bake_append(struct bake *bake, const char *text);
/* Turns an error without a place into a diagnostic of this range. */
void *bake_wrap(struct bake *bake, const struct bake_text *source, gsize start, gsize end,
                const char *summary);

/* Evaluation: evaluate.c, template.c. */
const struct value *bake_evaluate(struct bake *bake, const struct term *term,
                                  const struct scope *scope);
const struct value *bake_evaluate_template(struct bake *bake, const struct term *term,
                                           const struct scope *scope);
const struct value *bake_binary(struct bake *bake, const struct term *term,
                                const struct scope *scope);
const struct value *bake_for(struct bake *bake, const struct term *term, const struct scope *scope);
/* Counts a step against the ceilings. */
bool bake_step(struct bake *bake);
bool bake_text_append(struct bake *bake, GString *text, const char *piece);
/* "" with the reason in text when the index is no good; items of sequences and mappings. */
const struct value *bake_index(struct bake *bake, const struct value *value,
                               const struct value *key, const char **problem);

/* Functions: functions.c and the tables. */
struct call {
    struct bake *bake;
    const struct term *term;
    const struct value *const *args;
    gsize count;
    const char *problem;  /* set by a function that fails */
    int problem_argument; /* which argument it is about, or -1 */
};

typedef const struct value *call_function(struct call *call);

struct function_row {
    const char *name;
    const char *params; /* names; one letter before each says its type: s n b, * for any;
                           a last one that begins with + takes any number */
    call_function *run;
};

extern const struct function_row functions_numbers[], functions_texts[], functions_lists[],
    functions_sets[], functions_mappings[], functions_encodings[], functions_times[],
    functions_regexes[];
const struct value *bake_call(struct bake *bake, const struct term *term,
                              const struct scope *scope);
const struct function_row *bake_function_row(const char *name);
bool bake_function_is_known(const char *name); /* buildx has it, whether modelled or not */
/* Fails the call with a reason, or because of one argument. */
const struct value *call_fails(struct call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
const struct value *call_argument_fails(struct call *call, int argument, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
const struct value *call_string(struct call *call, const char *text); /* takes the text */

const struct value *bake_json_decode(struct bake *bake, const char *text, const char **problem);
bool bake_json_encode(struct bake *bake, GString *text, const struct value *value);

/* Types: types.c. */
struct value_type {
    enum value_kind kind; /* VALUE_NULL: any */
    struct value_type **items;
    const char **keys;
    bool *optional;
    gsize count;
};
/* NULL with an error. */
struct value_type *bake_type(struct bake *bake, const struct term *term);
const char *bake_type_text(struct bake *bake, const struct value_type *type);
/* NULL with *problem when it does not convert. */
const struct value *bake_convert(struct bake *bake, const struct value *value,
                                 const struct value_type *type, const char **problem);

/* Names: scope.c. */
bool bake_names_load(struct bake *bake);
/* Resolves what the term uses: variables, functions, attributes of blocks. */
bool bake_needs(struct bake *bake, const struct term *term, const struct scope *scope);
const struct value *bake_variable(struct bake *bake, const struct term *term,
                                  const struct scope *scope);
bool bake_resolve_names(struct bake *bake);
bool bake_resolve_attributes(struct bake *bake);
bool bake_override(struct bake *bake, const char *name, struct term *type_term,
                   const struct value **value, bool has_default);

/* Groups and targets before inherits are applied (config.c). Targets are objects like those of
   `bake --print`, "inherits" among them; a key that is there but empty overrides, a missing one
   does not. */
struct bake_group {
    char *name;
    char *description;
    GPtrArray *targets; /* char * */
};

struct bake_raw {
    char *name;
    json_t *attributes;
};

struct bake_config {
    GPtrArray *groups;  /* struct bake_group * */
    GPtrArray *targets; /* struct bake_raw * */
};

void bake_config_init(struct bake_config *config);
void bake_config_finish(struct bake_config *config);
struct bake_group *bake_config_group(const struct bake_config *config, const char *name);
struct bake_raw *bake_config_target(const struct bake_config *config, const char *name);
struct bake_group *bake_group_add(struct bake_config *config, const char *name);
void bake_names_add(GPtrArray *names, const char *name); /* once */
/* Adds a target or merges it into that of the same name; steals attributes. */
void bake_target_add(struct bake_config *config, const char *name, json_t *attributes);
/* buildx's Target.Merge(). */
void bake_target_merge(json_t *target, const json_t *other);
void bake_target_normalize(json_t *target);

/* Attributes of a target block as data (attribute.c): one row an attribute, in the order of
   `--print`. */
enum attribute_kind {
    ATTRIBUTE_TEXT,
    ATTRIBUTE_BOOLEAN,
    ATTRIBUTE_TEXTS,
    ATTRIBUTE_MAP,      /* of texts */
    ATTRIBUTE_NULL_MAP, /* of texts or null, which drops the key */
    ATTRIBUTE_CACHES,
    ATTRIBUTE_OUTPUTS,
    ATTRIBUTE_SECRETS,
    ATTRIBUTE_SSH,
    ATTRIBUTE_ATTESTS,
};

enum merge_kind {
    MERGE_REPLACES,
    MERGE_ADDS,
    MERGE_MAPS,
};

struct attribute_row {
    const char *name;
    enum attribute_kind kind;
    enum merge_kind merge;
    bool is_escaped; /* `--print` escapes templates in it */
};

const struct attribute_row *bake_attribute_rows(gsize *count);
/* NULL for a name that is none. */
const struct attribute_row *bake_attribute_row(const char *name);
/* JSON null when the value is null; the caller owns it; NULL with an error at the term. */
json_t *bake_attribute_json(struct bake *bake, const struct attribute_row *row,
                            const struct value *value, const struct term *term);
/* What a reference such as target.app.tags sees. */
const struct value *bake_attribute_value(struct bake *bake, const struct attribute_row *row,
                                         const json_t *json);

/* Entries of the command line as data (entry.c); NULL with *problem to be freed. */
json_t *bake_entry_parse(enum attribute_kind kind, const char *text, char **problem);
/* A list of them; a cache may be several in one text; empty ones are skipped. */
json_t *bake_entries_parse(enum attribute_kind kind, const json_t *texts, char **problem);
/* Fields of one line of CSV, or NULL; g_ptr_array_unref. */
GPtrArray *bake_csv_fields(const char *text, char separator);
void bake_entries_normalize(enum attribute_kind kind, json_t *entries);

/* `--set` (override.c): all of them, applied to one target when it is resolved. */
bool bake_overrides_check(struct bake *bake, const struct bake_config *config);
bool bake_overrides_apply(struct bake *bake, const struct bake_config *config, const char *name,
                          json_t *target);

/* HCL blocks to groups and targets (blocks.c). */
bool bake_blocks(struct bake *bake, struct bake_config *config);
/* A reference to an attribute of a block makes it be evaluated now; attribute may be NULL for all
   of them. */
bool bake_block_needs(struct bake *bake, const char *type, const char *name, const char *attribute);
/* target.NAME as an object, or NULL. */
const struct value *bake_block_value(struct bake *bake, const char *type, const char *name);
bool bake_is_block_type(const char *name);
void bake_instance_free(void *item);

/* Go's path.Clean, by which buildx goes before it prints a context that is no URL (finish.c);
   g_free. */
char *bake_path_clean(const char *path);
/* A target's last step (finish.c); replaces the object. */
bool bake_target_finish(struct bake *bake, json_t **attributes);

/* print.c */
char *bake_print(json_t *groups, const GPtrArray *targets);

/* compose.c */
bool bake_composes(struct bake *bake, struct bake_config *config);
