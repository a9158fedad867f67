/* The small commands about texts that every container has: one row each. */
#include "mocks/dockerd/container.h"

#include <string.h>

/* ---- grep ---- */

struct search {
    bool is_quiet, is_inverted, is_counting, is_fixed, is_extended, is_blind, is_whole;
    const char *pattern;
};

/* The words behind the options; NULL: one of them is not known. */
static const char *const *read_search(const struct process *process, struct search *search)
{
    const char *const *words = process->arguments + 1;
    g_autofree char *name = g_path_get_basename(process->arguments[0]);

    search->is_extended = g_str_equal(name, "egrep");
    for (; *words != NULL && **words == '-' && (*words)[1] != '\0'; words++) {
        if (strspn(*words + 1, "qvcFEixs") != strlen(*words + 1))
            return NULL;
        search->is_quiet |= strchr(*words, 'q') != NULL;
        search->is_inverted |= strchr(*words, 'v') != NULL;
        search->is_counting |= strchr(*words, 'c') != NULL;
        search->is_fixed |= strchr(*words, 'F') != NULL;
        search->is_extended |= strchr(*words, 'E') != NULL;
        search->is_blind |= strchr(*words, 'i') != NULL;
        search->is_whole |= strchr(*words, 'x') != NULL;
    }
    search->pattern = *words;
    return *words != NULL ? words + 1 : NULL;
}

/* Basic expressions mean other things by these signs. */
static GRegex *compile(const struct search *search)
{
    bool is_basic = !search->is_fixed && !search->is_extended;
    if (is_basic && strpbrk(search->pattern, "+?{}|()\\") != NULL)
        return NULL;
    g_autofree char *inner =
        search->is_fixed ? g_regex_escape_string(search->pattern, -1) : g_strdup(search->pattern);
    g_autofree char *pattern =
        search->is_whole ? g_strdup_printf("^(?:%s)$", inner) : g_strdup(inner);
    return g_regex_new(pattern, search->is_blind ? G_REGEX_CASELESS : 0, 0, NULL);
}

static int say_matches(struct process *process, const struct search *search, const GRegex *regex,
                       const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint count = 0;

    for (gsize i = 0; lines[i] != NULL; i++) {
        bool is_rest = lines[i + 1] == NULL && lines[i][0] == '\0';
        if (is_rest || g_regex_match(regex, lines[i], 0, NULL) == search->is_inverted)
            continue;
        count++;
        if (!search->is_quiet && !search->is_counting &&
            !process_printf(process, 1, NULL, "%s\n", lines[i]))
            return 1;
    }
    if (search->is_counting && !search->is_quiet &&
        !process_printf(process, 1, NULL, "%u\n", count))
        return 1;
    return count > 0 ? 0 : 1;
}

/* One known file, or what a known command wrote; the caller unrefs. */
static GBytes *text_to_search(struct process *process, const char *const *files)
{
    const struct file *file = NULL;
    if (files[0] == NULL)
        return process_take_input(process);
    if (files[1] != NULL)
        return NULL;
    g_autofree char *path = process_path(process, files[0]);
    bool is_there = container_look(process->container, path, &file) == PATH_FILE;
    if (!is_there || file_is_made_up(file))
        return NULL;
    return g_bytes_ref(file->bytes);
}

static int run_grep(struct process *process)
{
    struct search search = {0};
    const char *const *files = read_search(process, &search);
    g_autoptr(GBytes) bytes = files != NULL ? text_to_search(process, files) : NULL;
    g_autoptr(GRegex) regex = bytes != NULL ? compile(&search) : NULL;
    gsize length_bytes = 0;

    if (regex == NULL)
        return -1;
    const char *start = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *raw = g_strndup(start != NULL ? start : "", length_bytes);
    g_autofree char *text = g_utf8_make_valid(raw, -1);
    return say_matches(process, &search, regex, text);
}

/* ---- printf ---- */

/* Of words alone: formats of numbers, and those that would begin anew, are left alone. */
static int run_printf(struct process *process)
{
    const char *format = process->arguments[1];
    g_autofree char *plain = format != NULL ? g_strcompress(format) : NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    gsize next = 2;

    if (plain == NULL || g_str_has_suffix(format, "\\"))
        return -1;
    for (const char *at = plain; *at != '\0'; at++) {
        if (*at != '%') {
            g_string_append_c(text, *at);
            continue;
        }
        at++;
        if (*at == '%')
            g_string_append_c(text, '%');
        else if (*at != 's')
            return -1;
        else if (process->arguments[next] != NULL)
            g_string_append(text, process->arguments[next++]);
    }
    return process->arguments[next] != NULL             ? -1
           : process_write(process, 1, text->str, NULL) ? 0
                                                        : 1;
}

const struct common_program text_programs[] = {
    {"egrep", run_grep},
    {"grep", run_grep},
    {"printf", run_printf},
    {0},
};
