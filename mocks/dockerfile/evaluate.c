/* The steps of one stage, variables replaced, and the config that comes out. */
#include "mocks/dockerfile/mount.h"
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

#define CHMOD_MAX 07777

static char *absolute_path(const char *folder, const char *path)
{
    return path[0] == '/' ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

/* A stage that comes later; the own one is a circle (plan_circle.c). The classic builder takes it
   for an image. */
static bool refuse_later(const struct evaluation *evaluation, const char *name,
                         const struct run_mount *mount, GError **error)
{
    const struct plan *plan = evaluation->plan;
    const struct plan_stage *own = evaluation->stage;
    enum stage_use use = mount != NULL ? STAGE_OF_MOUNT : STAGE_OF_COPY;
    const struct plan_stage *later = plan_find_stage(plan, name, use, plan->stages->len);
    g_autofree char *own_name =
        own->name != NULL ? g_strdup(own->name) : g_strdup_printf("stage-%d", own->index);
    if (later == NULL || later == own || !plan->request.has_platform_arguments)
        return true;
    if (mount != NULL)
        return plan_fail(error,
                         "cannot mount from stage \"%s\" to \"%s\", stage needs to be defined "
                         "before current command",
                         name, mount->target != NULL ? mount->target : "");
    return plan_fail(
        error, "cannot copy from stage \"%s\", it needs to be defined before current stage \"%s\"",
        name, own_name);
}

/* toCommand() in dockerfile2llb/convert.go; nothing is put in for variables. */
static bool find_from(struct evaluation *evaluation, GError **error)
{
    const struct plan *plan = evaluation->plan;
    struct plan_step *step = evaluation->step;
    const char *from = instruction_flag(evaluation->instruction, "from");
    const struct plan_stage *stage =
        from != NULL ? plan_find_stage(plan, from, STAGE_OF_COPY, (guint)evaluation->stage->index)
                     : NULL;
    bool is_buildkit = plan->request.has_platform_arguments;
    if (stage != NULL)
        step->from_stage = stage->index;
    if (from == NULL || stage != NULL)
        return true;
    if (is_buildkit && strchr(from, '$') != NULL)
        return plan_fail(error,
                         "variable expansion is not supported for --from, define a new stage "
                         "with FROM using ARG from global scope as a workaround");
    if (!refuse_later(evaluation, from, NULL, error))
        return false;
    if (is_buildkit && *from != '\0' && strspn(from, "0123456789") == strlen(from))
        return plan_fail(error, "invalid stage index %s", from);
    step->from_image = evaluation_expand(evaluation, from, error);
    return step->from_image != NULL;
}

/* Octal up to 07777, or symbols: "u=rwX,go=rX". */
static bool check_chmod(struct evaluation *evaluation, GError **error)
{
    const char *flag = instruction_flag(evaluation->instruction, "chmod");
    g_autofree char *mode = flag != NULL ? evaluation_expand(evaluation, flag, error) : NULL;
    if (flag == NULL || mode == NULL)
        return flag == NULL;
    g_free(evaluation->step->file_mode);
    evaluation->step->file_mode = g_strdup(mode);
    if (!g_ascii_isdigit(mode[0]))
        return g_regex_match_simple("^([ugoa]*([-+=]([rwxXst]*|[ugo]))+)"
                                    "(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*$",
                                    mode, 0, 0) ||
               plan_fail(error, "invalid syntax");
    if (g_ascii_string_to_unsigned(mode, 8, 0, CHMOD_MAX, NULL, NULL))
        return true;
    return plan_fail(
        error, "invalid chmod parameter: '%s'. it should be octal string and between 0 and 07777",
        mode);
}

/* go-digest's Validate() */
static bool check_digest(const char *digest, GError **error)
{
    static const struct {
        const char *name;
        gsize length;
    } algorithms[] = {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}};
    if (!g_regex_match_simple("^[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$", digest, 0, 0))
        return plan_fail(error, "invalid checksum digest format");
    g_auto(GStrv) parts = g_strsplit(digest, ":", 2);
    for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++)
        if (strcmp(algorithms[i].name, parts[0]) == 0)
            return strlen(parts[1]) == algorithms[i].length ||
                   plan_fail(error, "invalid checksum digest length");
    return plan_fail(error, "unsupported digest algorithm");
}

static bool check_checksum(struct evaluation *evaluation, GError **error)
{
    const char *flag = instruction_flag(evaluation->instruction, "checksum");
    char **sources = evaluation->step->sources;
    g_autofree char *checksum = flag != NULL ? evaluation_expand(evaluation, flag, error) : NULL;
    if (flag == NULL || checksum == NULL)
        return flag == NULL;
    if (sources[0] == NULL || sources[1] != NULL)
        return plan_fail(error, "checksum can't be specified for multiple sources");
    bool is_http = g_regex_match_simple("^https?://", sources[0], 0, 0);
    bool is_git = g_regex_match_simple("\\.git(#.*)?$|^git@|^(git|ssh)://", sources[0], 0, 0);
    if (!is_http && !is_git)
        return plan_fail(error, "checksum requires HTTP(S) or Git sources");
    return is_git || check_digest(checksum, error);
}

/* dispatchCopy() in dockerfile2llb/convert_copy.go */
static bool check_copy(struct evaluation *evaluation, GError **error)
{
    char **sources = evaluation->step->sources;
    bool is_copy = evaluation->instruction->kind == INSTRUCTION_COPY;
    for (gsize i = 0; is_copy && sources[i] != NULL; i++)
        if (g_regex_match_simple("^https?://", sources[i], 0, 0))
            return plan_fail(error, "source can't be a URL for COPY");
    return check_chmod(evaluation, error) && check_checksum(evaluation, error);
}

static bool evaluate_copy(struct evaluation *evaluation, GError **error)
{
    const struct instruction *instruction = evaluation->instruction;
    struct plan_step *step = evaluation->step;
    g_auto(GStrv) words = instruction->words != NULL
                              ? g_strdupv(instruction->words)
                              : evaluation_words(evaluation, instruction->rest, error);
    if (words == NULL)
        return false;
    guint count = g_strv_length(words);
    g_autoptr(GPtrArray) sources = g_ptr_array_new();
    for (guint i = 0; i + 1 < count; i++)
        if (!g_str_has_prefix(words[i], "<<"))
            g_ptr_array_add(sources, g_strdup(words[i]));
    g_ptr_array_add(sources, NULL);
    step->sources = (char **)g_ptr_array_steal(sources, NULL);
    step->destination = absolute_path(evaluation->folder, words[count - 1]);
    step->history = history_of_copy(evaluation, words, error);
    return step->history != NULL && check_copy(evaluation, error) && find_from(evaluation, error);
}

/* Where images of others begin to work is not in this world's: mkdocs-material in /docs. Only that
   distributions begin in / is known. */
static bool is_folder_known(const struct evaluation *evaluation)
{
    static const char *const at_root[] = {"alpine", "busybox", "debian", "fedora", "ubuntu", NULL};
    const struct plan_stage *stage = evaluation->stage;
    while (stage->base_stage != STAGE_NONE)
        stage = g_ptr_array_index(evaluation->plan->stages, (guint)stage->base_stage);
    const char *base = stage->base_name != NULL ? stage->base_name : "scratch";
    g_autofree char *name = g_strndup(base, strcspn(base, ":@"));
    return json_get_string(evaluation->stage->config, "WorkingDir", NULL) != NULL ||
           g_str_equal(name, "scratch") || g_strv_contains(at_root, name);
}

/* Secrets and agents have places of their own. */
static bool check_target(const struct evaluation *evaluation, const struct run_mount *mount,
                         GError **error)
{
    g_autofree char *target =
        g_canonicalize_filename(mount->target != NULL ? mount->target : ".", evaluation->folder);
    return strcmp(target, "/") != 0 || strcmp(mount->type, "secret") == 0 ||
           strcmp(mount->type, "ssh") == 0 ||
           (g_strcmp0(mount->target, "/") != 0 && !is_folder_known(evaluation)) ||
           plan_fail(error, "invalid mount target \"%s\"", target);
}

static bool evaluate_mount(struct evaluation *evaluation, struct run_mount *mount, GError **error)
{
    guint own = (guint)evaluation->stage->index;
    const struct plan_stage *stage =
        mount->from != NULL ? plan_find_stage(evaluation->plan, mount->from, STAGE_OF_MOUNT, own)
                            : NULL;
    if (stage != NULL)
        mount->from_stage = stage->index;
    return check_target(evaluation, mount, error) &&
           (mount->from == NULL || stage != NULL ||
            refuse_later(evaluation, mount->from, mount, error));
}

static bool evaluate_mounts(struct evaluation *evaluation, GError **error)
{
    const struct plan *plan = evaluation->plan;
    GPtrArray *mounts = run_mounts_read(evaluation->instruction, plan->dockerfile->escape,
                                        evaluation->variables, error);
    evaluation->step->mounts = mounts;
    for (guint i = 0; mounts != NULL && i < mounts->len; i++)
        if (!evaluate_mount(evaluation, g_ptr_array_index(mounts, i), error))
            return false;
    return mounts != NULL;
}

/* The shell's words, then the instruction as written; of a lone heredoc its text. */
static bool evaluate_run(struct evaluation *evaluation, GError **error)
{
    const struct instruction *instruction = evaluation->instruction;
    g_autoptr(json_t) words = config_command_words(evaluation);
    GString *command = g_string_new(NULL);
    size_t index;
    json_t *word;
    json_array_foreach (words, index, word) {
        bool is_heredoc = instruction->heredocs->len == 1 && index + 1 == json_array_size(words) &&
                          g_str_has_prefix(instruction->rest, "<<");
        const struct heredoc *heredoc =
            is_heredoc ? g_ptr_array_index(instruction->heredocs, 0) : NULL;
        g_string_append_printf(command, "%s%s", index > 0 ? " " : "",
                               is_heredoc ? heredoc->text : json_string_value(word));
    }
    evaluation->step->command = g_string_free(command, FALSE);
    evaluation->step->history = history_of_run(evaluation, evaluation->step->command);
    evaluation->step->variables = g_ptr_array_ref(evaluation->variables);
    return evaluate_mounts(evaluation, error);
}

/* " (set -eux...)": the first line of a heredoc that is all there is (summarizeHeredoc()). */
static char *heredoc_summary(const struct instruction *instruction)
{
    bool is_lone = instruction->kind == INSTRUCTION_RUN && instruction->heredocs->len == 1 &&
                   strpbrk(instruction->rest, " \t") == NULL;
    if (!is_lone)
        return g_strdup("");
    g_autofree char *text =
        g_strdup(((struct heredoc *)g_ptr_array_index(instruction->heredocs, 0))->text);
    g_strstrip(text);
    gsize length = strcspn(text, "\n");
    return g_strdup_printf(" (%.*s%s)", (int)length, text, text[length] != '\0' ? "..." : "");
}

static bool evaluate_instruction(struct evaluation *evaluation, GError **error)
{
    const struct instruction *instruction = evaluation->instruction;
    struct plan_step *step = evaluation->step;
    bool is_copy = instruction->kind == INSTRUCTION_COPY || instruction->kind == INSTRUCTION_ADD;

    step->text = expand_word(instruction->text, evaluation->plan->dockerfile->escape,
                             evaluation->variables, EXPAND_TEXT, NULL);
    if (step->text == NULL)
        step->text = g_strdup(instruction->text);
    if (!plan_count_bytes(evaluation->plan, strlen(step->text), error))
        return false;
    if (plan_has_step_name(instruction)) {
        g_autofree char *summary = heredoc_summary(instruction);
        g_autofree char *told =
            g_strconcat(instruction->is_trigger ? "ONBUILD " : "", step->text, summary, NULL);
        step->name =
            plan_step_name(evaluation->plan, evaluation->stage, told, evaluation->variables);
    }
    if (is_copy && !evaluate_copy(evaluation, error))
        return false;
    if (instruction->kind == INSTRUCTION_RUN && !evaluate_run(evaluation, error))
        return false;
    if (step->history == NULL)
        step->history = history_of_other(evaluation);
    if (!config_apply(evaluation, error))
        return false;
    step->folder = g_strdup(evaluation->folder);
    return true;
}

/* What ARG may name: the arguments given, then the automatic ones and those before FROM. */
static bool begin_evaluation(struct evaluation *evaluation, const json_t *base_config,
                             GError **error)
{
    struct plan_stage *stage = evaluation->stage;
    const struct plan_stage *base =
        stage->base_stage != STAGE_NONE
            ? g_ptr_array_index(evaluation->plan->stages, (guint)stage->base_stage)
            : NULL;
    const json_t *config = base != NULL ? base->config : base_config;

    json_decref(stage->config);
    stage->config = config != NULL ? json_deep_copy(config) : json_object();
    json_object_del(stage->config, "OnBuild");
    evaluation->arguments = variables_new();
    evaluation->environment = config_environment(stage->config);
    const char *folder = json_get_string(stage->config, "WorkingDir", "/");
    evaluation->folder = g_strdup(*folder != '\0' ? folder : "/");
    return evaluation_refresh(evaluation, error);
}

static void end_evaluation(struct evaluation *evaluation)
{
    evaluation->stage->variables = g_steal_pointer(&evaluation->variables);
    g_ptr_array_unref(evaluation->arguments);
    g_ptr_array_unref(evaluation->environment);
    g_free(evaluation->folder);
}

static void add_labels(struct plan *plan, struct plan_stage *stage)
{
    const GPtrArray *labels = plan->request.labels;
    if (stage != plan->target || labels == NULL || labels->len == 0)
        return;
    json_t *object = json_get_object(stage->config, "Labels");
    if (object == NULL) {
        object = json_object();
        json_object_set_new(stage->config, "Labels", object);
    }
    for (guint i = 0; i < labels->len; i++) {
        g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(labels, i), "=", 2);
        json_object_set_new(object, pair[0], json_string(pair[1] != NULL ? pair[1] : ""));
    }
}

/* ONBUILD of an image is known only now, too late for the stages that it might name. */
static bool add_image_triggers(struct plan *plan, struct plan_stage *stage,
                               const json_t *base_config, GError **error)
{
    const json_t *list = json_get_array(base_config, "OnBuild");
    for (size_t i = 0; stage->base_stage == STAGE_NONE && i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text == NULL || strstr(text, "from=") != NULL)
            continue;
        if (!plan_add_trigger(plan, stage, text, MIN((guint)i, stage->instructions->len), error))
            return false;
        const struct instruction *trigger = g_ptr_array_index(stage->instructions, (guint)i);
        stage->name_total += plan_has_step_name(trigger) ? 1 : 0;
    }
    return true;
}

bool plan_stage_evaluate(struct plan *plan, struct plan_stage *stage, const json_t *base_config,
                         GError **error)
{
    struct evaluation evaluation = {.plan = plan, .stage = stage};
    bool is_fine = begin_evaluation(&evaluation, base_config, error) &&
                   add_image_triggers(plan, stage, base_config, error);

    for (guint i = 0; i < stage->instructions->len && is_fine; i++) {
        evaluation.step = g_new0(struct plan_step, 1);
        evaluation.step->from_stage = STAGE_NONE;
        evaluation.instruction = g_ptr_array_index(stage->instructions, i);
        evaluation.step->instruction = evaluation.instruction;
        g_ptr_array_add(stage->steps, evaluation.step);
        is_fine = evaluate_instruction(&evaluation, error);
    }
    end_evaluation(&evaluation);
    add_labels(plan, stage);
    return is_fine;
}
