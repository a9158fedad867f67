/* Events of workflows, for tests. */
#include "events.h"

#include <string.h>

struct workflow *workflow_of(const char *on)
{
    g_autoptr(GPtrArray) errors = error_list();
    g_autofree char *text = g_strconcat("name: CI\n", on, "\n" JOBS, NULL);
    struct workflow *workflow = workflow_load_text("ci.yml", text, strlen(text), errors);
    cr_assert_not_null(workflow, "%s", ((GError *)errors->pdata[0])->message);
    return workflow;
}

struct event *event_of(const struct workflow *workflow, const char *text, GPtrArray *errors)
{
    const struct event_request request = {.text = text,
                                          .workflow = workflow,
                                          .workflow_path = ".github/workflows/ci.yml",
                                          .folder_name = "My App"};
    return event_new(&request, errors);
}

/* The event of a file with this text. */
struct event *event_of_file(const struct workflow *workflow, const char *text, GPtrArray *errors)
{
    AUTO(folder) folder = folder_new();
    g_autofree char *path = folder_file(folder, "event.json");
    folder_write(folder, "event.json", text);
    return event_of(workflow, path, errors);
}

void expect_github(const struct event *event, const char *name, const char *expected)
{
    const char *text = json_string_value(json_object_get(event->github, name));
    cr_expect_str_eq(text != NULL ? text : "", expected, "github.%s is %s", name, text);
}
