/* What buildx prints while it works. */
#include "mocks/commands/buildx/voice.h"

#include "base/units.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The display takes changes together that come within one tick (captures 40, 42). */
#define TICK_US (150 * MILLISECOND_US)

void voice_clear(struct voice *voice)
{
    g_free(voice->head);
    g_free(voice->name);
    if (voice->lines != NULL)
        g_string_free(voice->lines, TRUE);
}

static void say(const struct voice *voice, const char *text)
{
    if (!voice->is_quiet)
        command_write(voice->run->call, 2, text, -1);
}

static double seconds_since(const struct voice *voice, int64_t started_us)
{
    int64_t now_us = loop_now_us(run_loop(voice->run));
    return (double)(now_us - started_us) / (double)SECOND_US;
}

static void say_head(struct voice *voice)
{
    if (!voice->has_spoken && voice->head != NULL) {
        g_autofree char *text = g_strdup_printf("#0 %s\n", voice->head);
        say(voice, text);
    }
    if (voice->has_spoken || voice->head != NULL)
        say(voice, "\n");
    voice->has_spoken = true;
}

void voice_begin(struct voice *voice, const char *name)
{
    say_head(voice);
    voice->vertex_count++;
    voice->started_us = loop_now_us(run_loop(voice->run));
    g_free(voice->name);
    voice->name = g_strdup(name);
    if (voice->lines == NULL)
        voice->lines = g_string_new(NULL);
    g_string_truncate(voice->lines, 0);
    g_autofree char *text = g_strdup_printf("#%d %s\n", voice->vertex_count, name);
    say(voice, text);
}

void voice_line(struct voice *voice, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *text = g_strdup_printf("#%d %s\n", voice->vertex_count, line);
    say(voice, text);
}

void voice_log(struct voice *voice, const char *line)
{
    double seconds = seconds_since(voice, voice->started_us);
    voice_line(voice, "%.3f %s", seconds, line);
    g_string_append_printf(voice->lines, "%.3f %s\n", seconds, line);
}

void voice_end(struct voice *voice)
{
    voice_line(voice, "DONE %.1fs", seconds_since(voice, voice->started_us));
}

void voice_fail(struct voice *voice, const char *message)
{
    voice_line(voice, "ERROR: %s", message);
    g_autofree char *text =
        g_strdup_printf("------\n > %s:\n%s------\n", voice->name, voice->lines->str);
    say(voice, text);
}

void voice_follow(struct voice *voice)
{
    say_head(voice);
    voice->offset = voice->vertex_count;
    voice->is_at_name = true;
}

/* "[2/3] RUN x" of one of several targets is "[app 2/3] RUN x" (progress.WithPrefix). */
static char *with_prefix(const struct voice *voice, const char *name)
{
    if (voice->prefix == NULL || !voice->is_at_name)
        return g_strdup(name);
    return name[1] == '[' ? g_strdup_printf(" [%s %s", voice->prefix, name + 2)
                          : g_strdup_printf(" [%s]%s", voice->prefix, name);
}

/* "#3 DONE 0.1s" is the third of the build, and the fourth of all when the builder was booted. */
void voice_forward(struct voice *voice, const char *line)
{
    char *rest = NULL;
    long number = line[0] == '#' ? strtol(line + 1, &rest, 10) : 0;
    bool is_numbered = number > 0 && rest != line + 1 && *rest == ' ';
    g_autofree char *name = is_numbered ? with_prefix(voice, rest) : NULL;
    g_autofree char *text = is_numbered ? g_strdup_printf("#%ld%s\n", number + voice->offset, name)
                                        : g_strconcat(line, "\n", NULL);
    voice->is_at_name = *line == '\0';
    if (is_numbered)
        voice->vertex_count = MAX(voice->vertex_count, (int)number + voice->offset);
    say(voice, text);
}

/* ---- work ---- */

static void tick_main(void *argument)
{
    struct voice_work *work = argument;
    g_autoptr(GError) ignored = NULL;
    if (fiber_sleep(run_loop(work->voice->run), TICK_US, &ignored))
        voice_line(work->voice, "%s", work->name);
}

void voice_work_begin(struct voice_work *work, struct voice *voice, const char *name)
{
    struct loop *loop = run_loop(voice->run);
    *work = (struct voice_work){
        .voice = voice, .name = g_strdup(name), .started_us = loop_now_us(loop)};
    fiber_group_init(&work->group, loop);
    fiber_group_spawn(&work->group, "display", tick_main, work);
}

void voice_work_end(struct voice_work *work)
{
    fiber_group_finish(&work->group);
    voice_line(work->voice, "%s %.1fs done", work->name,
               seconds_since(work->voice, work->started_us));
    g_free(work->name);
}
