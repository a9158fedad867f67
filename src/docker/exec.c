/* Commands inside a running container: exec by hijack, and killing what one left behind. */
#include "docker/docker_private.h"
#include "docker/output.h"

#include "base/units.h"

/* The output may end a moment before the Engine notes the exit (engine-contract.md H). A command
   that still runs after this long did not end: its output was cut. */
#define EXIT_POLL_US  (50 * MILLISECOND_US)
#define EXIT_LIMIT_US (10 * SECOND_US)

/* pkill's exit code when nothing matched. */
#define PKILL_NOTHING_MATCHED 1

static bool create_exec(struct docker *docker, const char *container,
                        const struct docker_exec_options *options, char **id, GError **error)
{
    g_autoptr(json_t) body = json_pack("{s:b, s:b, s:b, s:b, s:o, s:o}", "AttachStdin", false,
                                       "AttachStdout", true, "AttachStderr", true, "Tty", false,
                                       "Env", docker_json_texts(options->environment), "Cmd",
                                       docker_json_texts(options->command));
    if (options->working_directory != NULL)
        json_object_set_new(body, "WorkingDir", json_text_or_null(options->working_directory));
    g_autofree char *escaped = docker_path_escape(container);
    g_autofree char *path = g_strconcat("/containers/", escaped, "/exec", NULL);
    const struct docker_call call = {.method = "POST", .path = path, .json = body};
    g_autoptr(json_t) answer = NULL;

    if (!docker_perform_json(docker, &call, &answer, error))
        return false;
    *id = g_strdup(json_get_string(answer, "Id", NULL));
    if (*id == NULL)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine created an exec and did not name it");
    return *id != NULL;
}

static bool stream_output(struct docker *docker, const char *id, struct output *output,
                          GError **error)
{
    g_autoptr(json_t) body = json_pack("{s:b, s:b}", "Detach", false, "Tty", false);
    g_autofree char *path = g_strconcat("/exec/", id, "/start", NULL);
    const struct docker_call call = {
        .method = "POST", .path = path, .json = body, .is_upgrade = true};

    bool is_streamed = docker_stream_output(docker, &call, output, error);
    output_finish(output);
    return is_streamed;
}

static bool read_exit_code(const json_t *facts, int *exit_code, GError **error)
{
    const json_t *code = json_object_get(facts, "ExitCode");
    if (!json_is_integer(code)) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine says the command has ended, but not how");
        return false;
    }
    *exit_code = (int)json_integer_value(code);
    return true;
}

static bool wait_for_exit(struct docker *docker, const char *id, int *exit_code, GError **error)
{
    struct loop *loop = http_loop(docker->http);
    const int64_t give_up_us = loop_now_us(loop) + EXIT_LIMIT_US;
    g_autofree char *path = g_strconcat("/exec/", id, "/json", NULL);

    for (;;) {
        g_autoptr(json_t) facts = NULL;
        if (!docker_perform_json(docker, &(struct docker_call){.path = path}, &facts, error))
            return false;
        if (!json_get_boolean(facts, "Running", false))
            return read_exit_code(facts, exit_code, error);
        if (loop_now_us(loop) >= give_up_us) {
            g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT,
                        "the output of the command was cut; it still runs");
            return false;
        }
        if (!fiber_sleep(loop, EXIT_POLL_US, error))
            return false;
    }
}

bool docker_exec(struct docker *docker, const char *container,
                 const struct docker_exec_options *options, struct docker_exec_result *result,
                 GError **error)
{
    g_autofree char *id = NULL;
    AUTO(output) output = output_new(options->output, options->output_context);

    if (!create_exec(docker, container, options, &id, error) ||
        !stream_output(docker, id, output, error) ||
        !wait_for_exit(docker, id, &result->exit_code, error))
        return false;
    result->output = output_text(output);
    return true;
}

bool docker_exec_kill(struct docker *docker, const char *container, const char *marker,
                      GError **error)
{
    const char *command[] = {"pkill", "-KILL", "-f", marker, NULL};
    const struct docker_exec_options options = {.command = command};
    struct docker_exec_result result = {0};

    if (!docker_exec(docker, container, &options, &result, error))
        return false;
    g_autofree char *output = g_strchomp(result.output);
    if (result.exit_code == 0 || result.exit_code == PKILL_NOTHING_MATCHED)
        return true;
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_EXIT, "pkill ended with code %d: %s",
                result.exit_code, output);
    return false;
}
