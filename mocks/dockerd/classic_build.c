/* POST /build: what was asked, the steps in order, the end. */
#include "mocks/dockerd/classic_build.h"

#include "base/gzip.h"
#include "base/limits.h"
#include "mocks/dockerfile/expand.h"

#include <stdarg.h>
#include <string.h>

/* ---- what is told ---- */

void classic_say(struct classic_build *build, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    job_tell(build->outlet, json_pack("{s:s}", "stream", valid));
}

bool classic_tell_failure(struct classic_build *build, int exit_code, const char *message)
{
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    job_tell(build->outlet, json_pack("{s:{s:i, s:s}, s:s}", "errorDetail", "code", exit_code,
                                      "message", valid, "error", valid));
    return false;
}

void classic_say_image(struct classic_build *build, const char *image_id)
{
    classic_say(build, " ---> %.12s\n", strchr(image_id, ':') + 1);
}

static void say_step(struct classic_build *build, const struct instruction *instruction)
{
    classic_say(build, "Step %d/%d : %s", ++build->step_number, build->step_total,
                instruction->text);
    classic_say(build, "\n");
}

/* ---- stages ---- */

/* ARG before the first FROM makes steps that do nothing. */
static int say_globals(struct classic_build *build, bool is_counting)
{
    const GPtrArray *instructions = build->dockerfile->instructions;
    int count = 0;
    for (guint i = 0; i < instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(instructions, i);
        if (instruction->kind == INSTRUCTION_FROM)
            break;
        count++;
        if (!is_counting)
            say_step(build, instruction);
    }
    return count;
}

static void count_steps(struct classic_build *build)
{
    build->step_total = say_globals(build, /* is_counting= */ true);
    for (int i = 0; i <= build->plan->target->index; i++) {
        const struct plan_stage *stage = g_ptr_array_index(build->plan->stages, (guint)i);
        build->step_total += 1 + (int)stage->instructions->len;
    }
}

static bool run_steps(struct classic_build *build, struct classic_stage *stage, GError **error)
{
    const json_t *config = json_get_object(stage->base, "config");
    if (!plan_stage_evaluate(build->plan, stage->stage, config, error))
        return false;
    for (guint i = 0; i < stage->stage->steps->len; i++) {
        const struct plan_step *step = g_ptr_array_index(stage->stage->steps, i);
        say_step(build, step->instruction);
        if (!classic_run_step(build, stage, step, error))
            return false;
        if (i + 1 < stage->stage->steps->len) /* the last has the id of the whole */
            classic_say_image(build, stage->image_id);
    }
    return true;
}

/* What a failed or a middle stage has made stays behind as a dangling image: the next try finds its
   layers, and prune frees it. */
static bool run_stage(struct classic_build *build, struct plan_stage *plan_stage, GError **error)
{
    struct classic_stage *stage = g_new0(struct classic_stage, 1);
    g_autoptr(GError) ignored = NULL;
    stage->stage = plan_stage;
    g_ptr_array_add(build->stages, stage);
    say_step(build, plan_stage->from);
    if (!classic_begin_stage(build, stage, error))
        return false;
    if (!run_steps(build, stage, error)) {
        if (!classic_store_stage(build, stage, NULL, &ignored))
            g_clear_error(&ignored);
        return false;
    }
    bool is_last = plan_stage == build->plan->target;
    if (!classic_store_stage(build, stage, is_last ? (const char *const *)build->tags->pdata : NULL,
                             error))
        return false;
    if (stage->stage->steps->len > 0)
        classic_say_image(build, stage->image_id);
    return true;
}

static bool is_declared(const struct classic_build *build, const char *argument)
{
    g_auto(GStrv) pair = g_strsplit(argument, "=", 2);
    for (guint i = 0; i < build->dockerfile->instructions->len; i++) {
        const struct instruction *instruction = build->dockerfile->instructions->pdata[i];
        if (instruction->kind != INSTRUCTION_ARG)
            continue;
        g_auto(GStrv) words = split_words(instruction->rest, build->dockerfile->escape);
        for (gsize j = 0; words[j] != NULL; j++) {
            words[j][strcspn(words[j], "=")] = '\0';
            if (strcmp(words[j], pair[0]) == 0)
                return true;
        }
    }
    return false;
}

static void warn_unused_arguments(struct classic_build *build)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < build->arguments->len; i++) {
        const char *argument = g_ptr_array_index(build->arguments, i);
        if (!is_declared(build, argument))
            g_string_append_printf(names, "%s%.*s", names->len > 0 ? " " : "",
                                   (int)strcspn(argument, "="), argument);
    }
    if (names->len > 0)
        classic_say(build, "[Warning] One or more build-args [%s] were not consumed\n", names->str);
}

static void say_end(struct classic_build *build, const struct classic_stage *stage)
{
    warn_unused_arguments(build);
    job_tell(build->outlet, json_pack("{s:{s:s}}", "aux", "ID", stage->image_id));
    classic_say(build, "Successfully built %.12s\n", strchr(stage->image_id, ':') + 1);
    for (guint i = 0; i + 1 < build->tags->len; i++) {
        g_autofree char *familiar = image_familiar_name(build->tags->pdata[i], NULL);
        classic_say(build, "Successfully tagged %s\n", familiar);
    }
}

static bool build_job(void *context, struct outlet *outlet, GError **error)
{
    struct classic_build *build = context;
    GError *cause = NULL;
    build->outlet = outlet;
    count_steps(build);
    say_globals(build, /* is_counting= */ false);
    for (int i = 0; i <= build->plan->target->index; i++) {
        if (run_stage(build, g_ptr_array_index(build->plan->stages, (guint)i), &cause))
            continue;
        if (cause == NULL)
            return true; /* told already, with its exit code */
        g_propagate_error(error, cause);
        return false;
    }
    say_end(build, g_ptr_array_index(build->stages, build->stages->len - 1));
    return true;
}

/* ---- what was asked ---- */

static bool read_context(struct request *request, struct classic_build *build, GError **error)
{
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GBytes) tar = NULL;
    g_autoptr(GError) cause = NULL;

    if (!exchange_read_all(request->exchange, BUILD_CONTEXT_BYTES_MAX, &body, error))
        return false;
    gsize length_bytes;
    const void *bytes = g_bytes_get_data(body, &length_bytes);
    tar = gzip_is_compressed(bytes, length_bytes)
              ? gzip_decompress(bytes, length_bytes, BUILD_CONTEXT_BYTES_MAX, &cause)
              : g_bytes_ref(body);
    if (cause == NULL)
        build->context = build_files_read_tar(tar, &cause);
    return cause == NULL || engine_fail(error, 500, "%s", cause->message);
}

/* {"NAME": "value"}; null means the value of the client's environment, which is not here. */
static GPtrArray *read_pairs(struct request *request, const char *key)
{
    GPtrArray *pairs = variables_new();
    const char *text = exchange_query_value(request->exchange, key);
    g_autoptr(json_t) object = text != NULL ? json_parse_bytes(text, strlen(text), NULL) : NULL;
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value)
        if (json_is_string(value))
            g_ptr_array_add(pairs, g_strconcat(name, "=", json_string_value(value), NULL));
    return pairs;
}

static bool read_tags(struct request *request, struct classic_build *build, GError **error)
{
    build->tags = exchange_query_values(request->exchange, "t");
    for (guint i = 0; i < build->tags->len; i++) {
        g_autoptr(GError) cause = NULL;
        g_autofree char *familiar = image_familiar_name(build->tags->pdata[i], &cause);
        if (familiar == NULL)
            return engine_fail(error, 400, "%s", cause->message);
    }
    g_ptr_array_add(build->tags, NULL);
    return true;
}

static json_t *read_registry_config(struct request *request)
{
    const char *text = exchange_header(request->exchange, "X-Registry-Config");
    if (text == NULL)
        return NULL;
    g_autofree char *standard = g_strdup(text);
    g_strdelimit(g_strdelimit(standard, "-", '+'), "_", '/');
    gsize length_bytes;
    g_autofree guchar *decoded = g_base64_decode(standard, &length_bytes);
    return json_parse_bytes(decoded, length_bytes, NULL);
}

static bool is_first_release(const struct classic_build *build)
{
    return build->dockerd->personality->kind == PULLER_DOCKER_20_10;
}

/* 20.10's own parser: no "on", and it knows neither heredocs nor --link (failures.md, "Classic
   build is silently wrong"). */
static bool refuse_unknown_syntax(const struct classic_build *build, GError **error)
{
    for (guint i = 0; i < build->dockerfile->instructions->len; i++) {
        const struct instruction *instruction = build->dockerfile->instructions->pdata[i];
        if (instruction_flag(instruction, "link") != NULL)
            return engine_fail(error, 400, "dockerfile parse error line %d: Unknown flag: link",
                               instruction->line);
        if (instruction->heredocs->len == 0)
            continue;
        g_autofree char *next = g_ascii_strup(build->dockerfile->lines[instruction->line], -1);
        g_strstrip(next);
        next[strcspn(next, " \t")] = '\0';
        return engine_fail(error, 400, "dockerfile parse error line %d: unknown instruction: %s",
                           instruction->line + 1, next);
    }
    return true;
}

static bool read_dockerfile(struct request *request, struct classic_build *build, GError **error)
{
    const char *name = exchange_query_value(request->exchange, "dockerfile");
    const char *path = name != NULL && *name != '\0' ? name : "Dockerfile";
    const struct build_file *file = build_files_find(build->context, path);
    g_autoptr(GError) cause = NULL;
    if (file == NULL)
        return engine_fail(error, 500, "Cannot locate specified Dockerfile: %s", path);
    gsize length_bytes;
    const void *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    build->dockerfile = dockerfile_parse(bytes, length_bytes, &cause);
    if (build->dockerfile != NULL)
        return !is_first_release(build) || refuse_unknown_syntax(build, error);
    const char *found = is_first_release(build) ? strstr(cause->message, " on line ") : NULL;
    return engine_fail(error, 400, "%.*s%s",
                       found != NULL ? (int)(found - cause->message) : (int)strlen(cause->message),
                       cause->message, found != NULL ? found + strlen(" on") : "");
}

static bool make_plan(struct request *request, struct classic_build *build, GError **error)
{
    g_autoptr(GError) cause = NULL;
    const char *target = exchange_query_value(request->exchange, "target");
    const struct plan_request plan_request = {
        .platform =
            build->platform != NULL ? build->platform : build->dockerd->options.profile->platform,
        .build_platform = "",
        .target = target,
        .arguments = build->arguments,
        .labels = build->labels,
        .needs_all_stages = true,
    };
    build->plan = build_plan_new(build->dockerfile, &plan_request, &cause);
    if (build->plan != NULL)
        return true;
    bool is_target = strstr(cause->message, "target stage") != NULL;
    if (is_target)
        return engine_fail(error, 400, "failed to reach build target %s in Dockerfile", target);
    return engine_fail(error, 400, "%s", cause->message);
}

static bool read_request(struct request *request, struct classic_build *build, GError **error)
{
    const char *platform = exchange_query_value(request->exchange, "platform");
    build->platform = platform != NULL && *platform != '\0' ? platform : NULL;
    build->arguments = read_pairs(request, "buildargs");
    build->labels = read_pairs(request, "labels");
    build->registry_config = read_registry_config(request);
    build->pulls_always = api_query_flag(request, "pull");
    build->ignores_cache = api_query_flag(request, "nocache");
    return read_tags(request, build, error) && read_context(request, build, error) &&
           read_dockerfile(request, build, error) && make_plan(request, build, error);
}

static void classic_build_clear(struct classic_build *build)
{
    g_ptr_array_unref(build->stages);
    build_plan_free(build->plan);
    dockerfile_free(build->dockerfile);
    build_files_free(build->context);
    g_clear_pointer(&build->arguments, g_ptr_array_unref);
    g_clear_pointer(&build->labels, g_ptr_array_unref);
    g_clear_pointer(&build->tags, g_ptr_array_unref);
    json_decref(build->registry_config);
}

HANDLER(build_start)
{
    struct classic_build build = {
        .dockerd = request->dockerd,
        .stages = g_ptr_array_new_with_free_func(classic_stage_free),
    };
    const char *version = exchange_query_value(request->exchange, "version");
    bool is_done = g_strcmp0(version, "2") == 0 ? engine_fail(error, 500, "no active sessions")
                                                : read_request(request, &build, error) &&
                                                      job_run(request, build_job, &build, error);
    classic_build_clear(&build);
    return is_done;
}
