/* The table of commands and what they share. */
#include "harness/cli.h"

#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Keep alphabetical: help prints them in this order. */
static const struct command *const commands[] = {
    &command_eval,     &command_faults, &command_list, &command_plan,
    &command_rehearse, &command_replay, &command_run,  &command_schema,
    &command_serve,    &command_trace,  &command_up,
};

/* Padded by characters: an ellipsis is one of them, but three bytes. */
static void print_row(const char *usage, const char *summary)
{
    enum {
        USAGE_COLUMNS = 28
    };
    int padding = MAX(USAGE_COLUMNS - (int)g_utf8_strlen(usage, -1), 0);
    printf("  %s%*s %s\n", usage, padding, "", summary);
}

static void print_help(void)
{
    printf("seatrial: rehearses the bad days of Docker image pipelines\n\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *usage =
            g_strdup_printf("%s %s", commands[i]->name, commands[i]->arguments);
        print_row(usage, commands[i]->summary);
    }
    print_row("help, version", "this text; the version");
    printf("\nseatrial COMMAND --help tells a command's options.\n"
           "Exit codes: 0 all as expected, 1 not as expected, 2 bad usage or input, 3 internal "
           "error,\n4 nondeterminism, 5 inconclusive.\n");
}

static const struct command *find_command(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int refuse(const char *name)
{
    const char *names[G_N_ELEMENTS(commands)];
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i]->name;
    const char *nearest = nearest_word(name, names, G_N_ELEMENTS(names));
    if (nearest != NULL)
        cli_complain("unknown command '%s'; did you mean '%s'?", name, nearest);
    else
        cli_complain("unknown command '%s'; `seatrial help` lists them", name);
    return EXIT_BAD_INPUT;
}

static int dispatch(const struct app *app, int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0) {
        print_help();
        return argc < 2 ? EXIT_BAD_INPUT : EXIT_AS_EXPECTED;
    }
    if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0) {
        printf("seatrial %s\n", SEATRIAL_VERSION);
        return EXIT_AS_EXPECTED;
    }
    const struct command *command = find_command(argv[1]);
    return command != NULL ? command->run(app, argc - 1, argv + 1) : refuse(argv[1]);
}

/* GLib's own printing turns what is no ASCII into question marks where no locale is set. */
static void print_bytes(const char *text)
{
    fputs(text, stdout);
}

int cli_main(const struct app *app, int argc, char **argv)
{
    g_set_print_handler(print_bytes);
    int code = dispatch(app, argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    cli_complain("what was to be printed is not all there");
    return cli_worse(code, EXIT_BAD_INPUT);
}

static const GOptionEntry *find_entry(const GOptionEntry *entries, char letter)
{
    for (; entries->long_name != NULL; entries++)
        if (entries->short_name == letter)
            return entries;
    return NULL;
}

/* "-j4" as "--jobs=4": GLib takes no value in the same word as a letter. Caller unrefs what the
   words are then lent from. */
static GPtrArray *spell_out(const GOptionEntry *entries, int argc, char **argv)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool is_letter = argv[i][0] == '-' && argv[i][1] != '-' && argv[i][1] != '\0';
        const GOptionEntry *entry = is_letter ? find_entry(entries, argv[i][1]) : NULL;
        if (entry == NULL || entry->arg == G_OPTION_ARG_NONE || argv[i][2] == '\0')
            continue;
        argv[i] = g_strconcat("--", entry->long_name, "=", argv[i] + 2, NULL);
        g_ptr_array_add(words, argv[i]);
    }
    return words;
}

bool cli_parse(const struct command *command, const GOptionEntry *entries, int *argc, char ***argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
    g_autofree char *name = g_strconcat("seatrial ", command->name, NULL);

    g_option_context_set_summary(context, command->summary);
    g_option_context_add_main_entries(context, entries, NULL);
    (*argv)[0] = name; /* what --help shows */
    GPtrArray *words = spell_out(entries, *argc, *argv);
    bool is_fine = g_option_context_parse(context, argc, argv, &error);
    g_ptr_array_unref(words);
    (*argv)[0] = NULL;
    if (!is_fine)
        cli_complain("%s: %s", command->name, error->message);
    return is_fine;
}

void cli_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("seatrial: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

bool cli_parse_seed(const char *text, uint64_t *seed, GError **error)
{
    guint64 value = 0;
    if (text == NULL)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "--seed wants an unsigned number of 64 bits, not '%s'", text);
        return false;
    }
    *seed = value;
    return true;
}

static bool has_shape_of_date(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    for (gsize i = 0; i < sizeof shape; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : shape[i] != text[i])
            return false;
    return true;
}

bool cli_parse_date(const char *command, const char *text, int64_t *date_s)
{
    const char *day = text != NULL ? text : CLI_DEFAULT_DATE;
    g_autofree char *time = g_strconcat(day, "T09:00:00Z", NULL);
    g_autoptr(GDateTime) date =
        has_shape_of_date(day) ? g_date_time_new_from_iso8601(time, NULL) : NULL;
    if (date == NULL) {
        cli_complain("%s: --date is a day such as " CLI_DEFAULT_DATE ", not '%s'", command, day);
        return false;
    }
    if (date_s != NULL)
        *date_s = g_date_time_to_unix(date);
    return true;
}

bool cli_check_color(const char *command, const char *choice)
{
    static const char *const choices[] = {"auto", "always", "never", NULL};
    if (choice == NULL || g_strv_contains(choices, choice))
        return true;
    cli_complain("%s: --color is auto, always or never, not '%s'", command, choice);
    return false;
}

bool cli_has_color(const char *choice)
{
    if (g_strcmp0(choice, "always") == 0)
        return true;
    if (g_strcmp0(choice, "never") == 0 || g_getenv("NO_COLOR") != NULL)
        return false;
    return isatty(STDOUT_FILENO);
}

/* All of a command's runs have the seed of its option, or each scenario its own. */
void cli_say_interrupted(const char *command, const GPtrArray *entries)
{
    if (entries->len == 0) {
        cli_complain("%s: interrupted before anything was done", command);
        return;
    }
    const json_t *last = g_ptr_array_index(entries, entries->len - 1);
    cli_complain("%s: interrupted; above is what was done before, the last of it with seed "
                 "%" G_GUINT64_FORMAT,
                 command, (guint64)json_get_integer(last, "seed", 0));
}

bool cli_write(const char *path, const char *text)
{
    if (strcmp(path, "-") == 0)
        return fputs(text, stdout) >= 0;
    FILE *file = fopen(path, "we");
    bool is_fine = file != NULL && fputs(text, file) >= 0;
    int number = errno;
    if (file != NULL && fclose(file) != 0) {
        is_fine = false;
        number = errno;
    }
    if (!is_fine)
        cli_complain("%s: %s", path, g_strerror(number));
    return is_fine;
}

bool cli_write_trace(const char *path, const struct trace *trace)
{
    static const char head[] = "{\"format\":\"seatrial.trace/1\"}\n";
    gsize length_bytes;
    if (path == NULL)
        return true;
    g_autofree char *text = g_strconcat(head, trace_text(trace, &length_bytes), NULL);
    return cli_write(path, text);
}

int cli_worse(int left, int right)
{
    static const int worst_first[] = {
        EXIT_INTERNAL,        EXIT_NONDETERMINISTIC, EXIT_BAD_INPUT,
        EXIT_NOT_AS_EXPECTED, EXIT_INCONCLUSIVE,     EXIT_AS_EXPECTED,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(worst_first); i++)
        if (worst_first[i] == left || worst_first[i] == right)
            return worst_first[i];
    g_assert_not_reached();
}
