/* How `skopeo inspect` shows what it found: as JSON, or by a template of Go's. */
#include "mocks/commands/skopeo/manifest.h"
#include "mocks/commands/skopeo/skopeo_private.h"

#include "mocks/commands/docker/go_template.h"

#include <string.h>

/* In a template a time and a list of structs print by other rules than in JSON. */
static bool has_unmodelled_fields(const char *format)
{
    return strstr(format, ".Created") != NULL || strstr(format, ".LayersData") != NULL ||
           g_str_has_prefix(format, "table ");
}

/* NormalizeFormat and EnforceRange of containers/common pkg/report. g_free. */
static char *ranged(const char *format)
{
    g_autoptr(GString) text = g_string_new(format);
    g_string_replace(text, "\\n", "\n", 0);
    g_string_replace(text, "\\t", "\t", 0);
    if (!g_str_has_suffix(text->str, "\n"))
        g_string_append_c(text, '\n');
    bool has_range = g_str_has_prefix(text->str, "{{range");
    return has_range ? g_strdup(text->str)
                     : g_strconcat("{{range .}}", text->str, "{{end -}}", NULL);
}

static bool print_by_template(const struct skopeo_run *run, json_t *output, const char *format,
                              GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *text = ranged(format);
    if (has_unmodelled_fields(format))
        return skopeo_fail_unknown(error);
    AUTO(go_template) template = go_template_parse("skopeo inspect", text, &reason);
    if (template == NULL)
        return skopeo_fail(error, "%s", reason->message);
    /* A map that is none prints as an empty one, but in JSON. */
    if (json_is_null(json_object_get(output, "Labels")) && strstr(format, "json .Labels") == NULL)
        json_object_set_new(output, "Labels", json_object());
    g_autoptr(json_t) list = json_array();
    g_autoptr(GString) printed = g_string_new(NULL);
    const struct go_template_options options = {.type_name = "interface {}"};
    json_array_append(list, output);
    bool is_done = go_template_execute(template, list, &options, printed, &reason);
    command_write(run->call, 1, printed->str, (gssize)printed->len);
    return is_done || skopeo_fail(error, "%s", reason->message);
}

bool skopeo_shows_json(const char *format)
{
    static const char *const words[] = {
        "", "json", "{{json .}}", "{{ json . }}", "{{json . }}", "{{ json .}}", NULL};
    return g_strv_contains(words, format);
}

bool skopeo_show(const struct skopeo_run *run, json_t *output, GError **error)
{
    const char *format = flags_text(run->flags, "format");
    if (!skopeo_shows_json(format))
        return print_by_template(run, output, format, error);
    g_autofree char *text = skopeo_json_indented(output);
    command_print(run->call, "%s\n", text);
    return true;
}
