/* JSON Schema draft-07 from the tables of records. */
#include "doc/doc_private.h"
#include "doc/record_private.h"

#include <math.h>

#define NUMBER_PATTERN "[0-9]+(\\.[0-9]+)?"
#define TEXT_SCHEMA    "[\"string\",\"number\",\"boolean\"]"

/* Types are written once under "definitions" and referred to, so that they may contain themselves.
 */
struct schema {
    json_t *definitions;
};

static json_t *literal(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    g_assert(value != NULL);
    return value;
}

static json_t *record_schema(struct schema *schema, const struct record_type *type,
                             const char *tag);

static json_t *reference(struct schema *schema, const struct record_type *type, const char *tag)
{
    g_autofree char *name =
        tag != NULL ? g_strdup_printf("%s %s", tag, type->name) : g_strdup(type->name);
    if (json_object_get(schema->definitions, name) == NULL) {
        json_object_set_new(schema->definitions, name, json_null()); /* it may contain itself */
        json_object_set_new(schema->definitions, name, record_schema(schema, type, tag));
    }
    g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
    return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s", escaped));
}

static json_t *names_schema(const struct field *field)
{
    json_t *names = json_array();
    for (gsize i = 0; field->names[i] != NULL; i++)
        json_array_append_new(names, json_string(field->names[i]));
    return json_pack("{s:s, s:o}", "type", "string", "enum", names);
}

static json_t *string_schema(const struct field *field)
{
    return field->names != NULL ? names_schema(field) : literal("{\"type\":\"string\"}");
}

static json_t *number_schema(const struct field *field, const char *type)
{
    json_t *schema = json_pack("{s:s}", "type", type);
    if (!(field->minimum < field->maximum))
        return schema;
    if (isfinite(field->minimum))
        json_object_set_new(schema, "minimum", json_real(field->minimum));
    if (isfinite(field->maximum))
        json_object_set_new(schema, "maximum", json_real(field->maximum));
    return schema;
}

static json_t *strings_schema(const struct field *field)
{
    json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", string_schema(field));
    if (!field->may_be_single)
        return list;
    return json_pack("{s:[o, o]}", "anyOf", string_schema(field), list);
}

static json_t *choice_schema(struct schema *schema, const struct field *field)
{
    json_t *options = json_array();
    json_t *names = json_array();
    const struct record_type *type;
    for (gsize i = 0; (type = field->choices(i)) != NULL; i++) {
        json_array_append_new(names, json_string(type->name));
        json_array_append_new(options, reference(schema, type, field->tag));
    }
    json_array_append_new(options, json_pack("{s:s, s:o}", "type", "string", "enum", names));
    return json_pack("{s:o}", "anyOf", options);
}

static json_t *kind_schema(struct schema *schema, const struct field *field)
{
    switch (field->kind) {
    case FIELD_STRING:
        return string_schema(field);
    case FIELD_SCALAR:
        return literal("{\"type\":" TEXT_SCHEMA "}");
    case FIELD_ENUM:
        return names_schema(field);
    case FIELD_INTEGER:
        return number_schema(field, "integer");
    case FIELD_NUMBER:
        return number_schema(field, "number");
    case FIELD_BOOLEAN:
        return literal("{\"type\":\"boolean\"}");
    case FIELD_DURATION:
        return json_pack("{s:s, s:s}", "type", "string", "pattern",
                         "^(" NUMBER_PATTERN "(us|ms|s|min|h|d))+$");
    case FIELD_SIZE:
        return json_pack("{s:s, s:s}", "type", "string", "pattern",
                         "^(" NUMBER_PATTERN "([KMGT]i?)?B)+$");
    case FIELD_STRINGS:
        return strings_schema(field);
    case FIELD_STRING_MAP:
        return literal("{\"type\":\"object\",\"additionalProperties\":{\"type\":" TEXT_SCHEMA "}}");
    case FIELD_RECORD:
    case FIELD_OPTIONAL:
        return json_pack("{s:[o]}", "allOf", reference(schema, field->type, NULL));
    case FIELD_RECORDS:
        return json_pack("{s:s, s:o}", "type", "array", "items",
                         reference(schema, field->type, NULL));
    case FIELD_RECORD_MAP:
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                         reference(schema, field->type, NULL));
    case FIELD_CHOICE:
        return choice_schema(schema, field);
    case FIELD_CUSTOM:
        return field->hooks->schema();
    case FIELD_NODE:
    case FIELD_END:
    case FIELD_SELF:
    case FIELD_POSITION:
    case FIELD_KEY:
        return json_object();
    }
    g_assert_not_reached();
}

static json_t *default_json(const struct field *field)
{
    struct node node = {.kind = NODE_STRING, .text = (char *)field->otherwise};
    if (field->kind == FIELD_INTEGER || field->kind == FIELD_NUMBER || field->kind == FIELD_BOOLEAN)
        scalar_resolve(&node);
    if (field->kind == FIELD_STRINGS)
        return json_pack("[s]", field->otherwise);
    return node_json(&node);
}

static json_t *field_schema(struct schema *schema, const struct field *field)
{
    json_t *value = kind_schema(schema, field);
    if (field->summary != NULL)
        json_object_set_new(value, "description", json_string(field->summary));
    if (field->otherwise != NULL)
        json_object_set_new(value, "default", default_json(field));
    return value;
}

static json_t *shorthand_schema(struct schema *schema, const struct record_type *type)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++)
        if (g_strcmp0(field->name, type->shorthand) == 0)
            return field_schema(schema, field);
    g_assert_not_reached();
}

static json_t *record_schema(struct schema *schema, const struct record_type *type, const char *tag)
{
    json_t *properties = json_object();
    json_t *required = json_array();

    if (tag != NULL) {
        json_object_set_new(properties, tag, json_pack("{s:s}", "const", type->name));
        json_array_append_new(required, json_string(tag));
    }
    if (type->format != NULL)
        json_object_set_new(properties, "seatrial", json_pack("{s:s}", "const", type->format));
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        if (field->name == NULL)
            continue;
        json_object_set_new(properties, field->name, field_schema(schema, field));
        if (field->is_required)
            json_array_append_new(required, json_string(field->name));
    }
    json_t *mapping =
        json_pack("{s:s, s:s?, s:o, s:o, s:b}", "type", "object", "description", type->summary,
                  "properties", properties, "required", required, "additionalProperties", 0);
    if (type->summary == NULL)
        json_object_del(mapping, "description");
    if (type->shorthand == NULL)
        return mapping;
    return json_pack("{s:[o, o]}", "anyOf", mapping, shorthand_schema(schema, type));
}

json_t *record_json_schema(const struct record_type *type)
{
    struct schema schema = {.definitions = json_object()};
    json_t *whole = json_pack("{s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#",
                              "title", type->format != NULL ? type->format : type->name);
    json_t *body = record_schema(&schema, type, NULL);

    if (type->format != NULL)
        json_array_insert_new(json_object_get(body, "required"), 0, json_string("seatrial"));
    json_object_update_new(whole, body);
    json_object_set_new(whole, "definitions", schema.definitions);
    return whole;
}
