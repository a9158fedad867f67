/* The crane command: its table of commands, what they share, and how it says what is wrong. */
#include "mocks/commands/crane/crane_private.h"

#include "base/json.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

GQuark crane_error_quark(void)
{
    return g_quark_from_static_string("crane-error");
}

bool crane_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, CRANE_ERROR, CRANE_ERROR_SAID, text);
    return false;
}

bool crane_fail_unknown(GError **error)
{
    g_set_error_literal(error, CRANE_ERROR, CRANE_ERROR_NOT_MODELLED, "not modelled");
    return false;
}

/* The machine's time zone is UTC, as on GitHub's. */
void crane_log(const struct crane_run *run, const char *line)
{
    int64_t now_us = run->options->date_us + loop_now_us(run->options->loop) - run->started_us;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(now_us / SECOND_US);
    g_autofree char *text = g_date_time_format(date, "%Y/%m/%d %H:%M:%S");
    command_complain(run->call, "%s %s\n", text, line);
}

/* ---- images ---- */

void crane_image_clear(struct crane_image *image)
{
    image_reference_free(image->reference);
}

bool crane_image_parse(const char *text, struct crane_image *image, GError **error)
{
    image->reference = image_reference_parse(text, NULL);
    if (image->reference == NULL)
        return crane_fail(error, "could not parse reference: %s", text);
    const struct image_reference *reference = image->reference;
    image->wanted = reference->digest != NULL ? reference->digest
                    : reference->tag != NULL  ? reference->tag
                                              : "latest";
    return true;
}

char *crane_image_name(const struct crane_image *image)
{
    g_autofree char *repository = ggcr_repository_name(image->reference);
    return g_strconcat(repository, image->reference->digest != NULL ? "@" : ":", image->wanted,
                       NULL);
}

bool crane_open(const struct crane_run *run, const struct crane_image *image, bool is_push,
                struct ggcr *registry, GError **error)
{
    return ggcr_open(registry, &run->registries, image->reference, is_push, error);
}

/* ---- platforms ---- */

static const char *asked_platform(const struct crane_run *run)
{
    const char *text = flags_text(run->flags, "platform");
    return strcmp(text, "all") == 0 ? "" : text;
}

bool crane_wants_platform(const struct crane_run *run)
{
    return *asked_platform(run) != '\0';
}

/* A variant counts only where it is asked for (pkg/v1/platform.go). */
static bool fits(const json_t *platform, char **wanted)
{
    bool is_same = strcmp(json_get_string(platform, "os", "linux"), wanted[0]) == 0 &&
                   (wanted[1] == NULL ||
                    strcmp(json_get_string(platform, "architecture", "amd64"), wanted[1]) == 0);
    return is_same && (wanted[1] == NULL || wanted[2] == NULL ||
                       strcmp(json_get_string(platform, "variant", ""), wanted[2]) == 0);
}

static const char *find_child(const json_t *index, const char *platform)
{
    g_auto(GStrv) wanted = g_strsplit(platform, "/", 3);
    size_t i;
    const json_t *child;
    json_array_foreach (json_get_array(index, "manifests"), i, child)
        if (fits(json_get_object(child, "platform"), wanted))
            return json_get_string(child, "digest", NULL);
    return NULL;
}

bool crane_choose(const struct crane_run *run, struct ggcr *registry,
                  const struct crane_image *image, struct ggcr_document *document, GError **error)
{
    const char *asked = asked_platform(run);
    const char *platform = *asked != '\0' ? asked : "linux/amd64";
    g_autoptr(json_t) index = json_parse_gbytes(document->bytes, NULL);
    if (json_get_array(index, "manifests") == NULL)
        return true;
    const char *digest = find_child(index, platform);
    if (digest == NULL) {
        g_autofree char *name = crane_image_name(image);
        return crane_fail(error, "no child with platform %s in index %s", platform, name);
    }
    GGCR_DOCUMENT(child);
    if (!ggcr_manifest(registry, digest, &child, error))
        return false;
    struct ggcr_document before = *document;
    *document = child;
    child = before;
    return true;
}

/* ---- one command line ---- */

static const struct crane_command *const commands[] = {
    &crane_config, &crane_copy, &crane_delete,   &crane_digest, &crane_login,
    &crane_logout, &crane_ls,   &crane_manifest, &crane_tag,
};

static const struct flag_row global_flags[] = {
    {"allow-nondistributable-artifacts", 0, FLAG_BOOLEAN, NULL},
    {"insecure", 0, FLAG_BOOLEAN, NULL},
    {"platform", 0, FLAG_TEXT, "all"},
    {"verbose", 'v', FLAG_BOOLEAN, NULL},
    {0},
};

/* Of a command line: which command it is, and the words beside the command's own. */
struct line {
    const struct crane_command *command;
    const char *name;
    GPtrArray *words; /* const char *, lent; ends with NULL */
};

static void line_clear(struct line *line)
{
    g_clear_pointer(&line->words, g_ptr_array_unref);
}

static bool takes_value(const char *word)
{
    return strcmp(word, "--platform") == 0;
}

static const struct crane_command *find_command(const char *name, const char *next)
{
    bool is_auth = strcmp(name, "auth") == 0 && next != NULL;
    g_autofree char *full = is_auth ? g_strconcat("auth ", next, NULL) : g_strdup(name);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i]->name, full) == 0 || g_strcmp0(commands[i]->alias, full) == 0)
            return commands[i];
    return NULL;
}

/* Options may stand before the command. */
static struct line line_read(const struct command_call *call)
{
    struct line line = {.words = g_ptr_array_new()};
    const char *const *words = call->arguments;
    for (gsize i = 1; words[i] != NULL; i++) {
        bool is_name = line.name == NULL && *words[i] != '-';
        if (!is_name) {
            g_ptr_array_add(line.words, (void *)(uintptr_t)words[i]);
            if (line.name == NULL && takes_value(words[i]) && words[i + 1] != NULL)
                g_ptr_array_add(line.words, (void *)(uintptr_t)words[++i]);
            continue;
        }
        line.name = words[i];
        line.command = find_command(words[i], words[i + 1]);
        i += line.command != NULL && strchr(line.command->name, ' ') != NULL;
    }
    g_ptr_array_add(line.words, NULL);
    return line;
}

bool crane_call_moves_images(const struct command_call *call)
{
    static const char *const onlookers[] = {"auth", "blob",    "catalog",  "export", "help",
                                            "pull", "version", "validate", NULL};
    struct line line = line_read(call);
    bool moves = line.command != NULL ? line.command->moves_images
                                      : line.name != NULL && !g_strv_contains(onlookers, line.name);
    line_clear(&line);
    return moves;
}

static bool check_arguments(const struct crane_run *run, const struct crane_command *command,
                            GError **error)
{
    gsize count = flags_argument_count(run->flags);
    if (count >= command->arguments_min && count <= command->arguments_max)
        return true;
    return crane_fail(error, "accepts %" G_GSIZE_FORMAT " arg(s), received %" G_GSIZE_FORMAT,
                      command->arguments_min, count);
}

static int end(const struct crane_run *run, const GError *error)
{
    if (error == NULL)
        return 0;
    if (g_error_matches(error, CRANE_ERROR, CRANE_ERROR_NOT_MODELLED))
        return CRANE_UNKNOWN;
    if (error->domain != FIBER_ERROR)
        command_complain(run->call, "Error: %s\n", error->message);
    return 1;
}

static int perform(struct crane_run *run, const struct line *line)
{
    const struct flag_row *const tables[] = {global_flags, line->command->flags, NULL};
    g_autoptr(GError) error = NULL;
    AUTO(flags) flags = flags_parse(tables, (const char *const *)line->words->pdata, true, &error);
    if (flags == NULL)
        return end(run, error);
    run->flags = flags;
    run->arguments = flags_arguments(flags);
    if (flags_wants_help(flags) || flags_boolean(flags, "verbose"))
        return CRANE_UNKNOWN;
    if (check_arguments(run, line->command, &error) && !line->command->run(run, &error))
        g_assert(error != NULL);
    return end(run, error);
}

int crane_run(const struct crane_options *options, const struct command_call *call)
{
    g_autofree char *agent =
        g_strdup_printf("crane/%s go-containerregistry/%s", options->version, options->version);
    struct crane_run run = {
        .options = options,
        .registries = {.http = options->http,
                       .loop = options->loop,
                       .call = call,
                       .agent = agent,
                       .is_patient = true},
        .call = call,
        .started_us = loop_now_us(options->loop),
    };
    struct line line = line_read(call);
    int code = CRANE_UNKNOWN;
    if (g_strcmp0(line.name, "version") == 0) {
        command_print(call, "%s\n", options->version);
        code = 0;
    } else if (line.command != NULL) {
        code = perform(&run, &line);
    }
    line_clear(&line);
    return code;
}
