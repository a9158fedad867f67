/* The small commands that count, cut and choose lines, and that take names apart: one row each.
   Their answers are those that coreutils and busybox agree on. */
#include "mocks/dockerd/container.h"

#include "base/limits.h"

#include <string.h>

static int say(struct process *process, const char *text)
{
    return process_write(process, 1, text, NULL) ? 0 : 1;
}

/* ---- what is read ---- */

/* The one known file that is named, or what a known command wrote; NULL: not known; g_free. */
static char *text_of(struct process *process, const char *const *files, gsize *length_bytes)
{
    const struct file *file = NULL;
    g_autoptr(GBytes) bytes = NULL;

    if (files[0] == NULL) {
        bytes = process_take_input(process);
    } else if (files[1] == NULL) {
        g_autofree char *path = process_path(process, files[0]);
        if (container_look(process->container, path, &file) == PATH_FILE && !file_is_made_up(file))
            bytes = g_bytes_ref(file->bytes);
    }
    if (bytes == NULL)
        return NULL;
    const char *start = g_bytes_get_data(bytes, length_bytes);
    return g_strndup(start != NULL ? start : "", *length_bytes);
}

/* Behind the lines that end here; count SIZE_MAX: behind all. */
static const char *skip_lines(const char *text, gsize count)
{
    for (; count > 0 && *text != '\0'; count--) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return text;
}

static gsize line_count(const char *text)
{
    gsize count = 0;
    for (; *text != '\0'; text = skip_lines(text, 1))
        count++;
    return count;
}

/* "-n 3", "-n3" and "-3"; *next: the words behind it. False: some other option. */
static bool read_count(const struct process *process, gsize *count, const char *const **next)
{
    const char *const *words = process->arguments + 1;
    guint64 number = 10;
    if (*words != NULL && **words == '-') {
        const char *digits = *words + (g_str_has_prefix(*words, "-n") ? 2 : 1);
        if (*digits == '\0')
            digits = *++words;
        if (digits == NULL || !g_ascii_string_to_unsigned(digits, 10, 0, G_MAXINT, &number, NULL))
            return false;
        words++;
    }
    *count = (gsize)number;
    *next = words;
    return *words == NULL || **words != '-';
}

/* ---- head, tail, wc ---- */

/* What the files say of which so many lines are asked for; NULL: not known. */
static char *counted_text(struct process *process, gsize *count)
{
    const char *const *files = NULL;
    gsize length_bytes = 0;
    return read_count(process, count, &files) ? text_of(process, files, &length_bytes) : NULL;
}

static int run_head(struct process *process)
{
    gsize count = 0;
    g_autofree char *text = counted_text(process, &count);
    if (text == NULL)
        return -1;
    text[skip_lines(text, count) - text] = '\0';
    return say(process, text);
}

/* `tail -f` is somebody else's. */
int tail_run(struct process *process)
{
    gsize count = 0;
    g_autofree char *text = counted_text(process, &count);
    if (text == NULL)
        return -1;
    gsize total = line_count(text);
    return say(process, skip_lines(text, total > count ? total - count : 0));
}

/* One number of what is counted; several are set in columns that differ. */
static int run_wc(struct process *process)
{
    const char *option = process->arguments[1];
    gsize length_bytes = 0;
    if (option == NULL || (!g_str_equal(option, "-l") && !g_str_equal(option, "-c")))
        return -1;
    const char *const *files = process->arguments + 2;
    g_autofree char *text = text_of(process, files, &length_bytes);
    if (text == NULL)
        return -1;
    bool is_open = length_bytes > 0 && text[length_bytes - 1] != '\n';
    gsize lines = line_count(text) - is_open;
    return process_printf(process, 1, NULL, "%zu%s%s\n", option[1] == 'l' ? lines : length_bytes,
                          files[0] != NULL ? " " : "", files[0] != NULL ? files[0] : "")
               ? 0
               : 1;
}

/* ---- cut ---- */

/* cut -d X -f N; -dX and -fN as well. */
static const char *option_value(const char *const **words, char letter)
{
    const char *word = **words;
    if (word == NULL || word[0] != '-' || word[1] != letter)
        return NULL;
    const char *value = word[2] != '\0' ? word + 2 : *++*words;
    if (value != NULL)
        ++*words;
    return value;
}

static void cut_line(GString *result, const char *line, const char *separator, guint64 number)
{
    g_auto(GStrv) fields = g_strsplit(line, separator, -1);
    guint count = g_strv_length(fields);
    g_string_append(result, count <= 1 ? line : number <= count ? fields[number - 1] : "");
    g_string_append_c(result, '\n');
}

static int run_cut(struct process *process)
{
    const char *const *words = process->arguments + 1;
    const char *separator = option_value(&words, 'd');
    const char *field = option_value(&words, 'f');
    separator = separator != NULL ? separator : option_value(&words, 'd');
    guint64 number = 0;
    gsize length_bytes = 0;

    if (field == NULL || !g_ascii_string_to_unsigned(field, 10, 1, G_MAXINT, &number, NULL) ||
        (separator != NULL && strlen(separator) != 1))
        return -1;
    g_autofree char *text = text_of(process, words, &length_bytes);
    if (text == NULL)
        return -1;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) result = g_string_new(NULL);
    for (gsize i = 0; lines[i] != NULL; i++)
        if (lines[i + 1] != NULL || *lines[i] != '\0')
            cut_line(result, lines[i], separator != NULL ? separator : "\t", number);
    return say(process, result->str);
}

/* ---- seq, expr ---- */

static int run_seq(struct process *process)
{
    gint64 numbers[3] = {1, 1, 1};
    const char *const *words = process->arguments + 1;
    gsize count = g_strv_length((char **)words);
    g_autoptr(GString) text = g_string_new(NULL);

    if (count < 1 || count > 3)
        return -1;
    for (gsize i = 0; i < count; i++)
        if (!g_ascii_string_to_signed(words[i], 10, G_MININT, G_MAXINT, &numbers[i], NULL))
            return -1;
    gint64 first = count > 1 ? numbers[0] : 1;
    gint64 step = count > 2 ? numbers[1] : 1;
    gint64 last = numbers[count - 1];
    for (gint64 each = first; step > 0 ? each <= last : each >= last; each += step) {
        if (step == 0 || text->len > SHELL_VALUE_BYTES_MAX)
            return -1;
        g_string_append_printf(text, "%" G_GINT64_FORMAT "\n", each);
    }
    return say(process, text->str);
}

/* Of two numbers; it fails where they come to zero. */
static int run_expr(struct process *process)
{
    const char *const *words = process->arguments + 1;
    gint64 left = 0;
    gint64 right = 0;
    gint64 value = 0;

    if (g_strv_length((char **)words) != 3 || strlen(words[1]) != 1 ||
        !g_ascii_string_to_signed(words[0], 10, G_MININT, G_MAXINT, &left, NULL) ||
        !g_ascii_string_to_signed(words[2], 10, G_MININT, G_MAXINT, &right, NULL))
        return -1;
    switch (*words[1]) {
    case '+':
        value = left + right;
        break;
    case '-':
        value = left - right;
        break;
    case '*':
        value = left * right;
        break;
    case '/':
    case '%':
        if (right == 0)
            return -1;
        value = *words[1] == '/' ? left / right : left % right;
        break;
    default:
        return -1;
    }
    return process_printf(process, 1, NULL, "%" G_GINT64_FORMAT "\n", value) ? value == 0 : 1;
}

/* ---- names ---- */

static int run_basename(struct process *process)
{
    const char *const *words = process->arguments + 1;
    if (words[0] == NULL || *words[0] == '-' || *words[0] == '\0' ||
        (words[1] != NULL && words[2] != NULL))
        return -1;
    g_autofree char *name = g_path_get_basename(words[0]);
    if (words[1] != NULL && g_str_has_suffix(name, words[1]) && !g_str_equal(name, words[1]))
        name[strlen(name) - strlen(words[1])] = '\0';
    return process_printf(process, 1, NULL, "%s\n", name) ? 0 : 1;
}

static int run_dirname(struct process *process)
{
    const char *path = process->arguments[1];
    if (path == NULL || *path == '-' || *path == '\0' || process->arguments[2] != NULL ||
        g_str_has_suffix(path, "/"))
        return -1;
    g_autofree char *folder = g_path_get_dirname(path);
    return process_printf(process, 1, NULL, "%s\n", folder) ? 0 : 1;
}

/* ---- what is written ---- */

/* A file that is not known to be there may be the image's, with something in it, but for those of
   /tmp. */
static int touch(struct process *process, const char *word)
{
    const struct file *file = NULL;
    g_autofree char *path = process_path(process, word);
    enum path_fact fact = container_look(process->container, path, &file);
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);

    if (fact == PATH_FILE || fact == PATH_FOLDER)
        return 0;
    if (*word == '-' || (fact == PATH_UNKNOWN && !g_str_has_prefix(path, "/tmp/")))
        return -1;
    return container_write_file(process->container, path, nothing, NULL) ? 0 : 1;
}

static int run_touch(struct process *process)
{
    int exit_code = process->arguments[1] != NULL ? 0 : -1;
    for (gsize i = 1; process->arguments[i] != NULL && exit_code == 0; i++)
        exit_code = touch(process, process->arguments[i]);
    return exit_code;
}

const struct common_program line_programs[] = {
    {"basename", run_basename}, {"cut", run_cut},   {"dirname", run_dirname},
    {"expr", run_expr},         {"head", run_head}, {"seq", run_seq},
    {"touch", run_touch},       {"wc", run_wc},     {0},
};
