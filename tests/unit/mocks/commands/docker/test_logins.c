/* Where the docker command keeps logins, and what plugins learn of them. */
#include "shell.h"

static void log_in_and_out(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    shell.input = "secret\n";
    type_expect(&shell, "login -u me --password-stdin localhost:5000", 0, "Login Succeeded\n",
                "\nWARNING! Your credentials are stored unencrypted in "
                "'/home/runner/.docker/config.json'.\nConfigure a credential helper to remove this "
                "warning. See\nhttps://docs.docker.com/go/credential-store/\n\n");
    g_autofree char *kept = shell_read(&shell, "/home/runner/.docker/config.json");
    cr_assert_str_eq(kept, "{\n\t\"auths\": {\n\t\t\"localhost:5000\": {\n\t\t\t\"auth\": "
                           "\"bWU6c2VjcmV0\"\n\t\t}\n\t}\n}");
    type_expect(&shell, "logout localhost:5000", 0,
                "Removing login credentials for localhost:5000\n", "");
    g_autofree char *left = shell_read(&shell, "/home/runner/.docker/config.json");
    cr_assert_str_eq(left, "{\n\t\"auths\": {}\n}");
    type_expect(&shell, "login -u me", 1, "",
                "Error: Cannot perform an interactive login from a non TTY device\n");
    type_expect(&shell, "login --password-stdin", 1, "",
                "the --password-stdin option requires --username to be set\n");
}

/* capture 33 */
Test(docker_logins, keeps_logins_where_the_cli_keeps_them)
{
    bench_run(NULL, log_in_and_out);
}

/* What a plugin learns of a kept login. */
static int tell_login(void *self, struct docker_cli *cli, const struct command_call *call)
{
    struct docker_cli_login hub = docker_cli_login_of(call, "docker.io");
    struct docker_cli_login other = docker_cli_login_of(call, "ghcr.io");
    struct docker_cli_login none = docker_cli_login_of(call, "quay.io");
    (void)self;
    (void)cli;
    command_print(call, "%s:%s %s:%s %d\n", hub.user, hub.secret, other.user, other.secret,
                  none.user != NULL);
    docker_cli_login_clear(&hub);
    docker_cli_login_clear(&other);
    docker_cli_login_clear(&none);
    return 0;
}

static void tell_logins(struct bench *bench)
{
    const struct docker_plugin plugins[] = {{"tell", "v1", tell_login, NULL}, {0}};
    SHELL(shell, bench, plugins);
    shell_write(&shell, "/home/runner/.docker/config.json",
                "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"bWU6c2VjcmV0\"},"
                "\"https://ghcr.io\":{\"auth\":\"YTpiOmM=\"},\"quay.io\":{}}}");
    type_expect(&shell, "tell", 0, "me:secret a:b:c 0\n", "");
}

Test(docker_logins, tells_plugins_of_logins_by_host)
{
    bench_run(NULL, tell_logins);
}
