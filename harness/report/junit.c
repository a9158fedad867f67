/* The report for CI servers: JUnit XML as Jenkins, GitLab and GitHub readers take it. */
#include "harness/report/report.h"

#include <string.h>

/* XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF, not even escaped. */
static char *xml_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    for (char *each = valid; *each != '\0'; each++) {
        if ((unsigned char)*each < 0x20 && *each != '\n' && *each != '\t')
            *each = '?';
        if (g_str_has_prefix(each, "\xef\xbf\xbe") || g_str_has_prefix(each, "\xef\xbf\xbf"))
            memcpy(each, "???", 3);
    }
    return g_markup_escape_text(valid, -1);
}

static void append_attribute(GString *xml, const char *name, const char *value)
{
    g_autofree char *text = xml_text(value);
    g_autoptr(GString) flat = g_string_new(text);
    g_string_replace(flat, "\n", "&#10;", 0);
    g_string_append_printf(xml, " %s=\"%s\"", name, flat->str);
}

static void append_seconds(GString *xml, int64_t duration_us)
{
    g_string_append_printf(xml, " time=\"%" G_GINT64_FORMAT ".%06d\"", duration_us / 1000000,
                           (int)(duration_us % 1000000));
}

static void append_property(GString *xml, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append(xml, "        <property");
    append_attribute(xml, "name", name);
    append_attribute(xml, "value", value);
    g_string_append(xml, "/>\n");
}

static void append_properties(GString *xml, const json_t *entry)
{
    g_string_append(xml, "      <properties>\n");
    append_property(xml, "fate", json_get_string(entry, "fate", NULL));
    append_property(xml, "trace_digest", json_get_string(entry, "trace_digest", NULL));
    append_property(xml, "purpose", json_get_string(entry, "purpose", NULL));
    g_string_append(xml, "      </properties>\n");
}

static void append_result(GString *xml, const json_t *entry)
{
    const char *verdict = json_get_string(entry, "verdict", "broken");
    if (strcmp(verdict, "pass") == 0)
        return;
    const char *element = strcmp(verdict, "fail") == 0 ? "failure" : "error";
    g_autofree char *trace = xml_text(json_get_string(entry, "deciding_trace", ""));
    g_string_append_printf(xml, "      <%s", element);
    append_attribute(xml, "message", json_get_string(entry, "reason", verdict));
    append_attribute(xml, "type", verdict);
    g_string_append_printf(xml, ">%s</%s>\n", trace, element);
}

/* Folder "scenarios/disk" is suite and class name "scenarios.disk", as Java's readers expect. */
static char *class_name(const json_t *entry)
{
    char *directory = g_path_get_dirname(json_get_string(entry, "file", "."));
    g_strdelimit(directory, "/", '.');
    return directory;
}

static void append_case(GString *xml, const json_t *entry)
{
    g_autofree char *class = class_name(entry);
    g_string_append(xml, "    <testcase");
    append_attribute(xml, "name", json_get_string(entry, "name", "?"));
    append_attribute(xml, "classname", class);
    append_attribute(xml, "file", json_get_string(entry, "file", "?"));
    append_seconds(xml, json_get_integer(entry, "duration_us", 0));
    g_string_append(xml, ">\n");
    append_properties(xml, entry);
    append_result(xml, entry);
    g_string_append(xml, "    </testcase>\n");
}

char *report_junit(const json_t *run)
{
    const json_t *scenarios = json_get_array(run, "scenarios");
    struct report_counts counts = report_count(run);
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    gsize index;
    json_t *entry;
    int64_t duration_us = 0;

    json_array_foreach ((json_t *)scenarios, index, entry)
        duration_us += json_get_integer(entry, "duration_us", 0);
    g_autoptr(GString) totals = g_string_new(NULL);
    g_string_append_printf(totals, " tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"0\"",
                           json_array_size(scenarios), counts.failed, counts.broken);
    append_seconds(totals, duration_us);
    g_string_append_printf(xml, "<testsuites name=\"seatrial\"%s>\n", totals->str);
    g_string_append_printf(xml, "  <testsuite name=\"seatrial\"%s>\n", totals->str);
    json_array_foreach ((json_t *)scenarios, index, entry)
        append_case(xml, entry);
    g_string_append(xml, "  </testsuite>\n</testsuites>\n");
    return g_string_free(xml, FALSE);
}
