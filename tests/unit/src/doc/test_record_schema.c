/* Records: help and JSON Schema come from the same table. */
#include "src/doc/record_sample.h"

Test(record, help_has_a_line_for_each_key)
{
    g_autofree char *help = record_help(&whole_record);

    const char *const lines[] = {
        "name: what it is called; a string\n",
        "colour: its paint; one of 'red', 'green' (default green)\n",
        "count: how many; an integer, 1 to 10 (default 2)\n",
        "methods: what it answers; a list of 'GET', 'HEAD'\n",
        "settings: its behaviour; a mapping\n"
        "  loud: whether it makes noise; true or false (default true)\n",
        "spare: a spare part; a mapping, or its 'path' alone\n"
        "  path: where it lies; a string (required)\n",
        "do: what it does; a mapping with 'kind'\n"
        "  kind: delay -- waits\n"
        "    time: how long; a duration such as '30s' (required)\n"
        "  kind: reset -- cuts\n",
        "port: where it listens; the number 5000\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        cr_expect_not_null(strstr(help, lines[i]), "%s", lines[i]);
}

static char *schema_part(const char *first, const char *second)
{
    g_autoptr(json_t) schema = record_json_schema(&whole_record);
    return json_text(json_object_get(json_object_get(schema, first), second));
}

Test(record, the_schema_is_draft_07_of_the_same_table)
{
    g_autoptr(json_t) schema = record_json_schema(&whole_record);
    g_autofree char *required = json_text(json_object_get(schema, "required"));

    cr_assert_str_eq(json_get_string(schema, "$schema", ""),
                     "http://json-schema.org/draft-07/schema#");
    cr_assert_str_eq(json_get_string(schema, "title", ""), "whole/1");
    cr_assert_str_eq(json_get_string(schema, "description", ""), "everything at once");
    cr_assert_str_eq(required, "[\"seatrial\"]");
    cr_assert_not(json_get_boolean(schema, "additionalProperties", true));
    cr_assert_eq(json_object_size(json_get_object(schema, "properties")), 16);
}

Test(record, the_schema_of_each_kind_of_field_is_as_stated)
{
    const struct {
        const char *name;
        const char *json;
    } rows[] = {
        {"seatrial", "{\"const\":\"whole/1\"}"},
        {"name", "{\"type\":\"string\",\"description\":\"what it is called\"}"},
        {"version", "{\"type\":[\"string\",\"number\",\"boolean\"],\"description\":\"which one\"}"},
        {"colour",
         "{\"type\":\"string\",\"enum\":[\"red\",\"green\"],\"description\":\"its paint\","
         "\"default\":\"green\"}"},
        {"count", "{\"type\":\"integer\",\"minimum\":1.0,\"maximum\":10.0,\"description\":\"how "
                  "many\",\"default\":2}"},
        {"chance",
         "{\"type\":\"number\",\"minimum\":0.0,\"description\":\"how likely\",\"default\":"
         "0.5}"},
        {"methods", "{\"anyOf\":[{\"type\":\"string\",\"enum\":[\"GET\",\"HEAD\"]},{\"type\":"
                    "\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"GET\",\"HEAD\"]}}],"
                    "\"description\":\"what it answers\"}"},
        {"spare",
         "{\"allOf\":[{\"$ref\":\"#/definitions/part\"}],\"description\":\"a spare part\"}"},
        {"parts", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/part\"},\"description\":"
                  "\"its parts\"}"},
        {"do", "{\"anyOf\":[{\"$ref\":\"#/definitions/kind%20delay\"},{\"$ref\":\"#/definitions/"
               "kind%20reset\"},{\"type\":\"string\",\"enum\":[\"delay\",\"reset\"]}],"
               "\"description\":\"what it does\"}"},
        {"raw", "{\"description\":\"anything at all\"}"},
        {"port", "{\"const\":5000,\"description\":\"where it listens\"}"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *json = schema_part("properties", rows[i].name);
        cr_expect_str_eq(json, rows[i].json);
    }
}

Test(record, the_schema_defines_each_type_once)
{
    g_autofree char *part = schema_part("definitions", "part");
    g_autofree char *delay = schema_part("definitions", "kind delay");

    cr_assert_str_eq(
        part,
        "{\"anyOf\":[{\"type\":\"object\",\"description\":\"a part of the whole\",\"properties\":{"
        "\"path\":{\"type\":\"string\",\"description\":\"where it lies\"},\"time\":{\"type\":"
        "\"string\",\"pattern\":\"^([0-9]+(\\\\.[0-9]+)?(us|ms|s|min|h|d))+$\",\"description\":"
        "\"how "
        "long it takes\",\"default\":\"1min30s\"}},\"required\":[\"path\"],"
        "\"additionalProperties\":false},{\"type\":\"string\",\"description\":\"where it "
        "lies\"}]}");
    cr_assert_str_eq(
        delay,
        "{\"type\":\"object\",\"description\":\"waits\",\"properties\":{\"kind\":{\"const\":"
        "\"delay\"},\"time\":{\"type\":\"string\",\"pattern\":\"^([0-9]+(\\\\.[0-9]+)?(us|ms|s|min|"
        "h|d))+$\",\"description\":\"how long\"}},\"required\":[\"kind\",\"time\"],"
        "\"additionalProperties\":false}");
}
