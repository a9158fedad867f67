/* What each instruction does to an image's config; one row a kind that does something. */
#include "mocks/dockerfile/plan_private.h"

#include "base/units.h"

#include <string.h>

char *build_go_quote(const char *text)
{
    static const struct {
        char raw;
        const char *escaped;
    } escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}};
    GString *quoted = g_string_new("\"");
    for (; *text != '\0'; text++) {
        const char *escaped = NULL;
        for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++)
            if (escapes[i].raw == *text)
                escaped = escapes[i].escaped;
        if (escaped != NULL)
            g_string_append(quoted, escaped);
        else
            g_string_append_c(quoted, *text);
    }
    return g_string_free(g_string_append_c(quoted, '"'), FALSE);
}

/* ---- variables ---- */

GPtrArray *config_environment(const json_t *config)
{
    GPtrArray *environment = variables_new();
    const json_t *list = json_get_array(config, "Env");
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *pair = json_string_value(json_array_get(list, i));
        if (pair != NULL && strchr(pair, '=') != NULL)
            g_ptr_array_add(environment, g_strdup(pair));
    }
    return environment;
}

static void set_environment(json_t *config, const GPtrArray *environment)
{
    json_t *list = json_array();
    for (guint i = 0; i < environment->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(environment, i)));
    json_object_set_new(config, "Env", list);
}

/* The pairs of arguments that the environment does not hide, then the environment. */
static GPtrArray *join_pairs(const GPtrArray *arguments, const GPtrArray *environment)
{
    GPtrArray *joined = variables_new();
    for (guint i = 0; i < arguments->len; i++) {
        const char *pair = g_ptr_array_index(arguments, i);
        g_autofree char *name = g_strndup(pair, strcspn(pair, "="));
        if (variables_get(environment, name) == NULL)
            g_ptr_array_add(joined, g_strdup(pair));
    }
    for (guint i = 0; i < environment->len; i++)
        g_ptr_array_add(joined, g_strdup(g_ptr_array_index(environment, i)));
    return joined;
}

/* Steps may hold the variables as they were: they are made anew. */
bool evaluation_refresh(struct evaluation *evaluation, GError **error)
{
    gsize bytes = 0;
    g_clear_pointer(&evaluation->variables, g_ptr_array_unref);
    evaluation->variables = join_pairs(evaluation->arguments, evaluation->environment);
    for (guint i = 0; i < evaluation->variables->len; i++)
        bytes += strlen(g_ptr_array_index(evaluation->variables, i));
    return plan_count_bytes(evaluation->plan, bytes, error);
}

char *evaluation_expand(struct evaluation *evaluation, const char *text, GError **error)
{
    return plan_expand(evaluation->plan, text, evaluation->variables, error);
}

char **evaluation_words(struct evaluation *evaluation, const char *text, GError **error)
{
    g_auto(GStrv) words = split_words(text, evaluation->plan->dockerfile->escape);
    for (gsize i = 0; words[i] != NULL; i++) {
        char *expanded = evaluation_expand(evaluation, words[i], error);
        if (expanded == NULL)
            return NULL;
        g_free(words[i]);
        words[i] = expanded;
    }
    return g_steal_pointer(&words);
}

/* name=value …, or the old form: name value with blanks. Flat pairs; NULL on errors. */
static char **read_pairs(struct evaluation *evaluation, GError **error)
{
    const char *rest = evaluation->instruction->rest;
    g_auto(GStrv) words = evaluation_words(evaluation, rest, error);
    GPtrArray *pairs = NULL;
    if (words == NULL)
        return NULL;
    pairs = g_ptr_array_new();
    g_auto(GStrv) raw = split_words(rest, evaluation->plan->dockerfile->escape);
    gsize name_length = strcspn(rest, "= \t");
    if (strchr(raw[0], '=') != NULL) {
        for (gsize i = 0; words[i] != NULL; i++) {
            g_auto(GStrv) pair = g_strsplit(words[i], "=", 2);
            g_ptr_array_add(pairs, g_strdup(pair[0]));
            g_ptr_array_add(pairs, g_strdup(pair[1] != NULL ? pair[1] : ""));
        }
    } else {
        g_ptr_array_add(pairs, g_strndup(rest, name_length));
        g_ptr_array_add(pairs, g_strjoinv(" ", words + 1));
    }
    g_ptr_array_add(pairs, NULL);
    return (char **)g_ptr_array_free(pairs, FALSE);
}

/* ---- rows ---- */

static bool declare_argument(struct evaluation *evaluation, const char *word, GError **error)
{
    const struct plan *plan = evaluation->plan;
    g_auto(GStrv) pair = g_strsplit(word, "=", 2);
    const char *value = variables_get(plan->request.arguments, pair[0]);
    g_autofree char *otherwise =
        pair[1] != NULL ? evaluation_expand(evaluation, pair[1], error) : NULL;

    if (pair[1] != NULL && otherwise == NULL)
        return false;
    if (value == NULL)
        value = otherwise != NULL ? otherwise : variables_get(plan->globals, pair[0]);
    if (value != NULL)
        variables_set(evaluation->arguments, pair[0], value);
    return true;
}

static bool apply_arg(struct evaluation *evaluation, GError **error)
{
    g_auto(GStrv) words =
        split_words(evaluation->instruction->rest, evaluation->plan->dockerfile->escape);
    for (gsize i = 0; words[i] != NULL; i++) {
        if (!declare_argument(evaluation, words[i], error) ||
            !evaluation_refresh(evaluation, error))
            return false;
    }
    return true;
}

static bool apply_env(struct evaluation *evaluation, GError **error)
{
    g_auto(GStrv) pairs = read_pairs(evaluation, error);
    if (pairs == NULL)
        return false;
    for (gsize i = 0; pairs[i] != NULL; i += 2)
        variables_set(evaluation->environment, pairs[i], pairs[i + 1]);
    set_environment(evaluation->stage->config, evaluation->environment);
    return evaluation_refresh(evaluation, error);
}

static json_t *obtain_object(json_t *config, const char *key)
{
    json_t *object = json_get_object(config, key);
    if (object != NULL)
        return object;
    object = json_object();
    json_object_set_new(config, key, object);
    return object;
}

static bool apply_label(struct evaluation *evaluation, GError **error)
{
    json_t *labels = obtain_object(evaluation->stage->config, "Labels");
    g_auto(GStrv) pairs = read_pairs(evaluation, error);
    if (pairs == NULL)
        return false;
    for (gsize i = 0; pairs[i] != NULL; i += 2)
        json_object_set_new(labels, pairs[i], json_string(pairs[i + 1]));
    return true;
}

json_t *config_command_words(const struct evaluation *evaluation)
{
    const struct instruction *instruction = evaluation->instruction;
    json_t *words = json_array();
    for (gsize i = 0; instruction->words != NULL && instruction->words[i] != NULL; i++)
        json_array_append_new(words, json_string(instruction->words[i]));
    if (instruction->words != NULL)
        return words;
    g_autoptr(json_t) usual = json_pack("[ss]", "/bin/sh", "-c");
    json_t *shell = json_get_array(evaluation->stage->config, "Shell");
    json_array_extend(words, shell != NULL ? shell : usual);
    json_array_append_new(words, json_string(instruction->rest));
    return words;
}

static bool apply_cmd(struct evaluation *evaluation, GError **error)
{
    (void)error;
    evaluation->has_command = true;
    json_object_set_new(evaluation->stage->config, "Cmd", config_command_words(evaluation));
    return true;
}

/* A new entry point drops the base's command (BuildKit, dispatchEntrypoint). */
static bool apply_entrypoint(struct evaluation *evaluation, GError **error)
{
    (void)error;
    json_object_set_new(evaluation->stage->config, "Entrypoint", config_command_words(evaluation));
    if (!evaluation->has_command)
        json_object_del(evaluation->stage->config, "Cmd");
    return true;
}

static bool apply_shell(struct evaluation *evaluation, GError **error)
{
    (void)error;
    json_object_set_new(evaluation->stage->config, "Shell", config_command_words(evaluation));
    return true;
}

static bool apply_expose(struct evaluation *evaluation, GError **error)
{
    json_t *ports = obtain_object(evaluation->stage->config, "ExposedPorts");
    g_auto(GStrv) words = evaluation_words(evaluation, evaluation->instruction->rest, error);
    if (words == NULL)
        return false;
    for (gsize i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0' && !expose_ports(ports, words[i], error))
            return false;
    return true;
}

static bool apply_volume(struct evaluation *evaluation, GError **error)
{
    const struct instruction *instruction = evaluation->instruction;
    json_t *volumes = obtain_object(evaluation->stage->config, "Volumes");
    g_auto(GStrv) words = instruction->words != NULL
                              ? g_strdupv(instruction->words)
                              : evaluation_words(evaluation, instruction->rest, error);
    if (words == NULL)
        return false;
    for (gsize i = 0; words[i] != NULL; i++)
        json_object_set_new(volumes, words[i], json_object());
    return true;
}

static bool set_text(struct evaluation *evaluation, const char *key, GError **error)
{
    g_autofree char *value = evaluation_expand(evaluation, evaluation->instruction->rest, error);
    if (value != NULL)
        json_object_set_new(evaluation->stage->config, key, json_string(value));
    return value != NULL;
}

static bool apply_user(struct evaluation *evaluation, GError **error)
{
    return set_text(evaluation, "User", error);
}

/* moby/sys/signal's ParseSignal() for Linux: names with or without SIG, and numbers. */
static bool is_signal(const char *text)
{
    return g_regex_match_simple("^([1-9][0-9]*|(SIG)?(ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|"
                                "IO|IOT|KILL|PIPE|POLL|PROF|"
                                "PWR|QUIT|SEGV|STKFLT|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|"
                                "USR2|VTALRM|WINCH|XCPU|XFSZ|"
                                "RTMIN(\\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?))$",
                                text, G_REGEX_CASELESS, 0);
}

static bool apply_stopsignal(struct evaluation *evaluation, GError **error)
{
    if (!set_text(evaluation, "StopSignal", error))
        return false;
    const char *text = json_get_string(evaluation->stage->config, "StopSignal", "");
    return is_signal(text) || plan_fail(error, "invalid signal: %s", text);
}

static bool apply_workdir(struct evaluation *evaluation, GError **error)
{
    g_autofree char *path = evaluation_expand(evaluation, evaluation->instruction->rest, error);
    if (path == NULL)
        return false;
    g_autofree char *folder = g_canonicalize_filename(path, evaluation->folder);
    json_object_set_new(evaluation->stage->config, "WorkingDir", json_string(folder));
    g_free(evaluation->folder);
    evaluation->folder = g_steal_pointer(&folder);
    return true;
}

static bool apply_healthcheck(struct evaluation *evaluation, GError **error)
{
    static const char *const periods[][2] = {{"interval", "Interval"},
                                             {"timeout", "Timeout"},
                                             {"start-period", "StartPeriod"},
                                             {"start-interval", "StartInterval"}};
    const struct instruction *instruction = evaluation->instruction;
    const char *rest = instruction->rest;
    bool is_none = g_ascii_strncasecmp(rest, "NONE", 4) == 0;
    (void)error;
    json_t *test = is_none ? json_pack("[s]", "NONE")
                           : json_pack("[s, s]", "CMD-SHELL", rest + strcspn(rest, " \t"));
    json_t *health = json_pack("{s:o}", "Test", test);
    for (gsize i = 0; i < G_N_ELEMENTS(periods); i++) {
        const char *text = instruction_flag(instruction, periods[i][0]);
        int64_t period_us = 0;
        if (text != NULL && go_duration_parse(text, &period_us))
            json_object_set_new(health, periods[i][1], json_integer(period_us * 1000));
    }
    json_object_set_new(evaluation->stage->config, "Healthcheck", health);
    return true;
}

static bool apply_onbuild(struct evaluation *evaluation, GError **error)
{
    json_t *list = json_get_array(evaluation->stage->config, "OnBuild");
    (void)error;
    if (list == NULL) {
        list = json_array();
        json_object_set_new(evaluation->stage->config, "OnBuild", list);
    }
    json_array_append_new(list, json_string(evaluation->instruction->rest));
    return true;
}

static bool (*const rows[INSTRUCTION_COUNT])(struct evaluation *evaluation, GError **error) = {
    [INSTRUCTION_ARG] = apply_arg,
    [INSTRUCTION_CMD] = apply_cmd,
    [INSTRUCTION_ENTRYPOINT] = apply_entrypoint,
    [INSTRUCTION_ENV] = apply_env,
    [INSTRUCTION_EXPOSE] = apply_expose,
    [INSTRUCTION_HEALTHCHECK] = apply_healthcheck,
    [INSTRUCTION_LABEL] = apply_label,
    [INSTRUCTION_ONBUILD] = apply_onbuild,
    [INSTRUCTION_SHELL] = apply_shell,
    [INSTRUCTION_STOPSIGNAL] = apply_stopsignal,
    [INSTRUCTION_USER] = apply_user,
    [INSTRUCTION_VOLUME] = apply_volume,
    [INSTRUCTION_WORKDIR] = apply_workdir,
};

bool config_apply(struct evaluation *evaluation, GError **error)
{
    bool (*apply)(struct evaluation *, GError **) = rows[evaluation->instruction->kind];
    return apply == NULL || apply(evaluation, error);
}
