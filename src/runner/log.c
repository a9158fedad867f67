/* What steps say: the log with its masks, annotations, and lines of output. */
#include "base/limits.h"
#include "runner/leg.h"
#include "runner/missing_program.h"
#include "runner/touch.h"

#include <string.h>

static const char *const marks[] = {
    [ANNOTATION_NOTICE] = "##[notice]",
    [ANNOTATION_WARNING] = "##[warning]",
    [ANNOTATION_ERROR] = "##[error]",
};

void step_print_text(struct step_run *step, const char *line)
{
    GString *log = step->leg->result->log;
    g_autofree char *shown = masks_apply(step->leg->masks, line);
    if (log->len + strlen(shown) < RUNNER_LOG_BYTES_MAX)
        g_string_append_printf(log, "%s\n", shown);
}

void step_print(struct step_run *step, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    step_print_text(step, line);
}

void step_debug(struct step_run *step, const char *format, ...)
{
    va_list arguments;
    if (!step->leg->options.is_debug)
        return;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    step_print(step, "##[debug]%s", line);
}

/* Steps inside a composite action count for the one that stands in the job. */
static struct step_run *outermost(struct step_run *step)
{
    while (step->outer != NULL)
        step = step->outer;
    return step;
}

static void keep(struct leg_run *leg, enum annotation_level level, const char *title,
                 const char *message, const char *step)
{
    if (leg->result->annotations->len >= RUNNER_LEG_ANNOTATIONS_MAX)
        return;
    struct annotation *annotation = g_new0(struct annotation, 1);
    annotation->level = level;
    annotation->title = g_strdup(title);
    annotation->message = masks_apply(leg->masks, message);
    if (strlen(annotation->message) > RUNNER_ANNOTATION_BYTES_MAX) {
        annotation->message[RUNNER_ANNOTATION_BYTES_MAX] = '\0';
        char *valid = g_utf8_make_valid(annotation->message, -1);
        g_free(annotation->message);
        annotation->message = valid;
    }
    annotation->step = g_strdup(step);
    g_ptr_array_add(leg->result->annotations, annotation);
    trace_note(leg->options.trace, "annotation", "leg", leg->options.name, "step", step, "message",
               annotation->message, NULL);
}

void leg_annotate(struct leg_run *leg, enum annotation_level level, const char *message)
{
    keep(leg, level, NULL, message, NULL);
}

void step_annotate(struct step_run *step, enum annotation_level level, const char *title,
                   const char *message)
{
    struct step_run *counter = outermost(step);
    step_print(step, "%s%s", marks[level], message);
    if (level == ANNOTATION_ERROR) {
        g_free(step->result->message);
        step->result->message = masks_apply(step->leg->masks, message);
    }
    if (counter->annotation_counts[level]++ < RUNNER_ANNOTATIONS_MAX)
        keep(step->leg, level, title, message, counter->result->title);
}

void step_error(struct step_run *step, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    step_annotate(step, ANNOTATION_ERROR, NULL, message);
}

void step_warning(struct step_run *step, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    step_annotate(step, ANNOTATION_WARNING, NULL, message);
}

/* The commit of the event stands under an id that is not its hash (working_copy.h). Where git reads
   it without its replacement (clones, pushes to another folder, fsck, gc) it says one of these, and
   what fails of it fails by our lack. */
static void notice_other_hash(struct step_run *step, const char *line)
{
    static const char *const texts[] = {"hash mismatch ", "bad object ", "invalid sha1 pointer ",
                                        "Could not read ", "nonexistent object "};
    const char *commit = json_get_string(step->leg->options.github, "sha", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(texts) && !step->has_met_other_hash; i++) {
        const char *found = strstr(line, texts[i]);
        if (found == NULL || commit == NULL || !g_str_has_prefix(found + strlen(texts[i]), commit))
            continue;
        step->has_met_other_hash = true;
        leg_assume_gap(step->leg, step, /* touches_images= */ false,
                       "git over the objects of commit %.7s, whose id is not its hash here",
                       commit);
    }
}

static bool is_assumed(const struct leg_run *leg, const char *what)
{
    for (guint i = 0; i < leg->result->assumptions->len; i++) {
        const struct assumption *each = leg->result->assumptions->pdata[i];
        if (g_str_equal(each->what, what))
            return true;
    }
    return false;
}

static void notice_missing_program(struct step_run *step, const char *line)
{
    g_autofree char *name = missing_program_find(line);
    g_autofree char *what = name != NULL ? g_strconcat("command ", name, NULL) : NULL;
    if (what != NULL && !is_assumed(step->leg, what))
        leg_assume_gap(step->leg, step, script_touches_images(name), "%s", what);
}

/* What scripts have of a machine beside their own folders stands behind all of them; on GitHub's
   they may write it by sudo. The words are the C library's and Node's. */
static void notice_read_only(struct step_run *step, const char *line)
{
    static const char what[] = "writing to the machine's own folders";
    bool is_met = strstr(line, "Read-only file system") != NULL || strstr(line, "EROFS: ") != NULL;
    if (is_met && step->step->run != NULL && !is_assumed(step->leg, what))
        leg_assume_gap(step->leg, step, /* touches_images= */ false, "%s", what);
}

/* GitHub's machines, or a step before, may have it. */
static void notice_missing(struct step_run *step, const char *line)
{
    notice_missing_program(step, line);
    notice_read_only(step, line);
    if (step->missing_module == NULL)
        step->missing_module = missing_module_find(line);
}

/* Shells that should reckon with a word that nobody knows say so, and go on with nothing. */
static void notice_stumble(struct step_run *step, const char *line)
{
    static const char *const texts[] = {"error token is",
                                        /* bash's arithmetic */ "integer expression expected",
                                        "integer expected", "Illegal number", "invalid number"};
    if (strstr(line, COMMAND_UNKNOWN_STEM) == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        step->has_stumbled |= strstr(line, texts[i]) != NULL;
}

static void take_line(struct step_run *step, GString *text)
{
    g_autofree char *valid = g_utf8_make_valid(text->str, (gssize)strlen(text->str));
    notice_other_hash(step, valid);
    notice_stumble(step, valid);
    g_string_truncate(text, 0);
    notice_missing(step, valid);
    if (!step_obey(step, valid))
        step_print_text(step, valid);
}

/* A line ends at \n, \r or \r\n, as StreamReader.ReadLine() has it in ProcessInvoker.cs. */
static void take_end(struct step_run *step, struct line_buffer *buffer, char end)
{
    bool is_second_half = end == '\n' && buffer->has_returned && buffer->text->len == 0;
    buffer->has_returned = end == '\r';
    if (!is_second_half)
        take_line(step, buffer->text);
}

static gsize line_length(const char *bytes, gsize length_bytes)
{
    gsize length = 0;
    while (length < length_bytes && bytes[length] != '\n' && bytes[length] != '\r')
        length++;
    return length;
}

void step_output(void *argument, int stream, const char *bytes, gsize length_bytes)
{
    struct step_run *step = argument;
    struct line_buffer *buffer = &step->lines[stream == 2 ? 1 : 0];
    if (buffer->text == NULL)
        buffer->text = g_string_new(NULL);
    for (const char *end = bytes + length_bytes; bytes < end; bytes++) {
        gsize length = line_length(bytes, (gsize)(end - bytes));
        gsize room = RUNNER_LINE_BYTES_MAX - buffer->text->len;
        g_string_append_len(buffer->text, bytes, (gssize)MIN(length, room));
        bytes += length;
        if (bytes < end)
            take_end(step, buffer, *bytes);
    }
}

void step_output_end(struct step_run *step)
{
    for (gsize i = 0; i < G_N_ELEMENTS(step->lines); i++) {
        GString *text = step->lines[i].text;
        if (text != NULL && text->len > 0)
            take_line(step, text);
    }
}

void leg_may_bring(const struct leg_run *leg)
{
    const struct command_host *host = leg->machine != NULL ? leg->machine->host : NULL;
    if (host != NULL && host->may_bring != NULL)
        host->may_bring(host->self);
}

/* Takes over assumption->what. */
static void assume(struct leg_run *leg, const struct step_run *step, struct assumption assumption)
{
    if (step != NULL && step->step != NULL)
        assumption.position = step->step->node->position;
    assumption.step = leg_step_index(leg);
    leg_may_bring(leg);
    g_ptr_array_add(leg->result->assumptions, g_memdup2(&assumption, sizeof assumption));
    trace_note(leg->options.trace, "assumption", "leg", leg->options.name, "what", assumption.what,
               NULL);
}

void leg_assume(struct leg_run *leg, const struct step_run *step, bool touches_images,
                const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    assume(leg, step,
           (struct assumption){.what = g_strdup_vprintf(format, arguments),
                               .touches_images = touches_images});
    va_end(arguments);
}

void leg_assume_gap(struct leg_run *leg, const struct step_run *step, bool touches_images,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    assume(leg, step,
           (struct assumption){.what = g_strdup_vprintf(format, arguments),
                               .touches_images = touches_images,
                               .leaves_gap = true});
    va_end(arguments);
}

#define VARS "vars."

void leg_assume_lacking(struct leg_run *leg, const struct step_run *step)
{
    GPtrArray *lacking = leg->unknown.lacking;
    for (guint i = 0; lacking != NULL && i < lacking->len; i++) {
        const char *name = lacking->pdata[i];
        g_autofree char *what = g_strdup_printf("%s, which is not given", name);
        if (is_assumed(leg, what))
            continue;
        assume(leg, step,
               (struct assumption){
                   .what = g_steal_pointer(&what),
                   .leaves_gap = true,
                   .variable = g_str_has_prefix(name, VARS) ? g_strdup(name + strlen(VARS)) : NULL,
               });
    }
    g_clear_pointer(&leg->unknown.lacking, g_ptr_array_unref);
}

void leg_assume_unknown(struct leg_run *leg, const struct step_run *step, bool may_touch,
                        bool with_doubts)
{
    const struct leg_options *options = &leg->options;
    g_autofree char *name = unknown_log_take(&leg->unknown, with_doubts);
    leg_assume_lacking(leg, step);
    if (name != NULL && step->phase == PHASE_MAIN) /* others ask the same once more */
        leg_assume(leg, step,
                   may_touch && step->step != NULL &&
                       step_touches_images(step->step, options->find_action, options->self),
                   "%s, which nobody knows", name);
}

void leg_assume_secret(struct leg_run *leg, const struct step_run *step, const char *name)
{
    assume(leg, step,
           (struct assumption){.what = g_strdup_printf("the value of secret %s", name),
                               .secret = g_strdup(name),
                               .leaves_gap = true});
}
