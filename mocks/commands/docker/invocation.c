/* What every command uses: its Engine, requests, complaints, calls made from calls. */
#include "mocks/commands/docker/cli_private.h"

#include "base/units.h"
#include "loop/vclock.h"

#include <string.h>

void changed_call_init(struct changed_call *changed, const struct command_call *call)
{
    changed->call = *call;
    changed->arguments = g_ptr_array_new_with_free_func(g_free);
    changed->environment = g_ptr_array_new_with_free_func(g_free);
    for (const char *const *each = call->environment; each != NULL && *each != NULL; each++)
        g_ptr_array_add(changed->environment, g_strdup(*each));
}

void changed_call_finish(struct changed_call *changed)
{
    g_ptr_array_add(changed->arguments, NULL);
    g_ptr_array_add(changed->environment, NULL);
    changed->call.arguments = (const char *const *)changed->arguments->pdata;
    changed->call.environment = (const char *const *)changed->environment->pdata;
}

void changed_call_clear(struct changed_call *changed)
{
    g_ptr_array_unref(changed->arguments);
    g_ptr_array_unref(changed->environment);
}

struct docker *invocation_docker(struct invocation *invocation, GError **error)
{
    if (invocation->docker == NULL)
        invocation->docker = docker_cli_connect(invocation->cli, invocation->call, error);
    return invocation->docker;
}

bool cli_refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

int invocation_fail(struct invocation *invocation, const GError *error)
{
    g_autofree char *text = docker_cli_error_text(error);
    command_complain(invocation->call, "%s\n", text);
    return 1;
}

int invocation_end(struct invocation *invocation, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    command_complain(invocation->call, "%s\n", text);
    return code;
}

bool invocation_ask(struct invocation *invocation, const char *method, const char *path,
                    json_t *body, json_t **answer, GError **error)
{
    g_autoptr(json_t) owned = body;
    struct docker *docker = invocation_docker(invocation, error);
    const struct docker_call call = {.method = method, .path = path, .json = owned};

    return docker != NULL && docker_perform_json(docker, &call, answer, error);
}

bool invocation_tell(struct invocation *invocation, const char *method, const char *path,
                     json_t *body, GError **error)
{
    g_autoptr(json_t) owned = body;
    struct docker *docker = invocation_docker(invocation, error);
    const struct docker_call call = {.method = method, .path = path, .json = owned};

    return docker != NULL && docker_perform_plain(docker, &call, error);
}

/* Before the first call only the CLI's own version is known. */
bool invocation_speaks(struct invocation *invocation, int minor)
{
    const char *agreed = invocation->docker != NULL ? docker_api_version(invocation->docker) : NULL;
    const char *version = agreed != NULL ? agreed : invocation->cli->options.api_version;
    const char *dot = strchr(version, '.');
    return dot != NULL && g_ascii_strtoll(dot + 1, NULL, 10) >= minor;
}

char *api_path(const char *kind, const char *name, const char *rest)
{
    g_autofree char *escaped = docker_path_escape(name);
    return g_strconcat("/", kind, "/", escaped, rest, NULL);
}

int64_t invocation_now_s(const struct invocation *invocation)
{
    return VCLOCK_EPOCH_S + loop_now_us(invocation->cli->options.loop) / SECOND_US;
}

int invocation_each(struct invocation *invocation,
                    bool (*act)(struct invocation *invocation, const char *argument,
                                GError **error))
{
    g_autoptr(GString) complaints = g_string_new(NULL);

    for (gsize i = 0; i < invocation->argument_count; i++) {
        g_autoptr(GError) error = NULL;
        if (act(invocation, invocation->arguments[i], &error))
            continue;
        g_autofree char *text = docker_cli_error_text(error);
        g_string_append_printf(complaints, "%s\n", text);
    }
    command_write(invocation->call, 2, complaints->str, -1);
    return complaints->len > 0;
}
