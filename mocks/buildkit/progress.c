/* Plain progress: who speaks now, and in which form. */
#include "mocks/buildkit/progress.h"

#include "base/units.h"

#include <stdarg.h>
#include <string.h>

struct progress {
    struct process *process;
    struct loop *loop;
    bool is_quiet;
    bool has_spoken;
    GPtrArray *vertexes;    /* struct vertex, by number */
    struct vertex *current; /* the last that spoke */
};

static void vertex_free(void *pointer)
{
    struct vertex *vertex = pointer;
    g_free(vertex->key);
    g_free(vertex->name);
    g_string_free(vertex->output, TRUE);
    g_free(vertex);
}

struct progress *progress_new(struct process *process, struct loop *loop, bool is_quiet)
{
    struct progress *progress = g_new0(struct progress, 1);
    progress->process = process;
    progress->loop = loop;
    progress->is_quiet = is_quiet;
    progress->vertexes = g_ptr_array_new_with_free_func(vertex_free);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (progress == NULL)
        return;
    g_ptr_array_unref(progress->vertexes);
    g_free(progress);
}

/* A reader that has gone, or a process being killed, is no reason to stop here. */
void progress_say(struct progress *progress, const char *text)
{
    g_autoptr(GError) ignored = NULL;
    if (!progress->is_quiet && !process_write(progress->process, 2, text, &ignored))
        g_clear_error(&ignored);
}

static double seconds_since(const struct progress *progress, int64_t started_us)
{
    return (double)(loop_now_us(progress->loop) - started_us) / (double)SECOND_US;
}

/* Blank line and name when somebody else spoke last. */
static void add_switch(struct progress *progress, struct vertex *vertex, GString *text)
{
    struct vertex *last = progress->current;
    if (last == vertex)
        return;
    if (last != NULL && !last->is_over)
        g_string_append_printf(text, "#%d ...\n", last->number);
    if (progress->has_spoken)
        g_string_append_c(text, '\n');
    g_string_append_printf(text, "#%d %s\n", vertex->number, vertex->name);
    progress->current = vertex;
    progress->has_spoken = true;
}

static void speak(struct progress *progress, struct vertex *vertex, const char *line)
{
    g_autoptr(GString) text = g_string_new(NULL);
    add_switch(progress, vertex, text);
    if (line != NULL)
        g_string_append_printf(text, "#%d %s\n", vertex->number, line);
    progress_say(progress, text->str);
}

struct vertex *progress_begin(struct progress *progress, const char *key, const char *name)
{
    for (guint i = 0; i < progress->vertexes->len; i++) {
        struct vertex *vertex = g_ptr_array_index(progress->vertexes, i);
        if (strcmp(vertex->key, key) == 0)
            return vertex;
    }
    struct vertex *vertex = g_new0(struct vertex, 1);
    vertex->number = (int)progress->vertexes->len + 1;
    vertex->key = g_strdup(key);
    vertex->name = g_strdup(name);
    vertex->started_us = loop_now_us(progress->loop);
    vertex->output = g_string_new(NULL);
    g_ptr_array_add(progress->vertexes, vertex);
    speak(progress, vertex, NULL);
    return vertex;
}

void progress_line(struct progress *progress, struct vertex *vertex, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    speak(progress, vertex, line);
}

void progress_output(struct progress *progress, struct vertex *vertex, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        if (*lines[i] == '\0' && lines[i + 1] == NULL)
            return;
        g_autofree char *line =
            g_strdup_printf("%.3f %s", seconds_since(progress, vertex->started_us), lines[i]);
        g_string_append_printf(vertex->output, "%s\n", line);
        speak(progress, vertex, line);
    }
}

static void end(struct progress *progress, struct vertex *vertex, const char *line)
{
    if (vertex->is_over)
        return;
    vertex->is_over = true;
    speak(progress, vertex, line);
}

void progress_done(struct progress *progress, struct vertex *vertex)
{
    g_autofree char *line =
        g_strdup_printf("DONE %.1fs", seconds_since(progress, vertex->started_us));
    end(progress, vertex, line);
}

void progress_cached(struct progress *progress, struct vertex *vertex)
{
    end(progress, vertex, "CACHED");
}

void progress_failed(struct progress *progress, struct vertex *vertex, const char *message)
{
    g_autofree char *line = g_strconcat("ERROR: ", message, NULL);
    end(progress, vertex, line);
}

void progress_canceled(struct progress *progress, struct vertex *vertex)
{
    end(progress, vertex, "CANCELED");
}

/* Powers of 1000, four significant digits (docker/go-units, HumanSize). */
char *progress_size(int64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    gsize index = 0;
    for (; value >= 1000 && index + 1 < G_N_ELEMENTS(units); index++)
        value /= 1000;
    if (index == 0)
        return g_strdup_printf("%dB", (int)bytes);
    return g_strdup_printf("%.*f%s", value < 100 ? 2 : 1, value, units[index]);
}
