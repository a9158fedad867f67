/* Templates of --format: parsed and run over a value; the first line may be read as options. */
#include "fuzz.h"

#include "mocks/commands/docker/go_template.h"

#include <string.h>

static json_t *sample(void)
{
    static const char text[] =
        "{\"Id\":\"sha256:ab\",\"Os\":\"linux\",\"Count\":3,\"IsOn\":true,\"Null\":null,"
        "\"Labels\":{\"b\":\"2\",\"a\":\"1\"},\"Tags\":[\"x:1\",\"y:2\",[1,{\"z\":[]}]]}";
    return json_parse_bytes(text, strlen(text), NULL);
}

static void run(const struct go_template *template, const struct go_template_options *options)
{
    g_autoptr(json_t) value = sample();
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    bool is_run = go_template_execute(template, value, options, output, &error);
    g_assert(is_run == (error == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    static const struct go_template_options options[] = {
        {0}, {.type_name = "*t"}, {.is_typed = true}, {.is_header = true, .is_missing_fine = true}};
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    g_autoptr(GError) error = NULL;
    AUTO(go_template) template = go_template_parse("", text, &error);

    g_assert((template == NULL) == (error != NULL));
    for (gsize i = 0; template != NULL && i < G_N_ELEMENTS(options); i++)
        run(template, &options[i]);
    return 0;
}
