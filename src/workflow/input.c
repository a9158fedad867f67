/* Reading and filling inputs. */
#include "workflow/input.h"
#include "workflow/error_list.h"
#include "workflow/folded.h"
#include "workflow/literal.h"

#include <string.h>

static const char *const type_texts[] = {[INPUT_STRING] = "string",
                                         [INPUT_BOOLEAN] = "boolean",
                                         [INPUT_NUMBER] = "number",
                                         [INPUT_CHOICE] = "choice",
                                         [INPUT_ENVIRONMENT] = "environment"};

const char *input_type_text(enum input_type type)
{
    return type_texts[type];
}

static void input_free(gpointer data)
{
    struct input *input = data;
    g_free(input->name);
    g_strfreev(input->options);
    g_free(input);
}

/* Without a type, or with one nobody knows, it is a string. */
static enum input_type type_of(const struct node *node)
{
    for (gsize i = 0; node != NULL && node->kind == NODE_STRING && i < G_N_ELEMENTS(type_texts);
         i++)
        if (strcmp(type_texts[i], node->text) == 0)
            return (enum input_type)i;
    return INPUT_STRING;
}

static char **options_of(const struct node *node)
{
    g_autoptr(GStrvBuilder) options = g_strv_builder_new();
    for (gsize i = 0; node != NULL && i < node_length(node); i++) {
        g_autofree char *text = literal_text(node_item(node, i));
        g_strv_builder_add(options, text);
    }
    return g_strv_builder_end(options);
}

static struct input *input_new(const struct node_entry *entry)
{
    struct input *input = g_new0(struct input, 1);
    const struct node *required = node_get(entry->value, "required");
    const struct node *options = node_get(entry->value, "options");
    input->name = g_strdup(entry->key);
    input->position = entry->key_position;
    input->type = type_of(node_get(entry->value, "type"));
    input->is_required = required != NULL && required->kind == NODE_BOOLEAN && required->boolean;
    input->initial = node_get(entry->value, "default");
    input->options = options_of(options != NULL && options->kind == NODE_SEQUENCE ? options : NULL);
    return input;
}

GPtrArray *inputs_of(const struct node *on, const char *event)
{
    GPtrArray *inputs = g_ptr_array_new_with_free_func(input_free);
    const struct node *declared = node_get(node_get(on, event), "inputs");
    for (gsize i = 0; declared != NULL && i < node_length(declared); i++)
        g_ptr_array_add(inputs, input_new(node_entry(declared, i)));
    return inputs;
}

const struct input *inputs_find(const GPtrArray *inputs, const char *name)
{
    for (guint i = 0; i < inputs->len; i++) {
        const struct input *input = inputs->pdata[i];
        if (g_ascii_strcasecmp(input->name, name) == 0)
            return input;
    }
    return NULL;
}

json_t *input_empty(enum input_type type)
{
    if (type == INPUT_BOOLEAN)
        return json_false();
    return type == INPUT_NUMBER ? json_integer(0) : json_string("");
}

bool input_is_demanded(const struct input *input)
{
    bool has_stand_in = input->type == INPUT_BOOLEAN || input->type == INPUT_CHOICE;
    return input->is_required && input->initial == NULL && !has_stand_in;
}

static json_t *number_of(const char *text)
{
    char *end;
    double number = g_ascii_strtod(text, &end);
    if (text[0] == '\0' || *end != '\0')
        return NULL;
    bool is_whole = number >= -1e15 && number <= 1e15 && number == (double)(json_int_t)number;
    return is_whole ? json_integer((json_int_t)number) : json_real(number);
}

static json_t *boolean_of(const char *text)
{
    if (strcmp(text, "true") == 0)
        return json_true();
    return strcmp(text, "false") == 0 ? json_false() : NULL;
}

/* "true", "1.5": how a scalar reads as an input; NULL for collections and null. */
static char *scalar_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    return json_is_number(value) ? literal_number_text(json_number_value(value)) : NULL;
}

json_t *input_convert(const struct input *input, const json_t *value)
{
    g_autofree char *text = scalar_text(value);
    if (text == NULL)
        return NULL;
    if (input->type == INPUT_BOOLEAN)
        return boolean_of(text);
    if (input->type == INPUT_NUMBER)
        return number_of(text);
    bool is_option =
        input->type != INPUT_CHOICE || g_strv_contains((const char *const *)input->options, text);
    return is_option ? json_string(text) : NULL;
}

/* The default as a value. GitHub takes a default that fits nothing as it is. */
static json_t *initial_value(const struct input *input)
{
    if (input->initial == NULL)
        return input->type == INPUT_CHOICE && input->options[0] != NULL
                   ? json_string(input->options[0])
                   : input_empty(input->type);
    g_autoptr(json_t) value = node_json(input->initial);
    json_t *converted = input_convert(input, value);
    if (converted != NULL)
        return converted;
    g_autofree char *text = literal_text(input->initial);
    return json_string(text);
}

static void fill(json_t *filled, const struct input *input, const json_t *given, GPtrArray *errors)
{
    const json_t *value = folded_member(given, input->name);
    if (value == NULL && input_is_demanded(input)) {
        errors_add(errors, input->position, "Required input '%s' not provided", input->name);
        return;
    }
    json_t *converted = value != NULL ? input_convert(input, value) : initial_value(input);
    if (converted != NULL) {
        json_object_set_new(filled, input->name, converted);
        return;
    }
    g_autofree char *text = scalar_text(value);
    errors_add(errors, input->position,
               input->type == INPUT_CHOICE
                   ? "Provided value '%s' for input '%s' not in the list of allowed values"
                   : "Provided value '%s' for input '%s' is not of its type",
               text != NULL ? text : "", input->name);
}

json_t *inputs_dispatch(const GPtrArray *inputs, const json_t *given, GPtrArray *errors)
{
    g_autoptr(json_t) filled = json_object();
    guint faults_before = errors->len;
    const char *key;
    json_t *value;
    for (guint i = 0; i < inputs->len; i++)
        fill(filled, inputs->pdata[i], given, errors);
    json_object_foreach ((json_t *)given, key, value) {
        if (inputs_find(inputs, key) == NULL)
            errors_add(errors, (struct position){0}, "Unexpected inputs provided: [\"%s\"]", key);
    }
    return errors->len == faults_before ? g_steal_pointer(&filled) : NULL;
}
