/* Stages of a Dockerfile: names, bases, platforms, and which of them the target needs. */
#include "base/limits.h"
#include "mocks/dockerfile/mount.h"
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

bool plan_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

static void step_free(void *pointer)
{
    struct plan_step *step = pointer;
    g_free(step->text);
    g_free(step->history);
    g_free(step->name);
    g_free(step->command);
    g_free(step->folder);
    g_free(step->destination);
    g_free(step->from_image);
    g_free(step->file_mode);
    g_strfreev(step->sources);
    if (step->variables != NULL)
        g_ptr_array_unref(step->variables);
    if (step->mounts != NULL)
        g_ptr_array_unref(step->mounts);
    g_free(step);
}

static void stage_free(void *pointer)
{
    struct plan_stage *stage = pointer;
    g_free(stage->name);
    g_free(stage->platform);
    g_free(stage->platform_error);
    g_free(stage->base_name);
    g_free(stage->from_name);
    g_ptr_array_unref(stage->instructions);
    g_ptr_array_unref(stage->steps);
    json_decref(stage->config);
    if (stage->variables != NULL)
        g_ptr_array_unref(stage->variables);
    g_free(stage);
}

void build_plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    g_ptr_array_unref(plan->globals);
    g_ptr_array_unref(plan->stages);
    g_ptr_array_unref(plan->triggers);
    g_free(plan);
}

bool plan_count_bytes(struct plan *plan, gsize bytes, GError **error)
{
    plan->kept_bytes += bytes;
    return plan->kept_bytes <= DOCKERFILE_WORDS_BYTES_MAX ||
           plan_fail(error, "the words and variables of the Dockerfile take more than %d bytes",
                     DOCKERFILE_WORDS_BYTES_MAX);
}

char *plan_expand(struct plan *plan, const char *text, const GPtrArray *variables, GError **error)
{
    g_autofree char *word =
        expand_word(text, plan->dockerfile->escape, variables, EXPAND_WORD, error);
    if (word == NULL || !plan_count_bytes(plan, strlen(word), error))
        return NULL;
    return g_steal_pointer(&word);
}

/* ---- platforms ---- */

/* BUILDPLATFORM, BUILDOS, BUILDARCH, BUILDVARIANT, and the same with TARGET. */
static bool add_platform(GPtrArray *variables, const char *prefix, const char *platform,
                         GError **error)
{
    static const char *const names[] = {"OS", "ARCH", "VARIANT"};
    g_auto(GStrv) parts = platform_split(platform, error);
    if (parts == NULL)
        return false;
    g_autofree char *whole = g_strconcat(prefix, "PLATFORM", NULL);
    variables_set(variables, whole, platform);
    bool has_ended = false;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = g_strconcat(prefix, names[i], NULL);
        has_ended = has_ended || parts[i] == NULL;
        variables_set(variables, name, has_ended ? "" : parts[i]);
    }
    return true;
}

/* ---- before the first FROM ---- */

static bool add_global(struct plan *plan, const char *word, GError **error)
{
    g_auto(GStrv) pair = g_strsplit(word, "=", 2);
    const char *given = variables_get(plan->request.arguments, pair[0]);
    if (given == NULL && pair[1] == NULL)
        return true;
    g_autofree char *value =
        given != NULL ? g_strdup(given) : plan_expand(plan, pair[1], plan->globals, error);
    if (value != NULL)
        variables_set(plan->globals, pair[0], value);
    return value != NULL;
}

static bool add_globals(struct plan *plan, GError **error)
{
    const GPtrArray *instructions = plan->dockerfile->instructions;
    const struct plan_request *request = &plan->request;

    if (request->has_platform_arguments &&
        (!add_platform(plan->globals, "BUILD", request->build_platform, error) ||
         !add_platform(plan->globals, "TARGET", request->platform, error)))
        return false;
    for (guint i = 0; i < instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(instructions, i);
        if (instruction->kind == INSTRUCTION_FROM)
            return true;
        g_auto(GStrv) words = split_words(instruction->rest, plan->dockerfile->escape);
        for (gsize j = 0; words[j] != NULL; j++)
            if (!add_global(plan, words[j], error))
                return false;
    }
    return true;
}

/* ---- stages ---- */

/* dockerfile2llb: a named context hides the stage of its name from all that stand on it. */
static bool is_context(const struct plan *plan, const char *name)
{
    const GPtrArray *contexts = plan->request.contexts;
    gsize length = strlen(name);
    for (guint i = 0; contexts != NULL && i < contexts->len; i++) {
        const char *context = g_ptr_array_index(contexts, i);
        if (g_ascii_strncasecmp(context, name, length) == 0 && context[length] == '=')
            return true;
    }
    return false;
}

static struct plan_stage *find_stage(const struct plan *plan, const char *name, enum stage_use use,
                                     guint before)
{
    bool is_buildkit = plan->request.has_platform_arguments;
    bool is_exact = is_buildkit && use == STAGE_OF_FROM;
    g_autofree char *lower = is_exact ? g_strdup(name) : g_ascii_strdown(name, -1);
    guint64 number = 0;
    for (guint i = before; i > 0; i--) {
        struct plan_stage *stage = g_ptr_array_index(plan->stages, i - 1);
        if (g_strcmp0(stage->name, lower) == 0)
            return stage;
    }
    bool has_numbers = !is_buildkit || use == STAGE_OF_COPY;
    if (has_numbers && g_ascii_string_to_unsigned(name, 10, 0, G_MAXINT, &number, NULL) &&
        number < before)
        return g_ptr_array_index(plan->stages, (guint)number);
    return NULL;
}

struct plan_stage *plan_find_stage(const struct plan *plan, const char *name, enum stage_use use,
                                   guint before)
{
    return is_context(plan, name) ? NULL : find_stage(plan, name, use, before);
}

bool plan_has_stage(const struct plan *plan, const char *name)
{
    return plan_find_stage(plan, name, STAGE_OF_COPY, plan->stages->len) != NULL;
}

static bool set_platform(struct plan *plan, struct plan_stage *stage, GError **error)
{
    const char *flag = instruction_flag(stage->from, "platform");
    bool is_buildkit = plan->request.has_platform_arguments;
    if (flag == NULL || *flag == '\0') {
        stage->platform = g_strdup(plan->request.platform);
        return true;
    }
    stage->platform = plan_expand(plan, flag, plan->globals, error);
    if (stage->platform == NULL)
        return false;
    if (is_buildkit && *stage->platform == '\0')
        return plan_fail(error, "empty platform value from expression %s", flag);
    g_autoptr(GError) cause = NULL;
    g_auto(GStrv) parts = platform_split(stage->platform, &cause);
    if (parts != NULL) {
        g_free(stage->platform);
        stage->platform = platform_normal(parts);
        return true;
    }
    if (!is_buildkit) {
        stage->platform_error = g_strdup(cause->message);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
}

static bool set_base(struct plan *plan, struct plan_stage *stage, const char *written,
                     GError **error)
{
    g_autofree char *base = plan_expand(plan, written, plan->globals, error);
    if (base == NULL)
        return false;
    if (*base == '\0') {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "base name (%s) should not be blank",
                    written);
        return false;
    }
    const struct plan_stage *other =
        plan_find_stage(plan, base, STAGE_OF_FROM, plan->stages->len - 1);
    stage->is_scratch = other == NULL && strcmp(base, "scratch") == 0;
    stage->base_stage = other != NULL ? other->index : STAGE_NONE;
    if (other == NULL && !stage->is_scratch)
        stage->base_name = g_steal_pointer(&base);
    return true;
}

bool plan_add_trigger(struct plan *plan, struct plan_stage *stage, const char *text, guint place,
                      GError **error)
{
    struct instruction *trigger =
        dockerfile_parse_trigger(plan->dockerfile, text, stage->from, error);
    if (trigger == NULL)
        return false;
    g_ptr_array_add(plan->triggers, trigger);
    g_ptr_array_insert(stage->instructions, (gint)place, trigger);
    return true;
}

/* What the stage below has for those that build on it; it hands on nothing else
   (initOnBuildTriggers()). */
static bool add_triggers(struct plan *plan, struct plan_stage *stage, GError **error)
{
    const struct plan_stage *base = stage->base_stage != STAGE_NONE
                                        ? g_ptr_array_index(plan->stages, (guint)stage->base_stage)
                                        : NULL;
    for (guint i = 0; base != NULL && i < base->instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(base->instructions, i);
        if (instruction->kind == INSTRUCTION_ONBUILD &&
            !plan_add_trigger(plan, stage, instruction->rest, stage->instructions->len, error))
            return false;
    }
    return true;
}

static bool add_stage(struct plan *plan, const struct instruction *from, GError **error)
{
    struct plan_stage *stage = g_new0(struct plan_stage, 1);
    g_auto(GStrv) words = split_words(from->rest, plan->dockerfile->escape);

    stage->index = (int)plan->stages->len;
    stage->from = from;
    stage->name = words[1] != NULL ? g_ascii_strdown(words[2], -1) : NULL;
    stage->instructions = g_ptr_array_new();
    stage->steps = g_ptr_array_new_with_free_func(step_free);
    stage->config = json_object();
    g_ptr_array_add(plan->stages, stage);
    return set_platform(plan, stage, error) && set_base(plan, stage, words[0], error) &&
           add_triggers(plan, stage, error);
}

static bool add_stages(struct plan *plan, GError **error)
{
    const GPtrArray *instructions = plan->dockerfile->instructions;
    for (guint i = 0; i < instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(instructions, i);
        if (instruction->kind == INSTRUCTION_FROM) {
            if (!add_stage(plan, instruction, error))
                return false;
        } else if (plan->stages->len > 0) {
            struct plan_stage *stage = g_ptr_array_index(plan->stages, plan->stages->len - 1);
            g_ptr_array_add(stage->instructions, (struct instruction *)instruction);
        }
    }
    if (plan->stages->len > 0)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "dockerfile contains no stages to build");
    return false;
}

static bool set_target(struct plan *plan, GError **error)
{
    const char *wanted = plan->request.target;
    plan->target = wanted == NULL || *wanted == '\0'
                       ? g_ptr_array_index(plan->stages, plan->stages->len - 1)
                       : find_stage(plan, wanted, STAGE_OF_TARGET, plan->stages->len);
    if (plan->target == NULL)
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "target stage \"%s\" could not be found",
                    wanted);
    return plan->target != NULL;
}

static void mark_named(struct plan *plan, const char *name, enum stage_use use, guint before)
{
    struct plan_stage *stage = name != NULL ? plan_find_stage(plan, name, use, before) : NULL;
    if (stage != NULL)
        stage->is_needed = true;
}

/* Those that COPY --from and RUN --mount=from= name. */
static void mark_origins(struct plan *plan, const struct instruction *instruction, guint before)
{
    mark_named(plan, instruction_flag(instruction, "from"), STAGE_OF_COPY, before);
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        g_autofree char *from =
            strcmp(flag->name, "mount") == 0 ? run_mount_from(flag->value) : NULL;
        mark_named(plan, from, STAGE_OF_MOUNT, before);
    }
}

/* Stages refer to earlier ones only, so one pass from the target down finds all. */
static void mark_needed(struct plan *plan)
{
    plan->target->is_needed = true;
    for (int i = plan->target->index; i >= 0; i--) {
        struct plan_stage *stage = g_ptr_array_index(plan->stages, (guint)i);
        stage->is_needed = stage->is_needed || plan->request.needs_all_stages;
        if (!stage->is_needed)
            continue;
        if (stage->base_stage != STAGE_NONE)
            ((struct plan_stage *)plan->stages->pdata[stage->base_stage])->is_needed = true;
        for (guint j = 0; j < stage->instructions->len; j++)
            mark_origins(plan, stage->instructions->pdata[j], (guint)i);
    }
}

struct plan *build_plan_new(const struct dockerfile *dockerfile, const struct plan_request *request,
                            GError **error)
{
    AUTO(plan) plan = g_new0(struct plan, 1);
    plan->dockerfile = dockerfile;
    plan->request = *request;
    plan->globals = variables_new();
    plan->stages = g_ptr_array_new_with_free_func(stage_free);
    plan->triggers = g_ptr_array_new_with_free_func(instruction_free);
    if (!add_globals(plan, error) || !add_stages(plan, error) || !set_target(plan, error))
        return NULL;
    if (plan->request.has_platform_arguments && !plan_check_circles(plan, error))
        return NULL;
    mark_needed(plan);
    plan_count_names(plan);
    return g_steal_pointer(&plan);
}
