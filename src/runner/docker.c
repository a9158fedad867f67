/* The runner's own docker command lines. */
#include "runner/docker.h"
#include "runner/arguments.h"

#include <string.h>

static void add_all(struct docker_line *line, va_list words)
{
    const char *word;
    while ((word = va_arg(words, const char *)) != NULL) {
        g_ptr_array_add(line->words, g_strdup(word));
        g_string_append_printf(line->shown, " %s", word);
    }
}

void docker_line_init(struct docker_line *line, ...)
{
    va_list words;
    *line = (struct docker_line){.words = g_ptr_array_new_with_free_func(g_free),
                                 .shown = g_string_new(NULL)};
    g_ptr_array_add(line->words, g_strdup("docker"));
    va_start(words, line);
    add_all(line, words);
    va_end(words);
}

void docker_line_clear(struct docker_line *line)
{
    if (line->words == NULL)
        return;
    g_ptr_array_unref(line->words);
    g_string_free(line->shown, TRUE);
    *line = (struct docker_line){0};
}

void docker_add(struct docker_line *line, ...)
{
    va_list words;
    va_start(words, line);
    add_all(line, words);
    va_end(words);
}

void docker_add_quoted(struct docker_line *line, const char *option, const char *text)
{
    g_ptr_array_add(line->words, g_strdup(option));
    g_ptr_array_add(line->words, g_strdup(text));
    g_string_append_printf(line->shown, " %s \"%s\"", option, text);
}

void docker_add_volume(struct docker_line *line, const char *source, const char *target)
{
    g_ptr_array_add(line->words, g_strdup("-v"));
    g_ptr_array_add(line->words, g_strconcat(source, ":", target, NULL));
    g_string_append_printf(line->shown, " -v \"%s\":\"%s\"", source, target);
}

void docker_add_text(struct docker_line *line, const char *text)
{
    arguments_split(text, line->words);
    g_string_append_printf(line->shown, " %s", text);
}

bool docker_run(struct step_run *step, const struct docker_line *line,
                struct action_exec_result *result, GError **error)
{
    g_auto(GStrv) environment = step_environment(step, step->inputs, NULL);
    bool is_found = true;
    GPtrArray *words = line->words;
    g_ptr_array_add(words, NULL);
    const struct command_order order = {.arguments = (const char *const *)words->pdata,
                                        .environment = (const char *const *)environment,
                                        .input = line->input,
                                        .is_silent = line->input != NULL};
    step_print(step, "##[command]/usr/bin/docker%s", line->shown->str);
    bool is_fine = command_perform(step, &order, result, &is_found, error);
    g_ptr_array_set_size(words, (int)words->len - 1);
    if (is_fine && !is_found)
        result->exit_code = 127;
    return is_fine;
}

static bool fail(GError **error, const char *what, int exit_code)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s failed with exit code %d", what,
                exit_code);
    return false;
}

bool docker_demand(struct step_run *step, const struct docker_line *line, char **first,
                   GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!docker_run(step, line, &result, error))
        return false;
    if (result.exit_code != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "Exit code %d returned from process: file name '/usr/bin/docker', arguments "
                    "'%s'.",
                    result.exit_code, line->shown->str + 1);
        return false;
    }
    if (first != NULL)
        *first = g_strndup(result.output, strcspn(result.output, "\n"));
    return true;
}

bool docker_expect(struct step_run *step, const struct docker_line *line, const char *what,
                   GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!docker_run(step, line, &result, error))
        return false;
    if (result.exit_code == 0)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s %d", what, result.exit_code);
    return false;
}

bool docker_try(struct step_run *step, const struct docker_line *line, const char *what,
                GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!docker_run(step, line, &result, error))
        return false;
    if (result.exit_code != 0)
        step_warning(step, "%s %d", what, result.exit_code);
    return true;
}

bool docker_persist(struct step_run *step, const struct docker_line *line, const char *what,
                    GError **error)
{
    enum {
        ATTEMPTS = 3,
        PAUSE_MS_MIN = 1000,
        PAUSE_MS_SPAN = 9000,
        MS_PER_SECOND = 1000
    };
    for (int attempt = 1;; attempt++) {
        ACTION_EXEC_RESULT(result);
        if (!docker_run(step, line, &result, error))
            return false;
        if (result.exit_code == 0)
            return true;
        if (attempt == ATTEMPTS)
            return fail(error, what, result.exit_code);
        const uint64_t pause_ms = PAUSE_MS_MIN + rng_below(&step->leg->rng, PAUSE_MS_SPAN);
        step_warning(step, "%s failed with exit code %d, back off %.5g seconds before retry.", what,
                     result.exit_code, (double)pause_ms / MS_PER_SECOND);
        if (!fiber_sleep(step->leg->loop, (int64_t)pause_ms * MS_PER_SECOND, error))
            return false;
    }
}
