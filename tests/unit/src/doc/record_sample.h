/* A record type with every kind of field, for the tests of records. */
#pragma once

#include "base/limits.h"
#include "base/units.h"
#include "doc/record.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum colour {
    COLOUR_RED,
    COLOUR_GREEN,
};

static const char *const colour_names[] = {"red", "green", NULL};
static const char *const method_names[] = {"GET", "HEAD", NULL};

struct part {
    const struct node *node;
    struct position position;
    char *id;
    char *path;
    int64_t time_us;
};

static bool check_part(const struct node *node, void *record, GError **error)
{
    const struct part *part = record; /* read without error, so its path is there */
    if (strcmp(part->path, "forbidden") != 0)
        return true;
    node_error(error, node, "this part is forbidden");
    return false;
}

static const struct field part_fields[] = {
    {.kind = FIELD_SELF, .offset = offsetof(struct part, node)},
    {.kind = FIELD_POSITION, .offset = offsetof(struct part, position)},
    {.kind = FIELD_KEY, .offset = offsetof(struct part, id)},
    {.name = "path",
     .kind = FIELD_STRING,
     .offset = offsetof(struct part, path),
     .is_required = true,
     .summary = "where it lies"},
    {.name = "time",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct part, time_us),
     .otherwise = "1min30s",
     .summary = "how long it takes"},
    {0},
};

static const struct record_type part_record = {
    .name = "part",
    .summary = "a part of the whole",
    .size = sizeof(struct part),
    .fields = part_fields,
    .shorthand = "path",
    .check = check_part,
};

struct settings {
    bool is_loud;
    char **words;
};

static const struct field settings_fields[] = {
    {.name = "loud",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct settings, is_loud),
     .otherwise = "true",
     .summary = "whether it makes noise"},
    {.name = "words",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct settings, words),
     .otherwise = "ahoy",
     .summary = "what it says"},
    {0},
};

static const struct record_type settings_record = {
    .name = "settings",
    .summary = "how it behaves",
    .size = sizeof(struct settings),
    .fields = settings_fields,
};

struct delay {
    int64_t time_us;
};

static const struct field delay_fields[] = {
    {.name = "time",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct delay, time_us),
     .is_required = true,
     .summary = "how long"},
    {0},
};

static const struct record_type delay_record = {
    "delay", "waits", sizeof(struct delay), delay_fields, NULL, NULL, NULL};
static const struct field reset_fields[] = {{0}};
static const struct record_type reset_record = {"reset", "cuts", 0, reset_fields, NULL, NULL, NULL};

static const struct record_type *kinds_of_do(gsize index)
{
    static const struct record_type *const types[] = {&delay_record, &reset_record, NULL};
    return types[index];
}

static bool read_port(const struct field *field, const struct node *node, void *place,
                      GError **error)
{
    if (node->kind == NODE_INTEGER && node->integer == 5000) {
        *(char **)place = g_strdup("port");
        return true;
    }
    node_error(error, node, "'%s' has only one right value", field->name);
    return false;
}

static void clear_port(void *place)
{
    g_free(*(char **)place);
}

static json_t *port_schema(void)
{
    return json_pack("{s:i}", "const", 5000);
}

static const struct field_hooks port_hooks = {read_port, clear_port, port_schema,
                                              "the number 5000"};

static bool check_even(const struct field *field, const struct node *node, const void *place,
                       GError **error)
{
    if (*(const int64_t *)place % 2 == 0)
        return true;
    node_error(error, node, "'%s' is odd", field->name);
    return false;
}

struct whole {
    const struct node *node;
    char *name;
    char *version;
    enum colour colour;
    int64_t count;
    double chance;
    int64_t size_bytes;
    char **methods;
    GPtrArray *labels;
    struct settings settings;
    struct part *spare;
    GPtrArray *parts;
    GPtrArray *by_name;
    struct record_choice act;
    const struct node *raw;
    char *port;
};

#define AT(member) offsetof(struct whole, member)

static const struct field whole_fields[] = {
    {.kind = FIELD_SELF, .offset = AT(node)},
    {.name = "name", .kind = FIELD_STRING, .offset = AT(name), .summary = "what it is called"},
    {.name = "version", .kind = FIELD_SCALAR, .offset = AT(version), .summary = "which one"},
    {.name = "colour",
     .kind = FIELD_ENUM,
     .offset = AT(colour),
     .names = colour_names,
     .otherwise = "green",
     .summary = "its paint"},
    {.name = "count",
     .kind = FIELD_INTEGER,
     .offset = AT(count),
     .minimum = 1,
     .maximum = 10,
     .otherwise = "2",
     .check = check_even,
     .summary = "how many"},
    {.name = "chance",
     .kind = FIELD_NUMBER,
     .offset = AT(chance),
     .minimum = 0,
     .maximum = INFINITY,
     .otherwise = "0.5",
     .summary = "how likely"},
    {.name = "size",
     .kind = FIELD_SIZE,
     .offset = AT(size_bytes),
     .otherwise = "4GiB",
     .summary = "how large"},
    {.name = "methods",
     .kind = FIELD_STRINGS,
     .offset = AT(methods),
     .names = method_names,
     .may_be_single = true,
     .summary = "what it answers"},
    {.name = "labels", .kind = FIELD_STRING_MAP, .offset = AT(labels), .summary = "its labels"},
    {.name = "settings",
     .kind = FIELD_RECORD,
     .offset = AT(settings),
     .type = &settings_record,
     .summary = "its behaviour"},
    {.name = "spare",
     .kind = FIELD_OPTIONAL,
     .offset = AT(spare),
     .type = &part_record,
     .summary = "a spare part"},
    {.name = "parts",
     .kind = FIELD_RECORDS,
     .offset = AT(parts),
     .type = &part_record,
     .summary = "its parts"},
    {.name = "by_name",
     .kind = FIELD_RECORD_MAP,
     .offset = AT(by_name),
     .type = &part_record,
     .summary = "its named parts"},
    {.name = "do",
     .kind = FIELD_CHOICE,
     .offset = AT(act),
     .tag = "kind",
     .choices = kinds_of_do,
     .summary = "what it does"},
    {.name = "raw", .kind = FIELD_NODE, .offset = AT(raw), .summary = "anything at all"},
    {.name = "port",
     .kind = FIELD_CUSTOM,
     .offset = AT(port),
     .hooks = &port_hooks,
     .summary = "where it listens"},
    {0},
};

static const struct record_type whole_record = {
    .name = "whole",
    .summary = "everything at once",
    .size = sizeof(struct whole),
    .fields = whole_fields,
    .format = "whole/1",
};
